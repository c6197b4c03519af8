"""`make check`: what must hold of the code beside its tests. Every check runs: a first fault hides no other."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
VAR = Path(os.environ.get("TINHSO_VAR") or ROOT / "var").resolve()


def program(*command: str) -> Callable[[], str]:
    """A check that is a program of the environment; what it said when it failed."""

    def run() -> str:
        ended = subprocess.run(
            [str(BIN / command[0]), *command[1:]], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return "" if ended.returncode == 0 else ended.stdout

    return run


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.path.insert(0, str(ROOT))
    django.setup()


def templates() -> str:
    """Every page compiles, and what it extends, includes or imports is there."""
    import jinja2
    from django.template import engines
    from jinja2 import meta

    _set_up()
    environment = engines["jinja2"].env  # type: ignore[attr-defined]
    faults = []
    for name in environment.list_templates(extensions=["html", "txt", "svg"]):
        source, file, _ = environment.loader.get_source(environment, name)
        try:
            environment.compile(source, name, file)
            named = [found for found in meta.find_referenced_templates(environment.parse(source)) if found]
            faults += [f"{file}: {missing} is not there" for missing in named if not _is_there(environment, missing)]
        except jinja2.TemplateSyntaxError as error:
            faults.append(f"{file}:{error.lineno}: {error.message}")
        faults += [f"{file}:{line}: {fault}" for line, fault in _against_policy(source)]
    return "\n".join(faults)


def _is_there(environment: object, name: str) -> bool:
    import jinja2

    try:
        environment.get_template(name)  # type: ignore[attr-defined]
    except jinja2.TemplateNotFound:
        return False
    except jinja2.TemplateSyntaxError:
        return True  # named by its own line
    return True


def _against_policy(source: str) -> Iterator[tuple[int, str]]:
    """Our content policy lets no inline style or script work, so they are faults before a browser says so."""
    for number, line in enumerate(source.splitlines(), 1):
        if " style=" in line:
            yield number, "an inline style is blocked by the content policy"
        if "<script>" in line or "javascript:" in line or " onclick=" in line:
            yield number, "an inline script is blocked by the content policy"


def migrations() -> str:
    """The tables of the code and of the migrations are the same."""
    from ops import postgres

    if not os.environ.get("DATABASE_URL"):
        postgres.start(VAR)
    return program("python", "manage.py", "makemigrations", "--check", "--dry-run", "--no-color")()


CHECKS: dict[str, Callable[[], str]] = {
    "ruff check": program("ruff", "check", "."),
    "ruff format": program("ruff", "format", "--check", "."),
    "import contracts": program("lint-imports", "--no-cache"),
    "types (mypy)": program("mypy"),
    "templates": templates,
    "migrations": migrations,
}


def main(only: list[str]) -> int:
    failed = []
    for name, check in CHECKS.items():
        if only and not any(word in name for word in only):
            continue
        began = time.monotonic()
        said = check()
        print(f"{'FAILED' if said else 'ok':8}{name} ({time.monotonic() - began:.1f} s)", flush=True)
        if said:
            failed.append(name)
            print(said.rstrip(), flush=True)
    print(f"make check: {'failed: ' + ', '.join(failed) if failed else 'everything holds'}")
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

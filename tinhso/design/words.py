"""The English catalogue: which words citizens read, gathered from templates and code, and what is not said yet.

Needs Babel, a tool of development: running the province needs only the compiled catalogue.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tinhso" / "design" / "locale" / "en" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
# Rooms whose words citizens read; officials' screens are Vietnamese alone.
SOURCES = (
    "tinhso/design",
    "tinhso/systems/portal",
    "tinhso/systems/vault",
    "tinhso/systems/verification",
    "tinhso/foundation/accounts",
    "tinhso/foundation/files",
    "tinhso/foundation/forms",
    "tinhso/foundation/notifications",
    "tinhso/systems/one_stop/permissions.py",
    "tinhso/systems/one_stop/services/tracking.py",
)
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # a true date would change the file at every run
OF_OFFICIALS = {"gallery.html", "keys_help.html", "officials.py", "consented.html", "consent.html", "revocation.html"}
SKIPPED = {"tests", "migrations", "management", *OF_OFFICIALS}  # not for citizens
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
}
OPTIONS = {
    "extensions": "jinja2.ext.do",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}


def files() -> Iterator[Path]:
    for source in SOURCES:
        place = ROOT / source
        found = [place] if place.is_file() else [*place.rglob("*.py"), *place.rglob("*.html")]
        yield from sorted(p for p in found if not SKIPPED & set(p.parts))


def gathered() -> Catalog:
    """Every word of the rooms of citizens, with the place it comes from."""
    catalog = Catalog(project="Tỉnh Số", charset="utf-8")
    for path in files():
        method = "jinja2" if path.suffix == ".html" else "python"
        for line, words, comments, context in extract_from_file(
            method, path, keywords=KEYWORDS, options=OPTIONS if method == "jinja2" else {}
        ):
            place = [(str(path.relative_to(ROOT)), line)]
            catalog.add(words, None, place, auto_comments=comments, context=context)
    return catalog


def known() -> Catalog:
    """What is said in English so far."""
    with PO.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def missing() -> list[str]:
    """Words not said in English, or said only by guess."""
    said = known()

    def is_said(word: str) -> bool:
        found = said.get(word)
        if found is None or found.fuzzy:
            return False
        return all(found.string if isinstance(found.string, tuple | list) else [found.string])

    ids = [m.id[0] if isinstance(m.id, tuple | list) else m.id for m in gathered() if m.id]
    return sorted(word for word in ids if not is_said(word))


def renew() -> None:
    """Bring the catalogue up to the words there are, keep what is said, compile it."""
    catalog = known() if PO.exists() else Catalog(locale="en", charset="utf-8")
    catalog.update(gathered(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = NO_DATE
    for message in catalog:
        message.locations = sorted({(name, 0) for name, _line in message.locations})
    with PO.open("wb") as file:
        write_po(file, catalog, width=120, omit_header=False, include_lineno=False, sort_output=True)
    MO.write_bytes(compiled(catalog))


def compiled(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()

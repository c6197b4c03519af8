"""`make bench`: the figures the province promises, measured on this machine, each against its limit in the same run.

BENCH_SIZE=2000000  dossiers for the pages at full size (default 100,000; the small size is a hundredth of 2,000,000)
BENCH_SECONDS=8     length of each load
BENCH_ONLY=submit,pages   some parts only: submit tasks bulk pages search weight studio signing vault
                    digitisation start memory due
BENCH_COLD=1        also measure `make up` from nothing in a fresh clone
"""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ops import postgres
from tests.load import vault
from tests.load.figures import FAULT, Figure, Report, percentile, stamp
from tests.load.machine import Spent, calibration, cpu_seconds, proportional_memory
from tests.load.pages import search_p95, timed, weight
from tests.running import ROOT, Province, children, dossier

SIZE = int(os.environ.get("BENCH_SIZE") or 100_000)
SMALL = 20_000
SECONDS = float(os.environ.get("BENCH_SECONDS") or 8)
ONLY = set(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
COMMUNES = 60
TASKS = 300
MOVED = 10_000
SCANNED = int(os.environ.get("BENCH_SCANNED") or 100)  # sides in the batch


WAITING_EVENTS = (
    "select (select count(*) from outbox_storedevent where not is_dispatched)"
    " + (select count(*) from outbox_delivery where state = 'waiting')"
)


class Bench:
    def __init__(self, province: Province, report: Report, scratch: Path) -> None:
        self.province, self.report, self.scratch = province, report, scratch
        self.function_rate = 0.0  # dossiers per core-second by the SQL function alone

    def inside(self, *verb: str) -> str:
        return self.province.run("-m", "tests.load.inside", *verb).strip().splitlines()[-1]

    def bodies(self) -> Path:
        """A file of dossiers to send: thirteen fields, three papers, to many communes."""
        papers = self.province.upload(3)
        units = json.loads(self.inside("communes", str(COMMUNES)))
        file = self.scratch / "bodies.jsonl"
        bodies = [{**dossier(papers, n), "unit": unit} for n, unit in enumerate(units)]
        file.write_text("\n".join(json.dumps(body, ensure_ascii=False) for body in bodies))
        return file

    def submit(self) -> None:
        """Over HTTP, and the same rows by one SQL function under pgbench."""
        file = self.bodies()
        self.report.facts["payload"] = json.loads(self.inside("payloads", str(file)))
        with self.worker_held():  # what it delivers later is not the cost of sending, and is said beside it
            self._send(file, 2.0)  # warm
            over_http, sent = self._send(file, SECONDS)
        after = self._delivered(sent["sent"])
        self.report.facts["submit"] = {**sent, **over_http}
        self.pgbench(3.0)
        self.function_rate = self.pgbench(SECONDS)
        per_core = sent["sent"] / (over_http["web"] + over_http["database"])
        app, database = (over_http[name] / sent["sent"] * 1000 for name in ("web", "database"))
        each = f"web {app:.2f} + pg {database:.2f} ms; delivered later by the worker: {after:.2f} ms each"
        self.report.add(
            Figure("submit over HTTP, per core-second of web and PostgreSQL", per_core, "1/s", 300, at_least=True,
                   note=f"{sent['sent'] / sent['seconds']:.0f}/s on the clock, p95 {sent['p95_ms']:.0f} ms, {each}"),
            Figure("share of the same rows by one SQL function", per_core / self.function_rate, "of 1", 0.15,
                   at_least=True, note=f"pgbench {self.function_rate:.0f} per core-second"),
        )  # fmt: skip
        self.imports(file)

    def imports(self, file: Path) -> None:
        """The same dossiers taken over by the bulk path (`manage.py dossiers import`), with all checks."""
        with self.worker_held():
            found = json.loads(self.inside("imports", str(self.province.pid("database")), str(file), "4000"))
        rate = 1000 / (found["app_ms"] + found["database_ms"])
        note = f"{rate:.0f} per core-second: app {found['app_ms']:.2f} + pg {found['database_ms']:.2f} ms"
        self.report.add(
            Figure("bulk import, share of the SQL function's rate", rate / self.function_rate, "of 1", 1.0,
                   at_least=True, note=note)
        )  # fmt: skip

    @contextmanager
    def worker_held(self) -> Iterator[None]:
        """The worker stands still meanwhile; the outbox keeps what comes in."""
        pids = list(children(self.province.pid("worker")))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def _delivered(self, sent: int) -> float:
        """CPU milliseconds (worker and PostgreSQL) to deliver what one dossier left in the outbox."""
        spent = Spent(self.province)
        with psycopg.connect(postgres.url(self.province.var), autocommit=True) as connection:
            give_up = time.monotonic() + 120
            while time.monotonic() < give_up:
                time.sleep(0.5)
                row = connection.execute(WAITING_EVENTS).fetchone()
                if row and not row[0]:
                    break
        now = spent.so_far()
        return (now["worker"] + now["database"]) * 1000 / max(sent, 1)

    def _send(self, file: Path, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
        spent = Spent(self.province)
        ended = subprocess.run(
            [sys.executable, "-m", "tests.load.sender", str(self.province.port), self.province.key, str(seconds), "8",
             file], cwd=ROOT, text=True, capture_output=True, check=True,
        )  # fmt: skip
        sent = json.loads(ended.stdout)
        if sent["fault_count"]:
            raise RuntimeError(f"{sent['fault_count']} dossiers were refused: {sent['faults']}")
        return spent.so_far(), sent

    def pgbench(self, seconds: float) -> float:
        """Dossiers per core-second of PostgreSQL, by the function alone."""
        script = self.scratch / "submit.sql"
        script.write_text(
            f"\\set n random(1, {COMMUNES})\n"
            "select one_stop_submit(p || jsonb_build_object('once', gen_random_uuid()::text)) "
            "from bench_payload where id = :n;\n"
        )
        before = cpu_seconds(self.province.pid("database"))
        ended = subprocess.run(
            [postgres.binaries() / "pgbench", "-n", "-M", "prepared", "-c", "8", "-j", "1", "-T", str(int(seconds)),
             "-f", script, "-h", postgres.socket_dir(self.province.var), "-U", postgres.USER, postgres.DATABASE],
            text=True, capture_output=True, check=True,
        )  # fmt: skip
        spent = cpu_seconds(self.province.pid("database")) - before
        done = next(
            int(s.rsplit(" ", 1)[1].split("/")[0]) for s in ended.stdout.splitlines() if "actually processed" in s
        )
        self.report.facts["pgbench"] = {"transactions": done, "cpu_seconds": spent, "output": ended.stdout[-600:]}
        return done / spent

    def tasks(self) -> None:
        connection, papers = self.province.connect(), self.province.upload(1)
        for number in range(TASKS):
            self.province.submit(connection, dossier(papers, number), f"task-{stamp()}-{number}")
        with self.worker_held():  # what it delivers meanwhile is not the cost of a task
            found = json.loads(self.inside("tasks", str(self.province.pid("database")), str(TASKS - 5)))
        note = f"{found['tasks']} tasks: app {found['app_ms']:.2f} + pg {found['database_ms']:.2f} ms"
        value = found["app_ms"] + found["database_ms"] if found["tasks"] > 20 else None
        self.report.add(Figure("complete one task", value, "ms of CPU", 5, note=note))

    def due(self) -> None:
        found = json.loads(self.inside("due_dates"))
        self.report.add(Figure("due date", found["due_date_us"], "µs", 10))

    def bulk(self) -> None:
        """Twenty thousand whole lives, written by COPY."""
        self._fill(self._count() + SMALL)

    def _count(self) -> int:
        with psycopg.connect(postgres.url(self.province.var)) as connection:
            row = connection.execute("select count(*) from one_stop_dossier").fetchone()
        return row[0] if row else 0

    def _fill(self, total: int) -> None:
        wanted = total - self._count()
        if wanted <= 0:
            return
        database, ours = cpu_seconds(self.province.pid("database")), os.times()
        began = time.monotonic()
        self.province.run("manage.py", "demo", "--dossiers", str(wanted), "--seed", str(total))
        took = time.monotonic() - began
        now = os.times()
        importer = now.children_user + now.children_system - ours.children_user - ours.children_system
        spent = importer + cpu_seconds(self.province.pid("database")) - database
        rate = wanted / spent
        if wanted < SMALL // 2:
            return  # mostly the start of the command: no figure
        note = f"{wanted} in {took:.0f} s, {rate:.0f} whole lives per core-second"
        self.report.add(Figure("a year of 71,000 dossiers", took / wanted * 71_000, "s", 120, note=note))
        with psycopg.connect(postgres.url(self.province.var), autocommit=True) as connection:
            connection.execute("vacuum analyze")

    def pages(self) -> None:
        """The same pages at the small and at the full size, by an ordinary official and by one who sees everything."""
        self._fill(SMALL)
        small = self._lists()
        self._fill(SIZE)
        large = self._lists()
        self.report.facts["pages"] = {"small": small, "large": large, "sizes": [SMALL, SIZE]}
        for name, (ordinary, province) in large.items():
            at = f"{name} at {SIZE:,}"
            self.report.add(
                Figure(f"{at}, p95", max(ordinary["p95"], province["p95"]), "ms", 15,
                       note=f"p50 {ordinary['p50']:.1f} and {province['p50']:.1f}"),
                *(
                    # An inbox holds the person's own work: nobody's is comparable with another's.
                    [Figure(f"{at}, ordinary against whole province", ordinary["p50"] / province["p50"], "of 1", 1.2)]
                    if name != "inbox"
                    else []
                ),
                Figure(f"{at}, against {SMALL:,}", ordinary["p50"] / small[name][0]["p50"], "of 1", 1.3),
            )  # fmt: skip

    def _lists(self) -> dict[str, list[dict[str, float]]]:
        cookies = json.loads(self.inside("sessions"))  # anew: an idle session is closed, and filling takes long
        asked = {
            "inbox": ["/inbox"],
            "list of dossiers": ["/dossiers", "/dossiers?order=due"],
            "search of dossiers": [
                f"/dossiers?q={q}" for q in ("Nguy%E1%BB%85n+V%C4%83n", "tran+thi", "L%C3%AA", "0001")
            ],
        }
        return {
            name: [
                {"p50": percentile(took, 0.5), "p95": percentile(took, 0.95)}
                for took in timed(self.province, paths, [cookies["ordinary"], cookies["province"]], 120)
            ]
            for name, paths in asked.items()
        }

    def studio(self) -> None:
        """Trials and migrations: what whoever draws a process waits for."""
        found = json.loads(self.inside("simulation"))
        self.report.add(Figure("simulation, cases per core-second", found["per_second"], "1/s", 15_000, at_least=True,
                               note=found["process"]))  # fmt: skip
        moved = json.loads(self.inside("migration", str(MOVED)))
        seconds = moved["seconds"] if moved["moved"] == MOVED else None
        self.report.add(
            Figure(f"migrate {MOVED:,} running cases", seconds, "s", 20, note=f"back in {moved['back']:.1f} s")
        )

    def signing(self) -> None:
        """Signing by a soft RSA-3072 key and judging, without anything of the network or the database."""
        found = json.loads(self.province.run("-m", "tests.load.signing").strip().splitlines()[-1])
        self.report.add(
            Figure("sign invisibly, RSA-3072, per core-second", found["invisible"], "1/s", 45, at_least=True),
            Figure("sign visibly, RSA-3072, per core-second", found["visible"], "1/s", 30, at_least=True),
            Figure("judge a signed PDF (B-B), per core-second", found["judge_short"], "1/s", 75, at_least=True),
            Figure("judge a signed PDF (B-LT), per core-second", found["judge_long"], "1/s", 30, at_least=True),
        )

    def vault(self) -> None:
        """The store of somebody with five hundred papers, by its owner."""
        figures, facts = vault.measure(self.province)
        self.report.facts["vault"] = facts
        self.report.add(*figures)

    def digitisation(self) -> None:
        """Reading against Tesseract alone, and a batch from the file to the dossier with nobody typing."""
        found = json.loads(self.inside("digitisation", str(SCANNED)))
        batch = found["batch"]
        whole = batch["pages"] == SCANNED and batch["papers"] == batch["of"]
        self.report.facts["digitisation"] = found
        self.report.add(
            Figure("reading of pages, share of Tesseract's own rate", found["alone"] / found["ours"], "of 1", 0.9,
                   at_least=True, note=f"{found['ours']:.2f} s of a core a page"),
            Figure(f"batch of {SCANNED} pages to the dossier, per core-hour",
                   batch["pages"] / batch["cpu"] * 3600 if whole else None, "pages", 2400, at_least=True,
                   note=f"{batch['papers']} papers in {batch['seconds']:.0f} s, none typed"),
        )  # fmt: skip

    def search(self) -> None:
        self.report.add(Figure("search of procedures, p95", search_p95(self.province), "ms", 100))

    def weight(self) -> None:
        code = dossier([])["procedure_code"]
        found = {
            path: weight(self.province, path) for path in ("/", "/search?q=khai+sinh", f"/procedures/{code}", "/track")
        }
        self.report.facts["weights"] = found
        worst = max(found, key=lambda path: found[path][0])
        self.report.add(
            Figure("citizen page without fonts", max(w for w, _ in found.values()) / 1000, "kB", 40, note=worst),
            Figure("citizen page with all fonts", max(w for _, w in found.values()) / 1000, "kB", 100),
        )

    def memory(self) -> None:
        mebibytes = proportional_memory(self.province.pid("web")) / 2**20
        self.report.add(Figure("memory of web with 2 workers (PSS)", mebibytes, "MiB", 450))

    def start(self) -> None:
        self.province.down()
        began = time.monotonic()
        self.province.run("-m", "ops.up")
        self.report.add(Figure("make up, warm", time.monotonic() - began, "s", 5))
        if os.environ.get("BENCH_COLD"):
            self.report.add(Figure("make up, cold, in a fresh clone", self._cold(), "s", 90, note="wheels cached"))

    def _cold(self) -> float | None:
        clone = self.scratch / "clone"
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone], check=True)
        fresh = Province(clone / "var")
        began = time.monotonic()
        ended = subprocess.run(
            ["make", "up"], cwd=clone, env={**fresh.env(), "TINHSO_DEMO": "3000"}, capture_output=True, text=True
        )
        took = time.monotonic() - began
        subprocess.run(["make", "down"], cwd=clone, env=fresh.env(), capture_output=True)
        if ended.returncode:
            print(ended.stdout[-1500:] + ended.stderr[-1500:])
            return None
        return took


def main() -> int:
    folder = Path(os.environ.get("TINHSO_VAR") or ROOT / "var").resolve() / "bench"
    about = {
        "began": stamp(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "size": SIZE,
    }
    report = Report(folder, about)
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="province-", dir=folder))
    scratch.chmod(0o755)
    province = Province(scratch / "var")
    try:
        print(f"a province of its own in {scratch} …", flush=True)
        province.up()
        bench = Bench(province, report, scratch)
        parts: dict[str, Callable[[], None]] = {
            "submit": bench.submit, "tasks": bench.tasks, "due": bench.due, "memory": bench.memory,
            "weight": bench.weight, "search": bench.search, "bulk": bench.bulk, "pages": bench.pages,
            "studio": bench.studio, "signing": bench.signing, "vault": bench.vault,
            "digitisation": bench.digitisation, "start": bench.start,
        }  # fmt: skip
        for name, part in parts.items():
            if not ONLY or name in ONLY:
                try:
                    part()
                except (
                    RuntimeError,
                    OSError,
                    KeyError,
                    ValueError,
                    StopIteration,
                    subprocess.SubprocessError,
                ) as error:
                    report.facts[f"{FAULT}{name}"] = str(error)[-2000:]
                    print(f"{name}: {str(error)[-1500:]}", flush=True)
    finally:
        province.down()
        shutil.rmtree(scratch, ignore_errors=True)
    report.about["calibration_ms_after"] = calibration()
    print(f"\n{report.table()}\n\n{report.write()}")
    return 0 if report.is_sound else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""A whole province, started for tests of faults, load and journeys: own state folder, own port, real processes.

`Province` starts what `make up` starts (without sample dossiers), files dossiers over the interface with a key of its
own, and knows the process numbers of web, worker and database, so that a test ends nobody else's.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from ops import postgres, supervisor

ROOT = Path(__file__).resolve().parent.parent
UNITS = ("ubnd-phuong-tan-ninh",)
PROCEDURE = "1.000080"
NOT_HANDED_ON = {"DATABASE_URL", "PYTEST_VERSION", "PYTHONDONTWRITEBYTECODE", "TINHSO_DEBUG"}

ISSUE_KEY = """
from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
by = accounts.actor_of_account(account_id=Account.objects.get(username="quantri").pk)
rights = [accounts.Right.READ_DOSSIERS, accounts.Right.RECEIVE]
print("KEY", accounts.issue_system_key(name="Đo tải", system="load-%s", rights=rights, per_minute=10**6, by=by))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pdf(number: int) -> bytes:
    """A small, honest, one-page PDF; each number gives other bytes."""
    stream = f"BT /F1 12 Tf 72 720 Td (Giay to so {number}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for index, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (index, body)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table)


def dossier(papers: list[str], number: int = 0) -> dict[str, Any]:
    """A dossier of thirteen fields and the papers given, as another system sends it."""
    return {
        "procedure_code": PROCEDURE,
        "unit": UNITS[number % len(UNITS)],
        "applicant": {"name": "Nguyễn Thị Ánh", "identity_number": "072198000017", "email": "anh@example.vn"},
        "data": {
            "applicant_kind": "citizen",
            "applicant_name": "Nguyễn Thị Ánh",
            "applicant_id": "072198000017",
            "applicant_phone": "0912345678",
            "applicant_email": "anh@example.vn",
            "applicant_province": "80",
            "applicant_commune": "25459",
            "applicant_address": "12 đường Cách mạng tháng Tám",
            "subject": f"Trích lục số {number}",
            "request": "Xin cấp trích lục để bổ sung hồ sơ nhập học cho con.",
            "copies": 1,
            "note": "",
            "pledge": True,
        },
        "papers": [{"key": "other", "name": f"Giấy tờ {n}", "sha256": sha} for n, sha in enumerate(papers, 1)],
    }


@dataclass
class Province:
    """Started by `up`, stopped by `down`; `api` speaks to it as another system."""

    var: Path
    port: int = field(default_factory=free_port)
    key: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
        return {
            **kept,
            "TINHSO_VAR": str(self.var),
            "TINHSO_PORT": str(self.port),
            "TINHSO_DEMO": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **self.environment,
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        """The one password of all demo accounts."""
        return (self.var / "demo-password").read_text("utf-8").strip()

    def run(self, *arguments: str, text: str = "") -> str:
        """What a program said, with this text to read. Raises RuntimeError with the end of it when it fails."""
        ended = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env(), text=True, capture_output=True, input=text
        )
        if ended.returncode:
            raise RuntimeError(f"{arguments}: {ended.stdout[-3000:]}{ended.stderr[-3000:]}")
        return ended.stdout

    def python(self, source: str) -> Any:
        """Run Python inside the province; the JSON it prints on its last line."""
        return json.loads(self.run("manage.py", "shell", "--no-imports", text=source).strip().splitlines()[-1])

    def up(self, *, with_key: bool = True) -> str:
        """Start it; what was said. with_key: issue a key for the interface, once."""
        said = self.run("-m", "ops.up")
        if with_key and not self.key:
            told = self.run("manage.py", "shell", "-v", "0", "-c", ISSUE_KEY % uuid.uuid4().hex[:8])
            self.key = next(line.split(" ", 1)[1] for line in told.splitlines() if line.startswith("KEY "))
        return said

    def down(self) -> None:
        self.run("-m", "ops.up", "down")

    def database(self) -> psycopg.Connection[Any]:
        return psycopg.connect(postgres.url(self.var), autocommit=True)

    def pid(self, name: str) -> int | None:
        """Of `web`, `worker` or `database` now."""
        if name == "database":
            return postgres.server_pid(self.var)
        try:
            return int((supervisor.run_dir(self.var) / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None

    def connect(self, timeout: float = 60.0) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """One request to the interface; (status, JSON)."""
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Host": "localhost"}
        connection.request(method, path, json.dumps(body) if body is not None else None, {**sent, **headers})
        response = connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None

    def submit(self, connection: http.client.HTTPConnection, body: Any, once: str) -> tuple[int, Any]:
        return self.ask(connection, "POST", "/api/v1/dossiers", body, **{"Idempotency-Key": once})

    def upload(self, count: int = 3) -> list[str]:
        """Digests of papers kept there."""
        connection, found = self.connect(), []
        for number in range(count):
            mark = uuid.uuid4().hex
            head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="giay-{number}.pdf"\r\n'
            body = head.encode() + b"Content-Type: application/pdf\r\n\r\n" + pdf(number)
            kind = f"multipart/form-data; boundary={mark}"
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": kind, "Host": "localhost"}
            connection.request("POST", "/api/v1/files", body + f"\r\n--{mark}--\r\n".encode(), headers)
            answer = json.loads(connection.getresponse().read())
            found.append(answer["sha256"])
        return found


def children(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from children(int(child))
    except OSError:
        return

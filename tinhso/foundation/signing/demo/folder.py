"""The demonstration authority in the state folder: made once, read by its server and by the issuing of certificates.

Its keys lie in `signing/demo`, readable by the server's account alone. They vouch for nobody real.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID as Use

from tinhso.foundation.signing.demo.authority import Authority, Key, Places, Subject, new_key, pem

OWNER = "Tỉnh Số - mô phỏng"
YEARS = {"root": 20, "sub": 10, "tsa": 8, "ocsp": 3}


@dataclass
class Demo:
    """Root, authority for official signatures, timestamp and OCSP services."""

    root: Authority
    sub: Authority
    tsa: tuple[x509.Certificate, Key]
    responders: dict[str, tuple[x509.Certificate, Key]]  # by name of the authority: root, sub
    folder: Path

    def authorities(self) -> dict[str, Authority]:
        return {"root": self.root, "sub": self.sub}

    def revoked(self) -> dict[int, datetime]:
        """Serial number → since when."""
        try:
            said = json.loads((self.folder / "revoked.json").read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return {int(serial, 16): datetime.fromisoformat(since) for serial, since in said.items()}

    def revoke(self, serial: int, since: datetime) -> None:
        said = {f"{one:x}": at.isoformat() for one, at in {**self.revoked(), serial: since}.items()}
        _write(self.folder / "revoked.json", json.dumps(said, indent=1).encode())


def make(folder: Path, port: int, at: datetime) -> Demo:
    """Make the authority whose certificates name this port; every file whole or not there, `authority.json` last."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    begins = (at - timedelta(hours=1)).astimezone(UTC).replace(microsecond=0)
    ends = {name: begins + timedelta(days=365 * years) for name, years in YEARS.items()}
    address = f"http://127.0.0.1:{port}"
    places = {name: Places(f"{address}/crl/{name}.crl", f"{address}/ocsp/{name}") for name in ("root", "sub")}
    keys = {name: new_key("rsa3072" if name in ("root", "sub") else "p256") for name in ("root", "sub", "tsa", "ocsp")}
    root = Authority.root(
        Subject(f"Gốc chứng thực {OWNER}", OWNER), keys["root"], begins=begins, ends=ends["root"], places=places["root"]
    )
    sub = root.under(
        Subject(f"CA công vụ {OWNER}", OWNER), keys["sub"], begins=begins, ends=ends["sub"], places=places["sub"]
    )
    tsa = root.issue(
        Subject(f"Dấu thời gian {OWNER}", OWNER), keys["tsa"].public_key(), begins=begins, ends=ends["tsa"],
        uses=[Use.TIME_STAMPING],
    )  # fmt: skip
    made = {"root": root.certificate, "sub": sub.certificate, "tsa": tsa}
    for name, authority in (("root", root), ("sub", sub)):
        made[f"ocsp-{name}"] = authority.issue(
            Subject(f"OCSP {name} {OWNER}", OWNER), keys["ocsp"].public_key(), begins=begins, ends=ends["ocsp"],
            uses=[Use.OCSP_SIGNING], no_check=True,
        )  # fmt: skip
    for name, key in keys.items():
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(folder / f"{name}.key", content)
    for name, certificate in made.items():
        _write(folder / f"{name}.pem", pem(certificate))
    _write(folder / "authority.json", json.dumps({"port": port}).encode())
    return read(folder)


def read(folder: Path) -> Demo:
    """Raises FileNotFoundError."""
    (folder / "authority.json").stat()
    keys: dict[str, Key] = {
        name: load_pem_private_key((folder / f"{name}.key").read_bytes(), None)  # type: ignore[misc]
        for name in ("root", "sub", "tsa", "ocsp")
    }
    read = {
        name: x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
        for name in ("root", "sub", "tsa", "ocsp-root", "ocsp-sub")
    }
    address = f"http://127.0.0.1:{json.loads((folder / 'authority.json').read_text())['port']}"
    places: Mapping[str, Places] = {
        name: Places(f"{address}/crl/{name}.crl", f"{address}/ocsp/{name}") for name in ("root", "sub")
    }
    root = Authority(read["root"], keys["root"], places["root"])
    sub = Authority(read["sub"], keys["sub"], places["sub"], root)
    responders = {name: (read[f"ocsp-{name}"], keys["ocsp"]) for name in ("root", "sub")}
    return Demo(root, sub, (read["tsa"], keys["tsa"]), responders, folder)


def _write(path: Path, content: bytes) -> None:
    half = path.with_suffix(path.suffix + ".half")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    half.replace(path)

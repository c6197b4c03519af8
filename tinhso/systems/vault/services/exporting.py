"""One's whole store as one archive, with a manifest that says what each file is and its digest."""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any

from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.lib.vietnamese import fold
from tinhso.systems.vault.models import Paper, Store
from tinhso.systems.vault.services import opening

MEMORY = 8_000_000  # bytes kept in memory before the archive goes to the disk
MOST_BYTES = 2_000_000_000
MISSING = "máy chủ tạm không có tệp này, báo cơ quan vận hành rồi tải lại"
README = (
    "Kho dữ liệu điện tử. manifest.json liệt kê từng giấy tờ: tên, số, cơ quan cấp, thời hạn, giá trị pháp lý,\n"
    "mã SHA-256 của tệp. Tệp nào đổi dù một byte thì mã không còn khớp.\n"
)


def export(store: Store, *, actor: Actor, at: datetime) -> IO[bytes]:
    """The archive from its beginning. Raises OSError where the disk is full, ValueError where it is too large."""
    papers = list(Paper.objects.filter(store=store).select_related("store").order_by("added_at", "pk"))
    archive = tempfile.SpooledTemporaryFile(max_size=MEMORY)  # noqa: SIM115  # the response closes it
    try:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
            lines = _write(packed, papers)
            packed.writestr("manifest.json", json.dumps(_manifest(store, lines, at), ensure_ascii=False, indent=1))
            missing = [f"- {line['name']} {line['number']}: {line['problem']}\n" for line in lines if line["problem"]]
            packed.writestr("DOC-TRUOC.txt", README + "".join(missing))
    except BaseException:
        archive.close()
        raise
    audit.record(
        subject=f"vault:{store.pk}", act="vault.exported", actor=actor.key, actor_name=actor.name,
        data={"papers": len(papers)}, at=at,
    )  # fmt: skip
    archive.seek(0)
    return archive


def _write(packed: zipfile.ZipFile, papers: Iterable[Paper]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    whole = 0
    for number, paper in enumerate(papers, start=1):
        line = _line(paper)
        if paper.has_file:
            lent = opening.open_own(paper)
            whole += lent.size
            if whole > MOST_BYTES:
                raise ValueError("Kho lớn hơn 2 GB: tải từng giấy tờ.")
            place = f"giay-to/{number:03d}-{_slug(paper.name)}{_ending(lent.file_name)}"
            try:
                source = files.read(sha256=lent.sha256)
            except LookupError:  # the others come home all the same, and what is missing is said
                lines.append(line | {"problem": MISSING})
                continue
            with source, packed.open(place, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, 1 << 20)
            line |= {"file": place, "sha256": lent.sha256, "size": lent.size, "media_type": lent.media_type}
        lines.append(line)
    return lines


def _line(paper: Paper) -> dict[str, Any]:
    day = lambda value: value.isoformat() if value else None  # noqa: E731
    return {
        "key": str(paper.key),
        "name": paper.name,
        "kind": paper.kind,
        "zone": paper.zone,
        "number": paper.number,
        "issuer": paper.issuer_name,
        "issued_on": day(paper.issued_on),
        "valid_from": day(paper.valid_from),
        "valid_to": day(paper.valid_to),
        "weight": paper.weight,
        "weight_words": str(Paper.Weight(paper.weight).label),
        "status": paper.status,
        "signature": paper.signature,
        "source": paper.source,
        "source_ref": paper.source_ref,
        "hidden": paper.hidden_at is not None,
        "file": None,
        "problem": "",
    }


def _manifest(store: Store, lines: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
    return {
        "format": "tinhso-vault-1",
        "owner": {"number": store.number, "name": store.name, "kind": store.kind},
        "exported_at": timezone.localtime(at).isoformat(timespec="seconds"),
        "papers": lines,
    }


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60] or "giay-to"


def _ending(file_name: str) -> str:
    ending = file_name.rpartition(".")[2].lower()
    return f".{ending}" if re.fullmatch(r"[a-z0-9]{1,5}", ending) else ""

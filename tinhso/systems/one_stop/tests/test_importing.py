"""`manage.py dossiers import`: another system's dossiers by our rules, each line judged by itself, never twice."""

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.running import pdf
from tinhso.foundation.audit import public as audit
from tinhso.systems.one_stop import importing
from tinhso.systems.one_stop.models import Counter, Dossier, DossierPaper
from tinhso.systems.one_stop.tests.factories import ANSWERS, COMMUNE, GENERIC, Office


def line(once: str, **changes: Any) -> dict[str, Any]:
    applicant = {"name": ANSWERS["applicant_name"], "identity_number": ANSWERS["applicant_id"]}
    return {
        "once": once,
        "procedure_code": GENERIC,
        "unit": COMMUNE,
        "applicant": applicant,
        "data": ANSWERS,
        **changes,
    }


def taken(path: Path, *lines: Any) -> tuple[str, str]:
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in lines))
    out, err = StringIO(), StringIO()
    call_command("dossiers", "import", path, source="cu", stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def test_it_takes_what_is_right_and_says_what_is_wrong_of_the_rest(office: Office, tmp_path: Path) -> None:
    (tmp_path / "giay.pdf").write_bytes(pdf(1))
    (tmp_path / "rong.pdf").write_bytes(b"")
    paper = {"key": "other", "name": "Giấy khai sinh", "file": "giay.pdf"}
    said, wrong = taken(
        tmp_path / "cu.jsonl",
        line("cu-000001", papers=[paper]),
        line("cu-000002", data={**ANSWERS, "applicant_phone": "x"}),
        "{không phải json",
        line("cu-000004", papers=[{**paper, "file": "../cu.jsonl"}]),
        line("cu-000005", papers=[{**paper, "file": "rong.pdf"}]),
        line("cu-000006", papers=[{"key": "other"}]),
        line("ngắn"),
        line("cu-000008", unit="khong-co"),
        "",
        line("cu-000010"),
    )
    assert said == "2 created, 0 repeated, 7 rejected"
    for number, word in (
        (2, "applicant_phone"),
        (3, "JSON"),
        (4, "../cu.jsonl"),
        (5, "trống"),
        (6, "papers[0].name"),
        (7, "once"),
        (8, "unit"),
    ):
        assert any(f"dòng {number}:" in one and word in one for one in wrong.splitlines()), (number, wrong)
    assert Counter.objects.get().last == 2
    assert DossierPaper.objects.get().file_name == "giay.pdf"


def test_the_same_file_again_takes_nothing_twice(office: Office, tmp_path: Path) -> None:
    taken(tmp_path / "cu.jsonl", line("cu-000001"))
    said, wrong = taken(tmp_path / "cu.jsonl", line("cu-000001"), line("cu-000002"))
    assert (said, wrong) == ("1 created, 1 repeated, 0 rejected", "")
    said, wrong = taken(tmp_path / "cu.jsonl", line("cu-000001", data={**ANSWERS, "copies": 3}))
    assert said == "0 created, 0 repeated, 1 rejected"
    assert Dossier.objects.count() == 2


def test_a_file_cut_off_keeps_whole_batches_and_goes_on_later(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    lines = "\n".join(json.dumps(line(f"cu-{n:06d}"), ensure_ascii=False) for n in range(40))
    whole = gzip.compress(lines.encode(), 0)
    path = tmp_path / "cu.jsonl.gz"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(CommandError, match="bị cắt"):
        call_command("dossiers", "import", path, source="cu", stdout=StringIO())
    before = Dossier.objects.count()
    assert 0 < before < 40
    path.write_bytes(whole)
    out = StringIO()
    call_command("dossiers", "import", path, source="cu", stdout=out)
    assert out.getvalue().strip() == f"{40 - before} created, {before} repeated, 0 rejected"
    code = Dossier.objects.latest("id").code
    assert [entry.act for entry in audit.trail(subject=code)] == ["dossier.submitted"]


@pytest.mark.parametrize("source", ["", "Hệ thống cũ", "a", "../x"])
def test_a_source_that_is_no_name_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(CommandError, match="--source"):
        call_command("dossiers", "import", tmp_path / "x", source=source)

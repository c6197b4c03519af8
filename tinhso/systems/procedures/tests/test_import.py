"""The import of a catalogue: whatever stands in the file, every usable record is kept and every other is named."""

import gzip
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from tinhso.lib import line_files
from tinhso.systems.procedures import catalogue, public
from tinhso.systems.procedures.models import ProcedureVersion
from tinhso.systems.procedures.tests.factories import DAY, publish, record

pytestmark = pytest.mark.django_db
NATIONAL = settings.BASE_DIR.parent / "shared" / "data" / "procedures" / "procedures.jsonl.gz"


def file_of(tmp_path: Path, *lines: Any, name: str = "tthc.jsonl") -> Path:
    path = tmp_path / name
    raw = b"".join(
        line + b"\n" if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() + b"\n"
        for line in lines
    )
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


def reasons(report: catalogue.ImportReport) -> dict[int, str]:
    return {rejection.line: rejection.reason for rejection in report.rejected}


def test_the_command_prints_what_became_of_each_record_and_a_reason_for_each_refusal(tmp_path: Path) -> None:
    path = file_of(tmp_path, record(), record("không mã"), name="tthc.jsonl.gz")
    out, err = StringIO(), StringIO()
    call_command("catalogue", "import", str(path), stdout=out, stderr=err)
    assert "1 created, 0 updated, 0 unchanged, 1 rejected" in out.getvalue()
    assert "dòng 2" in err.getvalue()
    assert "không đúng dạng" in err.getvalue()


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    path = file_of(tmp_path, record(), record("1.000656", name="Thủ tục đăng ký khai tử"))
    catalogue.import_file(path, on=DAY)
    again = catalogue.import_file(path, on=DAY)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert ProcedureVersion.objects.count() == 2


def test_the_order_of_keys_and_unknown_keys_are_no_change(tmp_path: Path) -> None:
    catalogue.import_file(file_of(tmp_path, record()), on=DAY)
    shuffled = dict(reversed(list({**record(), "chưa ai biết": {"a": [1]}}.items())))
    assert catalogue.import_file(file_of(tmp_path, shuffled), on=DAY).unchanged == 1


def test_a_changed_procedure_makes_a_version_from_that_day_and_the_old_one_stays_readable(tmp_path: Path) -> None:
    catalogue.import_file(file_of(tmp_path, record()), on=DAY)
    old = public.get_procedure(code="1.001193", on=DAY)
    later = DAY + timedelta(days=10)
    report = catalogue.import_file(file_of(tmp_path, record(name="Đăng ký khai sinh mới")), on=later)
    assert report.updated == 1
    assert public.get_procedure(code="1.001193", on=DAY).name == "Thủ tục đăng ký khai sinh"
    assert public.get_procedure(code="1.001193", on=later).name == "Đăng ký khai sinh mới"
    assert public.get_version(version_id=old.version_id).name == "Thủ tục đăng ký khai sinh"


def test_two_changes_on_one_day_leave_the_last_in_force(tmp_path: Path) -> None:
    for name in ("Tên một", "Tên hai", "Tên ba"):
        catalogue.import_file(file_of(tmp_path, record(name=name)), on=DAY)
    assert public.get_procedure(code="1.001193", on=DAY).name == "Tên ba"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{khong phai json", "không phải JSON"),
        (b'"chi la chu"', "không phải một đối tượng"),
        (b"[]", "không phải một đối tượng"),
        (b'{"name": "x"}', "thiếu mã"),
        (b'{"code": null, "name": "x"}', "thiếu mã"),
        (b'{"code": 1.001193, "name": "x"}', "ngoặc kép"),
        (b'{"code": "abc", "name": "x"}', "không đúng dạng"),
        (b'{"code": "1.001193"}', "thiếu tên"),
        (b'{"code": "1.001193", "name": ["x"]}', "phải là chữ"),
        (b'{"code": "1.001193", "name": "  . "}', "để trống"),
        ('{"code": "1.001193", "name": "Khai sinh"}'.encode("utf-16"), "UTF-8"),
        (b"[" * 200_000, "lồng quá sâu"),
        (json.dumps({"code": "1.001193", "name": "dài " * 3000}).encode(), "dài"),
    ],
)
def test_a_record_that_cannot_be_kept_is_named_and_the_others_are_kept(
    tmp_path: Path, line: bytes, expected: str
) -> None:
    report = catalogue.import_file(file_of(tmp_path, line.replace(b"\n", b" "), record("1.000656")), on=DAY)
    assert report.created == 1
    assert expected in " ".join(reasons(report).values())


def test_a_code_said_twice_counts_once_and_the_second_names_the_first(tmp_path: Path) -> None:
    report = catalogue.import_file(file_of(tmp_path, record(), record(name="Bản thứ hai")), on=DAY)
    assert report.created == 1
    assert "dòng 1" in reasons(report)[2]
    assert public.get_procedure(code="1.001193", on=DAY).name == "Thủ tục đăng ký khai sinh"


def test_nulls_missing_fields_and_wrong_types_become_empty_values(tmp_path: Path) -> None:
    odd = dict.fromkeys(record()) | {"code": "1.001193", "name": "Khai sinh"}
    wrong = record("1.000656") | {
        "field": 12,
        "agency_level": "Cấp tỉnh",
        "subjects": {"a": 1},
        "methods": "Trực tiếp",
        "components": [None, "x", {"name": None}, {"name": "Giấy", "originals": "hai", "copies": -3}],
        "legal_basis": [[]],
        "result": 7,
        "duration_working_days": "nhiều",
        "duration_text": ["7"],
        "steps_text": True,
        "requirements": 3.5,
    }
    bare = {"code": "1.000894", "name": "Kết hôn"}
    report = catalogue.import_file(file_of(tmp_path, odd, wrong, bare), on=DAY)
    assert (report.created, report.rejected) == (3, [])
    found = public.get_procedure(code="1.000656", on=DAY)
    assert found.levels == ("province",)
    assert [paper.name for paper in found.papers] == ["Giấy"]
    assert found.steps == ()
    assert public.get_procedure(code="1.000894", on=DAY).field == "Lĩnh vực khác"


def test_control_characters_lone_surrogates_and_nan_do_not_stop_it(tmp_path: Path) -> None:
    line = b'{"code": "1.001193", "name": "Khai\\u0000 sinh \\ud800", "duration_working_days": NaN, "x": Infinity}'
    report = catalogue.import_file(file_of(tmp_path, line), on=DAY)
    assert report.created == 1
    assert public.get_procedure(code="1.001193", on=DAY).name == "Khai sinh"


def test_a_huge_text_is_kept_up_to_a_limit_and_html_stays_text(tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script> " + "dài " * 300_000
    catalogue.import_file(file_of(tmp_path, record(steps_text=nasty, requirements=nasty)), on=DAY)
    found = public.get_procedure(code="1.001193", on=DAY)
    assert len(found.steps_text) <= 200_000
    assert any("<script>alert(1)</script>" in block.text for block in found.steps)


def test_a_line_of_many_megabytes_is_refused_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_files, "LONGEST_LINE", 5000)
    report = catalogue.import_file(file_of(tmp_path, record(steps_text="x" * 20_000), record("1.000656")), on=DAY)
    assert report.created == 1
    assert list(reasons(report)) == [1]


@pytest.mark.parametrize("name", ["khong-co.jsonl", "hong.gz", "cat.gz", "thu-muc"])
def test_a_file_that_cannot_be_read_leaves_everything_as_it_was(tmp_path: Path, name: str) -> None:
    whole = gzip.compress(json.dumps(record()).encode() * 200)
    (tmp_path / "hong.gz").write_bytes(whole[:10] + b"rac" * 50)
    (tmp_path / "cat.gz").write_bytes(whole[:-20])
    (tmp_path / "thu-muc").mkdir()
    with pytest.raises(CommandError, match="Không có gì được nhập"):
        call_command("catalogue", "import", str(tmp_path / name), stdout=StringIO(), stderr=StringIO())
    assert not ProcedureVersion.objects.exists()


def test_what_the_province_added_stays_over_a_new_import(tmp_path: Path) -> None:
    publish(record(), source="pack", local={"plain_name": "Khai sinh cho con", "keywords": ["làm khai sinh"]})
    report = catalogue.import_file(file_of(tmp_path, record(steps_text="- Nộp hồ sơ tại quầy.")), on=DAY)
    assert report.updated == 1
    found = public.get_procedure(code="1.001193", on=DAY)
    assert found.plain_name == "Khai sinh cho con"
    assert found.steps_text == "- Nộp hồ sơ tại quầy."
    publish(record(), source="pack", local={"plain_name": "Tên khác"})
    after = public.get_procedure(code="1.001193", on=DAY)
    assert (after.plain_name, after.steps_text) == ("Tên khác", "- Nộp hồ sơ tại quầy.")


@pytest.mark.skipif(not NATIONAL.exists(), reason="the national catalogue is not beside the repository")
def test_the_national_catalogue_is_imported_whole_found_and_opened() -> None:
    report = catalogue.import_file(NATIONAL, on=DAY)
    assert report.created > 2000
    assert not report.rejected
    for text in ("khai sinh", "khai sinh cho con", "lam giay khai sinh"):
        assert public.search(text=text)[0].code == "1.001193"
    for version in ProcedureVersion.objects.select_related("procedure")[::40]:
        found = public.get_procedure(code=version.procedure.code, on=DAY)
        assert found.name
        assert found.steps

"""A pack is loaded whole or not at all, says what it changed, and names each mistake with file, line and remedy."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.models import Assignment, Person, Unit
from tinhso.systems.administration.models import PackLoad
from tinhso.systems.administration.packs import loading
from tinhso.systems.administration.packs.reading import PackRefusedError
from tinhso.systems.administration.tests.pack_factory import PAPER, TABLES, procedure, write_pack
from tinhso.systems.procedures import public as procedures

AT = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = AT.date()


def load(folder: Path, at: datetime = AT) -> loading.LoadReport:
    with transaction.atomic():
        return loading.load(folder, at=at)


@pytest.mark.django_db
def test_a_sound_pack_gives_a_province_that_works(tmp_path: Path) -> None:
    report = load(write_pack(tmp_path / "mau"))
    assert any("units.csv: 5 created" in change for change in report.changes)
    commune = organizations.unit_by_key(key="xa")
    assert commune.code == "H99.101"
    assert organizations.resolve_code(code="000.01.02.H99").key == "xa"
    assert [p.name for p in organizations.holders(unit_id=commune.id, role="specialist")] == ["Trần Thị Một"]
    assert organizations.get_unit(unit_id=commune.id).path[-1] == commune.id
    binding = procedures.binding_on(code="1.001193", on=TODAY)
    assert (binding.process_key, binding.form_key) == ("standard_commune", "generic_request")
    assert procedures.get_procedure(code="1.001193", on=TODAY).papers[0].key == "chung_sinh"
    assert procedures.search(text="làm khai sinh")[0].is_online


@pytest.mark.django_db
def test_a_dossier_of_last_year_has_a_binding_too(tmp_path: Path) -> None:
    load(write_pack(tmp_path / "mau"))
    assert procedures.binding_on(code="1.001193", on=date(2025, 7, 1)).process_version_id


@pytest.mark.django_db
def test_a_second_load_changes_nothing_and_says_so(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mau")
    load(folder)
    assert load(folder).unchanged
    (folder / "ghi-chu.txt").write_text("thêm một tệp không ai đọc")
    assert not any("created" in c and not c.endswith("unchanged") for c in load(folder).changes if "0 created" not in c)


@pytest.mark.django_db
def test_what_an_administrator_changed_stands_until_the_pack_says_something_new_of_it(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mau")
    load(folder)
    procedures.change_fee(code="1.001193", key="main", amount=Decimal(9000), legal_basis="Nghị quyết 1", on=TODAY)
    procedures.change_clock(
        code="1.001193", limit_value=Decimal(2), limit_unit="working_days", cutoff=None, legal_basis="QĐ 2", on=TODAY
    )
    Assignment.objects.filter(post__key="xa/leader-1").update(valid_to=TODAY)
    units = TABLES["units.csv"].replace("Bộ phận Một cửa xã Mẫu", "Trung tâm Phục vụ hành chính công xã Mẫu")
    (folder / "units.csv").write_text(units, encoding="utf-8")
    later = AT + timedelta(days=1)
    report = load(folder, later)
    assert "units.csv: 0 created, 1 updated" in report.changes
    assert procedures.get_procedure(code="1.001193", on=later.date()).fees[0].amount == Decimal(9000)
    assert procedures.binding_on(code="1.001193", on=later.date()).rule.limit.value == Decimal(2)
    assert Assignment.objects.get(post__key="xa/leader-1").valid_to == TODAY
    fees = TABLES["fees.csv"].replace("8000", "10000")
    (folder / "fees.csv").write_text(fees, encoding="utf-8")
    load(folder, later)
    assert procedures.get_procedure(code="1.001193", on=later.date()).fees[0].amount == Decimal(10000)


@pytest.mark.django_db
def test_a_fee_and_a_binding_taken_out_of_the_pack_end_that_day(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mau")
    load(folder)
    for name in ("fees.csv", "bindings.csv"):
        (folder / name).write_text(TABLES[name].splitlines()[0] + "\n", encoding="utf-8")
    load(folder)
    assert procedures.get_procedure(code="1.001193", on=TODAY).fees == ()
    with pytest.raises(LookupError):
        procedures.binding_on(code="1.001193", on=TODAY)
    assert procedures.binding_on(code="1.001193", on=TODAY - timedelta(days=1))


SPOILED = [
    ("units.csv", "xa,Ủy ban nhân dân xã Mẫu,commune,tinh", "xa,,commune,tinh", 3, "«name» để trống"),
    ("units.csv", "xa,Ủy ban nhân dân xã Mẫu,commune", "xa,Ủy ban nhân dân xã Mẫu,lang", 3, "«lang»"),
    ("units.csv", "commune,tinh,25459", "commune,khong-co,25459", 3, "«khong-co»"),
    ("units.csv", "tỉnh Mẫu,province,,", "tỉnh Mẫu,province,xa,", 2, "dưới chính mình"),
    ("units.csv", "2020-01-01,2025-07-01,xa,9", "2020-01-01,2019-01-01,xa,9", 6, "trước ngày bắt đầu"),
    ("units.csv", "2020-01-01,2025-07-01,xa,9", "hôm qua,2025-07-01,xa,9", 6, "không đọc được"),
    ("units.csv", "police-xa,", "Công an,", 5, "sai dạng"),
    ("units.csv", "mot-cua-xa,Bộ", "xa,Bộ", 4, "trùng với dòng 3"),
    ("units.csv", ",province,", ",commune,", 0, "không có đơn vị cấp tỉnh"),
    ("units.csv", "key,name", "khoa,name", 1, "thiếu cột key"),
    ("units.csv", "successor,order", "successor,order,them", 1, "cột lạ them"),
    ("units.csv", ",,,0\n", ",,0\n", 2, "ô, bảng có 9 cột"),
    ("units.csv", "Ủy ban nhân dân xã Mẫu", '"Ủy ban', 0, "không đọc được bảng"),
    ("agency_codes.csv", "H99.101,qd20,xa,", "h99/101,qd20,xa,", 3, "sai dạng"),
    ("agency_codes.csv", "H99.101,qd20,xa,", "H99.101,qd20,lang,", 3, "«lang»"),
    ("agency_codes.csv", "H99.101,qd20,xa,", "H99,qd20,xa,", 3, "đã có hiệu lực cùng ngày ở dòng 2"),
    ("agency_codes.csv", "qcvn102,xa-cu", "cu,xa-cu", 4, "«cu»"),
    ("places.csv", "25460,Xã Cũ,commune,80,2020-01-01,2025-07-01", "25459,Xã Cũ,commune,80,2020-01-01,", 3, "ngày"),
    ("place_successions.csv", "25460", "99999", 2, "99999"),
    ("posts.csv", "specialist,Công", "vua,Công", 2, "«vua»"),
    ("posts.csv", "xa/leader-1,xa,", "xa/leader-1,lang,", 3, "«lang»"),
    ("people.csv", "Trần Thị Một,,", "Trần Thị Một,123,", 2, "12 chữ số"),
    ("assignments.csv", "xa/leader-1,cb-2", "xa/specialist-1,cb-2", 3, "đã có người"),
    ("assignments.csv", "xa/leader-1,cb-2", "xa/leader-1,cb-9", 3, "«cb-9»"),
    ("fees.csv", "1.001193,main", "1.009999,main", 2, "không có trong procedures.jsonl"),
    ("fees.csv", ",8000,", ",8.000 đồng,", 2, "không phải số tiền"),
    ("fees.csv", ",8000,", ",-1,", 2, "không phải số tiền"),
    ("fees.csv", "is_late = true", "is_late = = true", 2, "«condition» không đọc được"),
    ("fees.csv", ",le_phi,", ",thue,", 2, "«thue»"),
    ("fee_rules.csv", "exempt,0", "percent,150", 2, "quá 100%"),
    ("fee_rules.csv", "ngheo,,,", "ngheo,,main,", 2, "khoản thu «main»"),
    ("bindings.csv", "standard_commune", "quy-trinh-la", 2, "processes/*.bpmn"),
    ("bindings.csv", "generic_request", "mau-la", 2, "forms/*.json"),
    ("bindings.csv", ",0,working_days", ",,", 2, "không có thời hạn"),
    ("bindings.csv", "working_days", "ngày làm việc", 2, "«ngày làm việc»"),
    ("bindings.csv", "15:00", "3 giờ chiều", 2, "giờ «3 giờ chiều»"),
    ("bindings.csv", ",commune,KQ", ",so-khong-co,KQ", 2, "«so-khong-co»"),
    ("bindings.csv", ",commune,KQ", ",commune:army,KQ", 2, "army-…"),
    ("bindings.csv", "online;desk", "fax", 2, "«fax»"),
    ("synonyms.csv", "giấy chứng sinh,khai sinh", ",khai sinh", 2, "«said» để trống"),
    ("demo_accounts.csv", ",cb-1,", ",cb-7,", 2, "«cb-7»"),
    ("pack.json", '"format": 1', '"format": 7', 0, "«format» phải là 1"),
    ("pack.json", "2025-07-01", "năm ngoái", 0, "không phải ngày"),
    ("pack.json", "{", "[", 1, "không phải JSON"),
    ("procedures.jsonl", '"popularity": 100', '"popularity": "nhiều"', 1, "popularity"),
    ("procedures.jsonl", '"required": true, ', "", 1, "giấy tờ sai dạng"),
    ("procedures.jsonl", '"plain_name"', '"ten_goi"', 1, "mục lạ ten_goi"),
    ("procedures.jsonl", '"code"', '"ma"', 1, "thiếu mã"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "what"), SPOILED)
def test_each_mistake_is_named_with_its_line_and_a_remedy(
    tmp_path: Path, file: str, old: str, new: str, line: int, what: str
) -> None:
    folder = write_pack(tmp_path / "mau")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackRefusedError) as refused:
        loading.read(folder)
    found = [p for p in refused.value.problems if p.file == file and what in p.what]
    assert found, [str(p) for p in refused.value.problems]
    assert line in (0, found[0].line)
    assert found[0].todo


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path / "mau",
        units__csv=TABLES["units.csv"].replace("2025-07-01,,,1", "x,,,1"),
        fees__csv=TABLES["fees.csv"].replace("8000", "y"),
    )
    with pytest.raises(PackRefusedError) as refused:
        loading.read(folder)
    assert {problem.file for problem in refused.value.problems} == {"units.csv", "fees.csv"}
    assert len(refused.value.problems) == 3


def test_a_file_that_is_missing_or_not_utf_8_is_named(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mau")
    (folder / "units.csv").unlink()
    (folder / "people.csv").write_bytes(TABLES["people.csv"].encode("utf-16"))
    (folder / "messages" / "hong.txt").write_text("Tiêu đề {{ code\n", encoding="utf-8")
    with pytest.raises(PackRefusedError) as refused:
        loading.read(folder)
    text = str(refused.value)
    assert "units.csv: không có tệp này" in text
    assert "people.csv, dòng 1: không phải chữ UTF-8" in text
    assert "messages/hong.txt" in text


@pytest.mark.parametrize(
    "file", ["procedures.jsonl", "units.csv", "posts.csv", "people.csv", "places.csv", "bindings.csv"]
)
def test_a_table_that_cannot_be_read_is_the_only_mistake(tmp_path: Path, file: str) -> None:
    """A thousand lines that refer to it would bury the one that is wrong."""
    folder = write_pack(tmp_path / "mau")
    with (folder / file).open("ab") as table:
        table.write(b"\n\xff\xfe\n")
    with pytest.raises(PackRefusedError) as refused:
        loading.read(folder)
    assert {problem.file for problem in refused.value.problems} == {file}
    assert "UTF-8" in str(refused.value)


def test_two_papers_of_one_key_and_two_procedures_of_one_code_are_named(tmp_path: Path) -> None:
    twice = procedure(local={"papers": [PAPER, PAPER]})
    rows = "\n".join(json.dumps(row, ensure_ascii=False) for row in (twice, procedure()))
    folder = write_pack(tmp_path / "mau", procedures__jsonl=rows)
    with pytest.raises(PackRefusedError) as refused:
        loading.read(folder)
    assert [(p.line, "cùng khoá" in p.what or "trùng" in p.what) for p in refused.value.problems] == [
        (1, True),
        (2, True),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("processes/standard_commune.bpmn", "<definitions/>"),
        ("processes/standard_commune.bpmn", "không phải XML"),
        ("forms/generic_request.json", '{"components": [{"type": "la"}]}'),
        ("calendar_days.csv", "date,kind\nhôm nay,off\n"),
    ],
)
def test_a_process_a_form_or_a_day_that_is_refused_leaves_nothing_half_loaded(
    tmp_path: Path, file: str, content: str
) -> None:
    folder = write_pack(tmp_path / "mau")
    (folder / file).write_text(content, encoding="utf-8")
    err = StringIO()
    with pytest.raises(CommandError, match="Không có gì được nạp"):
        call_command("pack", "load", str(folder), stdout=StringIO(), stderr=err)
    assert file.split("/")[0].split(".")[0] in err.getvalue()
    assert not Unit.objects.exists()
    assert not Person.objects.exists()
    assert not PackLoad.objects.exists()


@pytest.mark.django_db
def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="1 lỗi"):
        call_command("pack", "load", str(tmp_path / "khong-co"), stdout=StringIO(), stderr=StringIO())


@pytest.mark.slow
@pytest.mark.django_db
def test_tay_ninh_is_loaded_whole_and_holds_what_was_promised() -> None:
    out = StringIO()
    call_command("pack", "load", str(settings.BASE_DIR / "packs" / "tay_ninh"), stdout=out)
    assert "đã nạp" in out.getvalue()
    assert len(organizations.units(kind="commune", on=TODAY)) == 96
    hits = procedures.browse(level="commune", online_only=True, limit=10_000)
    assert len(hits) >= 125
    assert len({hit.field for hit in hits}) >= 13
    for commune in organizations.units(kind="commune", on=TODAY):
        for role in ("specialist", "unit_head", "leader", "clerk"):
            assert organizations.holders(unit_id=commune.id, role=role, on=TODAY), (commune.name, role)
        desk = next(u for u in organizations.units(under=commune.id, on=TODAY) if u.kind == "desk")
        assert organizations.holders(unit_id=desk.id, role="desk_officer", on=TODAY)
    commonest = "1.001193 1.000656 1.000894 1.004873 2.000635 2.000815 1.004222 1.004194 1.001612 1.013833 2.000986"
    for code in commonest.split():
        found = procedures.get_procedure(code=code, on=TODAY)
        assert found.papers
        assert found.summary
        assert procedures.binding_on(code=code, on=TODAY).form_key != "generic_request"
    assert [child.unit for child in procedures.binding_on(code="2.000986", on=TODAY).children] == [
        "handling",
        "police",
        "insurance",
    ]

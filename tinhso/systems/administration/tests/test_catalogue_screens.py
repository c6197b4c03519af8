"""Fees, reductions, limits, processes and their hours: new dossiers follow, what was stays."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from tinhso.foundation.accounts.tests.factories import make_account, make_officer
from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations.tests.factories import make_unit
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.tests import factories as drawing
from tinhso.lib.decisions import DecisionTable, Input, Output, Rule, write_dmn
from tinhso.systems.procedures import public as procedures
from tinhso.systems.procedures.tests.factories import publish, record

pytestmark = pytest.mark.django_db
CODE, FIRST = "1.001193", date(2025, 7, 1)
FORMS = ("reduction", "procedure_clock", "procedure_process")


def draw(hours: str = "8") -> bytes:
    return drawing.bpmn(drawing.start(), drawing.user("a", hours=hours), drawing.end(), drawing.flows("start a end"))


@pytest.fixture
def admin(client):
    client.force_login(make_officer("administrator", make_unit("Sở Mẫu", kind="department")))
    return client


@pytest.fixture(autouse=True)
def _catalogue():
    publish(record(CODE), on=FIRST)
    version = workflow.publish_process(key="mau", name="Quy trình mẫu", bpmn=draw(), at=timezone.now())
    workflow.publish_process(key="khac", name="Quy trình khác", bpmn=draw("16"), at=timezone.now())
    bind(version)
    fee = {
        "code": CODE, "key": "copy", "kind": "phi", "name": "Phí cấp bản sao", "amount": Decimal(8000), "per": "copy",
        "channel": "", "condition": "", "note": "", "legal_basis": "Thông tư 281",
    }  # fmt: skip
    procedures.set_fees([fee], on=FIRST, first_day=FIRST)


def bind(version: int) -> None:
    binding = {
        "code": CODE, "process_key": "mau", "process_version_id": version, "form_key": "", "form_version_id": None,
        "limit_value": Decimal(3), "limit_unit": "working_days", "cutoff": None, "handling": "commune",
        "result_name": "Giấy khai sinh", "result_code": "KQ", "channels": ["online"], "legal_basis": "Luật",
        "children": [],
    }  # fmt: skip
    procedures.set_bindings([binding], on=FIRST, first_day=FIRST)


def today(after: int = 0) -> str:
    return f"{timezone.localdate() + timedelta(days=after):%d/%m/%Y}"


def binding(on: date | None = None) -> procedures.Binding:
    return procedures.binding_on(code=CODE, on=on or timezone.localdate())


def address(name: str, *more: str) -> str:
    return reverse(f"administration:{name}", args=[CODE, *more])


ADDRESSES = [
    reverse("administration:catalogue"),
    reverse("administration:processes"),
    reverse("administration:process", args=["mau"]),
    address("procedure"),
    address("fee", "copy"),
    *(address(name) for name in FORMS),
]


@pytest.mark.parametrize("page", ADDRESSES)
def test_only_administrators_enter(client, admin, page):
    assert admin.get(page).status_code == 200
    client.force_login(make_officer("specialist"))
    assert client.get(page).status_code == 403
    client.force_login(make_account())
    assert client.get(page).status_code == 403
    client.logout()
    assert client.get(page).status_code == 302


def test_what_is_not_there_is_not_found(admin):
    for page in (
        reverse("administration:procedure", args=["9.999999"]),
        address("fee", "khong-co"),
        reverse("administration:process", args=["khong-co"]),
    ):
        assert admin.get(page).status_code == 404


def test_procedures_are_found_by_words(admin):
    assert CODE in admin.get(reverse("administration:catalogue"), {"q": "khai sinh"}).content.decode()
    assert "Không tìm thấy" in admin.get(reverse("administration:catalogue"), {"q": "qqqzzz"}).content.decode()


def test_a_fee_gets_another_amount_from_a_day_on(admin):
    typed = {"amount": "10.000", "legal_basis": "Nghị quyết 1", "on": today(5)}
    assert admin.post(address("fee", "copy"), typed).status_code == 302
    now, then = timezone.localdate(), timezone.localdate() + timedelta(days=5)
    assert procedures.get_procedure(code=CODE, on=now).fees[0].amount == 8000
    assert procedures.get_procedure(code=CODE, on=then).fees[0].amount == 10_000
    (entry,) = audit.trail(subject="catalogue")
    assert (entry.act, entry.data["amount"]) == ("fee_changed", "10000")


def test_a_reduction_holds_for_its_days(admin):
    typed = {
        "fee": "copy", "effect": "percent", "value": "50", "condition": "", "on": today(), "until": today(10),
        "explanation": "Giảm khi nộp trực tuyến", "legal_basis": "Nghị quyết 2",
    }  # fmt: skip
    assert admin.post(address("reduction"), typed).status_code == 302
    day = timezone.localdate()
    (line,) = procedures.fee_lines(code=CODE, on=day, data={}, channel="online", copies=1)
    assert line.amount == 4000
    (line,) = procedures.fee_lines(code=CODE, on=day + timedelta(days=11), data={}, channel="online", copies=1)
    assert line.amount == 8000
    assert "Giảm khi nộp trực tuyến" in admin.get(address("procedure")).content.decode()


def test_a_limit_is_for_new_dossiers_and_the_old_binding_stays(admin):
    before = binding()
    typed = {"value": "1,5", "unit": "working_days", "cutoff": "15h", "legal_basis": "Luật mới", "on": today()}
    assert admin.post(address("procedure_clock"), typed).status_code == 302
    after = binding()
    assert (after.rule.limit.value, after.rule.cutoff.hour, after.rule.legal_basis) == (Decimal("1.5"), 15, "Luật mới")
    assert procedures.get_binding(binding_id=before.id).rule.limit.value == 3
    assert "1,5 ngày làm việc" in admin.get(address("procedure")).content.decode()


def test_a_page_for_another_amount_or_limit_keeps_the_table_there_is(admin):
    table = DecisionTable("muc", "Mức thu theo diện tích", (Input("area", "Diện tích", "number"),),
                          (Output("amount", "Mức thu"),), (Rule(("-",), ("50000",)),))  # fmt: skip
    workflow.publish_decision(dmn=write_dmn(table), at=timezone.now())
    typed = {"amount": "10.000", "legal_basis": "Nghị quyết 1", "on": today(), "decision": "muc"}
    assert admin.post(address("fee", "copy"), typed).status_code == 302
    typed = {
        "value": "2",
        "unit": "working_days",
        "cutoff": "",
        "legal_basis": "Luật",
        "on": today(),
        "decision": "muc",
    }
    assert admin.post(address("procedure_clock"), typed).status_code == 302
    for page in (address("fee", "copy"), address("procedure_clock")):
        assert '<option value="muc" selected>' in admin.get(page).content.decode(), page


def test_another_process_is_followed_from_a_day_on(admin):
    assert admin.post(address("procedure_process"), {"process": "khac", "on": today(1)}).status_code == 302
    assert binding().process_key == "mau"
    assert binding(timezone.localdate() + timedelta(days=1)).process_key == "khac"


@pytest.mark.parametrize(
    ("page", "typed", "sentence"),
    [
        ("fee", {"amount": "tám nghìn"}, "Ghi số tiền"),
        ("fee", {"amount": "-5"}, "Ghi số tiền"),
        ("fee", {"amount": "8.00"}, "Ghi số tiền"),
        ("fee", {"amount": ""}, "Ghi mức thu"),
        ("fee", {"on": "01/01/2020"}, "từ hôm nay trở đi"),
        ("fee", {"legal_basis": ""}, "Ghi căn cứ"),
        ("reduction", {"value": "150"}, "từ 1 đến 100"),
        ("reduction", {"value": ""}, "Ghi mức giảm"),
        ("reduction", {"effect": "free"}, "Chọn miễn"),
        ("reduction", {"condition": "1 +"}, ""),
        ("reduction", {"until": "01/01/2020"}, "Ngày cuối"),
        ("reduction", {"fee": "khong-co"}, "Chọn khoản thu"),
        ("procedure_clock", {"value": "-1"}, "Ghi số ngày"),
        ("procedure_clock", {"value": "1,3"}, "Ghi số ngày"),
        ("procedure_clock", {"value": "99999"}, "quá dài"),
        ("procedure_clock", {"value": "1,5", "unit": "calendar_days"}, "số nguyên"),
        ("procedure_clock", {"unit": "weeks"}, "Chọn ngày làm việc"),
        ("procedure_clock", {"cutoff": "25:00"}, "15:00"),
        ("procedure_process", {"process": "khong-co"}, "Chọn quy trình"),
        ("procedure_process", {"on": ""}, "Ghi ngày"),
    ],
)
def test_wrong_values_come_back_with_a_sentence_and_change_nothing(admin, page, typed, sentence):
    good = {
        "amount": "1", "legal_basis": "x", "on": today(), "value": "5", "unit": "working_days", "cutoff": "",
        "process": "khac", "fee": "", "effect": "percent", "condition": "", "until": "", "explanation": "x",
    }  # fmt: skip
    before = binding().id
    response = admin.post(address(page, *(["copy"] if page == "fee" else [])), {**good, **typed})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "cần sửa" in response.content.decode()
    assert binding().id == before
    assert audit.trail(subject="catalogue") == []


def test_other_hours_make_the_next_version_and_new_dossiers_follow_it(admin):
    old = binding()
    version = str(old.process_version_id)
    response = admin.post(reverse("administration:process", args=["mau"]), {"version": version, "hours-a": "4"})
    assert response.status_code == 302
    new = binding()
    assert new.process_version_id == workflow.latest_version(key="mau") != old.process_version_id
    assert procedures.get_binding(binding_id=old.id).process_version_id == old.process_version_id
    (row,) = [row for row in workflow.processes() if row["key"] == "mau"]
    assert (row["number"], [step["hours"] for step in row["steps"] if step["kind"] == "user"]) == (2, ["4"])
    (entry,) = audit.trail(subject="processes")
    assert entry.data["procedures"] == [CODE]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hours-a": "tám"}, "Ghi số ngày hoặc giờ"),
        ({"hours-a": "99999"}, "số giờ quá lớn"),
        ({"hours-a": "8"}, "Chưa có số giờ nào thay đổi"),
        ({"hours-a": "4", "version": "1"}, "vừa được người khác đổi"),
    ],
)
def test_wrong_hours_come_back_with_a_sentence(admin, typed, sentence):
    values = {"version": str(binding().process_version_id), **typed}
    response = admin.post(reverse("administration:process", args=["mau"]), values)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_an_administrator_of_a_commune_decides_nothing_for_the_province(client):
    client.force_login(make_officer("administrator", make_unit("Xã Mẫu")))
    typed = {"amount": "1", "legal_basis": "x", "on": today()}
    assert client.post(address("fee", "copy"), typed).status_code == 403
    values = {"version": str(binding().process_version_id), "hours-a": "4"}
    assert client.post(reverse("administration:process", args=["mau"]), values).status_code == 403

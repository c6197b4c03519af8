"""A process drawn, tried, reviewed by a second person, published, and running cases moved: all without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tinhso.foundation.accounts.tests.factories import make_officer
from tinhso.foundation.audit import public as audit
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.models import CaseRun
from tinhso.foundation.workflow.tests import factories as drawing
from tinhso.systems.studio.models import Draft
from tinhso.systems.studio.tasks import carry_on_migrations

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def open_draft(client, key: str = "p") -> Draft:
    client.post(reverse("studio:open", args=["process", key]))
    return Draft.objects.get(kind="process", key=key, status="editing")


def address(name: str, draft: Draft, *more: str) -> str:
    return reverse(f"studio:{name}", args=[draft.pk, *more])


def steps_of(draft: Draft) -> list[str]:
    draft.refresh_from_db()
    return [row.key for row in workflow.read_table(draft.content.encode()).rows]


def test_every_page_of_a_process_opens(admin, process):
    draft = open_draft(admin)
    pages = [reverse("studio:home"), reverse("studio:new", args=["process"]), reverse("studio:packages")]
    pages += [address(name, draft) for name in ("draft", "table", "drawing", "trial", "replay", "simulation", "file")]
    pages += [address("row", draft, row) for row in steps_of(draft)]
    pages += [reverse(f"studio:{name}", args=["p"]) for name in ("process", "difference", "time", "migration_plan")]
    for page in pages:
        assert admin.get(page).status_code == 200, page
    assert admin.get(reverse("studio:version", args=["p", 1])).content.startswith(b"<")
    assert admin.get(reverse("studio:version", args=["p", 9])).status_code == 404
    assert admin.get(reverse("studio:process", args=["khong-co"])).status_code == 404


def test_search_forgives_missing_marks(admin, process):
    assert "Thử" in text(admin.get(reverse("studio:home"), {"q": "thu"}))
    assert "Không tìm thấy" in text(admin.get(reverse("studio:home"), {"q": "xyzzy"}))


def test_a_step_is_added_changed_moved_and_removed_and_each_is_undone(admin, process):
    draft = open_draft(admin)
    table = address("table", draft)
    answer = admin.post(table, {"rev": 1, "step": "add", "kind": "user", "name": "Thẩm tra", "after": "a"})
    assert answer.url == address("row", draft, "tham_tra")
    assert steps_of(draft) == ["start", "a", "tham_tra", "b", "end"]
    typed = {"rev": 2, "name": "Thẩm tra", "role": "unit_head", "hours": "4,5", "clock": "running", "stage": "checking",
             "outcomes": "Đạt\nkhong = Không đạt", "to-0": "b", "to-1": "a", "answer-1": "khong", "split": "xor",
             "return-a": "1"}  # fmt: skip
    assert admin.post(address("row", draft, "tham_tra"), typed).status_code == 302
    draft.refresh_from_db()
    row = workflow.read_table(draft.content.encode()).row("tham_tra")
    assert (row.role, row.hours, row.outcomes) == ("unit_head", "4.5", (("dat", "Đạt"), ("khong", "Không đạt")))
    assert row.ways == (workflow.Way("b"), workflow.Way("a", 'outcome = "khong"'))
    assert row.returns == ("a",)
    assert workflow.judge_process(draft.content.encode()).problems == ()
    admin.post(table, {"rev": 3, "step": "remove:tham_tra"})
    assert steps_of(draft) == ["start", "a", "b", "end"]
    admin.post(address("act", draft, "undo"), {"rev": 4})
    assert "tham_tra" in steps_of(draft)


def test_a_choice_stays_with_the_step_whose_answer_it_reads(admin, process):
    draft = open_draft(admin)
    typed = {"rev": 1, "name": "Bước a", "role": "specialist", "outcomes": "ok = Đạt\nno = Không đạt", "to-0": "b",
             "to-1": "end", "answer-1": "no", "split": "xor"}  # fmt: skip
    admin.post(address("row", draft, "a"), typed)
    admin.post(address("table", draft), {"rev": 2, "step": "add", "kind": "user", "name": "Kiểm tra", "after": "a"})
    draft.refresh_from_db()
    table = workflow.read_table(draft.content.encode())
    assert set(table.row("a").ways) == {workflow.Way("kiem_tra"), workflow.Way("end", 'outcome = "no"')}
    assert table.row("kiem_tra").ways == (workflow.Way("b"),)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("hours", "-3", "Số giờ"),
        ("hours", "abc", "Số giờ"),
        ("name", "", "Đặt tên"),
        ("when-0", '__import__("os")', "Điều kiện"),
        ("to-0", "khong_co", "không còn trong bảng"),
        ("to-0", "", "Chọn bước đi tiếp"),
        ("outcomes", "ok=A\nok=B", "trùng mã"),
    ],
)
def test_what_is_wrong_in_a_row_is_said_at_the_field_and_nothing_is_lost(admin, process, field, value, sentence):
    draft = open_draft(admin)
    typed = {
        "rev": 1,
        "name": "Bước a",
        "role": "specialist",
        "hours": "8",
        "to-0": "b",
        "note": "Xem kỹ",
        field: value,
    }
    answer = admin.post(address("row", draft, "a"), typed)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Xem kỹ" in text(answer)
    draft.refresh_from_db()
    assert draft.rev == 1


def test_two_people_on_one_draft_the_second_is_told_and_keeps_what_was_typed(admin, second, process):
    draft = open_draft(admin)
    assert open_draft(second).pk == draft.pk
    typed = {"rev": 1, "name": "Bước a mới", "role": "specialist", "hours": "8", "to-0": "b"}
    assert admin.post(address("row", draft, "a"), typed).status_code == 302
    answer = second.post(address("row", draft, "a"), {**typed, "name": "Tên của người thứ hai"})
    assert answer.status_code == 422
    assert "vừa sửa bản nháp này" in text(answer)
    assert "Tên của người thứ hai" in text(answer)
    draft.refresh_from_db()
    assert draft.rev == 2


def test_publishing_needs_a_second_person_and_a_reason(admin, second, process):
    draft = open_draft(admin)
    admin.post(address("table", draft), {"rev": 1, "step": "add", "kind": "user", "name": "Thẩm tra", "after": "a"})
    submit, publish = address("act", draft, "submit"), address("act", draft, "publish")
    assert admin.post(submit, {"rev": 2, "purpose": " "}).status_code == 422
    assert admin.post(submit, {"rev": 2, "purpose": "Thêm thẩm tra theo Quyết định 5"}).status_code == 302
    today = f"{timezone.localdate():%d/%m/%Y}"
    refused = admin.post(publish, {"on": today})
    assert refused.status_code == 422
    assert "người thứ hai" in text(refused)
    assert second.post(publish, {"on": "31/02/2027"}).status_code == 422
    yesterday = f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"
    assert second.post(publish, {"on": yesterday}).status_code == 422
    assert second.post(publish, {"on": today}).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.version_id) == ("published", workflow.latest_version(key="p"))
    assert [row["number"] for row in workflow.versions_of(key="p")] == [2, 1]
    acts = [entry.act for entry in audit.trail(subject="studio:process:p")]
    assert set(acts) == {"draft_opened", "draft_submitted", "draft_published"}
    shown = text(admin.get(reverse("studio:difference", args=["p"])))
    assert "Thẩm tra" in shown
    assert admin.post(address("table", draft), {"rev": 2, "step": "remove:b"}).status_code == 422


def test_a_draft_goes_back_with_a_remark(admin, second, process):
    draft = open_draft(admin)
    admin.post(address("act", draft, "submit"), {"rev": 1, "purpose": "Thử"})
    back = address("act", draft, "return")
    assert second.post(back, {"remark": ""}).status_code == 422
    second.post(back, {"remark": "Thiếu bước thẩm tra"})
    assert "Thiếu bước thẩm tra" in text(admin.get(address("draft", draft)))


def test_a_process_that_can_deadlock_cannot_be_submitted_and_the_place_is_named(admin, process):
    draft = open_draft(admin)
    broken = drawing.bpmn(
        drawing.start(), drawing.xor("x", "x_b"), drawing.user("a"), drawing.user("b"), drawing.both("j"),
        drawing.end(),
        drawing.flows("start x b j end", "a j"), drawing.flow("x", "a", "n = 1"),
    )  # fmt: skip
    told = admin.post(address("replace", draft), {"rev": 1, "content": broken.decode()},
                      headers={"Accept": "application/json"}).json()  # fmt: skip
    assert told["error"] == ""
    assert any("j" in place and "Tắc" in wrong for place, wrong, _ in told["problems"])
    answer = admin.post(address("act", draft, "submit"), {"rev": 2, "purpose": "Thử"})
    assert answer.status_code == 422
    assert "Tắc" in text(answer)


@pytest.mark.parametrize("content", ["<x/>", "not xml", "<!DOCTYPE a><definitions/>", "\x00"])
def test_a_drawing_that_cannot_be_read_is_told_on_the_draft_and_can_be_undone(admin, process, content):
    draft = open_draft(admin)
    admin.post(address("replace", draft), {"rev": 1, "content": content})
    assert admin.get(address("draft", draft)).status_code == 200
    assert admin.get(address("table", draft)).status_code in (200, 302)
    assert admin.get(address("trial", draft)).status_code == 200
    draft.refresh_from_db()
    if draft.rev == 2:
        admin.post(address("act", draft, "undo"), {"rev": 2})
        assert "a" in steps_of(draft)


def test_a_new_process_from_a_file_of_another_modeller_keeps_its_steps(admin, process, tmp_path):
    foreign = tmp_path / "x.bpmn"
    foreign.write_bytes(drawing.bpmn(drawing.start(), drawing.user("t1"), drawing.end(), drawing.flows("start t1 end")))
    with foreign.open("rb") as file:
        answer = admin.post(reverse("studio:new", args=["process"]), {"name": "Cấp phép xây dựng", "file": file})
    draft = Draft.objects.get(pk=re.search(r"\d+", answer.url)[0])
    assert (draft.key, steps_of(draft)) == ("cap_phep_xay_dung", ["start", "t1", "end"])
    (tmp_path / "y.bpmn").write_bytes(b"\xff\xfe broken")
    with (tmp_path / "y.bpmn").open("rb") as file:
        assert admin.post(reverse("studio:new", args=["process"]), {"name": "Hỏng", "file": file}).status_code == 422
    assert admin.post(reverse("studio:new", args=["process"]), {"name": " "}).status_code == 422


def test_a_blank_process_is_sound_from_the_first_moment(admin, unit):
    admin.post(reverse("studio:new", args=["process"]), {"name": "Thủ tục mới"})
    draft = Draft.objects.get()
    assert workflow.judge_process(draft.content.encode()).problems == ()


def test_a_draft_is_clicked_through_and_one_back_is_undo(admin, process):
    draft = open_draft(admin)
    page = text(admin.get(address("trial", draft)))
    code = re.search(r'name="c" value="(complete\|[^"]+)"', page)[1]
    after = text(admin.get(address("trial", draft), {"c": code}))
    assert "Bước b" in after
    assert "Lùi một bước" in after
    assert "không còn chờ" in text(admin.get(address("trial", draft), {"c": "complete|99|x"}))


def test_last_months_cases_are_replayed_and_chance_gives_lateness(admin, process):
    office = drawing.Office()
    at = timezone.now() - timedelta(days=2)
    drawing.start_case(process, office, at=at)
    for role, outcome in (("specialist", "ok"), ("leader", "")):
        (item,) = workflow.open_items(kind="test", subject="D1")
        workflow.complete(item_id=item.id, actor=office.actor(role), outcome=outcome, at=at + timedelta(hours=1))
    draft = open_draft(admin)
    assert "Mọi hồ sơ của tháng qua kết thúc như cũ" in text(admin.get(address("replay", draft)))
    typed = {"rev": 1, "name": "Bước a", "role": "specialist", "outcomes": "ok = Đạt\nno = Không đạt", "to-0": "b",
             "to-1": "ket_thuc", "answer-1": "ok", "split": "xor"}  # fmt: skip
    admin.post(address("table", draft), {"rev": 1, "step": "add", "kind": "end", "name": "Kết thúc", "after": "a"})
    admin.post(address("row", draft, "a"), {**typed, "rev": 2})
    assert "<code>D1</code>" in text(admin.get(address("replay", draft)))
    simulated = text(admin.get(address("simulation", draft), {"days": "3", "cases": "1000"}))
    assert "Dự kiến trễ" in simulated
    assert "đo thực tế" in simulated
    spent = text(admin.get(reverse("studio:time", args=["p"])))
    assert 'data-node="a"' in spent


def test_running_cases_move_after_a_dry_run_and_come_back_by_one_click(admin, process):
    office = drawing.Office()
    for number in range(3):
        drawing.start_case(process, office, subject=f"D{number}")
    drawing.publish(drawing.bpmn(drawing.start(), drawing.user("a2", hours="4"), drawing.user("b", role="leader"),
                                 drawing.end(), drawing.flows("start a2 b end")))  # fmt: skip
    plan = reverse("studio:migration_plan", args=["p"])
    shown = text(admin.get(plan))
    assert "Bước «Bước a (a)» không còn" in shown
    assert CaseRun.objects.filter(version_id=process).count() == 3
    given = {"old": "1", "new": "2", "map-a": "a2", "timers": "keep", "go": "1"}
    assert admin.post(plan, {**given, "reason": ""}).status_code == 422
    answer = admin.post(plan, {**given, "reason": "Gọn bước"})
    assert CaseRun.objects.filter(version_id=process).count() == 0
    page = text(admin.get(answer.url))
    assert "Đưa tất cả về như cũ" in page
    admin.post(answer.url, {"step": "revert"})
    assert CaseRun.objects.filter(version_id=process).count() == 3


def test_a_revert_that_was_broken_off_is_finished_by_the_worker(admin, process):
    office = drawing.Office()
    for number in range(3):
        drawing.start_case(process, office, subject=f"D{number}")
    drawing.publish(drawing.bpmn(drawing.start(), drawing.user("a"), drawing.end(), drawing.flows("start a end")))
    plan = reverse("studio:migration_plan", args=["p"])
    answer = admin.post(plan, {"old": "1", "new": "2", "timers": "keep", "go": "1", "reason": "Gọn bước"})
    made = int(answer.url.rpartition("/")[2])
    workflow.revert_batch(migration_id=made, actor=drawing.Office().actor("leader"), at=timezone.now(), size=1)
    assert CaseRun.objects.filter(version_id=process).count() == 1
    assert workflow.migration(migration_id=made).to_revert == 2
    assert "Đang đưa về tiếp" in text(admin.get(answer.url))
    assert carry_on_migrations() == 2
    assert CaseRun.objects.filter(version_id=process).count() == 3
    assert carry_on_migrations() == 0
    assert "Đã đưa về như trước" in text(admin.get(answer.url))


def test_only_whoever_manages_processes_of_the_province_comes_in(process, client, unit):

    assert client.get(reverse("studio:home")).status_code in (302, 403)
    client.force_login(make_officer("specialist", unit))
    assert client.get(reverse("studio:home")).status_code == 403

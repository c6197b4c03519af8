"""The way of a dossier through the hands of officials, and what they are refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import StaleWorkItemError
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.tests.factories import Office, paper
from tinhso.systems.procedures import public as procedures

State = Dossier.State


def test_a_dossier_goes_from_the_citizen_to_the_result(office: Office) -> None:
    code = office.with_result()
    assert office.dossier(code).state == State.DONE
    office.do(services.return_result, code)
    dossier = office.dossier(code)
    assert dossier.national_status == 10
    assert dossier.verdict in {"early", "on_time"}
    assert dossier.result_number == "12/GKS"
    kinds = list(dossier.history.order_by("at", "id").values_list("kind", flat=True))
    assert kinds == ["submitted", "received", "drafted", "finished", "returned"]
    assert "dossier.returned" in [entry.act for entry in audit.trail(subject=code)]
    one_stop.rate(code=code, actor=office.citizen, score=5, comment="Tốt", at=office.tick())
    assert dossier.rating.score == 5


def test_receipt_starts_the_clock_and_the_owner_sees_why_that_date(office: Office) -> None:
    code = office.received()
    seen = one_stop.track(code=code, actor=office.citizen, at=office.at)
    assert seen.state == State.RECEIVED
    assert seen.national_status == 2
    assert seen.due_at is not None
    assert "3 ngày làm việc" in seen.explanation
    assert seen.holder_name
    assert [step.state for step in seen.steps][-1] == "ahead"


def test_just_received_becomes_handled_when_somebody_takes_it(office: Office) -> None:
    code = office.received()
    office.do(services.take_over, code)
    dossier = office.dossier(code)
    assert dossier.state == State.EXAMINING
    assert dossier.national_status == 4


def test_the_head_gives_a_step_to_another(office: Office) -> None:
    code = office.received()
    item = services.lead_step(office.dossier(code))
    others = [p for p in organizations.holders(unit_id=item.unit_id, role=item.role) if p.id != item.assignee_id]
    office.do(services.assign, code, actor=office.actors["truongphong"], person_id=others[0].id)
    assert office.dossier(code).responsible_person_id == others[0].id
    with pytest.raises(one_stop.RefusedError, match="không giữ vị trí"):
        office.do(services.assign, code, actor=office.actors["truongphong"], person_id=office.desk.person_id)


def test_another_agency_may_not_finish_the_step(office: Office) -> None:
    code = office.received()
    with pytest.raises(PermissionError, match="thẩm quyền"):
        office.do(services.finish_examination, code, actor=office.actors["baohiem"])
    with pytest.raises(PermissionError):
        office.do(services.accept_dossier, office.submit(), actor=office.citizen)


def test_the_second_of_two_officials_hears_who_was_first(office: Office) -> None:
    code = office.received()
    item = services.lead_step(office.dossier(code))
    office.do(services.finish_examination, code)
    with pytest.raises(StaleWorkItemError):
        office.do(services.complete_step, code, outcome="pass", item_id=item.id)


def test_a_step_of_another_stage_is_refused_with_where_it_stands(office: Office) -> None:
    code = office.submit()
    with pytest.raises(one_stop.RefusedError, match="Chờ tiếp nhận"):
        office.do(services.approve, code, actor=office.actors["lanhdao"])


def test_a_supplement_stops_the_clock_and_starts_it_anew(office: Office) -> None:
    code = office.received()
    first_due = office.dossier(code).due_at
    office.do(services.request_supplement, code, items=["Bản sao trích lục"], reason="Thiếu giấy tờ")
    waiting = office.dossier(code)
    assert (waiting.state, waiting.national_status, waiting.due_at) == (State.AWAITING_SUPPLEMENT, 5, None)
    assert "Bản sao trích lục" in waiting.visible_reason
    assert waiting.responsible_person_id is not None
    seen = one_stop.track(code=code, actor=office.citizen, at=office.at)
    assert seen.wanted == ("Bản sao trích lục",)
    assert seen.can_supplement
    office.tick(72)
    office.supplement(code)
    again = office.dossier(code)
    assert again.due_at is not None
    assert first_due is not None
    assert again.due_at > first_due
    assert again.papers.get(round=1).name == "Giấy tờ khác"


def test_a_second_request_is_warned_of_and_flagged(office: Office) -> None:
    code = office.received()
    office.do(services.request_supplement, code, items=["Ảnh"], reason="Thiếu giấy tờ")
    office.supplement(code)
    with pytest.raises(one_stop.RefusedError, match="một lần") as refused:
        office.do(services.request_supplement, code, items=["Ảnh rõ hơn"], reason="Ảnh mờ")
    assert refused.value.findings[0].place == "again"
    office.do(services.request_supplement, code, items=["Ảnh rõ hơn"], reason="Ảnh mờ", again=True)
    last = office.dossier(code).history.filter(kind="supplement_requested").latest("at")
    assert last.data["again"] is True


def test_a_supplement_asked_before_receipt_leaves_the_clock_alone(office: Office) -> None:
    code = office.submit()
    office.do(services.request_supplement, code, items=["Ảnh"], reason="Thiếu giấy tờ")
    assert office.dossier(code).received_at is None
    office.supplement(code)
    assert office.dossier(code).state == State.SUBMITTED
    office.do(services.accept_dossier, code)
    assert office.dossier(code).due_at is not None


def test_an_unanswered_supplement_closes_the_dossier_after_fifteen_days(office: Office) -> None:
    code = office.received()
    office.do(services.request_supplement, code, items=["Ảnh"], reason="Thiếu giấy tờ")
    workflow.fire_due_timers(at=office.at + timedelta(days=14))
    assert office.dossier(code).state == State.AWAITING_SUPPLEMENT
    workflow.fire_due_timers(at=office.at + timedelta(days=15, minutes=1))
    dossier = office.dossier(code)
    assert (dossier.state, dossier.national_status) == (State.CLOSED, 8)
    assert "15 ngày" in dossier.visible_reason


def test_a_supplement_sent_twice_counts_once(office: Office) -> None:
    code = office.received()
    office.do(services.request_supplement, code, items=["Ảnh"], reason="Thiếu giấy tờ")
    from tinhso.systems.one_stop.tests.factories import paper

    for _ in range(2):
        one_stop.supplement(
            code=code, actor=office.citizen, data=None, papers=[paper()], at=office.tick(), once="supplement-1"
        )
    assert office.dossier(code).papers.count() == 1


def test_refusals_need_reasons_and_tell_receipt_from_resolution(office: Office) -> None:
    code = office.submit()
    with pytest.raises(one_stop.RefusedError, match="lý do"):
        office.do(services.refuse_dossier, code, reasons=["", " "])
    office.do(services.refuse_dossier, code, reasons=["Không thuộc thẩm quyền"])
    assert office.dossier(code).national_status == 3
    later = office.received()
    office.do(services.refuse_dossier, later, reasons=["Không đủ điều kiện"])
    assert (office.dossier(later).state, office.dossier(later).national_status) == (State.DECLINED, 8)


def test_a_financial_duty_pauses_the_clock_until_it_is_paid(office: Office) -> None:
    code = office.received()
    fee = office.do(services.demand_fee, code, name="Lệ phí", amount=Decimal(120_000), reason="Luật phí, lệ phí")
    assert office.dossier(code).national_status == 6
    assert office.dossier(code).is_paused
    with pytest.raises(PermissionError):
        services.mark_paid(code=code, actor=office.citizen, fee_ids=[fee.pk], how="cash", at=office.tick())
    services.mark_paid(code=code, actor=office.desk, fee_ids=[fee.pk], how="cash", at=office.tick())
    assert office.dossier(code).national_status == 4
    assert office.dossier(code).due_at is not None
    with pytest.raises(one_stop.RefusedError, match="trước đó"):
        services.mark_paid(code=code, actor=office.desk, fee_ids=[fee.pk], how="cash", at=office.tick())


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-5), Decimal("0.5"), Decimal(10) ** 16])
def test_a_duty_is_a_whole_positive_sum(office: Office, amount: Decimal) -> None:
    with pytest.raises(one_stop.RefusedError, match="Số tiền"):
        office.do(services.demand_fee, office.received(), name="x", amount=amount, reason="Luật phí")


def test_the_leader_sends_a_draft_back_with_a_reason(office: Office) -> None:
    code = office.at_approval()
    with pytest.raises(one_stop.RefusedError, match="lý do"):
        office.do(services.return_to_step, code, reason=" ")
    office.do(services.return_to_step, code, reason="Sai căn cứ")
    assert office.dossier(code).state == State.DRAFTING


def test_the_number_of_a_result_is_checked(office: Office) -> None:
    code = office.at_approval()
    office.do(services.approve, code)
    day = timezone.localtime(office.at).date()
    with pytest.raises(one_stop.RefusedError, match="số của kết quả"):
        office.do(services.number_result, code, number=" ", day=day)
    with pytest.raises(one_stop.RefusedError, match="trước ngày tiếp nhận"):
        office.do(services.number_result, code, number="1", day=day - timedelta(days=9))


def test_stop_and_resume_keep_the_step_and_move_the_date(office: Office) -> None:
    code = office.received()
    due = office.dossier(code).due_at
    leader = office.actors["lanhdao"]
    services.stop_dossier(code=code, actor=leader, reason="Chờ xác minh", at=office.tick())
    stopped = office.dossier(code)
    assert (stopped.state, stopped.national_status, stopped.is_paused) == (State.STOPPED, 8, True)
    with pytest.raises(one_stop.RefusedError, match="tạm dừng"):
        office.do(services.finish_examination, code)
    office.tick(24 * 7)
    services.resume_dossier(code=code, actor=leader, at=office.tick())
    resumed = office.dossier(code)
    assert resumed.state == State.EXAMINING
    assert due is not None
    assert resumed.due_at is not None
    assert resumed.due_at > due


def test_the_owner_withdraws_while_no_decision_has_been_made(office: Office) -> None:
    code = office.received()
    with pytest.raises(PermissionError):
        one_stop.withdraw(code=code, actor=office.actors["doanhnghiep"], reason="Không cần nữa", at=office.tick())
    one_stop.withdraw(code=code, actor=office.citizen, reason="Không cần nữa", at=office.tick())
    assert office.dossier(code).national_status == 7
    assert workflow.open_items(kind="dossier", subject=str(office.dossier(code).pk)) == []
    late = office.at_approval()
    with pytest.raises(one_stop.RefusedError, match="không rút được"):
        one_stop.withdraw(code=late, actor=office.citizen, reason="Không cần nữa", at=office.tick())


def test_agencies_are_asked_in_parallel_and_answer_once(office: Office) -> None:
    code = office.received()
    asked = [organizations.unit_by_key(key=key).id for key in ("so-tu-phap", "insurance")]
    made = office.do(
        services.ask_agencies,
        code,
        unit_ids=asked,
        question="Có ý kiến gì không?",
        due_at=office.at + timedelta(hours=9),
    )
    assert len(made) == 2
    with pytest.raises(one_stop.RefusedError, match="Đang chờ trả lời"):
        office.do(
            services.ask_agencies, code, unit_ids=asked[:1], question="Có ý kiến gì không?",
            due_at=office.at + timedelta(hours=9),
        )  # fmt: skip
    theirs = next(c for c in made if c.unit_id == asked[1])
    with pytest.raises(PermissionError):
        services.answer_consultation(
            consultation_id=theirs.pk, actor=office.holder(code), answer="Đồng ý", agrees=True, at=office.tick()
        )
    insurance = office.actors["baohiem"]
    services.answer_consultation(
        consultation_id=theirs.pk, actor=insurance, answer="Thống nhất", agrees=True, at=office.tick()
    )
    with pytest.raises(one_stop.RefusedError, match="đã trả lời"):
        services.answer_consultation(
            consultation_id=theirs.pk, actor=insurance, answer="Thống nhất", agrees=True, at=office.tick()
        )


def test_a_bulk_action_says_what_became_of_each(office: Office) -> None:
    codes = [office.at_approval() for _ in range(2)] + [office.submit(), "H99-260101-0001"]
    leader = office.holder(codes[0])
    results = services.each(codes, lambda code: services.approve(code=code, actor=leader, at=office.tick()))
    assert [result.done for result in results] == [True, True, False, False]
    assert "Chờ tiếp nhận" in results[2].sentence
    assert office.dossier(codes[1]).state == State.NUMBERING
    with pytest.raises(one_stop.RefusedError, match="100"):
        services.each([f"c{n}" for n in range(101)], lambda code: None)


def test_strangers_see_only_the_state(office: Office) -> None:
    code = office.received()
    seen = one_stop.track(code=code, actor=office.actors["doanhnghiep"], at=office.at)
    assert not seen.is_full
    assert seen.applicant_name == "N. T. Ưởng"
    assert (seen.steps, seen.explanation, seen.holder_name) == ((), "", "")


def test_an_officials_reading_is_on_the_owners_page(office: Office) -> None:
    code = office.received()
    one_stop.track(code=code, actor=office.holder(code), at=office.at)
    readings = audit.readings_of(owner=office.citizen.identity_number)
    assert [reading.subject for reading in readings] == [code]


def test_in_a_commune_the_head_names_who_examines_and_checks_the_draft(office: Office) -> None:
    """Walk of economy, land and building: specialist, head, leader, clerk, all of the commune."""
    papers = [
        paper(one.key, one.name) for one in procedures.get_procedure(code="1.000314").papers if not one.is_shown_only
    ]
    code = office.received(procedure_code="1.000314", papers=papers)
    head = office.holder(code)
    specialist = next(
        held.id for held in organizations.holders(unit_id=office.dossier(code).handling_unit_id, role="specialist")
    )
    office.do(services.assign_at_step, code, person_id=specialist)
    office.do(services.finish_examination, code)
    office.do(services.draft_result, code, draft={"content": "Chấp thuận vị trí nút giao"})
    assert office.dossier(code).state == State.CHECKING
    assert "unit_head" in {post.role for post in office.holder(code).posts}
    assert "unit_head" in {post.role for post in head.posts}
    office.do(services.check_draft, code)
    assert office.dossier(code).state == State.APPROVING
    assert "leader" in {post.role for post in office.holder(code).posts}

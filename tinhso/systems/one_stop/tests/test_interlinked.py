"""Birth, residence and health insurance: one receipt, one due date, three agencies with their own clocks."""

import pytest
from django.test import Client

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.notifications import public as notifications
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.demo.people import People, read_names
from tinhso.systems.one_stop.demo.samples import Samples
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services.checking import Applicant
from tinhso.systems.one_stop.tests.factories import INTERLINKED, Office, paper
from tinhso.systems.procedures import public as procedures

State = Dossier.State


@pytest.fixture
def whole(office: Office) -> str:
    """An interlinked dossier just received."""
    from pathlib import Path
    from random import Random

    from django.conf import settings

    binding = procedures.binding_on(code=INTERLINKED, on=office.at.date())
    people = People(read_names(Path(settings.BASE_DIR) / "packs" / "tay_ninh"), Random(3))
    me = Applicant(name=office.citizen.name, identity_number=office.citizen.identity_number, phone="0912345678")
    data = Samples(people, Random(3), office.at.date()).answers(binding.form_version_id, me)
    wanted = procedures.get_procedure(code=INTERLINKED).papers
    papers = [paper(key=p.key, name=p.name) for p in wanted if p.required]
    code = office.submit(procedure_code=INTERLINKED, data=data, papers=papers)
    office.do(services.accept_dossier, code)
    return code


def part(whole: str, key: str) -> Dossier:
    return Dossier.objects.get(parent__code=whole, part_key=key)


def finish(office: Office, code: str) -> None:
    for _ in range(6):
        if not office.dossier(code).is_open:
            return
        item = services.lead_step(office.dossier(code))
        office.do(services.complete_step, code, outcome=item.outcomes[0][0] if item.outcomes else "")


def test_each_part_has_its_own_code_agency_and_clock(office: Office, whole: str) -> None:
    birth = part(whole, "birth")
    assert birth.code != whole
    assert birth.due_at is not None
    assert birth.due_at < office.dossier(whole).due_at
    assert not Dossier.objects.filter(parent__code=whole, part_key="residence").exists()
    finish(office, birth.code)
    residence, insurance = part(whole, "residence"), part(whole, "insurance")
    assert len({birth.handling_unit_id, residence.handling_unit_id, insurance.handling_unit_id}) == 3
    assert office.dossier(whole).state == State.EXAMINING
    assert residence.procedure_name in office.dossier(whole).visible_reason


def test_the_owner_sees_every_part_from_the_first_day(office: Office, whole: str) -> None:
    def seen() -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
        t = one_stop.track(code=whole, actor=office.citizen, at=office.at)
        return [p.procedure_name for p in t.parts], [(p.name, p.after) for p in t.parts_ahead]

    birth = part(whole, "birth")
    begun, ahead = seen()
    assert begun == [birth.procedure_name]
    assert len(ahead) == 2
    assert {after for _, after in ahead} == {(birth.procedure_name,)}
    finish(office, birth.code)
    begun, later = seen()
    assert sorted(begun[1:]) == sorted(name for name, _ in ahead)
    assert later == []


def test_one_due_date_that_parts_do_not_move(office: Office, whole: str) -> None:
    due = office.dossier(whole).due_at
    for key in ("birth", "insurance", "residence"):
        finish(office, part(whole, key).code)
        assert office.dossier(whole).due_at == due
    assert office.dossier(whole).state == State.DONE
    office.do(services.return_result, whole)
    assert office.dossier(whole).state == State.RETURNED


def test_the_owner_follows_whole_and_parts_in_one_place(office: Office, whole: str) -> None:
    seen = one_stop.track(code=whole, actor=office.citizen, at=office.at)
    assert [p.procedure_code for p in seen.parts] == ["1.001193"]
    assert seen.parts[0].is_full
    assert not limbo(at=office.at).offenders


def test_withdrawing_the_whole_ends_its_parts(office: Office, whole: str) -> None:
    with pytest.raises(one_stop.RefusedError, match="liên thông"):
        one_stop.withdraw(
            code=part(whole, "birth").code, actor=office.citizen, reason="Không cần nữa", at=office.tick()
        )
    one_stop.withdraw(code=whole, actor=office.citizen, reason="Không cần nữa", at=office.tick())
    assert office.dossier(whole).state == State.WITHDRAWN
    assert part(whole, "birth").state == State.WITHDRAWN


def test_a_part_asks_for_a_supplement_of_its_own(office: Office, whole: str) -> None:
    birth = part(whole, "birth").code
    office.do(services.request_supplement, birth, items=["Giấy chứng sinh"], reason="Thiếu giấy tờ")
    assert part(whole, "birth").state == State.AWAITING_SUPPLEMENT
    assert "Giấy chứng sinh" in office.dossier(whole).visible_reason
    office.supplement(birth)
    assert part(whole, "birth").state == State.EXAMINING


def finish_all(office: Office, whole: str, *keys: str) -> None:
    for key in keys:
        finish(office, part(whole, key).code)


def test_each_part_is_in_the_hands_of_its_own_agency_with_its_own_date(office: Office, whole: str) -> None:
    finish(office, part(whole, "birth").code)
    holders = {key: office.holder(part(whole, key).code) for key in ("residence", "insurance")}
    assert {post.unit_name for post in holders["residence"].posts} == {"Công an phường Tân Ninh"}
    assert "Bảo hiểm" in holders["insurance"].posts[0].unit_name
    seen = one_stop.track(code=whole, actor=office.citizen, at=office.at)
    assert [p.code for p in seen.parts] == [part(whole, key).code for key in ("birth", "residence", "insurance")]
    for shown in seen.parts[1:]:
        assert shown.holder_name
        assert shown.due_at is not None
        assert shown.next_date is not None
        assert shown.due_at <= (seen.due_at or shown.due_at)
    with pytest.raises((PermissionError, one_stop.RefusedError)):
        office.do(services.finish_examination, part(whole, "insurance").code, actor=holders["residence"])
    finish(office, part(whole, "insurance").code)
    assert office.dossier(whole).state == State.EXAMINING
    finish(office, part(whole, "residence").code)
    seen = one_stop.track(code=whole, actor=office.citizen, at=office.at)
    assert (seen.state, seen.unit_name) == (State.DONE, office.desk.posts[0].unit_name)
    assert not limbo(at=office.at).offenders


def test_the_whole_waits_while_its_first_part_waits_for_the_owner(office: Office, whole: str) -> None:
    birth, due = part(whole, "birth").code, office.dossier(whole).due_at
    office.do(services.request_supplement, birth, items=["Giấy chứng sinh"], reason="Thiếu giấy tờ")
    assert office.dossier(whole).due_at is None
    assert office.dossier(whole).is_paused
    assert not limbo(at=office.at).offenders
    office.tick(96)
    office.supplement(birth)
    moved = office.dossier(whole)
    assert due is not None
    assert not moved.is_paused
    assert moved.due_at is not None
    assert moved.due_at > due
    finish_all(office, whole, "birth", "residence", "insurance")
    office.do(services.return_result, whole)
    assert office.dossier(whole).state == State.RETURNED
    assert office.dossier(whole).verdict != Dossier.Verdict.LATE


def test_a_later_part_that_waits_moves_the_one_date_and_the_owner_is_told(office: Office, whole: str) -> None:
    finish(office, part(whole, "birth").code)
    due, residence = office.dossier(whole).due_at, part(whole, "residence").code
    office.do(services.request_supplement, residence, items=["Giấy tờ nhà ở"], reason="Chưa có chỗ ở hợp pháp")
    assert office.dossier(whole).is_paused
    told = notifications.messages_of(account_id=office.citizen.account_id or 0)
    assert any(residence in message.title + message.body for message in told)
    assert "Đăng ký thường trú: Xin nộp bổ sung" in one_stop.my_dossiers(actor=office.citizen)[0].asks
    client = Client()
    client.force_login(Account.objects.get(username="congdan"))
    assert f"/my/dossiers/{residence}/supplement" in client.get(f"/my/dossiers/{whole}").content.decode()
    finish(office, part(whole, "insurance").code)
    assert office.dossier(whole).state == State.EXAMINING
    assert not limbo(at=office.at).offenders
    office.tick(24 * 8)
    office.supplement(residence)
    after = office.dossier(whole).due_at
    assert due is not None
    assert after is not None
    assert after == part(whole, "residence").due_at
    assert after > due
    finish(office, residence)
    assert office.dossier(whole).state == State.DONE
    assert office.dossier(whole).verdict != Dossier.Verdict.LATE


def test_a_later_part_refused_leaves_the_others_their_result(office: Office, whole: str) -> None:
    finish(office, part(whole, "birth").code)
    residence = part(whole, "residence").code
    office.do(services.refuse_dossier, residence, reasons=["Không có chỗ ở hợp pháp tại phường"])
    assert part(whole, "residence").state == State.DECLINED
    assert office.dossier(whole).state == State.EXAMINING
    finish(office, part(whole, "insurance").code)
    assert office.dossier(whole).state == State.DONE
    told = notifications.messages_of(account_id=office.citizen.account_id or 0)
    assert any(residence in message.title + message.body for message in told)
    office.do(services.return_result, whole)
    assert [p.state for p in office.dossier(whole).parts.order_by("id")] == [
        State.RETURNED,
        State.DECLINED,
        State.RETURNED,
    ]


def test_without_a_birth_there_is_nothing_to_join(office: Office, whole: str) -> None:
    office.do(services.refuse_dossier, part(whole, "birth").code, reasons=["Trẻ đã được đăng ký khai sinh nơi khác"])
    assert office.dossier(whole).state == State.DECLINED
    assert office.dossier(whole).parts.count() == 1


def test_a_part_that_is_late_says_so_and_the_whole_is_still_followed(office: Office, whole: str) -> None:
    finish(office, part(whole, "birth").code)
    late = part(whole, "residence")
    finish(office, part(whole, "insurance").code)
    office.tick(24 * 12)
    assert late.due_at is not None
    assert late.due_at < office.at
    seen = one_stop.track(code=whole, actor=office.citizen, at=office.at)
    assert next(p for p in seen.parts if p.code == late.code).due_at == late.due_at
    assert late.procedure_name in office.dossier(whole).visible_reason
    finish(office, late.code)
    assert part(whole, "residence").verdict == Dossier.Verdict.LATE
    assert office.dossier(whole).verdict == Dossier.Verdict.LATE
    assert part(whole, "insurance").verdict != Dossier.Verdict.LATE


def test_a_part_nobody_supplements_is_closed_by_rule_and_the_rest_goes_on(office: Office, whole: str) -> None:
    finish(office, part(whole, "birth").code)
    residence = part(whole, "residence").code
    office.do(services.request_supplement, residence, items=["Giấy tờ nhà ở"], reason="Chưa có chỗ ở hợp pháp")
    finish(office, part(whole, "insurance").code)
    office.tick(24 * 15 + 1)
    assert workflow.fire_due_timers(at=office.at) == 1
    assert part(whole, "residence").state == State.CLOSED
    assert office.dossier(whole).state == State.DONE
    assert not office.dossier(whole).is_paused
    assert not limbo(at=office.at).offenders

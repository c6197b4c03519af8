"""Asking other agencies: a step of theirs beside the examiner's, one act with the row of question and answer."""

from datetime import timedelta

import pytest
from django.test import Client

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.notifications import public as notifications
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import Consultation, Dossier
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import reminders
from tinhso.systems.one_stop.tests.factories import Office, person_actor

State = Dossier.State
POLICE, JUSTICE = "police-phuong-tan-ninh", "so-tu-phap"


def unit(key: str) -> int:
    return organizations.unit_by_key(key=key).id


def ask(office: Office, code: str, *keys: str, hours: float = 4) -> list[Consultation]:
    due_at = office.at + timedelta(hours=hours + 1)
    return office.do(
        services.ask_agencies,
        code,
        unit_ids=[unit(key) for key in keys],
        question="Người nộp có nơi cư trú đúng không?",
        due_at=due_at,
    )


def worker(key: str, role: str) -> Actor:
    return person_actor(organizations.holders(unit_id=unit(key), role=role)[0].id)


def answer(office: Office, asked: Consultation, actor: Actor) -> Consultation:
    return services.answer_consultation(
        consultation_id=asked.pk, actor=actor, answer="Thống nhất với hồ sơ", agrees=True, at=office.tick(0.1)
    )


def steps_of(code: str) -> dict[int, workflow.WorkItem]:
    subject = services.subject_of(Dossier.objects.get(code=code))
    items = workflow.open_items(kind="dossier", subject=subject)
    return {item.unit_id: item for item in items if item.stage == "consultation"}


def seen_by(actor: Actor, whose: str = "posts") -> list[str]:
    wanted = workflow.InboxFilter(whose=whose, kind="dossier", stages=("consultation",))
    return [item.subject for item in workflow.inbox(actor=actor, wanted=wanted).items]


def test_two_agencies_asked_at_once_each_see_it_with_its_own_date(office: Office) -> None:
    code = office.received()
    examiner = office.holder(code)
    police, justice = ask(office, code, POLICE, JUSTICE)
    subject = str(office.dossier(code).pk)
    for asked, key in ((police, POLICE), (justice, JUSTICE)):
        step = steps_of(code)[unit(key)]
        assert (step.role, step.due_at, step.is_lead) == ("unit_head", asked.due_at, False)
        head = worker(key, "unit_head")
        assert seen_by(head) == [subject]
        assert step.assignee_id is not None
        assert seen_by(person_actor(step.assignee_id), "mine") == [subject]
    assert office.dossier(code).responsible_person_id == examiner.person_id
    assert office.dossier(code).state in {State.RECEIVED, State.EXAMINING}
    assert not limbo(at=office.at).offenders


def test_an_answer_ends_the_step_and_the_examiner_goes_on_when_all_are_in(office: Office) -> None:
    code = office.received()
    police, justice = ask(office, code, POLICE, JUSTICE)
    answer(office, police, worker(POLICE, "unit_head"))
    assert set(steps_of(code)) == {unit(JUSTICE)}
    with pytest.raises(one_stop.RefusedError, match="Sở Tư pháp chưa trả lời ý kiến"):
        office.do(services.finish_examination, code)
    answer(office, justice, worker(JUSTICE, "specialist"))
    assert not steps_of(code)
    office.do(services.finish_examination, code)
    assert office.dossier(code).state == State.DRAFTING


def test_going_on_without_an_answer_needs_a_reason_that_is_kept(office: Office) -> None:
    code = office.received()
    police, justice = ask(office, code, POLICE, JUSTICE)
    answer(office, police, worker(POLICE, "unit_head"))
    office.tick(6)
    office.do(services.finish_examination, code, text="Đã quá hạn trả lời, nội dung không bắt buộc")
    line = office.dossier(code).history.get(kind="consultation_given_up")
    assert (line.data["late"], line.note) == ([unit(JUSTICE)], "Đã quá hạn trả lời, nội dung không bắt buộc")
    assert office.dossier(code).state == State.DRAFTING
    assert not steps_of(code)
    with pytest.raises(one_stop.RefusedError, match="thôi hỏi"):
        answer(office, justice, worker(JUSTICE, "unit_head"))
    assert not limbo(at=office.at).offenders


def test_nobody_but_the_agency_asked_answers_and_only_once(office: Office) -> None:
    code = office.received()
    (police,) = ask(office, code, POLICE)
    with pytest.raises(PermissionError, match="Công an"):
        answer(office, police, worker(JUSTICE, "unit_head"))
    answer(office, police, worker(POLICE, "specialist"))
    with pytest.raises(one_stop.RefusedError, match="đã trả lời câu hỏi này"):
        answer(office, police, worker(POLICE, "unit_head"))
    assert Consultation.objects.get().answered_by_name == worker(POLICE, "specialist").name


def test_asking_a_second_time_is_possible_when_the_first_answer_is_in(office: Office) -> None:
    code = office.received()
    (first,) = ask(office, code, POLICE)
    with pytest.raises(one_stop.RefusedError, match="Đang chờ trả lời của: Công an"):
        ask(office, code, POLICE)
    ask(office, code, JUSTICE)
    answer(office, first, worker(POLICE, "unit_head"))
    ask(office, code, POLICE)
    assert set(steps_of(code)) == {unit(POLICE), unit(JUSTICE)}


def test_a_supplement_withdraws_the_questions(office: Office) -> None:
    code = office.received()
    ask(office, code, POLICE)
    office.do(services.request_supplement, code, items=["Giấy chứng sinh"], reason="Thiếu giấy tờ")
    assert Consultation.objects.filter(cancelled_at__isnull=False).count() == 1
    assert not steps_of(code)
    office.supplement(code)
    ask(office, code, POLICE)
    assert set(steps_of(code)) == {unit(POLICE)}


def test_one_does_not_ask_oneself_nor_where_the_process_has_no_such_step(office: Office) -> None:
    code = office.received()
    with pytest.raises(one_stop.RefusedError, match="không tự hỏi mình"):
        ask(office, code, "ubnd-phuong-tan-ninh")
    with pytest.raises(one_stop.RefusedError, match="không còn trong danh mục"):
        office.do(
            services.ask_agencies,
            code,
            unit_ids=[10**9],
            question="Có đúng không?",
            due_at=office.at + timedelta(hours=4),
        )
    drafting = office.received()
    office.do(services.finish_examination, drafting)
    with pytest.raises(one_stop.RefusedError, match="dự thảo"):
        ask(office, drafting, POLICE)
    assert not Consultation.objects.exists()


def test_the_agency_asked_answers_from_its_inbox(office: Office) -> None:
    code = office.received()
    (police,) = ask(office, code, POLICE)
    client = Client()
    client.force_login(Account.objects.get(username="congan.xa"))
    head = Client()
    head.force_login(account_at(POLICE))
    page = head.get("/inbox?whose=posts&only=consultation").content.decode()
    assert str(office.dossier(code).code) in page
    assert "Người nộp có nơi cư trú đúng không?" in page
    page = client.get(f"/dossiers/{code}")
    assert page.status_code == 200
    assert f"/dossiers/{code}/acts/answer" in page.content.decode()
    typed = {"agrees": "yes", "answer": "Đúng nơi cư trú đã đăng ký"}
    assert client.post(f"/dossiers/{code}/acts/answer", typed)["Location"] == "/inbox"
    police.refresh_from_db()
    assert (police.answer, police.agrees) == ("Đúng nơi cư trú đã đăng ký", True)
    assert not steps_of(code)


def test_the_examiner_is_warned_before_going_on(office: Office) -> None:
    code = office.received()
    ask(office, code, POLICE)
    client = Client()
    client.force_login(Account.objects.get(username="chuyenvien"))
    address = f"/dossiers/{code}/acts/examination"
    assert "chưa trả lời ý kiến" in client.get(address).content.decode()
    refused = client.post(address, {"note": ""})
    assert refused.status_code == 422
    assert client.post(address, {"note": "Không cần chờ, dữ liệu đã có"})["Location"] == "/inbox"
    assert office.dossier(code).state == State.DRAFTING


def test_an_agency_that_keeps_silent_is_told_of_with_the_examiner_and_the_head_of_the_desk(office: Office) -> None:
    code = office.received()
    examiner = office.actors["chuyenvien"]
    office.do(services.take_over, code, actor=examiner)
    (police,) = ask(office, code, POLICE)
    assert reminders.tell_of_silence(at=office.at) == 0
    office.tick(6)
    told = reminders.tell_of_silence(at=office.at)
    assert told >= 3
    message = notifications.messages_of(account_id=examiner.account_id or 0)[0]
    assert message.title == f"Hồ sơ {code}: Công an phường Tân Ninh chưa trả lời ý kiến"
    before = len(notifications.messages_of(account_id=examiner.account_id or 0))
    reminders.tell_of_silence(at=office.at)
    assert len(notifications.messages_of(account_id=examiner.account_id or 0)) == before
    answer(office, police, worker(POLICE, "unit_head"))
    assert reminders.tell_of_silence(at=office.at) == 0


def account_at(key: str) -> Account:
    """An account for the head of an agency that has none in the demonstration."""
    head = worker(key, "unit_head")
    return Account.objects.create(username=f"head-{key}", kind="official", name=head.name, person_id=head.person_id)

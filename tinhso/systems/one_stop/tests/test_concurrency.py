"""Numbers under load: none doubled, none skipped, a double send counted once; on real, committed transactions."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing.models import SigningOrder
from tinhso.foundation.workflow.public import StaleWorkItemError
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import Consultation, Dossier
from tinhso.systems.one_stop.signatures import one
from tinhso.systems.one_stop.tests.factories import ANSWERS, COMMUNE, GENERIC, Office, person_actor
from tinhso.systems.one_stop.tests.signing_office import SigningOffice


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Office]:
    """The pack committed; the database is emptied afterwards, ids go on: plans of processes are remembered by id."""
    call_command("pack", "load", str(settings.BASE_DIR / "packs" / "tay_ninh"), verbosity=0)
    yield Office()
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(format('%I', tablename), ', ') from pg_tables where schemaname = 'public'"
                       " and tablename <> 'django_migrations' and tablename not like 'audit_epoch'")  # fmt: skip
        cursor.execute(f"truncate {cursor.fetchone()[0]} cascade")


def send(office: Office, once: str, *, fail: bool = False) -> str:
    try:
        with transaction.atomic():
            receipt = one_stop.submit(
                procedure_code=GENERIC, form_version_id=None, data=ANSWERS, papers=[], unit_key=COMMUNE,
                actor=office.citizen, at=office.at, once=once,
            )  # fmt: skip
            if fail:
                raise RuntimeError("the line broke before the commit")
            return receipt.code
    except RuntimeError:
        return ""
    finally:
        connection.close()


@pytest.mark.slow
def test_many_senders_at_once_leave_no_gap_and_no_double(committed: Office) -> None:
    jobs = [(f"key-{n % 30}", n % 7 == 0) for n in range(60)]  # every key twice; some fail after the number
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda job: send(committed, job[0], fail=job[1]), jobs))
    given = {code for code in codes if code}
    kept = sorted(Dossier.objects.values_list("code", flat=True))
    assert given == set(kept)
    assert [int(code[-4:]) for code in kept] == list(range(1, len(kept) + 1))
    by_key = Counter(key for (key, _), code in zip(jobs, codes, strict=True) for key in [key] if code)
    assert len(kept) == len(by_key)


def reply(office: Office, asked: Consultation, role: str, at: datetime) -> str:
    try:
        with transaction.atomic():
            person = organizations.holders(unit_id=asked.unit_id, role=role)[0]
            services.answer_consultation(
                consultation_id=asked.pk, actor=person_actor(person.id), answer="Thống nhất", agrees=True, at=at
            )
            return "answered"
    except one_stop.RefusedError as refused:
        return str(refused)
    finally:
        connection.close()


@pytest.mark.slow
def test_answers_at_the_same_second_all_count_once(committed: Office) -> None:
    office = committed
    keys = ("police-phuong-tan-ninh", "so-tu-phap")
    with transaction.atomic():
        code = office.received()
        made = office.do(
            services.ask_agencies,
            code,
            unit_ids=[organizations.unit_by_key(key=key).id for key in keys],
            question="Có đúng nơi cư trú không?",
            due_at=office.at + timedelta(hours=6),
        )
    at = office.tick()
    jobs = [(asked, role) for asked in made for role in ("unit_head", "specialist")]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda job: reply(office, *job, at), jobs))
    assert said.count("answered") == 2
    assert all("đã trả lời câu hỏi này" in sentence for sentence in said if sentence != "answered")
    assert not Consultation.objects.filter(answered_at__isnull=True).exists()
    with transaction.atomic():
        office.do(services.finish_examination, code)
    assert office.dossier(code).state == Dossier.State.DRAFTING


@pytest.mark.slow
def test_two_leaders_who_sign_one_result_in_the_same_second_issue_one(
    committed: Office, request: pytest.FixtureRequest
) -> None:
    """The slower one hears that the step is done, and nothing of that signature stays."""
    with transaction.atomic():
        office = SigningOffice(var=request.getfixturevalue("services"))
        specialist = office.actors["chuyenvien"]
        deputy = replace(office.leader, account_id=specialist.account_id, person_id=specialist.person_id, name="Phó")
        office.give_key(deputy)
        code = office.at_approval()
    together = Barrier(2)

    def sign(actor: Actor) -> str:
        try:
            with transaction.atomic():
                seen = office.seen(code, actor)
            together.wait(20)
            with transaction.atomic():
                office.sign(code, actor=actor, seen=seen)
            return "signed"
        except (one_stop.RefusedError, StaleWorkItemError) as why:
            return str(why)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(sign, [office.leader, deputy]))
    assert said.count("signed") == 1
    assert "bước" in "".join(said)
    dossier = office.dossier(code)
    assert dossier.state == "numbering"
    order = SigningOrder.objects.get()
    assert dossier.result_draft[one.SIGNED] == order.signed_sha256
    assert [event.data["sha256"] for event in dossier.history.filter(kind="signed")] == [order.signed_sha256]

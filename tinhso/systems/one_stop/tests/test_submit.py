"""Sending a dossier: what is said before, what is written, what a second sending gets."""

from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.models import Counter, Dossier, DossierPaper
from tinhso.systems.one_stop.tests.factories import ANSWERS, COMMUNE, GENERIC, Office, paper
from tinhso.systems.procedures import public as procedures


def findings(office: Office, **changes: object) -> dict[str, str]:
    values = {"procedure_code": GENERIC, "data": ANSWERS, "papers": [], "actor": office.citizen, "at": office.at}
    found = one_stop.preflight(**{**values, "unit_key": COMMUNE, **changes})
    return {finding.place: finding.sentence for finding in found if finding.blocking}


def test_it_gives_a_code_a_holder_a_date_and_a_reason(office: Office) -> None:
    code = office.submit(papers=[paper()])
    dossier = office.dossier(code)
    day = timezone.localtime(office.at)
    assert code == f"H53.118.02-{day:%y%m%d}-0001"
    assert dossier.state == Dossier.State.SUBMITTED
    assert dossier.national_status == 1
    assert dossier.responsible_role == "desk_officer"
    assert dossier.next_date is not None
    assert "Một cửa" in dossier.visible_reason
    assert dossier.due_at is None
    assert DossierPaper.objects.filter(dossier=dossier, media_type="application/pdf").count() == 1
    assert [item.stage for item in workflow.open_items(kind="dossier", subject=str(dossier.pk))] == ["intake"]
    assert [entry.act for entry in audit.trail(subject=code)] == ["dossier.submitted"]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from outbox_storedevent where kind = 'DossierSubmitted' and key = %s", [code])
        assert cursor.fetchone()[0] == 1


def test_the_same_key_gives_the_same_receipt(office: Office) -> None:
    first = office.submit(once="draft-0001")
    assert office.submit(once="draft-0001") == first
    assert Dossier.objects.count() == 1
    assert Counter.objects.get().last == 1


def test_a_key_used_for_something_else_is_refused(office: Office) -> None:
    office.submit(once="draft-0001")
    with pytest.raises(one_stop.RepeatedWithOtherContentError, match="khoá mới"):
        office.submit(once="draft-0001", data={**ANSWERS, "subject": "Việc khác"})


def test_two_people_may_use_the_same_key(office: Office) -> None:
    first = office.submit(once="draft-0001")
    other = replace(office.citizen, account_id=office.actors["doanhnghiep"].account_id)
    assert office.submit(once="draft-0001", actor=other) != first


def test_numbers_go_on_within_the_day_and_start_anew_the_next(office: Office) -> None:
    assert [office.submit()[-4:] for _ in range(3)] == ["0001", "0002", "0003"]
    office.tick(24)
    assert office.submit()[-4:] == "0001"


def test_it_refuses_wrong_answers_with_the_field_they_stand_in(office: Office) -> None:
    found = findings(office, data={**ANSWERS, "applicant_phone": "12", "pledge": False})
    assert {"applicant_phone", "pledge"} <= set(found)
    with pytest.raises(one_stop.RefusedError):
        office.submit(data={**ANSWERS, "applicant_phone": "12"})
    assert not Dossier.objects.exists()
    assert not Counter.objects.exists()


def test_it_refuses_a_file_it_cannot_read(office: Office) -> None:
    lost = one_stop.PaperGiven(key="other", name="Bản vẽ", sha256="0" * 64, file_name="ban-ve.pdf")
    assert "ban-ve.pdf" in findings(office, papers=[lost])["other"]
    empty = one_stop.PaperGiven(key="other", name="Bản vẽ", sha256="", file_name="")
    assert "chưa có tệp" in findings(office, papers=[empty])["other"]


def test_it_names_required_papers_that_are_missing(office: Office) -> None:
    on = timezone.localdate()
    code = next(
        hit.code
        for hit in procedures.browse(online_only=True, limit=500)
        if any(p.required for p in procedures.get_procedure(code=hit.code, on=on).papers)
    )
    required = [p for p in procedures.get_procedure(code=code, on=on).papers if p.required]
    assert {p.key for p in required} <= set(findings(office, procedure_code=code))


def test_it_refuses_a_form_of_an_old_version_and_says_what_to_do(office: Office) -> None:
    assert "bản mới" in findings(office, form_version_id=999_999)["form"]


def test_it_refuses_a_procedure_that_cannot_be_filed(office: Office) -> None:
    assert "9.999999" in findings(office, procedure_code="9.999999")[""]


@pytest.mark.parametrize("key", ["", "khong-co", "so-tu-phap", "' or 1=1 --"])
def test_it_refuses_a_unit_that_does_not_handle_it(office: Office, key: str) -> None:
    assert findings(office, unit_key=key)["unit"]


def test_a_vanished_commune_leads_to_its_successor(office: Office) -> None:
    code = office.submit(unit_key="ubnd-cu-phuong-1-tay-ninh")
    assert office.dossier(code).handling_unit_id == office.dossier(office.submit()).handling_unit_id


def test_it_refuses_a_number_nobody_can_have(office: Office) -> None:
    wrong = replace(office.citizen, identity_number="12345")
    assert "identity_number" in findings(office, actor=wrong)


def test_it_warns_of_a_second_dossier_without_refusing(office: Office) -> None:
    code = office.submit()
    values = {"procedure_code": GENERIC, "data": ANSWERS, "papers": [], "actor": office.citizen, "at": office.at}
    warned = one_stop.preflight(**values, unit_key=COMMUNE)
    assert [finding.blocking for finding in warned] == [False]
    assert code in warned[0].sentence


def test_any_desk_takes_a_paper_dossier_and_receives_it_at_once(office: Office) -> None:
    code = office.submit(actor=office.actors["motcua.tinh"], channel="desk")
    dossier = office.dossier(code)
    assert code.startswith("H53.01")
    assert dossier.state == Dossier.State.RECEIVED
    assert dossier.received_at is not None
    assert dossier.due_at is not None
    assert dossier.owner_account_id is None
    assert dossier.identity_number == ANSWERS["applicant_id"]


def test_an_import_takes_many_and_refuses_each_by_itself(office: Office) -> None:
    from tinhso.systems.one_stop.services.intake import Request, applicant_of, import_dossiers

    def request(once: str, **changes: object) -> Request:
        data = {**ANSWERS, **changes}
        applicant = applicant_of(office.citizen, data)
        return Request(GENERIC, data, [], COMMUNE, office.citizen, office.at, once, applicant, channel="api")

    results = import_dossiers([request("a"), request("b", applicant_phone="x"), request("a"), request("c")])
    assert [type(result).__name__ for result in results] == ["Receipt", "RefusedError", "Receipt", "Receipt"]
    assert results[0].code == results[2].code
    assert results[2].repeated
    assert Counter.objects.get().last == 2

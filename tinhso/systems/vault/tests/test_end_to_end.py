"""The whole way: issued by one agency, come into the store by event, used at another procedure, read, taken back."""

from datetime import timedelta
from io import BytesIO

from django.utils import timezone

from tests.running import pdf
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.tests.factories import COMMUNE, Office, services
from tinhso.systems.portal.tests.factories import drafts
from tinhso.systems.vault.models import Paper, Reading, Use
from tinhso.systems.vault.tests.factories import BIRTH, MARRIAGE, NOTICE, client_of, deliver, put, result

SINGLE = "1.004873"  # Giấy xác nhận tình trạng hôn nhân


def test_a_confirmation_issued_once_is_used_for_the_marriage(office: Office) -> None:
    office.at -= timedelta(days=1)  # its hours of work end before the pages are opened now, late in the evening too
    who = {"applicant_name": office.citizen.name, "applicant_id": office.citizen.identity_number}
    issued = result(
        office, number="31/XNTTHN", procedure_code=SINGLE, actor=office.desk, channel="desk", accept=False, data=who,
        return_channel="electronic",
    )  # fmt: skip
    deliver()
    assert not Paper.objects.exists()  # the fee is not paid yet
    fees = office.dossier(issued).fees.values_list("pk", flat=True)
    services.mark_paid(
        code=issued, actor=office.desk, fee_ids=list(fees), how="cash", receipt_number="1", at=office.tick()
    )
    deliver()
    paper = Paper.objects.get(source_ref=issued)
    assert paper.kind == "marital_status"
    assert paper.valid_to is not None  # six months, by the pack

    draft = drafts.start(actor=office.citizen, code=MARRIAGE, unit_key=COMMUNE, at=office.tick())
    client = client_of()
    page = client.get(f"/filing/{draft.pk}/papers").content.decode()
    assert "31/XNTTHN" in page
    client.post(f"/filing/{draft.pk}/papers", {"_pick": f"marital_status:{paper.key}"})
    draft.refresh_from_db()
    given = drafts.given(draft)
    assert [one.vault for one in given] == [str(paper.key)]
    code = office.submit(
        procedure_code=MARRIAGE, actor=office.desk, channel="desk", accept=False, data=who, papers=given
    )
    assert Use.objects.get(paper=paper).dossier_code == code

    kept = office.dossier(code).papers.get()
    assert client_of("motcua.xa").get(f"/dossiers/{code}/papers/{kept.pk}").status_code == 200
    read = Reading.objects.filter(paper=paper, subject=code).latest("id")
    assert (read.reader_name, read.what) == (office.desk.name, "file")

    client_of("lanhdao").post(f"/issued/{paper.key}/revocation", {"reason": "Xác nhận sai tình trạng"})
    deliver()
    assert "Xác nhận sai tình trạng" in client_of("motcua.xa").get(f"/dossiers/{code}").content.decode()
    again = drafts.start(actor=office.citizen, code=MARRIAGE, unit_key=COMMUNE, at=timezone.now())
    assert "31/XNTTHN" not in client.get(f"/filing/{again.pk}/papers").content.decode()


def preflight(office: Office, **changes: object) -> list[one_stop.Finding]:
    values = {
        "procedure_code": BIRTH, "data": {}, "papers": [], "actor": office.citizen, "at": office.at,
        "unit_key": COMMUNE,
    }  # fmt: skip
    found = one_stop.preflight(**{**values, **changes})  # type: ignore[arg-type]
    return [finding for finding in found if finding.place == NOTICE]


def test_preflight_demands_what_is_not_held_and_nothing_else(office: Office) -> None:
    [finding] = preflight(office)
    assert finding.blocking
    assert "Thiếu giấy tờ bắt buộc" in finding.sentence
    put(office)
    [finding] = preflight(office)
    assert not finding.blocking
    assert "cơ quan tự lấy, không phải nộp" in finding.sentence
    assert not Reading.objects.exists()  # that it is there, not what it says


def test_a_paper_uploaded_all_the_same_is_taken(office: Office) -> None:
    put(office)
    draft = drafts.start(actor=office.citizen, code=BIRTH, unit_key=COMMUNE, at=office.at)
    drafts.take_back_paper(draft, draft.papers[0]["id"])
    asked = next(one for one in drafts.papers_asked(draft, office.at) if one.key == NOTICE)
    drafts.give_paper(draft, asked=asked, content=BytesIO(pdf(77)), file_name="moi.pdf")
    assert [one.vault for one in drafts.given(draft)] == [""]

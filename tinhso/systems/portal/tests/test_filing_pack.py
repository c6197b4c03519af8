"""Each form of the pack goes from an empty draft to a dossier of the real desk."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.files.tests import factories as papers
from tinhso.foundation.forms.tests.pack import filled
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import drafts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]
FORMS = {
    "1.001193": "birth_registration",
    "1.000656": "death_registration",
    "1.000894": "marriage_registration",
    "1.004873": "marital_status",
    "2.000635": "civil_status_copy",
    "2.000815": "certified_copy",
    "1.004222": "permanent_residence",
    "1.004194": "temporary_residence",
    "1.001612": "household_business",
    "1.013833": "land_change",
    "2.000986": "interlinked_birth",
    "1.000080": "generic_request",
}


@pytest.mark.parametrize("code", FORMS)
def test_a_filled_form_with_its_papers_becomes_a_dossier(code: str, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    at = timezone.now()
    account = accounts.account_by_number(identity_number="072190004217")
    assert account is not None
    actor = accounts.actor_of_account(account_id=account.id)
    draft = drafts.start(actor=actor, code=code, unit_key="ubnd-phuong-tan-ninh", at=at)
    drafts.answer(draft, filled(FORMS[code]))
    for asked in drafts.papers_asked(draft, at):
        if asked.required:
            drafts.give_paper(draft, asked=asked, content=io.BytesIO(papers.pdf()), file_name="giay.pdf")
    assert [finding.sentence for finding in drafts.findings(draft, actor=actor, at=at) if finding.blocking] == []
    dossier = drafts.send(draft, actor=actor, at=at)
    assert drafts.send(draft, actor=actor, at=at) == dossier
    assert one_stop.track(code=dossier, actor=actor, at=at).procedure_code == code

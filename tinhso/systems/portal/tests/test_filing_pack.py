"""Each form of the pack goes from an empty draft to a dossier of the real desk."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.files.tests import factories as papers
from tinhso.foundation.forms.tests.pack import FOLDER, filled
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import drafts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]
with (FOLDER.parent / "bindings.csv").open(encoding="utf-8") as table:
    FORMS = {row["form"]: row["procedure"] for row in reversed(list(csv.DictReader(table)))}  # the first of each form


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_filled_form_with_its_papers_becomes_a_dossier(form: str, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    code = FORMS[form]
    at = timezone.now()
    account = accounts.account_by_number(identity_number="072190004217")
    assert account is not None
    actor = accounts.actor_of_account(account_id=account.id)
    draft = drafts.start(actor=actor, code=code, unit_key="ubnd-phuong-tan-ninh", at=at)
    drafts.answer(draft, filled(form, day=timezone.localdate(at)))
    for asked in drafts.papers_asked(draft, at):
        if asked.required:
            drafts.give_paper(draft, asked=asked, content=io.BytesIO(papers.pdf()), file_name="giay.pdf")
    assert [finding.sentence for finding in drafts.findings(draft, actor=actor, at=at) if finding.blocking] == []
    dossier = drafts.send(draft, actor=actor, at=at)
    assert drafts.send(draft, actor=actor, at=at) == dossier
    assert one_stop.track(code=dossier, actor=actor, at=at).procedure_code == code

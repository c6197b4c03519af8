"""Dossiers of the demo citizen at chosen places of their way, made in a running province by its own services."""

SOURCE = """
import json, uuid
from django.db import transaction
from django.utils import timezone
from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.files import public as files
from tinhso.systems.one_stop import public as one_stop, services
from tinhso.systems.procedures import public as procedures
from tests.running import pdf

CODE, UNIT = "1.000080", "ubnd-phuong-tan-ninh"
now = timezone.now

def actor(username):
    return accounts.actor_of_account(account_id=Account.objects.get(username=username).pk)

def file_one():
    citizen = actor("congdan")
    data = {
        "applicant_kind": "citizen", "applicant_name": citizen.name, "applicant_id": citizen.identity_number,
        "applicant_phone": "0912345417", "applicant_province": "80", "applicant_commune": "25459",
        "applicant_address": "Khu phố 3", "subject": "Xin trích lục", "request": "Trích lục nhận con", "pledge": True,
    }
    papers = []
    for number, paper in enumerate(procedures.get_procedure(code=CODE).papers):
        if paper.required and not paper.is_shown_only:
            kept = files.keep(content=pdf(number), name="giay.pdf")
            papers.append(one_stop.PaperGiven(paper.key, paper.name, kept.sha256, "giay.pdf"))
    binding = procedures.binding_on(code=CODE, on=timezone.localdate())
    with transaction.atomic():
        return one_stop.submit(
            procedure_code=CODE, form_version_id=binding.form_version_id, data=data, papers=papers, unit_key=UNIT,
            actor=citizen, at=now(), once=uuid.uuid4().hex,
        ).code

def do(name, code, by, **given):
    with transaction.atomic():
        getattr(services, name)(code=code, actor=actor(by), at=now(), **given)
"""


def run(province, steps: str):
    """The JSON that the steps print last, after SOURCE."""
    return province.python(SOURCE + "\n" + steps)

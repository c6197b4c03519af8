"""Papers in stores for tests."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.running import pdf
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.files import public as files
from tinhso.foundation.outbox import public as outbox
from tinhso.systems.one_stop.tests.factories import Office, services
from tinhso.systems.vault import public as vault
from tinhso.systems.vault.models import Content, Paper

BIRTH = "1.001193"  # asks for a hospital birth notice (birth_certificate_hospital)
MARRIAGE = "1.000894"  # may ask for a confirmation of marital status
NOTICE = "birth_certificate_hospital"
_numbers = count(1)


def client_of(username: str = "congdan") -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def deliver() -> None:
    while outbox.deliver_pending():
        pass


def keep(number: int = 1) -> str:
    return files.keep(content=pdf(number), name="giay.pdf").sha256


def put(office: Office, **changes: Any) -> Paper:
    """A hospital birth notice, digitised at a desk, in the citizen's store."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "owner_number": office.citizen.identity_number,
        "owner_kind": "citizen",
        "owner_name": office.citizen.name,
        "source": "digitisation",
        "source_ref": f"so-hoa-{number}",
        "zone": "digitised",
        "weight": 3,
        "kind": "hospital_birth_notice",
        "name": "Giấy chứng sinh",
        "number": f"{number}/CS",
        "issuer_name": "Bệnh viện đa khoa tỉnh",
        "issued_on": timezone.localdate() - timedelta(days=20),
        "sha256": keep(number),
        "file_name": "giay-chung-sinh.pdf",
    }
    key = vault.deposit(paper=vault.Deposit(**{**values, **changes}), at=office.at)
    return Paper.objects.select_related("store").get(key=key)


def result(office: Office, *, number: str = "7/GKS", sha256: str = "", **changes: Any) -> str:
    """The code of a dossier whose result is numbered."""
    code = office.received(**changes)
    office.do(services.finish_examination, code)
    office.do(services.draft_result, code, draft={"text": "Đồng ý"})
    office.do(services.approve, code)
    day: date = timezone.localtime(office.at).date()
    office.do(services.number_result, code, number=number, day=day, sha256=sha256 or keep(9000))
    return code


def file_of(paper: Paper) -> str:
    """The digest of a paper's file."""
    return Content.objects.get(paper=paper).sha256

"""What lies in the stores of the demo accounts: each zone and legal weight, expired, taken back and hidden too.

All of it goes in through the store's own services, as papers of real systems do.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing import public as signing
from tinhso.lib.typesetting import typeset
from tinhso.systems.vault.models import Delegate, Paper, Store
from tinhso.systems.vault.records import Deposit
from tinhso.systems.vault.services import delegating, keeping, lapsing

TEMPLATE = Path(__file__).parent / "paper.typ"
SOURCE = "demo"
ISSUED, DIGITISED = Paper.Zone.ISSUED, Paper.Zone.DIGITISED
RESULT, CERTIFIED, SCANNED = Paper.Weight.RESULT, Paper.Weight.CERTIFIED, Paper.Weight.DIGITISED


@dataclass(frozen=True, slots=True)
class Sample:
    """A paper as the demo has it. issuer: "": the agency that keeps the seal. days: how long ago it was given."""

    name: str
    number: str
    zone: Paper.Zone
    weight: Paper.Weight
    days: int
    lines: tuple[str, ...] = ()
    issuer: str = ""
    kind: str = ""
    valid_for: int | None = None  # days
    taken_back: str = ""  # the reason
    is_hidden: bool = False


OF_CITIZEN = (
    Sample("Giấy xác nhận tình trạng hôn nhân", "212/XNTTHN", ISSUED, RESULT, 2900, ("Chưa đăng ký kết hôn.",),
           kind="marital_status"),
    Sample("Giấy chứng nhận kết hôn", "45/2019", ISSUED, RESULT, 2750, ("Đăng ký tại nơi cư trú của vợ.",),
           kind="marriage_certificate"),
    Sample("Giấy chứng nhận đăng ký hộ kinh doanh", "45A8012345", ISSUED, RESULT, 1300,
           ("Ngành, nghề: bán lẻ tạp hoá.",), kind="household_business",
           taken_back="Hộ kinh doanh đã chấm dứt hoạt động theo thông báo của chủ hộ."),
    Sample("Bằng tốt nghiệp đại học", "102/01-SCT/BS", DIGITISED, CERTIFIED, 160, ("Ngành: Sư phạm Ngữ văn.",),
           issuer="Trường Đại học Sư phạm"),
    Sample("Thẻ bảo hiểm y tế", "GD4720000417", DIGITISED, SCANNED, 90, kind="health_insurance",
           issuer="Bảo hiểm xã hội tỉnh", valid_for=365, is_hidden=True),
    Sample("Giấy chứng sinh", "118/CS", DIGITISED, SCANNED, 12, ("Trẻ sinh một, 3 200 g, khoẻ mạnh.",),
           issuer="Bệnh viện đa khoa tỉnh", kind="hospital_birth_notice"),
)  # fmt: skip
OF_BUSINESS = (
    Sample("Giấy chứng nhận đăng ký doanh nghiệp", "3901234506", ISSUED, RESULT, 1900,
           ("Loại hình: công ty trách nhiệm hữu hạn.",), issuer="Sở Tài chính", kind="company_registration"),
    Sample("Giấy phép xây dựng", "31/GPXD", ISSUED, RESULT, 700, ("Công trình: kho hàng một tầng.",),
           kind="building_permit", valid_for=365),
    Sample("Hợp đồng thuê nhà xưởng", "77/01-SCT/BS", DIGITISED, CERTIFIED, 60),
)  # fmt: skip
OWN = {"citizen": "Hợp đồng thuê nhà", "business": "Điều lệ công ty"}


def fill(*, at: datetime) -> int:
    """Put the samples into the stores of the demo's citizen and organisation; how many. Twice is once."""
    with transaction.atomic():
        if Paper.objects.filter(source=SOURCE).exists():
            return 0
        owners = _demo_owners()
        sealing = _who_seals(at)
        for owner in owners:
            for sample in OF_BUSINESS if owner.kind == "business" else OF_CITIZEN:
                _keep(owner, sample, sealing, at)
            _upload(owner, sealing, at)
        _delegate(owners, at)
        return Paper.objects.filter(store__number__in=[owner.identity_number for owner in owners]).count()


def _demo_owners() -> list[Account]:
    names = [one.username for one in accounts.demo_sign_ins()]
    found = Account.objects.filter(username__in=names, kind__in=OWN).exclude(identity_number="")
    return list(found.order_by("pk"))


def _who_seals(at: datetime) -> Actor | None:
    """The first demo official who keeps a seal on this machine; papers stay unsigned without."""
    names = [one.username for one in accounts.demo_sign_ins()]
    for pk in Account.objects.filter(username__in=names, kind="official").order_by("pk").values_list("pk", flat=True):
        actor = accounts.actor_of_account(account_id=pk)
        if signing.can_sign(actor=actor, kind="seal", at=at).is_able:
            return actor
    return None


def _keep(owner: Account, sample: Sample, sealing: Actor | None, at: datetime) -> None:
    day = timezone.localdate(at) - timedelta(days=sample.days)
    unit = organizations.get_unit(unit_id=sealing.posts[0].unit_id) if sealing and not sample.issuer else None
    ref = f"MAU-{owner.identity_number[-4:]}-{sample.days}"
    paper = keeping.deposit(
        Deposit(
            owner_number=owner.identity_number, owner_kind=owner.kind, owner_name=owner.name, source=SOURCE,
            source_ref=ref, zone=sample.zone, weight=sample.weight, name=sample.name, kind=sample.kind,
            number=sample.number, issuer_unit_id=unit.id if unit else None,
            issuer_name=unit.name if unit else sample.issuer, issued_on=day,
            valid_to=day + timedelta(days=sample.valid_for) if sample.valid_for else None,
            sha256=_file(owner, sample, sealing, day, ref, at), file_name=f"{ref}.pdf",
        ),
        at=at,
    )  # fmt: skip
    if sample.taken_back:
        by = accounts.actor_of_job(name=SOURCE)
        lapsing.mark(paper, Paper.Status.REVOKED, reason=sample.taken_back, by=by.key, by_name=by.name, at=at)
    if sample.is_hidden:
        keeping.hide(paper, actor=accounts.actor_of_account(account_id=owner.pk), hidden=True, at=at)


def _file(owner: Account, sample: Sample, sealing: Actor | None, day: date, ref: str, at: datetime) -> str:
    """The digest of the paper as a PDF, sealed where there is a seal."""
    name = f"{ref}.pdf"
    kept = files.keep(content=_typeset(owner, sample, sealing, day), name=name).sha256
    if sealing is None:
        return kept
    return signing.sign_pdf(
        sha256=kept, name=name, purpose=f"vault:{SOURCE}:{ref}", by=sealing, confirmed_at=at, kind="seal", at=at
    ).sha256


def _typeset(owner: Account, sample: Sample, sealing: Actor | None, day: date) -> bytes:
    unit = organizations.get_unit(unit_id=sealing.posts[0].unit_id) if sealing else None
    data = {
        "name": sample.name,
        "number": sample.number,
        "owner": owner.name,
        "owner_number": owner.identity_number,
        "lines": sample.lines,
        "parent_name": "",
        "unit_name": sample.issuer or (unit.name if unit else "Cơ quan mẫu"),
        "place_and_date": f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}",
    }
    return typeset(TEMPLATE, data, dated=timezone.make_aware(datetime(day.year, day.month, day.day)))


def _upload(owner: Account, sealing: Actor | None, at: datetime) -> None:
    name = OWN[owner.kind]
    store = Store.objects.get(number=owner.identity_number)
    sample = Sample(name, "", Paper.Zone.OWN, Paper.Weight.UPLOADED, 30, issuer="Hai bên tự lập")
    content = _typeset(owner, sample, sealing, timezone.localdate(at) - timedelta(days=30))
    keeping.upload_own(
        store, actor=accounts.actor_of_account(account_id=owner.pk), content=io.BytesIO(content),
        file_name=f"{name}.pdf", name=name, at=at,
    )  # fmt: skip


def _delegate(owners: list[Account], at: datetime) -> None:
    """The demo citizen works for the demo organisation."""
    by_kind = {owner.kind: owner for owner in owners}
    if by_kind.keys() != OWN.keys():
        return
    staff, organisation = by_kind["citizen"], by_kind["business"]
    delegating.name_delegate(
        Store.objects.get(number=organisation.identity_number), identity_number=staff.identity_number, name=staff.name,
        power=Delegate.Power.USE, valid_to=None, actor=accounts.actor_of_account(account_id=organisation.pk), at=at,
        today=timezone.localdate(at),
    )  # fmt: skip

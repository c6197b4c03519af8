"""The province's trust list (danh sách tin cậy): changed by two people, every version kept."""

import hashlib
import threading
from collections.abc import Iterable
from datetime import datetime

from asn1crypto import crl, pem, x509
from django.db import IntegrityError, transaction
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations.public import Doer
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing.events import TrustListChanged
from tinhso.foundation.signing.judging.certificates import common_name
from tinhso.foundation.signing.judging.trust import SIGNING, TIMESTAMPING, Anchor, TrustList, is_authority, is_root
from tinhso.foundation.signing.models import RevocationData, TrustChange, TrustedAuthority, TrustVersion

PURPOSES = ("official", "public", "timestamps")
SOURCE = "Danh sách tin cậy của tỉnh"


class TrustRefusedError(ValueError):
    """The change cannot be made; the sentence says why, in Vietnamese."""


_kept = threading.local()


def current() -> TrustList:
    """The list in force, with the revocation lists held. Read again when its version or the lists change."""
    version = TrustVersion.objects.order_by("-number").first()
    lists = RevocationData.objects.filter(kind="crl").order_by("address")
    mark = (version.number, version.made_at) if version else (), tuple(lists.values_list("pk", "fetched_at"))
    if getattr(_kept, "mark", None) != mark:
        _kept.list, _kept.mark = _read(version, lists), mark
    return _kept.list  # type: ignore[no-any-return]


def version_number() -> int:
    """Of the list in force; 0 where nobody is trusted yet."""
    return TrustVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0


def _read(version: TrustVersion | None, lists: Iterable[RevocationData]) -> TrustList:
    if version is None:
        return TrustList(source=SOURCE)
    rows = TrustedAuthority.objects.filter(withdrawn_in=None).order_by("pk")
    return TrustList(
        anchors=tuple(_anchor(row) for row in rows),
        crls=tuple(crl.CertificateList.load(bytes(one.content)) for one in lists),
        version=str(version.number),
        date=version.made_at,
        source=SOURCE,
    )


def _anchor(row: TrustedAuthority) -> Anchor:
    purposes = {SIGNING} if row.for_official or row.for_public else set()
    purposes |= {TIMESTAMPING} if row.for_timestamps else set()
    certificate = x509.Certificate.load(bytes(row.certificate))
    return Anchor(certificate, frozenset(purposes), row.trusted_from, row.trusted_to)


def propose(
    *,
    certificate: bytes,
    purposes: Iterable[str],
    reason: str,
    by: Doer,
    at: datetime,
    name: str = "",
    trusted_from: datetime | None = None,
    trusted_to: datetime | None = None,
) -> int:
    """Propose that an authority be trusted; a second person decides. The id. Raises TrustRefusedError."""
    parsed = _authority(certificate)
    chosen = sorted(set(purposes))
    if not chosen or set(chosen) - set(PURPOSES):
        raise TrustRefusedError("Chọn ít nhất một mục đích: công vụ, công cộng, dấu thời gian.")
    fingerprint = hashlib.sha256(parsed.dump()).hexdigest()
    if TrustedAuthority.objects.filter(fingerprint=fingerprint, withdrawn_in=None).exists():
        raise TrustRefusedError("Tổ chức này đã có trong danh sách tin cậy.")
    return _wait("add", name or common_name(parsed), fingerprint, parsed.dump(), chosen, reason, by, at,
                 trusted_from, trusted_to)  # fmt: skip


def propose_withdrawal(*, fingerprint: str, reason: str, by: Doer, at: datetime) -> int:
    """Propose that an authority be trusted no more. The id. Raises LookupError, TrustRefusedError."""
    row = TrustedAuthority.objects.filter(fingerprint=fingerprint, withdrawn_in=None).first()
    if row is None:
        raise LookupError("Không có tổ chức này trong danh sách tin cậy")
    return _wait("withdraw", row.name, fingerprint, bytes(row.certificate), [], reason, by, at, None, None)


def _wait(act: str, name: str, fingerprint: str, certificate: bytes, purposes: list[str], reason: str, by: Doer,
          at: datetime, trusted_from: datetime | None, trusted_to: datetime | None) -> int:  # fmt: skip
    if not reason.strip():
        raise TrustRefusedError("Ghi lý do thay đổi danh sách tin cậy.")
    try:
        with transaction.atomic():
            change = TrustChange.objects.create(
                act=act, name=name[:200], fingerprint=fingerprint, certificate=certificate, purposes=purposes,
                trusted_from=trusted_from, trusted_to=trusted_to, reason=reason[:500], proposed_by=by.key,
                proposed_by_name=by.name, proposed_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise TrustRefusedError("Đã có một đề nghị như vậy đang chờ người thứ hai.") from error
    _note(by, f"trust.{act}_proposed", change, at)
    return change.pk


def decide(*, change_id: int, approved: bool, by: Doer, at: datetime) -> int:
    """A second person decides; the version then in force. Raises LookupError, TrustRefusedError."""
    change = TrustChange.objects.select_for_update().filter(pk=change_id).first()
    if change is None:
        raise LookupError("Không có đề nghị này")
    if change.state != TrustChange.State.WAITING:
        raise TrustRefusedError("Đề nghị này đã được quyết định.")
    if approved and change.proposed_by == by.key:
        raise TrustRefusedError("Người đề nghị không tự duyệt được: cần người thứ hai.")
    change.state = TrustChange.State.APPROVED if approved else TrustChange.State.REFUSED
    change.decided_by, change.decided_by_name, change.decided_at = by.key, by.name, at
    change.save()
    _note(by, f"trust.{change.act}_{change.state}", change, at)
    return _carry_out(change, at) if approved else version_number()


def _carry_out(change: TrustChange, at: datetime) -> int:
    version = TrustVersion.objects.create(number=version_number() + 1, made_at=at)
    if change.act == "withdraw":
        TrustedAuthority.objects.filter(fingerprint=change.fingerprint, withdrawn_in=None).update(withdrawn_in=version)
    else:
        TrustedAuthority.objects.create(
            name=change.name,
            fingerprint=change.fingerprint,
            certificate=change.certificate,
            for_official="official" in change.purposes,
            for_public="public" in change.purposes,
            for_timestamps="timestamps" in change.purposes,
            trusted_from=change.trusted_from,
            trusted_to=change.trusted_to,
            added_in=version,
        )
    outbox.publish(TrustListChanged(key="trust", version=version.number, change=f"{change.act} {change.name}"))
    return version.number


def _authority(certificate: bytes) -> x509.Certificate:
    try:
        der = pem.unarmor(certificate)[2] if pem.detect(certificate) else certificate
        parsed = x509.Certificate.load(der, strict=True)
        good = is_authority(parsed)
    except (ValueError, TypeError, KeyError) as error:
        raise TrustRefusedError("Không đọc được chứng thư: cần tệp PEM hoặc DER.") from error
    if good and not is_root(parsed):
        raise TrustRefusedError("Đây là chứng thư của tổ chức cấp dưới: hãy thêm chứng thư gốc (tự ký) đã cấp nó.")
    if not good:
        raise TrustRefusedError("Đây không phải chứng thư của tổ chức chứng thực (CA), mà của một người hay máy.")
    if parsed.not_valid_after < timezone.now():
        raise TrustRefusedError("Chứng thư này đã hết hạn.")
    return parsed


def _note(by: Doer, act: str, change: TrustChange, at: datetime) -> None:
    data = {"name": change.name, "fingerprint": change.fingerprint, "reason": change.reason}
    audit.record(subject="trust", act=act, actor=by.key, actor_name=by.name, data=data, at=at)

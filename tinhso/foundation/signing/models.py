"""Tables of signing: whom we trust, which keys we hold, what is signed and what signed files were found to be worth."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tinhso.foundation.organizations.models import Person, Unit


class TrustVersion(models.Model):
    """A state of the trust list (phiên bản danh sách tin cậy). Each approved change makes the next."""

    number = models.PositiveIntegerField("Phiên bản", primary_key=True)
    made_at = models.DateTimeField("Từ lúc")

    def __str__(self) -> str:
        return f"phiên bản {self.number}"


class TrustedAuthority(models.Model):
    """An authority whose certificates are believed (tổ chức chứng thực tin cậy), in the versions from–to."""

    name = models.CharField("Tên", max_length=200)
    fingerprint = models.CharField("SHA-256", max_length=64)
    certificate = models.BinaryField("Chứng thư, DER")
    for_official = models.BooleanField("Chữ ký chuyên dùng công vụ", default=False)
    for_public = models.BooleanField("Chữ ký công cộng", default=False)
    for_timestamps = models.BooleanField("Dấu thời gian", default=False)
    trusted_from = models.DateTimeField("Tin từ", null=True)
    trusted_to = models.DateTimeField("Tin đến", null=True)
    added_in = models.ForeignKey(TrustVersion, on_delete=models.PROTECT, related_name="added")
    withdrawn_in = models.ForeignKey(TrustVersion, null=True, on_delete=models.PROTECT, related_name="withdrawn")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], condition=Q(withdrawn_in=None), name="trusted_once")
        ]

    def __str__(self) -> str:
        return self.name


class TrustChange(models.Model):
    """A change of the trust list: one official proposes, another approves (hai người)."""

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ người thứ hai"
        APPROVED = "approved", "Đã duyệt"
        REFUSED = "refused", "Không duyệt"

    act = models.CharField(max_length=8, choices=[("add", "Thêm"), ("withdraw", "Bỏ")])
    name = models.CharField("Tên", max_length=200)
    fingerprint = models.CharField(max_length=64)
    certificate = models.BinaryField()
    purposes = models.JSONField("Mục đích", default=list)  # official | public | timestamps
    trusted_from = models.DateTimeField(null=True)
    trusted_to = models.DateTimeField(null=True)
    reason = models.CharField("Lý do", max_length=500)
    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    proposed_by = models.CharField(max_length=80)
    proposed_by_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True, db_default="")
    decided_by_name = models.CharField(max_length=200, blank=True, db_default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "act"], condition=Q(state="waiting"), name="trust_change_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(state="approved") | ~Q(decided_by=models.F("proposed_by")),
                name="trust_change_needs_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.name}"


class RevocationData(models.Model):
    """A revocation list or OCSP answer fetched and kept until it runs out (thông tin thu hồi)."""

    address = models.CharField("Lấy ở", max_length=500)
    about = models.CharField("Của chứng thư", max_length=64, blank=True)  # fingerprint; empty for a list
    kind = models.CharField(max_length=4, choices=[("crl", "CRL"), ("ocsp", "OCSP")])
    content = models.BinaryField()
    fetched_at = models.DateTimeField()
    ends_at = models.DateTimeField("Hết hạn")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "about"], name="revocation_data_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"


class KeptVerdict(models.Model):
    """The verdict on a stored file by one version of the trust list (kết quả kiểm tra)."""

    sha256 = models.CharField(max_length=64)
    trust_version = models.PositiveIntegerField()
    judged_at = models.DateTimeField()
    holds_until = models.DateTimeField("Xét lại sau", null=True)
    state = models.CharField(max_length=12)
    verdict = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "trust_version"], name="verdict_once_per_version")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}: {self.state}"


class Credential(models.Model):
    """A certificate with the way to its key (chứng thư và khoá): a person's own, or the seal of an agency."""

    class Kind(models.TextChoices):
        PERSONAL = "personal", "Chữ ký cá nhân"
        SEAL = "seal", "Chữ ký cơ quan"

    class Adapter(models.TextChoices):
        SOFT = "soft", "Khoá trong máy chủ"
        PKCS11 = "pkcs11", "Thiết bị PKCS#11"
        REMOTE = "remote", "Dịch vụ ký từ xa"

    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    adapter = models.CharField(max_length=6, choices=Adapter)
    reference = models.CharField("Chỗ giữ khoá", max_length=200)  # file name · token and label · id at the service
    certificate = models.BinaryField("Chứng thư, DER")
    chain = models.JSONField("Chứng thư các cấp trên, DER base64", default=list)
    subject = models.CharField("Tên trên chứng thư", max_length=200)
    valid_from = models.DateTimeField("Có hiệu lực từ")
    valid_to = models.DateTimeField("Đến")
    ended_at = models.DateTimeField("Thôi dùng lúc", null=True)
    picture = models.BinaryField("Hình chữ ký tay hay con dấu (PNG nền trong)", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="personal", person__isnull=False) | Q(kind="seal", unit__isnull=False),
                name="credential_has_owner",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(kind="personal", ended_at=None), name="credential_one_per_person"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(kind="seal", ended_at=None), name="credential_one_per_unit"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Batch(models.Model):
    """Papers to be signed in one go after one confirmation (lô ký)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    post_id = models.BigIntegerField("Vị trí ký")
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="batches")
    confirmed_at = models.DateTimeField("Người ký xác nhận lúc")
    created_at = models.DateTimeField(db_default=Now())
    stopped_at = models.DateTimeField("Dừng lúc", null=True)

    def __str__(self) -> str:
        return str(self.pk)


class SigningOrder(models.Model):
    """One paper to be signed by one key for one purpose (việc ký): there is never a second row of the same."""

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ ký"
        REQUESTED = "requested", "Đã gửi dịch vụ ký từ xa"
        SIGNED = "signed", "Đã ký"
        FAILED = "failed", "Không ký được"
        STOPPED = "stopped", "Đã dừng"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="orders")
    position = models.PositiveIntegerField(default=0)
    sha256 = models.CharField("Tệp gốc", max_length=64)
    name = models.CharField("Tên tệp", max_length=255)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="orders")
    purpose = models.CharField("Để làm gì", max_length=120)
    level = models.CharField("Mức cần", max_length=5, default="B-LT")
    appearance = models.JSONField("Hình thức", null=True)
    filled = models.JSONField("Ghi vào chỗ chừa", default=dict, db_default={})  # place → text, before signing
    state = models.CharField(max_length=9, choices=State, db_default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    problem = models.CharField("Vì sao chưa ký được", max_length=500, blank=True, db_default="")
    request = models.JSONField("Trạng thái ký từ xa", null=True)
    signed_sha256 = models.CharField("Tệp đã ký", max_length=64, blank=True, db_default="")
    signed_at = models.DateTimeField(null=True)
    reached = models.CharField("Mức đạt", max_length=5, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "credential", "purpose"], name="signed_once_per_purpose")
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="order_to_sign", condition=Q(state__in=["waiting", "requested"])),
            models.Index(fields=["id"], name="order_to_strengthen", condition=Q(state="signed", reached="B-B")),
            models.Index(fields=["signed_sha256"], name="order_signed"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.purpose} ({self.state})"


class SignedVersion(models.Model):
    """The signed form of a file refers to the former; no bytes are ever rewritten (bản đã ký)."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    former = models.CharField("Từ tệp", max_length=64, db_index=True)
    made_at = models.DateTimeField()
    by = models.CharField("Thêm gì", max_length=12)  # signature | timestamp | archive
    level = models.CharField(max_length=5)

    def __str__(self) -> str:
        return f"{self.former[:12]} → {self.sha256[:12]}"


class ArchivedFile(models.Model):
    """A signed file kept for long (tệp lưu trữ): its timestamp is renewed before it can no longer be believed."""

    original = models.CharField(primary_key=True, max_length=64)  # as it was first given to the archive
    current = models.CharField("Bản hiện nay", max_length=64)
    stamped_at = models.DateTimeField("Dấu thời gian mới nhất")
    renew_at = models.DateTimeField("Gia hạn từ", db_index=True)
    problem = models.CharField(max_length=500, blank=True, db_default="")

    def __str__(self) -> str:
        return self.original[:12]

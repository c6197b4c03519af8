"""Tables of certified copies: one row a copy, one counter a unit and year."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class CertifiedCopy(models.Model):
    """An original shown at the desk, and the certified electronic copy made of it (NĐ 45/2020/NĐ-CP, art. 10)."""

    class State(models.TextChoices):
        COMPARING = "comparing", "Đang đối chiếu"
        AWAITING_SIGNATURE = "awaiting_signature", "Chờ lãnh đạo ký"
        SIGNING = "signing", "Đã cho số, đang ký"
        AWAITING_SEAL = "awaiting_seal", "Chờ văn thư đóng dấu"
        ISSUED = "issued", "Đã cấp"
        REFUSED = "refused", "Từ chối chứng thực"
        RECALLED = "recalled", "Đã thu hồi"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    once = models.CharField("Khoá chống gửi hai lần", max_length=40, unique=True)
    unit_id = models.BigIntegerField("Cơ quan chứng thực")
    dossier_code = models.CharField("Mã hồ sơ", max_length=60, blank=True, default="")
    state = models.CharField("Trạng thái", max_length=20, choices=State, default=State.COMPARING)
    responsible_id = models.BigIntegerField("Người có trách nhiệm", null=True)
    responsible_name = models.CharField("Ai đang giữ", max_length=200, blank=True, default="")
    due_at = models.DateTimeField("Hạn trả", null=True)
    name = models.CharField("Tên bản chính", max_length=300)
    issuer = models.CharField("Cơ quan cấp bản chính", max_length=300)
    original_number = models.CharField("Số của bản chính", max_length=60, blank=True, default="")
    original_date = models.DateField("Ngày của bản chính", null=True)
    owner_kind = models.CharField("Người yêu cầu là", max_length=10)  # citizen | business
    owner_name = models.CharField("Người yêu cầu", max_length=300)
    owner_number = models.CharField("Số định danh, mã số", max_length=35)
    scan_sha256 = models.CharField("Bản quét", max_length=64)
    pages = models.PositiveIntegerField("Số trang")
    compared = ArrayField(models.PositiveIntegerField(), default=list)  # pages, from 1
    compared_by = models.CharField("Người đối chiếu", max_length=200, blank=True, default="")
    compared_by_id = models.BigIntegerField("Mã người đối chiếu", null=True)
    compared_at = models.DateTimeField("Đối chiếu xong lúc", null=True)
    seen_by = ArrayField(models.BigIntegerField(), default=list)  # persons who opened it and may sign
    fee = models.DecimalField("Phí, đồng", max_digits=15, decimal_places=0, default=0)
    fee_words = models.CharField("Cách tính phí", max_length=500, blank=True, default="")
    year = models.PositiveSmallIntegerField("Năm", null=True)
    number = models.PositiveIntegerField("Số chứng thực", null=True)
    certified_on = models.DateField("Ngày chứng thực", null=True)
    signer_name = models.CharField("Người ký", max_length=200, blank=True, default="")
    signer_title = models.CharField("Chức vụ người ký", max_length=200, blank=True, default="")
    token = models.CharField("Mã xác minh", max_length=16, blank=True, default="")
    document_sha256 = models.CharField("Bản đã lập", max_length=64, blank=True, default="")
    signed_sha256 = models.CharField("Bản đã ký", max_length=64, blank=True, default="")
    sealed_sha256 = models.CharField("Bản đã đóng dấu", max_length=64, blank=True, default="")
    batch_id = models.CharField("Lô ký", max_length=36, blank=True, default="")
    problem = models.CharField("Vì sao chưa ký được", max_length=500, blank=True, default="")
    reason = models.TextField("Lý do trả lại, từ chối, thu hồi", blank=True, default="")
    received_at = models.DateTimeField("Nhận lúc")
    issued_at = models.DateTimeField("Cấp lúc", null=True)
    ended_at = models.DateTimeField("Từ chối, thu hồi lúc", null=True)

    class Meta:
        verbose_name = "Bản sao chứng thực"
        indexes = (
            models.Index("unit_id", "state", models.F("id").desc(), name="certified_copy_list"),
            models.Index("document_sha256", condition=~Q(document_sha256=""), name="certified_copy_made"),
            models.Index("signed_sha256", condition=~Q(signed_sha256=""), name="certified_copy_signed"),
        )
        constraints = (
            models.UniqueConstraint("unit_id", "year", "number", name="certified_copy_number_once"),
            models.CheckConstraint(condition=Q(pages__gte=1), name="certified_copy_has_pages"),
            models.CheckConstraint(
                condition=~Q(state__in=["signing", "awaiting_seal", "issued", "recalled"]) | Q(number__isnull=False),
                name="certified_copy_signed_has_number",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.owner_name})"

    @property
    def book(self) -> str:
        """«01/2026-SCT/BS»: one book a year."""
        return f"01/{self.year}-SCT/BS" if self.year else ""

    @property
    def reference(self) -> str:
        """How the store and the verification page know it."""
        return f"{self.unit_id}/{self.year}/{self.number}"

    @property
    def latest_sha256(self) -> str:
        return self.sealed_sha256 or self.signed_sha256 or self.document_sha256


class RegisterCounter(models.Model):
    """The last number of a unit's register of certified copies in a year (sổ chứng thực bản sao)."""

    unit_id = models.BigIntegerField("Cơ quan")
    year = models.PositiveSmallIntegerField("Năm")
    last = models.PositiveIntegerField("Số cuối")

    class Meta:
        verbose_name = "Số cuối của sổ"
        constraints = (models.UniqueConstraint("unit_id", "year", name="certified_copy_one_counter"),)

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.year}: {self.last}"

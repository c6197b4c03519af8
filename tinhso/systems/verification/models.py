"""Tables of verification: papers issued, the forms of their file, keys of offline codes, and counts."""

from django.db import models
from django.db.models import Q

from tinhso.lib.vietnamese import abridged_name


class Document(models.Model):
    """A paper that carries a token: what whoever holds it may know of it."""

    class Kind(models.TextChoices):
        RESULT = "result", "Kết quả giải quyết thủ tục hành chính"
        RECEIPT = "receipt", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
        CERTIFIED_COPY = "certified_copy", "Bản sao chứng thực điện tử"

    class State(models.TextChoices):
        PREPARED = "prepared", "Đang soạn, chưa phát hành"
        VALID = "valid", "Còn hiệu lực"
        REPLACED = "replaced", "Đã thay bằng bản khác"
        RECALLED = "recalled", "Đã thu hồi"

    token = models.CharField("Mã xác minh", max_length=16, unique=True)
    kind = models.CharField("Loại", max_length=20, choices=Kind)
    source = models.CharField("Từ hệ thống", max_length=30)  # one_stop | certification
    source_ref = models.CharField("Mã ở hệ thống đó", max_length=120)
    edition = models.PositiveSmallIntegerField("Bản thứ", default=1)
    unit_id = models.BigIntegerField("Đơn vị ban hành")
    agency_name = models.CharField("Cơ quan", max_length=300)
    name = models.CharField("Tên giấy", max_length=500)
    number = models.CharField("Số, ký hiệu", max_length=60, blank=True, default="")
    issued_on = models.DateField("Ngày", null=True)
    signer_name = models.CharField("Người ký", max_length=200, blank=True, default="")
    signer_title = models.CharField("Chức vụ", max_length=200, blank=True, default="")
    holder_name = models.CharField("Cấp cho", max_length=300, blank=True, default="")
    holder_is_person = models.BooleanField("Cấp cho cá nhân", default=True)
    holder_last4 = models.CharField("Bốn số cuối của số định danh", max_length=4, blank=True, default="")
    holder_birth_date = models.DateField("Ngày sinh", null=True)
    sha256 = models.CharField("Tệp", max_length=64, blank=True, default="")
    state = models.CharField("Tình trạng", max_length=10, choices=State, default=State.PREPARED)
    state_reason = models.TextField("Lý do", blank=True, default="")
    state_at = models.DateTimeField("Đổi tình trạng lúc", null=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    verdict_state = models.CharField("Chữ ký", max_length=12, blank=True, default="")
    verdict_words = models.TextField("Kết luận về chữ ký", blank=True, default="")
    signatures = models.JSONField("Các chữ ký", default=list)  # signer, organization, at (ISO 8601), is_proven
    judged_at = models.DateTimeField("Kiểm tra chữ ký lúc", null=True)
    trust_date = models.DateTimeField("Danh sách tin cậy ngày", null=True)
    offline_code = models.TextField("Mã kiểm tra ngoại tuyến", blank=True, default="")
    wrong_tries = models.PositiveSmallIntegerField("Lần nhập sai", default=0)
    tries_since = models.DateTimeField("Đếm từ", null=True)
    made_at = models.DateTimeField("Cấp mã lúc")
    bound_at = models.DateTimeField("Phát hành lúc", null=True)

    class Meta:
        verbose_name = "Giấy có mã xác minh"
        indexes = (models.Index("verdict_state", "judged_at", name="verification_to_judge"),)
        constraints = (
            models.UniqueConstraint("source", "source_ref", "kind", "edition", name="verification_once"),
            models.CheckConstraint(condition=Q(state="prepared") | ~Q(sha256=""), name="verification_issued_has_file"),
        )

    def __str__(self) -> str:
        return f"{self.agency_name} {self.number}"

    @property
    def holder_abridged(self) -> str:
        """«Trần T. H. Ư.»; the name of an organisation is public and stays whole."""
        return abridged_name(self.holder_name) if self.holder_is_person else self.holder_name


class Form(models.Model):
    """The bytes of a paper in one of its forms: as issued, and as its timestamps were added or renewed."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="forms")
    sha256 = models.CharField("Tệp", max_length=64, db_index=True)
    at = models.DateTimeField("Từ lúc")

    class Meta:
        verbose_name = "Bản của tệp"
        constraints = (models.UniqueConstraint("document", "sha256", name="verification_form_once"),)

    def __str__(self) -> str:
        return self.sha256[:16]


class OfflineKey(models.Model):
    """A key of codes that are checked without asking us; the private half lies encrypted on the disk."""

    kid = models.CharField("Mã khoá", max_length=8, primary_key=True)
    public = models.BinaryField("Khoá công khai", max_length=32)
    made_at = models.DateTimeField("Tạo lúc")
    ended_at = models.DateTimeField("Thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "Khoá mã ngoại tuyến"
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=Q(ended_at__isnull=True), name="verification_one_key_signs"
            ),
        )

    def __str__(self) -> str:
        return self.kid


class Count(models.Model):
    """How often something was asked in a day; nothing of who asked, or of what."""

    day = models.DateField("Ngày")
    what = models.CharField("Việc", max_length=20)
    number = models.PositiveIntegerField("Số lần", default=0)

    class Meta:
        verbose_name = "Số lần tra"
        constraints = (models.UniqueConstraint("day", "what", name="verification_count_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.what}"

"""Tables of digitisation: a batch as it came from a scanner, its pages, and the papers they make."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F


class Batch(models.Model):
    """What a scanner or a person sent in one go (lô quét)."""

    class Source(models.TextChoices):
        FOLDER = "folder", "Máy quét"
        UPLOAD = "upload", "Tải lên"

    class Status(models.TextChoices):
        QUEUED = "queued", "Chờ đọc"
        READING = "reading", "Đang đọc"
        WAITING = "waiting", "Chờ người chọn"
        READY = "ready", "Chờ xác nhận"
        DONE = "done", "Xong"
        REFUSED = "refused", "Không nhận"

    class Priority(models.IntegerChoices):
        URGENT = 20, "Gấp: người dân đang chờ"
        NORMAL = 10, "Thường"
        BACKLOG = 0, "Hồ sơ cũ"

    unit_id = models.BigIntegerField("Đơn vị quét")
    source = models.CharField("Nguồn", max_length=10, choices=Source)
    name = models.CharField("Tên", max_length=200)
    digest = models.CharField(max_length=64)  # of its files in their order
    status = models.CharField("Trạng thái", max_length=10, choices=Status, default=Status.QUEUED)
    priority = models.SmallIntegerField("Ưu tiên", choices=Priority, default=Priority.NORMAL)
    dossier_code = models.CharField("Hồ sơ", max_length=60, blank=True)  # given by who sent it: needs no separator
    page_count = models.PositiveIntegerField("Số trang")
    pages_read = models.PositiveIntegerField("Đã đọc", default=0)
    problem = models.TextField("Vướng mắc", blank=True)
    sent_by = models.CharField(max_length=100)
    sent_by_name = models.CharField("Người gửi", max_length=200)
    received_at = models.DateTimeField("Nhận lúc")
    finished_at = models.DateTimeField("Đọc xong lúc", null=True)
    repeats = models.PositiveIntegerField("Số lần gửi lại", default=0)

    class Meta:
        verbose_name = "Lô quét"
        constraints: ClassVar = [models.UniqueConstraint("unit_id", "digest", name="digitisation_batch_once")]
        indexes: ClassVar = [models.Index("unit_id", F("id").desc(), name="digitisation_batch_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def share(self) -> int:
        """How much is read, in percent."""
        return round(100 * self.pages_read / self.page_count) if self.page_count else 0


class BatchFile(models.Model):
    """A file of a batch, kept exactly as it was scanned (bản gốc quét)."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    order = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    pages = models.PositiveIntegerField()
    first_page = models.PositiveIntegerField()  # number in the batch of its first page, from 1

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [models.UniqueConstraint("batch", "order", name="digitisation_file_order")]

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """One paper made of pages of a batch (giấy tờ số hoá)."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Chưa biết của hồ sơ nào"
        READY = "ready", "Chờ xác nhận"
        CONFIRMED = "confirmed", "Đã đưa vào hồ sơ"

    class Signature(models.TextChoices):
        """TT 01/2023/TT-VPCP, art. 5: the officer who compared it signs, then the agency."""

        NONE = "none", "Chưa ký số"
        SIGNING = "signing", "Đang ký"
        SIGNED = "signed", "Cán bộ đã ký, chờ cơ quan ký"
        SEALING = "sealing", "Cơ quan đang ký"
        SEALED = "sealed", "Đã ký số"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="documents")
    order = models.PositiveIntegerField()
    dossier_code = models.CharField("Hồ sơ", max_length=60, blank=True)
    paper_key = models.CharField("Thành phần", max_length=60, blank=True)
    name = models.TextField("Tên giấy tờ", blank=True)
    pages_expected = models.PositiveIntegerField("Số trang ghi ở tờ phân cách", default=0)  # 0: not said
    status = models.CharField("Trạng thái", max_length=10, choices=Status, default=Status.WAITING)
    fields = models.JSONField("Các mục", default=dict)  # name → {value, confidence, page}
    doubts = models.JSONField("Cần xem lại", default=list)  # sentences
    unit_ids = ArrayField(models.BigIntegerField(), default=list)  # who has a part in the dossier: they may search it
    owner_number = models.CharField(max_length=35, blank=True)  # whose paper: readings are noted on their page
    result_code = models.CharField("Mã kết quả", max_length=40, blank=True)
    copy_sha256 = models.CharField("Bản dùng hằng ngày", max_length=64, blank=True)  # PDF/A as made, before signatures
    confirmed_by = models.CharField(max_length=100, blank=True)
    confirmed_by_name = models.CharField("Người xác nhận", max_length=200, blank=True)
    confirmed_at = models.DateTimeField("Xác nhận lúc", null=True)
    signature = models.CharField("Ký số", max_length=10, choices=Signature, default=Signature.NONE)
    signature_problem = models.TextField("Vì sao chưa ký được", blank=True)
    signed_sha256 = models.CharField("Bản đã ký", max_length=64, blank=True)  # its newest form
    signer_name = models.CharField("Người ký", max_length=200, blank=True)
    signed_at = models.DateTimeField("Ký lúc", null=True)
    seal_name = models.CharField("Cơ quan ký", max_length=200, blank=True)
    sealed_at = models.DateTimeField("Cơ quan ký lúc", null=True)
    vault_ref = models.CharField(max_length=60, blank=True)  # in the owner's store; "" while it is not there

    class Meta:
        verbose_name = "Giấy tờ số hoá"
        ordering: ClassVar = ["order", "id"]
        indexes: ClassVar = [
            models.Index("dossier_code", name="digitisation_doc_dossier"),
            GinIndex(fields=["unit_ids"], name="digitisation_doc_units"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.batch} {self.order}"

    @property
    def status_words(self) -> str:
        """The state in words; a paper that waits with its dossier known waits for something else."""
        if self.status == self.Status.WAITING and self.dossier_code:
            return "Chưa biết là thành phần nào"
        return self.get_status_display()

    @property
    def file_sha256(self) -> str:
        """What the dossier holds of it: the signed form, else the working copy."""
        return self.signed_sha256 or self.copy_sha256

    @property
    def purpose(self) -> str:
        """By this the signing tells which confirmation it signed: after a taking back it is another."""
        return f"digitisation:{self.pk}:{self.confirmed_at.timestamp() if self.confirmed_at else 0:.6f}"


class Page(models.Model):
    """One side of a sheet: where it stands, what was read on it (trang)."""

    class Kind(models.TextChoices):
        CONTENT = "content", "Có nội dung"
        BLANK = "blank", "Trang trắng"
        SEPARATOR = "separator", "Tờ phân cách"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField("Trang")  # as it was scanned, from 1
    file = models.ForeignKey(BatchFile, on_delete=models.CASCADE, related_name="+")
    file_page = models.PositiveIntegerField()
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="pages")
    position = models.PositiveIntegerField("Thứ tự", default=0)
    kind = models.CharField("Loại trang", max_length=10, choices=Kind)
    source = models.CharField(max_length=12)  # text_layer | ocr | blank | sheet | unread
    text = models.TextField(blank=True)
    search_text = models.TextField(blank=True)  # folded: found without marks, and where a mark was misread
    confidence = models.FloatField(default=0)
    turned = models.PositiveSmallIntegerField(default=0)
    skew = models.FloatField(default=0)
    steps = models.JSONField(default=list)  # of cleaning
    fields = models.JSONField(default=dict)
    codes = models.JSONField(default=list)
    words = models.JSONField(default=list)  # [text, left, top, width, height] in points of a page `size`
    size = models.JSONField(default=list)  # [width, height] of the picture that was read
    problem = models.TextField(blank=True)
    foreign_code = models.CharField(max_length=200, blank=True)  # a separator that is not ours, not obeyed
    seconds = models.FloatField(default=0)  # of the machine

    class Meta:
        verbose_name = "Trang quét"
        ordering: ClassVar = ["position", "number"]
        constraints: ClassVar = [models.UniqueConstraint("batch", "number", name="digitisation_page_once")]
        indexes: ClassVar = [GinIndex(SearchVector("search_text", config="simple"), name="digitisation_page_words")]

    def __str__(self) -> str:
        return f"{self.batch} {self.number}"

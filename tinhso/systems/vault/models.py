"""Tables of the store (kho dữ liệu điện tử): whose, papers, their bytes, where used, who read, what is allowed."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class PaperKind(models.Model):
    """A kind of paper (loại giấy tờ): how results and papers of procedures name it. Configuration of the pack."""

    key = models.CharField("Khoá", max_length=60, primary_key=True)
    name = models.CharField("Tên", max_length=300)
    name_en = models.CharField("Tên tiếng Anh", max_length=300, blank=True, default="")
    phrases = ArrayField(models.CharField(max_length=200), default=list)  # how papers of procedures begin
    result_codes = ArrayField(models.CharField(max_length=60), default=list)
    papers = ArrayField(models.CharField(max_length=120), default=list)  # `procedure/paper` or `*/paper`
    valid_months = models.PositiveSmallIntegerField("Có giá trị (tháng)", null=True, blank=True)
    held_by = models.CharField("Cơ sở dữ liệu đã có", max_length=300, blank=True, default="")
    legal_basis = models.TextField("Căn cứ", blank=True, default="")

    class Meta:
        verbose_name = "Loại giấy tờ"

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """One person's or organisation's store, opened under its number (NĐ 45/2020/NĐ-CP, art. 16)."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", "Cá nhân"
        BUSINESS = "business", "Tổ chức"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField("Số định danh, mã số", max_length=35, unique=True)
    kind = models.CharField("Của ai", max_length=10, choices=Kind, default=Kind.CITIZEN)
    name = models.CharField("Tên", max_length=300)
    opened_at = models.DateTimeField("Mở lúc")

    class Meta:
        verbose_name = "Kho"

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """A paper in a store (giấy tờ): what it is, from whom, how long it is good, what it is worth before the law.

    Its bytes are known to `Content` alone, which is read in one place only (`services/opening.py`).
    """

    class Zone(models.TextChoices):
        ISSUED = "issued", "Kết quả được cấp"
        DIGITISED = "digitised", "Đã số hoá, chứng thực"
        OWN = "own", "Tự tải lên"

    class Weight(models.IntegerChoices):
        """Legal weight; only 1 to 3 may stand for a component of a dossier [M: no official list of levels found]."""

        RESULT = 1, "Bản điện tử do cơ quan cấp"
        CERTIFIED = 2, "Bản sao chứng thực điện tử"
        DIGITISED = 3, "Bản số hoá do cơ quan ký số"
        UPLOADED = 4, "Bản tự tải lên, chưa kiểm tra"

    class Signature(models.TextChoices):
        UNCHECKED = "unchecked", "Chưa kiểm tra chữ ký"
        VALID = "valid", "Chữ ký hợp lệ"
        INVALID = "invalid", "Chữ ký không hợp lệ"
        NONE = "none", "Không có chữ ký số"

    class Status(models.TextChoices):
        GOOD = "good", "Còn hiệu lực"
        REVOKED = "revoked", "Đã thu hồi"
        REPLACED = "replaced", "Đã thay bằng bản khác"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="papers")
    zone = models.CharField("Vùng", max_length=10, choices=Zone)
    kind = models.CharField("Loại", max_length=60, blank=True, default="")  # PaperKind, "" where none fits
    name = models.CharField("Tên giấy tờ", max_length=500)
    number = models.CharField("Số, ký hiệu", max_length=60, blank=True, default="")
    issuer_unit_id = models.BigIntegerField("Đơn vị cấp", null=True)
    issuer_name = models.CharField("Cơ quan cấp", max_length=300, blank=True, default="")
    issued_on = models.DateField("Ngày cấp", null=True)
    valid_from = models.DateField("Có giá trị từ", null=True)
    valid_to = models.DateField("Có giá trị đến hết", null=True)  # null: no end
    weight = models.PositiveSmallIntegerField("Giá trị pháp lý", choices=Weight)
    signature = models.CharField("Chữ ký", max_length=10, choices=Signature, default=Signature.UNCHECKED)
    signature_words = models.TextField("Kết luận về chữ ký", blank=True, default="")
    signature_at = models.DateTimeField("Kiểm tra chữ ký lúc", null=True)
    status = models.CharField("Tình trạng", max_length=10, choices=Status, default=Status.GOOD)
    status_reason = models.TextField("Lý do", blank=True, default="")
    status_at = models.DateTimeField("Đổi tình trạng lúc", null=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    lapse_told_at = models.DateTimeField("Đã báo hết giá trị lúc", null=True)
    source = models.CharField("Từ hệ thống", max_length=30)  # one_stop | digitisation | certification | owner
    source_ref = models.CharField("Mã ở hệ thống đó", max_length=120)
    procedure_code = models.CharField("Mã thủ tục", max_length=40, blank=True, default="")
    result_code = models.CharField("Mã kết quả", max_length=60, blank=True, default="")
    has_file = models.BooleanField("Có bản điện tử", default=True)
    hidden_at = models.DateTimeField("Chủ kho ẩn lúc", null=True)
    added_at = models.DateTimeField("Vào kho lúc")
    search_text = models.TextField(default="")  # folded, words joined by one space

    class Meta:
        verbose_name = "Giấy tờ trong kho"
        indexes = (
            models.Index("store", F("added_at").desc(), F("id").desc(), name="vault_paper_newest"),
            models.Index("valid_to", condition=Q(lapse_told_at__isnull=True), name="vault_paper_expiring"),
        )
        constraints = (
            models.UniqueConstraint("source", "source_ref", name="vault_paper_once"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=4), name="vault_paper_four_weights"),
            models.CheckConstraint(condition=~Q(zone="own") | Q(weight=4), name="vault_paper_own_is_unverified"),
        )

    def __str__(self) -> str:
        return self.name

    def is_good(self, on: date) -> bool:
        """Neither revoked nor replaced nor out of its days."""
        return (
            self.status == self.Status.GOOD
            and (self.valid_from is None or self.valid_from <= on)
            and (self.valid_to is None or on <= self.valid_to)
        )

    def may_stand_for(self, on: date) -> bool:
        """Whether it may take the place of a component of a dossier: good, held as a file, of weight 1 to 3."""
        return (
            self.is_good(on)
            and self.has_file
            and self.weight < self.Weight.UPLOADED
            and self.signature != self.Signature.INVALID
        )


class Content(models.Model):
    """The bytes of a paper. Read only where a reading is written in the same statement."""

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sha256 = models.CharField("Tệp", max_length=64, db_index=True)
    file_name = models.CharField("Tên tệp", max_length=255)
    media_type = models.CharField("Kiểu", max_length=120)
    size = models.BigIntegerField("Cỡ, byte")
    pages = models.PositiveIntegerField("Số trang", null=True)

    class Meta:
        verbose_name = "Tệp của giấy tờ"

    def __str__(self) -> str:
        return self.file_name


class Reading(models.Model):
    """Somebody other than the owner read a paper (lượt đọc): rows are only ever added."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="readings")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="readings")
    at = models.DateTimeField("Lúc")
    reader = models.CharField("Ai", max_length=60)  # account:<id> | system:<name> | link:<id> | bearer
    reader_name = models.CharField("Tên", max_length=200)
    post = models.CharField("Chức vụ", max_length=200, blank=True, default="")
    unit_id = models.BigIntegerField("Đơn vị", null=True)
    unit_name = models.CharField("Tên đơn vị", max_length=300, blank=True, default="")
    by_way_of = models.CharField(
        "Bằng cách nào", max_length=20
    )  # dossier | desk | consent | link | delegate | verification
    what = models.CharField("Đọc gì", max_length=10)  # file | facts
    purpose = models.CharField("Để làm gì", max_length=300)
    subject = models.CharField("Hồ sơ", max_length=100, blank=True, default="")

    class Meta:
        verbose_name = "Lượt đọc giấy tờ"
        indexes = (
            models.Index("store", F("at").desc(), F("id").desc(), name="vault_reading_store"),
            models.Index("paper", F("at").desc(), name="vault_reading_paper"),
        )

    def __str__(self) -> str:
        return f"{self.reader_name} {self.at}"


class Use(models.Model):
    """A dossier leans on a paper (nơi đã dùng)."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="uses")
    dossier_code = models.CharField("Mã hồ sơ", max_length=60)
    paper_key = models.CharField("Thành phần", max_length=60)
    procedure_name = models.CharField("Thủ tục", max_length=500)
    unit_id = models.BigIntegerField("Nơi giải quyết", null=True)
    at = models.DateTimeField("Lúc")
    lapsed_at = models.DateTimeField("Hết giá trị lúc", null=True)
    lapsed_why = models.TextField("Vì sao hết giá trị", blank=True, default="")

    class Meta:
        verbose_name = "Nơi đã dùng"
        indexes = (models.Index("dossier_code", name="vault_use_dossier"),)
        constraints = (models.UniqueConstraint("paper", "dossier_code", "paper_key", name="vault_use_once"),)

    def __str__(self) -> str:
        return f"{self.dossier_code} {self.paper_key}"


class Consent(models.Model):
    """The owner lets a system or an agency read papers for a purpose until a moment (đồng ý; Luật 91/2025/QH15)."""

    class State(models.TextChoices):
        ASKED = "asked", "Chờ trả lời"
        GIVEN = "given", "Đã đồng ý"
        REFUSED = "refused", "Không đồng ý"
        WITHDRAWN = "withdrawn", "Đã rút"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="consents")
    system = models.CharField("Hệ thống", max_length=60, blank=True, default="")
    unit_id = models.BigIntegerField("Cơ quan", null=True)
    grantee_name = models.CharField("Cho ai", max_length=300)
    kinds = ArrayField(models.CharField(max_length=60), default=list)  # kinds of paper; with `papers` both count
    papers = models.ManyToManyField(Paper, related_name="+")
    purpose = models.CharField("Để làm gì", max_length=300)
    days = models.PositiveSmallIntegerField("Trong bao nhiêu ngày")
    state = models.CharField("Trạng thái", max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("Hỏi lúc")
    answered_at = models.DateTimeField("Trả lời lúc", null=True)
    valid_until = models.DateTimeField("Đến lúc", null=True)
    withdrawn_at = models.DateTimeField("Rút lúc", null=True)

    class Meta:
        verbose_name = "Sự đồng ý"
        indexes = (
            models.Index("store", F("asked_at").desc(), name="vault_consent_store"),
            models.Index("unit_id", "valid_until", condition=Q(state="given"), name="vault_consent_unit"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(system="", unit_id__isnull=False) | (~Q(system="") & Q(unit_id__isnull=True)),
                name="vault_consent_names_one_grantee",
            ),
            models.CheckConstraint(
                condition=~Q(state="given") | Q(valid_until__isnull=False), name="vault_consent_given_has_an_end"
            ),
        )

    def __str__(self) -> str:
        return f"{self.grantee_name}: {self.purpose}"


class Share(models.Model):
    """A link to one paper that expires (chia sẻ bằng liên kết). The token is kept as a digest only."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="shares")
    token_digest = models.BinaryField(max_length=32, unique=True)
    note = models.CharField("Cho ai, để làm gì", max_length=200)
    made_at = models.DateTimeField("Tạo lúc")
    valid_until = models.DateTimeField("Đến lúc")
    revoked_at = models.DateTimeField("Thu hồi lúc", null=True)
    opened = models.PositiveIntegerField("Số lần mở", default=0)

    class Meta:
        verbose_name = "Liên kết chia sẻ"

    def __str__(self) -> str:
        return self.note


class Delegate(models.Model):
    """A person who acts in an organisation's store (người được uỷ quyền)."""

    class Power(models.TextChoices):
        READ = "read", "Xem"
        USE = "use", "Xem và dùng khi nộp hồ sơ"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="delegates")
    identity_number = models.CharField("Số định danh", max_length=35, db_index=True)
    name = models.CharField("Họ và tên", max_length=200)
    power = models.CharField("Được làm gì", max_length=10, choices=Power, default=Power.USE)
    valid_from = models.DateField("Từ ngày")
    valid_to = models.DateField("Đến hết ngày", null=True)
    named_by = models.CharField("Ai uỷ quyền", max_length=60)
    ended_at = models.DateTimeField("Thôi lúc", null=True)

    class Meta:
        verbose_name = "Người được uỷ quyền"
        constraints = (
            models.UniqueConstraint(
                "store", "identity_number", condition=Q(ended_at__isnull=True), name="vault_delegate_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class AskedAgain(models.Model):
    """A paper that is held was asked for again, with a reason (hỏi lại): counted and shown per unit."""

    at = models.DateTimeField("Lúc")
    unit_id = models.BigIntegerField("Đơn vị")
    actor = models.CharField("Ai", max_length=60)
    actor_name = models.CharField("Tên", max_length=200)
    where = models.CharField("Ở đâu", max_length=20)  # supplement | desk | studio
    subject = models.CharField("Hồ sơ, biểu mẫu", max_length=100)
    kind = models.CharField("Loại giấy tờ", max_length=60)
    paper_name = models.CharField("Giấy tờ", max_length=500)
    held = models.TextField("Đã có ở đâu")
    reason = models.TextField("Lý do")

    class Meta:
        verbose_name = "Lần hỏi lại giấy tờ đã có"
        indexes = (models.Index("unit_id", F("at").desc(), name="vault_asked_again_unit"),)
        constraints = (
            models.UniqueConstraint("where", "subject", "kind", "actor", "at", name="vault_asked_again_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="vault_asked_again_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.paper_name}: {self.reason[:60]}"

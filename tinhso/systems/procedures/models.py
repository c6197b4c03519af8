"""Tables of the catalogue: a procedure, its dated versions, its fees and what a dossier of a day follows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class InForce(models.QuerySet):
    """Rows with `valid_from`, `valid_to` (the first day no longer in force; empty range: replaced the same day)."""

    def on(self, day: object) -> "InForce":
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))

    def open(self) -> "InForce":
        return self.filter(valid_to__isnull=True)


class Procedure(models.Model):
    """An administrative procedure (thủ tục hành chính) by its national code; what it says stands in its versions."""

    code = models.CharField("Mã thủ tục", max_length=40, unique=True)
    popularity = models.PositiveIntegerField("Mức thường dùng", default=0)
    is_essential = models.BooleanField("Dịch vụ công thiết yếu", default=False)

    def __str__(self) -> str:
        return self.code


class ProcedureVersion(models.Model):
    """What a procedure says from a day on; a dossier keeps the version of its day.

    `national` is the record of the national catalogue, cleaned; `local` is what the pack of the province adds or says
    more plainly (short name, papers with keys, keywords). Where both speak, `local` is shown.
    """

    class Source(models.TextChoices):
        PACK = "pack", "Gói dữ liệu của tỉnh"
        CATALOGUE = "catalogue", "Danh mục quốc gia"

    procedure = models.ForeignKey(Procedure, verbose_name="Thủ tục", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("Phiên bản")
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến trước ngày", null=True, blank=True)
    source = models.CharField("Nguồn", max_length=10, choices=Source)
    national_hash = models.CharField(max_length=64)
    local_hash = models.CharField(max_length=64, blank=True)
    name = models.TextField("Tên")
    field = models.TextField("Lĩnh vực")
    levels = ArrayField(models.CharField(max_length=10), verbose_name="Cấp thực hiện")
    search_text = models.JSONField("Lời để tìm")
    national = models.JSONField("Nội dung quốc gia")
    local = models.JSONField("Phần của tỉnh", default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InForce.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_number"),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(valid_to__isnull=True), name="procedure_one_open_version"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="procedure_version_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id}/{self.number}"


class Fee(models.Model):
    """A fee (phí) or charge (lệ phí) of a procedure, as decided for the province, in force over some days."""

    class Kind(models.TextChoices):
        FEE = "phi", "Phí"
        CHARGE = "le_phi", "Lệ phí"

    class Per(models.TextChoices):
        DOSSIER = "dossier", "một hồ sơ"
        COPY = "copy", "một bản"
        PAGE = "page", "một trang"

    procedure = models.ForeignKey(Procedure, verbose_name="Thủ tục", on_delete=models.PROTECT, related_name="fees")
    key = models.CharField("Khoá", max_length=60)
    kind = models.CharField("Loại", max_length=6, choices=Kind)
    name = models.CharField("Tên khoản thu", max_length=300)
    amount = models.DecimalField("Mức thu (đồng)", max_digits=14, decimal_places=0, null=True, blank=True)
    per = models.CharField("Tính theo", max_length=8, choices=Per, default=Per.DOSSIER)
    channel = models.CharField("Chỉ với kênh", max_length=10, blank=True)  # "" | online | desk | post
    condition = models.TextField("Chỉ thu khi (FEEL)", blank=True)
    decision_version_id = models.BigIntegerField("Bảng quyết định", null=True, blank=True)  # in place of the amount
    formula = models.TextField("Cách tính (FEEL)", blank=True)  # dong over the form's data, in place of amount × per
    note = models.TextField("Ghi chú", blank=True)
    legal_basis = models.TextField("Căn cứ")
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến trước ngày", null=True, blank=True)

    objects = InForce.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "key"], condition=Q(valid_to__isnull=True), name="procedure_one_open_fee"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="procedure_fee_dates"
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="procedure_fee_amount"),
        ]

    def __str__(self) -> str:
        return self.name


class FeeRule(models.Model):
    """An exemption or a reduction, possibly for a limited time, with a condition over the form's data (FEEL)."""

    class Effect(models.TextChoices):
        EXEMPT = "exempt", "Miễn"
        PERCENT = "percent", "Giảm theo phần trăm"
        AMOUNT = "amount", "Giảm số tiền"

    key = models.CharField("Khoá", max_length=60)
    procedure = models.ForeignKey(
        Procedure, verbose_name="Thủ tục", null=True, blank=True, on_delete=models.PROTECT, related_name="fee_rules"
    )  # null: every procedure
    fee_key = models.CharField("Khoản thu", max_length=60, blank=True)  # "": every fee of the procedure
    kind = models.CharField("Loại khoản thu", max_length=6, choices=Fee.Kind, blank=True)
    effect = models.CharField("Kiểu", max_length=8, choices=Effect)
    value = models.DecimalField("Mức", max_digits=14, decimal_places=2, default=0)  # percent or dong
    condition = models.TextField("Điều kiện (FEEL)", blank=True)
    explanation = models.TextField("Giải thích cho người nộp")
    legal_basis = models.TextField("Căn cứ")
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến trước ngày", null=True, blank=True)

    objects = InForce.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="procedure_fee_rule_key"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="procedure_fee_rule_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.explanation


class Binding(models.Model):
    """Which process, form, clock and handling unit a dossier received on a day follows for life."""

    procedure = models.ForeignKey(Procedure, verbose_name="Thủ tục", on_delete=models.PROTECT, related_name="bindings")
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến trước ngày", null=True, blank=True)
    process_key = models.CharField("Quy trình", max_length=80)
    process_version_id = models.BigIntegerField("Phiên bản quy trình")
    form_key = models.CharField("Biểu mẫu", max_length=80, blank=True)
    form_version_id = models.BigIntegerField("Phiên bản biểu mẫu", null=True, blank=True)
    limit_value = models.DecimalField("Thời hạn", max_digits=8, decimal_places=2, null=True, blank=True)
    limit_unit = models.CharField("Đơn vị thời hạn", max_length=15, blank=True)
    limit_decision_id = models.BigIntegerField(
        "Bảng quyết định thời hạn", null=True, blank=True
    )  # over the form's data
    cutoff = models.TimeField("Giờ chốt", null=True, blank=True)
    on_supplement = models.CharField("Khi bổ sung", max_length=10, default="restart")
    on_financial_duty = models.CharField("Khi chờ nộp tiền", max_length=10, default="continue")
    compare = models.CharField("So theo", max_length=8, default="date")
    due_soon_minutes = models.PositiveIntegerField("Báo sắp đến hạn trước (phút)", null=True, blank=True)
    legal_basis = models.TextField("Căn cứ thời hạn", blank=True)
    handling = models.CharField("Đơn vị giải quyết", max_length=80)
    handling_role = models.CharField("Đơn vị cùng địa bàn", max_length=40, blank=True)
    result_name = models.TextField("Kết quả")
    result_code = models.CharField("Mã kết quả", max_length=60, blank=True)
    children = models.JSONField("Phần liên thông", default=list)
    channels = ArrayField(models.CharField(max_length=10), verbose_name="Kênh nhận", default=list)

    objects = InForce.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(valid_to__isnull=True), name="procedure_one_open_binding"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="procedure_binding_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} → {self.process_key}"


class Synonym(models.Model):
    """What people say (lời thường) for what the catalogue says: «sổ đỏ» → giấy chứng nhận quyền sử dụng đất."""

    said = models.CharField("Người dân nói", max_length=120)
    meant = models.CharField("Danh mục viết", max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["said", "meant"], name="procedure_synonym")]

    def __str__(self) -> str:
        return f"{self.said} → {self.meant}"


class Revision(models.Model):
    """One row: moves with every change of the catalogue, so that each process knows when its index is old."""

    number = models.BigIntegerField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="procedure_one_revision")]

    def __str__(self) -> str:
        return str(self.number)

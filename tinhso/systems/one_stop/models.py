"""Tables of the one-stop desk: the dossier, its papers, its history, and what hangs on it."""

import uuid
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from tinhso.foundation.statements import update_row
from tinhso.systems.one_stop.states import IN_HAND, MEANING, OPEN, State

IS_OPEN = Q(state__in=OPEN)


class Dossier(models.Model):
    """A citizen's or business's application being handled (hồ sơ thủ tục hành chính).

    Names of units, people, procedures and versions of other rooms are kept as plain ids: the rules in force at receipt
    stay with the dossier for life. Everything from `responsible_person_id` on is kept by the listener of its case.
    """

    State = State

    class Channel(models.TextChoices):
        ONLINE = "online", "Trực tuyến"
        DESK = "desk", "Trực tiếp"
        POST = "post", "Bưu chính công ích"
        KIOSK = "kiosk", "Ki-ốt thông minh"
        API = "api", "Hệ thống khác"

    class ReturnChannel(models.TextChoices):
        ELECTRONIC = "electronic", "Bản điện tử"
        DESK = "desk", "Nhận tại bộ phận Một cửa"
        POST = "post", "Qua bưu chính công ích"

    class Verdict(models.TextChoices):
        EARLY = "early", "Trước hạn"
        ON_TIME = "on_time", "Đúng hạn"
        LATE = "late", "Quá hạn"

    code = models.CharField("Mã hồ sơ", max_length=60, unique=True)
    origin_code = models.CharField("Mã ở hệ thống gốc", max_length=60, blank=True, default="")
    procedure_code = models.CharField("Mã thủ tục", max_length=40)
    procedure_name = models.TextField("Thủ tục")
    procedure_version_id = models.BigIntegerField()
    binding_id = models.BigIntegerField()
    form_version_id = models.BigIntegerField(null=True)
    parent = models.ForeignKey(  # its index is `dossier_parts`: few dossiers have a parent
        "self", null=True, on_delete=models.PROTECT, related_name="parts", db_index=False
    )
    part_key = models.CharField("Phần liên thông", max_length=40, blank=True, default="")

    applicant_kind = models.CharField("Đối tượng", max_length=10, default="citizen")
    applicant_name = models.CharField("Người nộp", max_length=200)
    identity_number = models.CharField("Số định danh", max_length=35)
    phone = models.CharField("Điện thoại", max_length=20, blank=True, default="")
    email = models.CharField("Thư điện tử", max_length=254, blank=True, default="")
    address = models.CharField("Địa chỉ", max_length=400, blank=True, default="")
    owner_account_id = models.BigIntegerField(null=True)

    channel = models.CharField("Kênh nộp", max_length=10, choices=Channel)
    return_channel = models.CharField("Kênh trả", max_length=10, choices=ReturnChannel)
    receiving_unit_id = models.BigIntegerField("Nơi tiếp nhận")
    handling_unit_id = models.BigIntegerField("Nơi giải quyết")
    units = models.JSONField("Đơn vị theo vai trò", default=dict)
    state = models.CharField("Trạng thái", max_length=20, choices=State)

    submitted_at = models.DateTimeField("Nộp lúc")
    received_at = models.DateTimeField("Tiếp nhận lúc", null=True)
    due_at = models.DateTimeField("Hạn theo luật", null=True)
    promised_at = models.DateTimeField("Hẹn trả", null=True)
    finished_at = models.DateTimeField("Xử lý xong lúc", null=True)
    returned_at = models.DateTimeField("Trả lúc", null=True)
    ended_at = models.DateTimeField("Kết thúc lúc", null=True)
    verdict = models.CharField("Đánh giá thời hạn", max_length=10, choices=Verdict, blank=True, default="")
    is_paused = models.BooleanField("Đồng hồ đang dừng", default=False)
    supplement_count = models.PositiveSmallIntegerField("Số lần yêu cầu bổ sung", default=0)
    reappointed_at = models.DateTimeField("Hẹn lại lúc", null=True)

    responsible_person_id = models.BigIntegerField("Người chịu trách nhiệm", null=True)
    responsible_unit_id = models.BigIntegerField("Đơn vị chịu trách nhiệm", null=True)
    responsible_role = models.CharField("Vai trò chịu trách nhiệm", max_length=20, blank=True, default="")
    next_date = models.DateTimeField("Mốc kế tiếp", null=True)
    visible_reason = models.TextField("Lý do đang ở bước này", blank=True, default="")

    result_name = models.TextField("Kết quả", blank=True, default="")
    result_code = models.CharField("Mã loại kết quả", max_length=40, blank=True, default="")
    result_draft = models.JSONField("Dự thảo kết quả", default=dict)
    result_number = models.CharField("Số kết quả", max_length=60, blank=True, default="")
    result_date = models.DateField("Ngày kết quả", null=True)
    result_sha256 = models.CharField("Tệp kết quả", max_length=64, blank=True, default="")

    data = models.JSONField("Dữ liệu biểu mẫu", default=dict)
    sources = models.JSONField("Nguồn dữ liệu", default=dict)
    search_text = models.TextField(default="")  # folded words and unit tokens; see `searching.search_text_of`

    class Meta:
        verbose_name = "Hồ sơ"
        ordering = ("-submitted_at", "-id")
        indexes = (
            models.Index(F("submitted_at").desc(), F("id").desc(), name="dossier_newest"),
            models.Index("handling_unit_id", F("submitted_at").desc(), F("id").desc(), name="dossier_handling"),
            models.Index("receiving_unit_id", F("submitted_at").desc(), F("id").desc(), name="dossier_receiving"),
            models.Index(
                "handling_unit_id", "state", F("submitted_at").desc(), F("id").desc(), name="dossier_handling_state"
            ),
            models.Index(
                "handling_unit_id",
                "procedure_code",
                F("submitted_at").desc(),
                F("id").desc(),
                name="dossier_handling_procedure",
            ),
            models.Index("owner_account_id", F("submitted_at").desc(), F("id").desc(), name="dossier_owner"),
            models.Index(OpClass("identity_number", name="varchar_pattern_ops"), name="dossier_identity"),
            models.Index("responsible_person_id", "next_date", "id", condition=IS_OPEN, name="dossier_open_holder"),
            models.Index("handling_unit_id", "due_at", "id", condition=IS_OPEN, name="dossier_open_handling_due"),
            models.Index(
                "receiving_unit_id", "state", "due_at", "id", condition=IS_OPEN, name="dossier_open_receiving"
            ),
            models.Index("due_at", "id", condition=IS_OPEN, name="dossier_open_due"),
            models.Index("parent", condition=Q(parent__isnull=False), name="dossier_parts"),
            models.Index("result_number", condition=~Q(result_number=""), name="dossier_result_number"),
            models.Index("result_sha256", condition=~Q(result_sha256=""), name="dossier_result_file"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~IS_OPEN
                | (
                    Q(next_date__isnull=False)
                    & ~Q(visible_reason="")
                    & Q(responsible_unit_id__isnull=False)
                    & ~Q(responsible_role="")
                ),
                name="dossier_open_is_never_in_limbo",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=False) | ~Q(state__in=(*IN_HAND, State.RECEIVED, State.DONE)),
                name="dossier_in_hand_was_received",
            ),
        )

    def __str__(self) -> str:
        return self.code

    def columns(self) -> dict[str, Any]:
        """What every column holds now, to tell later which have changed."""
        values = {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}
        return {name: deepcopy(value) if isinstance(value, dict | list) else value for name, value in values.items()}

    def save_changes(self, before: Mapping[str, Any]) -> None:
        """Write only columns that differ: the form's data and the words of the search are most of the row."""
        if changed := [name for name, value in before.items() if getattr(self, name) != value]:
            update_row(self, changed)

    @property
    def is_open(self) -> bool:
        return MEANING[State(self.state)].is_open

    @property
    def running_due_at(self) -> datetime | None:
        """The legal date somebody still has to keep; none once the result is there."""
        return None if self.state == State.DONE else self.due_at

    @property
    def national_status(self) -> int:
        """One of the ten national statuses."""
        return MEANING[State(self.state)].national

    @property
    def owner_key(self) -> str:
        """As the audit trail and the engine name it before the code is issued."""
        return str(self.pk)


class DossierPaper(models.Model):
    """A paper handed in (thành phần hồ sơ), or the result."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="papers")
    key = models.CharField("Thành phần", max_length=60)
    name = models.TextField("Tên giấy tờ")
    sha256 = models.CharField("Tệp", max_length=64, blank=True, default="")
    file_name = models.CharField("Tên tệp", max_length=255, blank=True, default="")
    media_type = models.CharField("Loại tệp", max_length=100, blank=True, default="")
    size = models.BigIntegerField("Cỡ (byte)", default=0)
    pages = models.PositiveIntegerField("Số trang", null=True)
    kind = models.CharField("Loại bản", max_length=20, default="copy")  # original | copy | seen
    round = models.PositiveSmallIntegerField("Lần nộp", default=0)  # 0 at first, n with the n-th supplement
    added_at = models.DateTimeField("Nộp lúc")
    is_replaced = models.BooleanField("Đã thay bằng bản sau", default=False)

    class Meta:
        verbose_name = "Giấy tờ trong hồ sơ"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class DossierEvent(models.Model):
    """A line of the history (nhật trình): the clock reads the kinds it knows, people read them all."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField("Lúc")
    kind = models.CharField("Việc", max_length=40)
    actor = models.CharField("Người làm", max_length=60)
    actor_name = models.CharField("Tên người làm", max_length=200, blank=True, default="")
    unit_id = models.BigIntegerField("Đơn vị", null=True)
    note = models.TextField("Nội dung", blank=True, default="")
    new_due = models.DateTimeField("Hẹn lại", null=True)
    data = models.JSONField("Chi tiết", default=dict)

    class Meta:
        verbose_name = "Nhật trình"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%d/%m/%Y %H:%M}"


class Consultation(models.Model):
    """A question to another agency (lấy ý kiến), with its own deadline inside the dossier's."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="consultations")
    unit_id = models.BigIntegerField("Đơn vị được hỏi")
    question = models.TextField("Nội dung hỏi")
    asked_by = models.CharField("Người hỏi", max_length=60)
    asked_by_name = models.CharField("Tên người hỏi", max_length=200)
    asked_by_unit_id = models.BigIntegerField("Đơn vị hỏi", null=True)
    asked_at = models.DateTimeField("Hỏi lúc")
    due_at = models.DateTimeField("Hạn trả lời")
    answer = models.TextField("Trả lời", blank=True, default="")
    agrees = models.BooleanField("Đồng ý", null=True)
    answered_by_name = models.CharField("Người trả lời", max_length=200, blank=True, default="")
    answered_at = models.DateTimeField("Trả lời lúc", null=True)
    cancelled_at = models.DateTimeField("Thôi hỏi lúc", null=True)

    class Meta:
        verbose_name = "Lấy ý kiến"
        ordering = ("id",)
        indexes = (
            models.Index(
                "unit_id",
                "due_at",
                condition=Q(answered_at__isnull=True, cancelled_at__isnull=True),
                name="consultation_open",
            ),
        )

    def __str__(self) -> str:
        return self.question[:60]


class Fee(models.Model):
    """What is to be paid (phí, lệ phí, nghĩa vụ tài chính); the payment platform comes with its own room."""

    class When(models.TextChoices):
        AT_RECEIPT = "at_receipt", "Khi tiếp nhận"
        DUTY = "duty", "Nghĩa vụ tài chính"
        AT_RETURN = "at_return", "Khi trả kết quả"

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="fees")
    name = models.TextField("Khoản thu")
    kind = models.CharField("Loại", max_length=10)  # phi | le_phi | thue | khac
    amount = models.DecimalField("Số tiền (đồng)", max_digits=15, decimal_places=0)
    explanation = models.TextField("Căn cứ", blank=True, default="")
    when = models.CharField("Thời điểm", max_length=10, choices=When, default=When.AT_RECEIPT)
    demanded_at = models.DateTimeField("Yêu cầu lúc")
    pay_by = models.DateTimeField("Hạn nộp", null=True)
    paid_at = models.DateTimeField("Nộp lúc", null=True)
    paid_how = models.CharField("Cách nộp", max_length=20, blank=True, default="")  # cash | transfer | card | platform
    receipt_number = models.CharField("Số biên lai", max_length=40, blank=True, default="")
    recorded_by = models.CharField("Người ghi", max_length=60, blank=True, default="")

    class Meta:
        verbose_name = "Khoản phải nộp"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Rating(models.Model):
    """How the owner found the service (đánh giá)."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, related_name="rating")
    score = models.PositiveSmallIntegerField("Điểm")
    comment = models.TextField("Ý kiến", blank=True, default="")
    at = models.DateTimeField("Lúc")

    class Meta:
        verbose_name = "Đánh giá"
        constraints = (
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="rating_score_one_to_five"),
        )

    def __str__(self) -> str:
        return str(self.score)


class Submission(models.Model):
    """That something was sent once (chống gửi trùng): the second sender gets what the first was given."""

    owner = models.CharField(max_length=60)
    once = models.CharField(max_length=120)
    what = models.CharField(max_length=20, default="submit")  # submit | supplement
    digest = models.CharField(max_length=64)
    dossier_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "Lượt gửi"
        constraints = (models.UniqueConstraint("owner", "once", name="submission_once"),)

    def __str__(self) -> str:
        return f"{self.owner} {self.once}"


class Counter(models.Model):
    """The last number issued by an agency on a day of Việt Nam; rows are taken last and held for the commit only."""

    pk = models.CompositePrimaryKey("agency", "day")
    agency = models.CharField("Mã cơ quan", max_length=40)
    day = models.DateField("Ngày")
    last = models.IntegerField("Số cuối")

    class Meta:
        verbose_name = "Bộ đếm mã hồ sơ"

    def __str__(self) -> str:
        return f"{self.agency} {self.day} {self.last}"


class SigningRound(models.Model):
    """Results a leader looks through and signs in one go, or a clerk numbers and seals (lượt ký)."""

    class Kind(models.TextChoices):
        APPROVAL = "approval", "Ký duyệt"
        SEAL = "seal", "Cấp số, đóng dấu"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=8, choices=Kind)
    account_id = models.BigIntegerField("Người ký", db_index=True)
    opened_at = models.DateTimeField("Mở lúc")
    batch_id = models.CharField("Lô ký", max_length=40, blank=True, default="")
    ordered_at = models.DateTimeField("Ra lệnh ký lúc", null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RoundLine(models.Model):
    """One result of a round: what was shown, whether it was looked at, what came of it."""

    class State(models.TextChoices):
        CHOSEN = "chosen", "Chưa xem"
        SEEN = "seen", "Đã xem"
        LEFT_OUT = "left_out", "Để lại"
        ORDERED = "ordered", "Đang ký"
        DONE = "done", "Đã ký, đã chuyển bước"
        FAILED = "failed", "Chưa ký được"

    round = models.ForeignKey(SigningRound, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+")
    item_id = models.BigIntegerField("Bước được xem")
    sha256 = models.CharField("Bản được xem", max_length=64, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.CHOSEN)
    number = models.CharField("Số", max_length=60, blank=True, default="")
    day = models.DateField("Ngày", null=True)
    problem = models.CharField("Vì sao chưa ký được", max_length=500, blank=True, default="")

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["round", "position"], name="round_line_place"),
            models.UniqueConstraint(fields=["round", "dossier"], name="round_line_once"),
        )
        indexes = (models.Index(fields=["round"], name="round_line_waits", condition=Q(state="ordered")),)

    def __str__(self) -> str:
        return f"{self.position} {self.state}"

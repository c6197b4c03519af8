"""Tables of the studio: drafts, and everything they were."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Draft(models.Model):
    """Something being made or changed (bản nháp): a process, a form or a decision table."""

    class Kind(models.TextChoices):
        PROCESS = "process", "Quy trình"
        FORM = "form", "Biểu mẫu"
        DECISION = "decision", "Bảng quyết định"

    class Status(models.TextChoices):
        EDITING = "editing", "Đang soạn"
        REVIEW = "review", "Chờ người thứ hai duyệt"
        PUBLISHED = "published", "Đã ban hành"
        DISCARDED = "discarded", "Đã bỏ"

    kind = models.CharField("Loại", max_length=10, choices=Kind)
    key = models.CharField("Khoá", max_length=100)
    name = models.CharField("Tên", max_length=300)
    content = models.TextField("Nội dung")  # BPMN, form-js JSON or DMN
    base_version_id = models.BigIntegerField("Từ phiên bản", null=True)
    rev = models.PositiveIntegerField(default=1)
    status = models.CharField("Trạng thái", max_length=10, choices=Status, default=Status.EDITING)
    opened_by = models.CharField(max_length=100)
    edited_by = models.CharField(max_length=100)
    edited_by_name = models.CharField("Người sửa", max_length=200)
    edited_at = models.DateTimeField("Sửa lúc")
    submitted_by = models.CharField(max_length=100, blank=True)
    submitted_by_name = models.CharField("Người trình duyệt", max_length=200, blank=True)
    submitted_at = models.DateTimeField(null=True)
    purpose = models.TextField("Vì sao đổi", blank=True)
    remark = models.TextField("Ý kiến của người duyệt", blank=True)
    published_by_name = models.CharField("Người ban hành", max_length=200, blank=True)
    published_at = models.DateTimeField(null=True)
    effective_from = models.DateField("Áp dụng từ ngày", null=True)
    version_id = models.BigIntegerField("Thành phiên bản", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(status__in=("editing", "review")), name="studio_one_open_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.status})"

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.EDITING, self.Status.REVIEW)


class DraftRevision(models.Model):
    """What a draft was before a change, so that the change can be undone."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="revisions")
    rev = models.PositiveIntegerField()
    content = models.TextField()
    name = models.CharField(max_length=300)
    what = models.CharField("Việc đã làm", max_length=300)
    by_name = models.CharField("Người làm", max_length=200)
    at = models.DateTimeField("Lúc")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "rev"], name="studio_one_revision")]

    def __str__(self) -> str:
        return f"{self.draft_id} #{self.rev}"

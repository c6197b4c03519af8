"""Tables of portal."""

import uuid

from django.db import models


class Draft(models.Model):
    """A dossier being filled in (bản nháp). It belongs to the account, not to the device: open it anywhere.

    Its id is the idempotency key of the sending: pressed twice, it is one dossier.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    procedure_code = models.CharField("Mã thủ tục", max_length=30)
    procedure_name = models.CharField("Tên thủ tục", max_length=1000)
    form_version = models.ForeignKey("forms.FormVersion", null=True, blank=True, on_delete=models.PROTECT)
    unit_key = models.CharField("Nơi giải quyết", max_length=100, blank=True)
    data = models.JSONField("Đã khai, như người khai viết", default=dict)
    sources = models.JSONField("Nguồn của dữ liệu điền sẵn", default=dict)
    papers = models.JSONField("Giấy tờ đã gửi", default=list)  # [{id, key, name, sha256, file_name, size, pages}]
    again = models.JSONField("Phải khai lại do biểu mẫu đổi", default=list)  # [[key, label]]
    step = models.PositiveSmallIntegerField("Đã tới bước", default=0)
    return_channel = models.CharField("Cách nhận kết quả", max_length=12, default="electronic")
    dossier_code = models.CharField("Mã hồ sơ", max_length=60, blank=True)
    sent_at = models.DateTimeField("Gửi lúc", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "-updated_at"], condition=models.Q(dossier_code=""), name="portal_draft_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.procedure_code} {self.pk}"


class ProcedurePace(models.Model):
    """How long dossiers of a procedure really took lately (thời gian thực tế); recounted hourly from the dossiers."""

    procedure_code = models.CharField("Mã thủ tục", max_length=40, primary_key=True)
    ended = models.PositiveIntegerField("Đã xong")
    on_time = models.PositiveIntegerField("Đúng hoặc trước hạn")
    half_minutes = models.PositiveIntegerField("Một nửa xong trong (phút)")
    most_minutes = models.PositiveIntegerField("Chín phần mười xong trong (phút)")
    counted_at = models.DateTimeField("Đếm lúc")

    def __str__(self) -> str:
        return f"{self.procedure_code}: {self.ended}"

"""Tables of files: what is kept, and uploads on their way."""

import uuid

from django.db import models


class Blob(models.Model):
    """Bytes kept under their own hash (tệp). The bytes never change; many papers may point at one blob."""

    sha256 = models.CharField("Dấu", max_length=64, primary_key=True)
    size = models.BigIntegerField("Cỡ, byte")
    media_type = models.CharField("Kiểu", max_length=120)
    pages = models.PositiveIntegerField("Số trang", null=True, blank=True)
    kept_at = models.DateTimeField("Giữ lúc", auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class UploadSession(models.Model):
    """A resumable upload (tải lên nối tiếp). How far it came is the length of its part on the disk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.CharField("Của ai", max_length=80, db_index=True)
    name = models.CharField("Tên tệp", max_length=255)
    size = models.BigIntegerField("Cỡ báo trước, byte")
    blob = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT)
    problems = models.JSONField("Lý do không nhận", default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField("Giữ phần dở tới", db_index=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_finished(self) -> bool:
        return self.blob_id is not None or bool(self.problems)

"""Tables of administration."""

from django.db import models


class PackLoad(models.Model):
    """The last load of a pack (gói dữ liệu): its fingerprint as a whole and row by row."""

    name = models.CharField("Gói", max_length=60, unique=True)
    fingerprint = models.CharField(max_length=64)
    rows = models.JSONField(default=dict)
    loaded_at = models.DateTimeField("Nạp lúc")

    def __str__(self) -> str:
        return self.name

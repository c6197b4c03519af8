"""Tables of the audit trail. Rows are only ever added; the SQL of `0002_sql` writes and guards them."""

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One act (việc đã làm), chained by hash to the act before it on the same subject."""

    subject = models.TextField()
    number = models.IntegerField()  # within the chain, from 1
    act = models.TextField()
    actor = models.TextField()
    actor_name = models.TextField()
    data = models.JSONField()
    at = models.DateTimeField()  # when it was done
    recorded_at = models.DateTimeField()  # when the row was written, by the database's clock
    epoch = models.IntegerField()  # which seal closes over the row
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "number"], name="audit_one_chain")]

    def __str__(self) -> str:
        return f"{self.subject} {self.number} {self.act}"


class Epoch(models.Model):
    """A stretch of the trail between two seals; acts are written into the latest, and none lies at or below `floor`."""

    number = models.IntegerField(primary_key=True)
    floor = models.BigIntegerField()
    is_closed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.number)


class Seal(models.Model):
    """An hourly seal (niêm phong) over all rows of one epoch, chained to the seal before it."""

    epoch = models.IntegerField(unique=True)
    floor = models.BigIntegerField()
    rows = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.epoch}: {self.rows}"


class Reading(models.Model):
    """Somebody read a person's data (lượt xem dữ liệu cá nhân)."""

    owner = models.CharField(max_length=35)
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=200)
    unit_name = models.CharField(max_length=300)
    what = models.CharField(max_length=300)
    purpose = models.CharField(max_length=300)
    subject = models.CharField(max_length=100)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-at"], name="reading_of_owner")]

    def __str__(self) -> str:
        return f"{self.subject} {self.at}"

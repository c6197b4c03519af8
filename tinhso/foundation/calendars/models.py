"""Tables of calendars: every declaration stays, with when it was made and when it was withdrawn."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


def of_unit(unit_id: int | None) -> Q:
    """Rows of a unit, or of the whole province."""
    return Q(unit__isnull=True) if unit_id is None else Q(unit_id=unit_id)


class CalendarDay(models.Model):
    """A day that is off, or worked although a weekend, as declared (ngày nghỉ, ngày làm bù)."""

    class Kind(models.TextChoices):
        OFF = "off", "Ngày nghỉ"
        MAKEUP = "makeup", "Ngày làm bù"

    date = models.DateField("Ngày")
    kind = models.CharField("Loại", max_length=6, choices=Kind)
    unit = models.ForeignKey(
        "organizations.Unit", verbose_name="Riêng cho đơn vị", null=True, blank=True, on_delete=models.PROTECT
    )
    name = models.CharField("Tên", max_length=200)
    legal_basis = models.CharField("Căn cứ", max_length=300, blank=True)
    status = models.CharField("Tình trạng", max_length=20, default="confirmed")  # confirmed | projected
    declared_at = models.DateTimeField("Công bố lúc")
    withdrawn_at = models.DateTimeField("Rút lại lúc", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_declaration_a_day",
                fields=["date", "unit"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="withdrawn_after_declared",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("declared_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"


class SlotSet(models.Model):
    """Open times of a unit and what lies under it, from a day on (khung giờ làm việc)."""

    unit = models.ForeignKey(
        "organizations.Unit", verbose_name="Đơn vị", null=True, blank=True, on_delete=models.PROTECT
    )  # null: the whole province
    valid_from = models.DateField("Từ ngày")
    slots = models.JSONField("Khung giờ")  # {"1": [["07:30", "11:30"], …]} by ISO weekday
    legal_basis = models.CharField("Căn cứ", max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_slot_set_a_day", fields=["unit", "valid_from"], nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.unit_id or '-'} {self.valid_from}"


class Revision(models.Model):
    """One row; triggers give it a new number whenever the calendar changes."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)

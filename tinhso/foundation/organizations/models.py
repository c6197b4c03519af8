"""Tables of the organisation. Everything is dated: `valid_from` is the first day, `valid_to` the first day after."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from tinhso.foundation.organizations import revision

# GiST in core PostgreSQL has no operator class for numbers and texts, only for ranges; a number as the range of itself,
# and a text as the range of its hash, exclude each other just as well, without the extension btree_gist.
VALIDITY = Func(F("valid_from"), F("valid_to"), function="daterange")


def same(column: str) -> Func:
    return Func(F(column), F(column), Value("[]"), function="int8range")


def same_text(column: str) -> Func:
    digest = Func(F(column), Value(0), function="hashtextextended", output_field=models.BigIntegerField())
    return Func(digest, digest, Value("[]"), function="int8range")


def one_at_a_time(name: str, *equal: Func, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows that agree in `equal` may be in force on the same day."""
    overlaps = [(expression, RangeOperators.OVERLAPS) for expression in (*equal, VALIDITY)]
    return ExclusionConstraint(name=name, expressions=overlaps, condition=condition)


def ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")))


def in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


class WatchedQuerySet(models.QuerySet):
    """Forgets this process's copy of the organisation on every write (others see the revision within a second)."""

    def update(self, **changes: Any) -> int:
        revision.forget()
        return super().update(**changes)

    def bulk_create(self, *args: Any, **options: Any) -> list[Any]:
        revision.forget()
        return super().bulk_create(*args, **options)

    def delete(self) -> tuple[int, dict[str, int]]:
        revision.forget()
        return super().delete()


class Dated(models.Model):
    """A row in force from one day up to, not including, another."""

    valid_from = models.DateField("Từ ngày")
    valid_to = models.DateField("Đến trước ngày", null=True, blank=True)

    objects = WatchedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        revision.forget()
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        revision.forget()
        return super().delete(*args, **options)


class Revision(models.Model):
    """One row; triggers give it a new number whenever a table of the organisation changes."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class Unit(Dated):
    """An agency or a part of one (cơ quan, đơn vị)."""

    class Kind(models.TextChoices):
        PROVINCE = "province", "Tỉnh"
        DEPARTMENT = "department", "Sở, ban, ngành"
        COMMUNE = "commune", "Xã, phường"
        CENTRE = "centre", "Trung tâm"
        DIVISION = "division", "Phòng, ban"
        DESK = "desk", "Bộ phận Một cửa"

    key = models.CharField("Khoá", max_length=100, unique=True)
    name = models.CharField("Tên", max_length=300)
    kind = models.CharField("Loại", max_length=12, choices=Kind)
    parent = models.ForeignKey(
        "self", verbose_name="Trực thuộc", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path: ArrayField = ArrayField(models.BigIntegerField(), verbose_name="Đường dẫn", default=list)
    place_code = models.CharField("Mã địa bàn", max_length=10, blank=True)
    order = models.IntegerField("Thứ tự", default=0)
    successor = models.ForeignKey(
        "self", verbose_name="Đơn vị kế thừa", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [ends_after_start("unit_ends_after_start")]
        indexes: ClassVar = [models.Index(fields=["parent"], name="unit_parent")]

    def __str__(self) -> str:
        return self.name


class UnitName(Dated):
    """A name the unit carried before its present one."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="names")
    name = models.CharField("Tên", max_length=300)

    class Meta:
        constraints: ClassVar = [
            ends_after_start("unit_name_ends_after_start"),
            one_at_a_time("one_name_at_a_time", same("unit_id")),
        ]

    def __str__(self) -> str:
        return self.name


class AgencyCode(Dated):
    """An electronic identification code of an agency (mã định danh điện tử), with what took its place."""

    class Scheme(models.TextChoices):
        QD20 = "qd20", "QĐ 20/2020/QĐ-TTg"
        QCVN102 = "qcvn102", "QCVN 102:2016/BTTTT"

    unit = models.ForeignKey(Unit, verbose_name="Đơn vị", on_delete=models.PROTECT, related_name="codes")
    scheme = models.CharField("Hệ mã", max_length=20, choices=Scheme, default=Scheme.QD20)
    code = models.CharField("Mã", max_length=35, db_index=True)
    successor = models.ForeignKey(
        "self", verbose_name="Mã thay thế", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            ends_after_start("agency_code_ends_after_start"),
            one_at_a_time("code_names_one_unit", same_text("code"), same_text("scheme")),
            one_at_a_time("unit_has_one_code", same("unit_id"), same_text("scheme")),
        ]

    def __str__(self) -> str:
        return self.code


class Person(models.Model):
    """A person who serves in the administration (cán bộ, công chức, viên chức)."""

    key = models.CharField("Khoá", max_length=100, unique=True, null=True, blank=True)
    name = models.CharField("Họ và tên", max_length=200)
    identity_number = models.CharField("Số định danh cá nhân", max_length=12, blank=True, db_index=True)
    email = models.EmailField("Thư điện tử", blank=True)
    phone = models.CharField("Điện thoại", max_length=20, blank=True)

    objects = WatchedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        revision.forget()
        super().save(*args, **options)


class Post(Dated):
    """A seat in a unit (vị trí) with one role; at most one person sits in it on any day."""

    class Role(models.TextChoices):
        DESK_OFFICER = "desk_officer", "Công chức Một cửa"
        SPECIALIST = "specialist", "Chuyên viên"
        UNIT_HEAD = "unit_head", "Trưởng phòng, lãnh đạo đơn vị"
        LEADER = "leader", "Lãnh đạo cơ quan"
        CLERK = "clerk", "Văn thư"
        ADMINISTRATOR = "administrator", "Quản trị"

    key = models.CharField("Khoá", max_length=100, unique=True)
    unit = models.ForeignKey(Unit, verbose_name="Đơn vị", on_delete=models.PROTECT, related_name="posts")
    role = models.CharField("Vai trò", max_length=20, choices=Role)
    title = models.CharField("Chức danh", max_length=200)
    order = models.IntegerField("Thứ tự", default=0)
    successor = models.ForeignKey(
        "self", verbose_name="Vị trí kế thừa", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [ends_after_start("post_ends_after_start")]
        indexes: ClassVar = [models.Index(fields=["unit", "role"], name="post_unit_role")]

    def __str__(self) -> str:
        return self.title


class Assignment(Dated):
    """A person sits in a post from one day to another (bổ nhiệm, phân công)."""

    post = models.ForeignKey(Post, verbose_name="Vị trí", on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, verbose_name="Người", on_delete=models.PROTECT, related_name="assignments")
    decision = models.CharField("Quyết định số", max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            ends_after_start("assignment_ends_after_start"),
            one_at_a_time("one_person_in_a_post", same("post_id")),
        ]
        indexes: ClassVar = [models.Index(fields=["person"], name="assignment_person")]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.post_id}"


class Delegation(Dated):
    """The holder of a post lets another person act in it for a time (uỷ quyền)."""

    post = models.ForeignKey(Post, verbose_name="Vị trí", on_delete=models.PROTECT, related_name="delegations")
    from_person = models.ForeignKey(Person, verbose_name="Người uỷ quyền", on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey(
        Person, verbose_name="Người được uỷ quyền", on_delete=models.PROTECT, related_name="delegations"
    )
    reason = models.CharField("Lý do", max_length=300)

    class Meta:
        constraints: ClassVar = [
            ends_after_start("delegation_ends_after_start"),
            one_at_a_time("one_delegate_of_a_post", same("post_id")),
            models.CheckConstraint(name="delegation_to_another", condition=~Q(from_person=F("to_person"))),
            models.CheckConstraint(name="delegation_has_an_end", condition=Q(valid_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.from_person_id} → {self.to_person_id}"


class Absence(Dated):
    """Days on which a person takes no work (nghỉ, đi công tác)."""

    person = models.ForeignKey(Person, verbose_name="Người", on_delete=models.PROTECT, related_name="absences")
    reason = models.CharField("Lý do", max_length=300)

    class Meta:
        constraints: ClassVar = [
            ends_after_start("absence_ends_after_start"),
            one_at_a_time("one_absence_at_a_time", same("person_id")),
            models.CheckConstraint(name="absence_has_an_end", condition=Q(valid_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.valid_from}"


class Place(Dated):
    """A province, district or commune of the General Statistics Office's list, old and new (đơn vị hành chính).

    Codes are used again: the commune made of three often carries the code of one of them.
    """

    class Kind(models.TextChoices):
        PROVINCE = "province", "Tỉnh, thành phố"
        DISTRICT = "district", "Huyện"
        COMMUNE = "commune", "Xã, phường, đặc khu"

    code = models.CharField("Mã", max_length=10, db_index=True)
    name = models.CharField("Tên", max_length=200)
    kind = models.CharField("Cấp", max_length=10, choices=Kind)
    parent_code = models.CharField("Mã cấp trên", max_length=10, blank=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            ends_after_start("place_ends_after_start"),
            one_at_a_time("one_place_of_a_code", same_text("code"), same_text("kind")),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceSuccession(models.Model):
    """What became of a place: whole, or in parts that must be told apart by the address."""

    class Share(models.TextChoices):
        WHOLE = "whole", "Toàn bộ"
        PART = "part", "Một phần"

    old = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="successions")
    new = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="origins")
    share = models.CharField("Phần", max_length=5, choices=Share)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["old", "new"], name="one_succession_of_a_pair")]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class Merger(models.Model):
    """A reorganisation that was carried out (sắp xếp đơn vị), with the plan that was reviewed."""

    title = models.CharField("Tên", max_length=300)
    decision = models.CharField("Quyết định số", max_length=100)
    effective_on = models.DateField("Có hiệu lực từ")
    plan = models.JSONField("Phương án")
    carried_out_by = models.CharField("Người thực hiện", max_length=200)
    carried_out_at = models.DateTimeField("Lúc")

    def __str__(self) -> str:
        return self.title

"""Tables of accounts."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(username=self.model.normalize_username(username), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One person's or organisation's sign-in (tài khoản). Rights come from the posts its person holds."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", "Công dân"
        BUSINESS = "business", "Doanh nghiệp, tổ chức"
        OFFICIAL = "official", "Cán bộ, công chức"

    username = models.CharField("Tên đăng nhập", max_length=150, unique=True)
    name = models.CharField("Họ và tên", max_length=200)
    email = models.EmailField("Thư điện tử", blank=True)
    phone = models.CharField("Điện thoại", max_length=20, blank=True)
    kind = models.CharField("Loại", max_length=10, choices=Kind, default=Kind.CITIZEN)
    identity_number = models.CharField("Số định danh hoặc mã số tổ chức", max_length=35, blank=True, db_index=True)
    assurance = models.PositiveSmallIntegerField("Mức định danh", default=1)
    tech_id = models.CharField("TechID của VNeID", max_length=100, blank=True)
    person = models.ForeignKey(
        "organizations.Person", verbose_name="Nhân sự", null=True, blank=True, on_delete=models.PROTECT
    )
    is_active = models.BooleanField("Đang dùng", default=True)
    must_change_password = models.BooleanField("Phải đổi mật khẩu", default=False)
    password_changed_at = models.DateTimeField("Đổi mật khẩu lúc", null=True, blank=True)
    demo_label = models.CharField("Vai trong bản thử", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "identity_number"], condition=~Q(identity_number=""), name="one_account_of_a_number"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class PastPassword(models.Model):
    """Hashes of the last passwords: an administrator may not come back to one of the last ten."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=128)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.changed_at:%d/%m/%Y}"


class SignInLock(models.Model):
    """Failures in a row for a name somebody tries to sign in with, whether or not an account bears it."""

    username = models.CharField("Tên đăng nhập", max_length=150, unique=True)
    failures = models.PositiveSmallIntegerField("Số lần sai liên tiếp", default=0)
    locked_until = models.DateTimeField("Khoá đến", null=True, blank=True)

    def __str__(self) -> str:
        return self.username


class SystemKey(models.Model):
    """The key by which another system calls the API (khoá kết nối): its rights, its unit, its addresses, its rate."""

    name = models.CharField("Tên hệ thống", max_length=200)
    system = models.SlugField("Mã hệ thống", max_length=60)
    prefix = models.CharField("Phần đầu của khoá", max_length=12, unique=True)
    digest = models.CharField("SHA-256 của khoá", max_length=64)
    rights: ArrayField = ArrayField(models.CharField(max_length=30), verbose_name="Quyền", default=list)
    unit = models.ForeignKey(
        "organizations.Unit", verbose_name="Đơn vị", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    networks: ArrayField = ArrayField(
        models.CharField(max_length=50), verbose_name="Địa chỉ được gọi", default=list, blank=True
    )
    per_minute = models.PositiveIntegerField("Lượt mỗi phút", default=600)
    valid_to = models.DateTimeField("Dùng đến", null=True, blank=True)
    revoked_at = models.DateTimeField("Thu hồi lúc", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system"], condition=Q(revoked_at__isnull=True), name="one_key_of_a_system")
        ]

    def __str__(self) -> str:
        return self.name

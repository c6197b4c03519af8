"""What a password must be: QCVN 12:2026/BCA."""

import re

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.models import Account, PastPassword
from tinhso.foundation.audit import public as audit

LENGTH = 8
REMEMBERED = 10
KINDS = (
    (re.compile(r"[A-ZÀ-Ỹ]"), "chữ hoa"),
    (re.compile(r"[a-zà-ỹ]"), "chữ thường"),
    (re.compile(r"\d"), "chữ số"),
    (re.compile(r"[^\w\s]|_"), "ký tự đặc biệt như . , ! @ # -"),
)


class ComposedPassword:
    """Eight characters or more with a capital, a small letter, a digit and a sign."""

    def validate(self, password: str, user: object = None) -> None:
        missing = [name for pattern, name in KINDS if not pattern.search(password)]
        if len(password) < LENGTH:
            missing.insert(0, f"ít nhất {LENGTH} ký tự (đang có {len(password)})")
        if missing:
            raise ValidationError(_("Mật khẩu cần thêm: %(missing)s.") % {"missing": ", ".join(missing)})

    def get_help_text(self) -> str:
        return _("Từ 8 ký tự trở lên, có chữ hoa, chữ thường, chữ số và ký tự đặc biệt.")


class NotOwnName:
    """Not the sign-in name, the number or a word of the owner's name."""

    def validate(self, password: str, user: object = None) -> None:
        if not isinstance(user, Account):
            return
        words = [user.username, user.identity_number, *(w for w in user.name.split() if len(w) > 4)]
        if any(word and word.lower() in password.lower() for word in words):
            raise ValidationError(_("Mật khẩu không được chứa tên đăng nhập, họ tên hay số định danh."))

    def get_help_text(self) -> str:
        return ""


class NotUsedBefore:
    """Not one of the last ten."""

    def validate(self, password: str, user: object = None) -> None:
        if not isinstance(user, Account) or user.pk is None:
            return
        past = list(user.past_passwords.order_by("-changed_at").values_list("password", flat=True)[: REMEMBERED - 1])
        if any(check_password(password, encoded) for encoded in [user.password, *past] if encoded):
            raise ValidationError(_("Mật khẩu này đã dùng trong %(count)d lần gần đây.") % {"count": REMEMBERED})

    def get_help_text(self) -> str:
        return ""


def change(account: Account, password: str) -> None:
    """Set the password, remember the old one's hash and note the change."""
    now = timezone.now()
    with transaction.atomic():
        if account.pk and account.has_usable_password() and account.password:
            PastPassword.objects.create(account=account, password=account.password, changed_at=now)
        account.set_password(password)
        account.must_change_password = False
        account.password_changed_at = now
        account.save()
        audit.record(
            subject=f"account:{account.pk}",
            act="change_password",
            actor=f"account:{account.pk}",
            actor_name=account.name,
        )

"""How allauth behaves here, and what it says in Vietnamese."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.design.jinja import moment
from tinhso.foundation.accounts import passwords, sign_in
from tinhso.foundation.accounts.models import Account

WRONG = gettext_lazy("Tên đăng nhập hoặc mật khẩu không đúng. Sai 5 lần liên tiếp thì tên đăng nhập bị khoá 12 giờ.")
TOO_OFTEN = gettext_lazy("Thử quá nhiều lần. Hãy chờ vài phút rồi thử lại.")


class AccountAdapter(DefaultAccountAdapter):
    """People of the province sign up through VNeID alone; officials get their account from the administrator."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "incorrect_password": gettext_lazy("Mật khẩu không đúng."),
        "enter_current_password": gettext_lazy("Mật khẩu hiện tại không đúng."),
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
        "invalid_password_reset": gettext_lazy(
            "Đường dẫn đặt lại mật khẩu không còn dùng được. Hãy xin đường dẫn mới."
        ),
        "unknown_email": gettext_lazy("Không có tài khoản nào dùng thư này."),
        "password_too_common": gettext_lazy("Mật khẩu này quá dễ đoán."),
        "account_inactive": gettext_lazy("Tài khoản đã ngừng dùng."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        until = sign_in.locked_until(str(credentials.get("username") or ""), at=timezone.now())
        if until is not None:
            sentence = _("Tên đăng nhập này bị khoá đến %(until)s vì sai mật khẩu nhiều lần. Quản trị mở khoá được.")
            raise ValidationError(sentence % {"until": moment(until)})
        super().pre_authenticate(request, **credentials)

    def set_password(self, user: Any, password: str) -> None:
        if isinstance(user, Account):
            passwords.change(user, password)
        else:
            super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/my/account"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Words of the second step."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("Mã không đúng. Mã đổi sau mỗi 30 giây; hãy nhập mã đang hiện trên ứng dụng."),
        "rate_limited": TOO_OFTEN,
    }

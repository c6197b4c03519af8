"""Addresses of allauth's pages that we show, each with who may enter; its other pages do not exist here.

They stand outside our name space, for allauth finds them by its own names.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, path, re_path
from django.views.generic import RedirectView

from tinhso.foundation.accounts.access import access


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    return access("public")(view)


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    return access("signed_in")(view)


def always(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open also while a password set by somebody else waits to be changed."""
    view.before_password_change = True  # type: ignore[attr-defined]
    return view


to_my_account = signed_in(RedirectView.as_view(pattern_name="accounts:my_account"))

urlpatterns: list[URLPattern] = [
    path("accounts/login/", public(account.login), name="account_login"),
    path("accounts/logout/", public(account.logout), name="account_logout"),
    path("accounts/inactive/", public(account.account_inactive), name="account_inactive"),
    path("accounts/signup/", public(account.signup), name="account_signup"),
    path("accounts/reauthenticate/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("accounts/password/change/", always(signed_in(account.password_change)), name="account_change_password"),
    path("accounts/password/set/", signed_in(account.password_set), name="account_set_password"),
    path("accounts/password/reset/", public(account.password_reset), name="account_reset_password"),
    path("accounts/password/reset/done/", public(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("accounts/2fa/", to_my_account, name="mfa_index"),
    path("accounts/2fa/authenticate/", public(mfa.authenticate), name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("accounts/2fa/codes/", signed_in(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/codes/generate/",
        signed_in(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/codes/download/",
        signed_in(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("accounts/2fa/keys/", to_my_account, name="mfa_list_webauthn"),
    path("accounts/2fa/keys/add/", signed_in(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("accounts/2fa/keys/<int:pk>/remove/", signed_in(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path(
        "accounts/2fa/keys/reauthenticate/",
        signed_in(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/2fa/keys/login/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
]

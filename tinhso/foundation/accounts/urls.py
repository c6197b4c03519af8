"""Addresses of accounts."""

from django.urls import URLPattern, URLResolver, path

from tinhso.foundation.accounts import views
from tinhso.foundation.accounts.vneid import views as vneid

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("after-sign-in", views.after_sign_in, name="after_sign_in"),
    path("my/account", views.my_account, name="my_account"),
    path("my/account/other-sessions", views.end_other_sessions, name="end_other_sessions"),
    path("my/account/readings", views.my_readings, name="my_readings"),
    path("accounts/unlock", views.unlock, name="unlock"),
    path("accounts/vneid/start", vneid.start, name="vneid_start"),
    path("accounts/vneid/callback", vneid.callback, name="vneid_callback"),
    path("accounts/vneid/mo-phong", vneid.stand_in_page, name="vneid_stand_in"),
]

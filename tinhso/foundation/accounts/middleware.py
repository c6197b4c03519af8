"""Every view declares who may enter; an undeclared view is closed to everyone."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from tinhso.foundation.accounts import actors, errors, idle
from tinhso.foundation.accounts.access import Verdict, declared_access, judge, path_view_of
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.system_keys import KeyRefusedError

log = logging.getLogger(__name__)


class _SessionCsrf(CsrfViewMiddleware):
    """For API paths, which django-ninja exempts: a person signed in by cookie still proves the page is ours."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return errors.refused_csrf(request, reason)


class AccessMiddleware:
    """Puts `request.actor` in place and enforces the declaration of the view (see `access.py`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._csrf = _SessionCsrf(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        idle.watch(request, now=time.time())
        try:
            request.actor = actors.actor_of(request)  # type: ignore[attr-defined]
        except KeyRefusedError as refusal:
            return errors.refused_key(refusal)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        actor = request.actor  # type: ignore[attr-defined]
        method = "GET" if request.method == "HEAD" else request.method or "GET"
        api_path = path_view_of(view)
        if api_path is not None and not any(method in operation.methods for operation in api_path.operations):
            return None  # the API itself answers 405
        declared = declared_access(view, method)
        verdict = judge(declared, actor)
        if verdict is Verdict.OPEN:
            if api_path is not None and actor.account_id is not None:
                return self._csrf.process_view(request, _unexempt, args, kwargs)
            return self._password_first(request, view, declared is not None and declared.who != "public")
        if declared is None:
            log.error("%s %s declares no access and is closed to everyone", method, request.path)
        if verdict is Verdict.SIGN_IN:
            return errors.sign_in_first(request)
        if verdict is Verdict.STEP_UP and declared is not None:
            return errors.step_up(request, declared.assurance)
        return errors.closed(request)

    def _password_first(self, request: HttpRequest, view: Callable[..., Any], guarded: bool) -> HttpResponse | None:
        """A password somebody else set is changed before anything else is done."""
        account = request.user
        if guarded and isinstance(account, Account) and account.must_change_password:
            if getattr(view, "before_password_change", False):
                return None
            return errors.change_password_first(request)
        return None


def _unexempt(request: HttpRequest) -> HttpResponse:
    """Stands for the API view in the CSRF check, without the mark that exempts it."""
    raise NotImplementedError

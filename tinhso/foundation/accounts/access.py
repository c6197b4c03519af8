"""Who may enter a view: declared beside the view, enforced here, tested for every address by the rights matrix."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from ninja.operation import PathView

from tinhso.foundation.accounts.records import Actor, Right

WHO = ("public", "signed_in", "official", "system", "connected")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may enter a view: the middleware enforces it and the generated rights matrix tests it."""

    who: str  # public | signed_in | official | system | connected (signed in or a system)
    rights: tuple[Right, ...] = ()  # any of them
    assurance: int = 0


View = TypeVar("View", bound=Callable[..., Any])


def access(who: str, *rights: Right, assurance: int = 0) -> Callable[[View], View]:
    """Declare who may enter: `@access("public")`, `@access("signed_in")`, `@access("official", Right.RECEIVE)`.

    `system` is another system with its key, `connected` either that or a signed-in person; both for the API.
    With rights, any one of them opens the view. A view without the declaration is closed to everybody.
    """
    if who not in WHO:
        raise ValueError(f"{who!r} is not one of {WHO}")
    declared = Access(who=who, rights=rights, assurance=assurance)

    def declare(view: View) -> View:
        view.access = declared  # type: ignore[attr-defined]
        return view

    return declare


class StepUpRequiredError(PermissionDenied):
    """The person must be identified more surely first; the sentence says how."""

    def __init__(self, assurance: int) -> None:
        self.assurance = assurance
        super().__init__(
            _(
                "Việc này cần tài khoản định danh điện tử mức %(level)d. "
                "Hãy đăng nhập bằng VNeID mức %(level)d rồi làm lại; nội dung đã nhập vẫn còn."
            )
            % {"level": assurance}
        )


class Verdict(Enum):
    OPEN = "open"
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    CLOSED = "closed"


def judge(declared: Access | None, actor: Actor) -> Verdict:
    """Whether this actor may enter a view with this declaration."""
    if declared is None:
        return Verdict.CLOSED
    if declared.who == "public":
        return Verdict.OPEN
    if actor.kind == "anonymous":
        return Verdict.SIGN_IN
    is_system = bool(actor.system)
    if is_system != (declared.who == "system") and declared.who != "connected":
        return Verdict.CLOSED
    if declared.who == "official" and not actor.is_official:
        return Verdict.CLOSED
    if declared.rights and not any(actor.has(right) for right in declared.rights):
        return Verdict.CLOSED
    if not is_system and actor.assurance < declared.assurance:
        return Verdict.STEP_UP
    return Verdict.OPEN


def declared_access(view: Callable[..., Any], method: str = "GET") -> Access | None:
    """The declaration of a view function, a class-based view or the operation of an API path for this method."""
    path_view = path_view_of(view)
    if path_view is not None:
        for operation in path_view.operations:
            if method in operation.methods:
                return getattr(operation.view_func, "access", None)
        return None
    found = getattr(view, "access", None)
    return found or getattr(getattr(view, "view_class", None), "access", None)


def path_view_of(view: Callable[..., Any]) -> PathView | None:
    """The API path behind a view function of django-ninja, which wraps it in a closure."""
    for cell in getattr(view, "__closure__", None) or ():
        if isinstance(cell.cell_contents, PathView):
            return cell.cell_contents
    return None

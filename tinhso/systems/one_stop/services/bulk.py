"""One act on many dossiers, each by itself: what fails for one is said of that one and undone for that one only."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.foundation.workflow.public import StaleWorkItemError
from tinhso.systems.one_stop.types import BulkResult, RefusedError, refuse

MOST = 100


def each(codes: Sequence[str], act: Callable[[str], Any], done: str = "") -> list[BulkResult]:
    """Run `act(code)` for up to a hundred dossiers, each in a savepoint of its own; a result for each, in order."""
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not wanted:
        raise refuse(_("Xin chọn ít nhất một hồ sơ."))
    if len(wanted) > MOST:
        raise refuse(_("Mỗi lần chọn tối đa %(most)s hồ sơ.") % {"most": MOST})
    return [_one(code, act, done or _("Đã xong.")) for code in wanted]


def _one(code: str, act: Callable[[str], Any], done: str) -> BulkResult:
    try:
        with transaction.atomic():
            act(code)
    except (LookupError, PermissionError, RefusedError, StaleWorkItemError) as error:
        return BulkResult(code=code, done=False, sentence=str(error))
    return BulkResult(code=code, done=True, sentence=done)

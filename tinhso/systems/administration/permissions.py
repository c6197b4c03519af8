"""Who may change what: an office of the province everything, a commune only itself."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor, Right


def require(actor: Actor, right: Right, *, unit_path: tuple[int, ...] | None = None) -> None:
    """Raise PermissionDenied with a sentence unless the actor manages the unit, or the province where none is given."""
    if accounts.administers(actor, right, unit_path=unit_path):
        return
    if unit_path is None:
        raise PermissionDenied(_("Việc này áp dụng cho cả tỉnh; chỉ người quản trị của tỉnh làm được."))
    raise PermissionDenied(_("Bạn chỉ quản trị đơn vị mình và đơn vị trực thuộc."))

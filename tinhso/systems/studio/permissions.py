"""Who may draw and publish: a process is for the whole province."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor, Right


def require(actor: Actor) -> None:
    """Whoever manages processes of the province. Raises PermissionDenied with a sentence."""
    if not accounts.administers(actor, Right.MANAGE_PROCESSES):
        raise PermissionDenied(_("Quy trình áp dụng cho cả tỉnh; chỉ người quản trị của tỉnh làm được."))

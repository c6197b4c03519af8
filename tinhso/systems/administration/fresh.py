"""Whoever changes something must see it on the very next page, whichever process answers."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.procedures import public as procedures

Rest = ParamSpec("Rest")
View = Callable[Concatenate[AuthenticatedRequest, Rest], HttpResponse]


def fresh(view: View[Rest]) -> View[Rest]:
    """Copies in memory may be a second old; on these pages they are compared with the database first."""

    @wraps(view)
    def looked_again(request: AuthenticatedRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        for room in (calendars, organizations, procedures):
            room.look_again()
        return view(request, *args, **kwargs)

    return looked_again

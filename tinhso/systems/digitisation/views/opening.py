"""Finding what an address names, for somebody who may see it."""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404

Thing = TypeVar("Thing")


def opened(select: Callable[[], Thing]) -> Thing:
    """404 where there is none, 403 with the sentence where it is not for this person."""
    try:
        return select()
    except LookupError as error:
        raise Http404(str(error)) from error
    except PermissionError as error:
        raise PermissionDenied(str(error)) from error

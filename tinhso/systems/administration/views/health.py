"""Queues and regular jobs: what waits, what is dead, what has fallen silent."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.outbox import public as outbox


@access("official", Right.OPERATE)
def health(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    context = {"health": outbox.health(at=at), "at": at, "version": settings.VERSION}
    return render(request, "administration/health.html", context)

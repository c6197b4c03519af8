"""Which VNeID is in use."""

from django.conf import settings

from tinhso.foundation.accounts.vneid import client, stand_in
from tinhso.foundation.accounts.vneid.transport import HttpTransport, Transport


def current_mode() -> str:
    """`real`, `stand_in`, or empty where neither is configured."""
    if settings.VNEID["issuer"]:
        return "real"
    return "stand_in" if settings.VNEID["stand_in"] else ""


def current() -> tuple[client.Provider, Transport] | None:
    """The provider in use and how to speak with it."""
    real = client.configured()
    if real is not None:
        return real, HttpTransport()
    return (stand_in.provider(), stand_in.StandInTransport()) if settings.VNEID["stand_in"] else None

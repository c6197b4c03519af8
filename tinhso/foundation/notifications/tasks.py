"""Sending what waits."""

from datetime import timedelta

from tinhso.foundation.notifications import services
from tinhso.foundation.outbox.public import periodic


@periodic(label="Gửi thông báo ra ngoài", every=timedelta(seconds=2))
def send_waiting() -> None:
    services.send_waiting()

"""Ways to reach a person outside the portal. A channel is a class with a name; the settings put them in order."""

import hashlib
import os
import smtplib
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What leaves the house: no personal data but the dossier's code, its state, a place, a date."""

    once: str
    title: str
    body: str
    at: datetime


class TryLaterError(Exception):
    """The channel cannot take it now."""


class RefusedError(Exception):
    """The channel will never take it to this address: the next channel is tried."""


class Channel(Protocol):
    name: str
    quiet: tuple[time, time] | None  # local hours in which nobody is disturbed

    def address_of(self, recipient: Recipient) -> str:
        """Where to send, or nothing."""

    def send(self, address: str, message: Outgoing) -> str:
        """Send and return the proof (an id of the other side). Raises TryLaterError, RefusedError.

        A message may come twice after a crash between sending and noting: `once` lets the other side see that.
        """


def after_quiet(quiet: tuple[time, time] | None, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours it falls into (22:00 to 06:00 goes over midnight)."""
    if quiet is None:
        return at
    local = timezone.localtime(at)
    begin, end = quiet
    clock = local.time()
    is_quiet = begin <= clock or clock < end if begin > end else begin <= clock < end
    if not is_quiet:
        return at
    morning = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def letter(address: str, message: Outgoing, sender: str) -> MIMEText:
    """A plain letter, by the older of Python's two ways: the newer loses spaces in long Vietnamese titles."""
    mail = MIMEText(message.body + "\n", "plain", "utf-8")
    mail["Subject"] = Header(" ".join(message.title.split()), "utf-8")  # type: ignore[assignment]
    mail["From"] = formataddr(("Tỉnh Số", sender))
    mail["To"] = address
    mail["Date"] = format_datetime(timezone.localtime(message.at))
    mail["Message-ID"] = f"<{hashlib.sha256(message.once.encode()).hexdigest()[:32]}@{sender.rsplit('@', 1)[-1]}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


class Email:
    """Mail over SMTP, or into var/mail where TINHSO_SMTP_URL is not given, so that a demo reaches nobody.

    smtp://user:password@host:587?from=khong-tra-loi@tinh.gov.vn&starttls=1 · smtps://host:465
    """

    name = "email"
    quiet: tuple[time, time] | None = None

    def address_of(self, recipient: Recipient) -> str:
        return recipient.email

    def send(self, address: str, message: Outgoing) -> str:
        url = settings.SMTP_URL
        options = dict(parse_qsl(urlsplit(url).query))
        try:
            validate_email(address)
        except ValidationError as error:
            raise RefusedError("địa chỉ không đúng") from error
        mail = letter(address, message, options.get("from", "khong-tra-loi@tinhso.invalid"))
        return self._over_smtp(url, options, mail) if url else self._into_folder(mail, message)

    @staticmethod
    def _into_folder(mail: MIMEText, message: Outgoing) -> str:
        """The name is made of the key, so that a letter laid down twice is one letter."""
        folder = Path(settings.VAR) / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        mark = hashlib.sha256(message.once.encode()).hexdigest()[:16]
        file = folder / f"{timezone.localtime(message.at):%Y%m%d-%H%M%S}-{mark}.eml"
        half = file.with_suffix(f".{uuid.uuid4().hex[:8]}.half")
        half.write_bytes(mail.as_bytes())
        os.replace(half, file)
        return file.name

    @staticmethod
    def _over_smtp(url: str, options: dict[str, str], mail: MIMEText) -> str:
        parts = urlsplit(url)
        host, port = parts.hostname or "localhost", parts.port
        try:
            server: smtplib.SMTP
            if parts.scheme == "smtps":
                server = smtplib.SMTP_SSL(host, port or 465, timeout=20, context=ssl.create_default_context())
            else:
                server = smtplib.SMTP(host, port or 25, timeout=20)
            with server:
                if options.get("starttls"):
                    server.starttls(context=ssl.create_default_context())
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise (RefusedError if code >= 500 else TryLaterError)(f"{code} {words!r}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryLaterError(f"{type(error).__name__}: {error}") from error
        return str(mail["Message-ID"])


REGISTERED: dict[str, Callable[[], Channel]] = {"email": Email}


def in_order() -> list[Channel]:
    """The installation's channels, in the order in which they are tried."""
    return [REGISTERED[name]() for name in settings.NOTIFICATION_CHANNELS]


def named(name: str) -> Channel:
    return REGISTERED[name]()

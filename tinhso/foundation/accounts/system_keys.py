"""Keys of other systems: `Authorization: Bearer ts_<prefix>_<secret>`; only a digest is kept."""

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import defaultdict

from django.http import HttpRequest
from django.utils import timezone

from tinhso.foundation.accounts.models import SystemKey

SCHEME = "Bearer "


class KeyRefusedError(Exception):
    """The key does not open: `status` is 401 or 429, the text says why in Vietnamese."""

    def __init__(self, sentence: str, status: int = 401, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def make() -> tuple[str, str, str]:
    """A new key: (whole text, prefix, digest)."""
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"ts_{prefix}_{secret}"
    return text, prefix, digest(text)


def digest(text: str) -> str:
    """A key has 256 random bits, so one round of SHA-256 keeps it as well as a slow hash would."""
    return hashlib.sha256(text.encode()).hexdigest()


def presented(request: HttpRequest) -> str | None:
    """The key the request carries, if any."""
    header = request.headers.get("Authorization", "")
    return header[len(SCHEME) :].strip() if header.startswith(SCHEME) else None


def check(text: str, request: HttpRequest) -> SystemKey:
    """Raises KeyRefusedError."""
    parts = text.split("_", 2)
    row = _kept(parts[1]) if len(parts) == 3 and len(parts[1]) <= 12 else None
    if row is None or not hmac.compare_digest(row.digest, digest(text)):
        raise KeyRefusedError("Khoá kết nối không đúng.")
    if row.revoked_at is not None:
        raise KeyRefusedError("Khoá kết nối đã bị thu hồi.")
    if row.valid_to is not None and row.valid_to <= timezone.now():
        raise KeyRefusedError("Khoá kết nối đã hết hạn.")
    address = request.META.get("REMOTE_ADDR", "")
    if row.networks and not _within(address, row.networks):
        raise KeyRefusedError(f"Khoá kết nối không được dùng từ địa chỉ {address}.")
    _count(row)
    return row


KEPT_SECONDS = 5.0  # so long may a revoked key still open the door
_rows: dict[str, tuple[float, SystemKey]] = {}


def _kept(prefix: str) -> SystemKey | None:
    """The key of this prefix, read at most once in KEPT_SECONDS; one that is not there is asked for every time."""
    read_at, row = _rows.get(prefix, (0.0, None))
    if row is not None and time.monotonic() - read_at < KEPT_SECONDS:
        return row
    row = SystemKey.objects.filter(prefix=prefix).first()
    if row is None:
        _rows.pop(prefix, None)
    else:
        _rows[prefix] = (time.monotonic(), row)
    return row


def forget() -> None:
    """A key was changed in this process."""
    _rows.clear()


def _within(address: str, networks: list[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network, strict=False) for network in networks)


_calls: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))


def _count(row: SystemKey) -> None:
    """Calls per minute in this process; with n processes a system gets at most n times its rate."""
    minute = int(time.time() // 60)
    since, calls = _calls[row.pk]
    calls = calls + 1 if since == minute else 1
    _calls[row.pk] = (minute, calls)
    if calls > row.per_minute:
        wait = 60 - int(time.time() % 60)
        raise KeyRefusedError(f"Quá {row.per_minute} lượt mỗi phút. Gọi lại sau {wait} giây.", 429, wait)

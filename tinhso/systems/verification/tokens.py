"""The token on a paper: 80 random bits in base32, short enough for a small QR, too many to be guessed."""

import base64
import io
import secrets

import segno
from django.conf import settings

BYTES = 10
LENGTH = 16
# The alphabet has no 0, 1, 8 and 9: what a person reads as one of them is the letter that looks like it.
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def new() -> str:
    return base64.b32encode(secrets.token_bytes(BYTES)).decode()


def read(typed: str) -> str:
    """The token of what somebody typed, scanned or pasted (also a whole address); "" where it cannot be one."""
    last = typed.strip().rstrip("/").rsplit("/", 1)[-1]
    said = "".join(letter for letter in last.upper() if letter not in " -.·").translate(_MISREAD)
    return said if len(said) == LENGTH and _LETTERS.issuperset(said) else ""


def grouped(token: str) -> str:
    """«ABCD EFGH IJKL MNOP», as it is printed below the QR and read aloud."""
    return " ".join(token[start : start + 4] for start in range(0, LENGTH, 4))


def address(token: str) -> str:
    """Upper case throughout: a QR then takes the dense alphanumeric mode (version 3, readable at 15 mm)."""
    return f"{settings.PUBLIC_URL}/X/{token}".upper()


def qr_svg(text: str, *, border: int = 0) -> str:
    """An SVG; border in modules. On paper: 20 mm or more, four modules of white around it, an alt text."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=border)
    return out.getvalue().decode()

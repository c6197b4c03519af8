"""Our side of the sign-in with VNeID: authorisation code flow, every answer checked before it is believed."""

import base64
import hashlib
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.vneid.transport import AnswerError, Transport

PENDING = "vneid"
LEEWAY_SECONDS = 60
PERSON, ORGANISATION = "1", "2"  # LoaiTaiKhoan


class SignInRefusedError(Exception):
    """The sign-in did not come about; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the identity provider answers and how we are known there."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is."""

    kind: str  # citizen | business
    number: str  # số định danh, or the number of the organisation
    name: str
    assurance: int
    tech_id: str


def begin(provider: Provider, session: MutableMapping[str, Any], *, redirect_uri: str, back: str) -> str:
    """The address to send the person to; what must come back is kept in the session."""
    verifier = secrets.token_urlsafe(48)
    pending = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24), "verifier": verifier}
    session[PENDING] = {**pending, "back": back, "redirect_uri": redirect_uri}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": pending["state"],
        "nonce": pending["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{provider.authorization_endpoint}?{urlencode(asked)}"


def finish(
    provider: Provider, transport: Transport, session: MutableMapping[str, Any], answer: Mapping[str, str]
) -> tuple[Identity, str]:
    """Who signed in and where to go on. Raises SignInRefusedError; an answer is good once."""
    pending = session.pop(PENDING, None)
    if pending is None or not constant_time_compare(pending["state"], answer.get("state", "")):
        raise SignInRefusedError(_("Phiên đăng nhập VNeID đã hết hoặc không phải do trang này mở. Hãy đăng nhập lại."))
    if answer.get("error") == "access_denied":
        raise SignInRefusedError(_("Bạn đã không đồng ý chia sẻ thông tin trên VNeID, nên chưa đăng nhập."))
    if answer.get("error") or not answer.get("code"):
        raise SignInRefusedError(_("VNeID từ chối lần đăng nhập này. Hãy thử lại sau ít phút."))
    try:
        tokens = _exchange(provider, transport, pending, answer["code"])
        claims = _verified(provider, transport, tokens, pending["nonce"])
        told = transport.get_json(provider.userinfo_endpoint, bearer=str(tokens.get("access_token", "")))
    except AnswerError as error:
        raise SignInRefusedError(
            _("VNeID không trả lời được lúc này (%(reason)s). Chưa có gì thay đổi; hãy thử lại sau ít phút.")
            % {"reason": error}
        ) from error
    if not claims.get("sub") or told.get("sub") != claims["sub"]:
        raise SignInRefusedError(_("Thông tin VNeID trả về không khớp với người đăng nhập. Hãy thử lại."))
    return read_identity({**claims, **told}), pending["back"]


def _exchange(provider: Provider, transport: Transport, pending: Mapping[str, str], code: str) -> Mapping[str, Any]:
    return transport.post_form(
        provider.token_endpoint,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending["redirect_uri"],
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "code_verifier": pending["verifier"],
        },
    )


def _verified(provider: Provider, transport: Transport, tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    """The claims of the ID token: signature, issuer, audience, time and nonce all hold."""
    not_genuine = _("Chữ ký của VNeID không đúng hoặc đã hết hạn nên không nhận đăng nhập này. Hãy thử lại.")
    text = str(tokens.get("id_token", ""))
    try:
        key_id = jwt.get_unverified_header(text).get("kid")
        keys = jwt.PyJWKSet.from_dict(dict(transport.get_json(provider.jwks_uri)))
        key = next(key for key in keys.keys if key.key_id == key_id)
        claims: dict[str, Any] = jwt.decode(
            text,
            key,
            algorithms=["RS256", "ES256"],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub", "nonce"]},
        )
    except (jwt.PyJWTError, StopIteration) as error:
        raise SignInRefusedError(not_genuine) from error
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise SignInRefusedError(not_genuine)
    return claims


def read_identity(claims: Mapping[str, Any]) -> Identity:
    """The claims of VNeID and of the national portal, under the names they use. Raises SignInRefusedError."""
    is_organisation = str(claims.get("LoaiTaiKhoan", PERSON)) == ORGANISATION
    number = str(claims.get("MaSoDoanhNghiep" if is_organisation else "SoDinhDanh") or "").strip()
    name = str(claims.get("TenDoanhNghiep" if is_organisation else "HoVaTen") or "").strip()
    digits = number.replace("-", "")
    right_length = len(digits) in (10, 13) if is_organisation else len(digits) == 12
    if not (digits.isdecimal() and right_length and name):
        raise SignInRefusedError(
            _("VNeID không cho biết số định danh hoặc họ tên, nên chưa đăng nhập được. Hãy đồng ý chia sẻ hai mục này.")
        )
    level = str(claims.get("loAs") or "1")
    assurance = int(level) if level in {"1", "2"} else 1
    kind = "business" if is_organisation else "citizen"
    return Identity(kind, number, name, assurance, str(claims.get("TechID") or ""))


def configured() -> Provider | None:
    """The real provider, where the operator named one."""
    told = {key: str(value) for key, value in settings.VNEID.items()}
    issuer = told["issuer"]
    if not issuer:
        return None
    return Provider(
        issuer=issuer,
        authorization_endpoint=told["authorization_endpoint"] or f"{issuer}/authorize",
        token_endpoint=told["token_endpoint"] or f"{issuer}/token",
        userinfo_endpoint=told["userinfo_endpoint"] or f"{issuer}/userinfo",
        jwks_uri=told["jwks_uri"] or f"{issuer}/jwks",
        client_id=told["client_id"],
        client_secret=told["client_secret"],
    )

"""A stand-in for VNeID («Mô phỏng»), for trials on one's own machine only: it believes whatever name one types.

It keeps to the protocol as strictly as the real one, and can be told to fail as the real one does.
"""

import base64
import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core import signing
from django.urls import reverse

from tinhso.foundation.accounts.vneid.client import Provider
from tinhso.foundation.accounts.vneid.transport import AnswerError

ISSUER = "urn:tinhso:vneid-mo-phong"
CLIENT = "tinh-so"
KEY_ID = "mo-phong"
CODE_SECONDS = 60

FAULTS = {
    "": "Trả lời đúng",
    "refuse": "Người dùng không đồng ý chia sẻ",
    "server_error": "VNeID báo lỗi",
    "timeout": "VNeID không trả lời",
    "wrong_signature": "Chữ ký sai",
    "wrong_nonce": "Trả lời của một phiên khác",
    "expired": "Thẻ đăng nhập đã hết hạn",
    "no_number": "Không có số định danh",
    "other_person": "Thông tin của người khác",
}


def provider() -> Provider:
    return Provider(
        issuer=ISSUER,
        authorization_endpoint=reverse("accounts:vneid_stand_in"),
        token_endpoint="token",  # noqa: S106  # an address, not a secret
        userinfo_endpoint="userinfo",
        jwks_uri="jwks",
        client_id=CLIENT,
        client_secret="",
    )


def refusal_of(asked: Mapping[str, str], *, redirect_uri: str) -> str:
    """Why an authorisation request is not accepted; empty when it is."""
    if asked.get("response_type") != "code" or asked.get("client_id") != CLIENT:
        return "Yêu cầu không phải của Tỉnh Số."
    if asked.get("redirect_uri") != redirect_uri:
        return "Địa chỉ quay về không đúng như đã đăng ký."
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge") or not asked.get("nonce"):
        return "Thiếu PKCE hoặc nonce."
    return ""


def issue_code(asked: Mapping[str, str], claims: Mapping[str, str], fault: str) -> str:
    """A code that carries all the exchange needs, signed, for any worker may receive it."""
    kept = {key: asked[key] for key in ("redirect_uri", "code_challenge", "nonce")}
    return signing.dumps({**kept, "claims": dict(claims), "fault": fault}, salt="vneid-code")


class StandInTransport:
    """Answers in the same process: no port to know, no worker to wait for."""

    def post_form(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            code = signing.loads(form["code"], salt="vneid-code", max_age=CODE_SECONDS)
        except signing.BadSignature as error:
            raise AnswerError("mã lỗi 400") from error
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if challenge != code["code_challenge"] or form["redirect_uri"] != code["redirect_uri"]:
            raise AnswerError("mã lỗi 400")
        if code["fault"] == "timeout":
            raise AnswerError("quá thời gian chờ")
        if code["fault"] == "server_error":
            raise AnswerError("mã lỗi 500")
        access_token = signing.dumps({"claims": code["claims"], "fault": code["fault"]}, salt="vneid-access")
        return {"access_token": access_token, "token_type": "Bearer", "id_token": _id_token(code)}

    def get_json(self, url: str, *, bearer: str = "") -> Mapping[str, Any]:
        if url == "jwks":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(private_key().public_key(), as_dict=True)
            return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}
        try:
            kept = signing.loads(bearer, salt="vneid-access", max_age=CODE_SECONDS)
        except signing.BadSignature as error:
            raise AnswerError("mã lỗi 401") from error
        claims = dict(kept["claims"])
        if kept["fault"] == "no_number":
            claims.pop("SoDinhDanh", None)
            claims.pop("MaSoDoanhNghiep", None)
        if kept["fault"] == "other_person":
            claims["sub"] = "another"
        return claims


def _id_token(code: Mapping[str, Any]) -> str:
    now = int(time.time()) - (7200 if code["fault"] == "expired" else 0)
    claims = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": code["claims"]["sub"],
        "iat": now,
        "exp": now + 300,
        "nonce": "another" if code["fault"] == "wrong_nonce" else code["nonce"],
    }
    key = _new_key() if code["fault"] == "wrong_signature" else private_key()
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})


def private_key() -> rsa.RSAPrivateKey:
    """One key per state folder; of two workers that make it at once, one wins."""
    path: Path = settings.VAR / "vneid-stand-in.pem"
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}")
        draft.write_bytes(
            _new_key().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  # we made it so
    return key


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)

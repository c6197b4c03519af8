"""Server to server: how we speak with the provider behind the browser's back."""

from collections.abc import Mapping
from typing import Any, Protocol

import requests

TIMEOUT_SECONDS = (3, 5)  # to connect, to answer


class AnswerError(Exception):
    """No usable answer; the text says what happened."""


class Transport(Protocol):
    def post_form(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]: ...

    def get_json(self, url: str, *, bearer: str = "") -> Mapping[str, Any]: ...


class HttpTransport:
    """To the real provider, with a time limit and no redirects."""

    def post_form(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        return _json(lambda: requests.post(url, data=dict(form), timeout=TIMEOUT_SECONDS, allow_redirects=False))

    def get_json(self, url: str, *, bearer: str = "") -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return _json(lambda: requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False))


def _json(call: Any) -> Mapping[str, Any]:
    try:
        response = call()
    except requests.Timeout as error:
        raise AnswerError("quá thời gian chờ") from error
    except requests.RequestException as error:
        raise AnswerError("không nối được") from error
    if response.status_code != 200:
        raise AnswerError(f"mã lỗi {response.status_code}")
    try:
        answer = response.json()
    except ValueError as error:
        raise AnswerError("câu trả lời không đọc được") from error
    if not isinstance(answer, dict):
        raise AnswerError("câu trả lời không đọc được")
    return answer

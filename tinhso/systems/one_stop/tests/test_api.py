"""The interface for other systems: keys, receipts, problems in Vietnamese, no answer 5xx."""

import json
import os
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Right
from tinhso.systems.one_stop.tests.factories import ANSWERS, COMMUNE, GENERIC, Office, page

EXAMPLES = 100 if os.environ.get("TINHSO_FULL") == "1" else 4
APPLICANT = {"name": "Nguyễn Thị Ưởng", "identity_number": "072190004217"}
DOSSIER = {"procedure_code": GENERIC, "unit": COMMUNE, "data": ANSWERS, "applicant": APPLICANT}


@pytest.fixture
def key(office: Office) -> str:
    return accounts.issue_system_key(
        name="Phần mềm thử", system="thu-nghiem", rights=[Right.READ_DOSSIERS], per_minute=100_000,
        by=office.actors["quantri"],
    )  # fmt: skip


class Caller:
    """Another system at the other end."""

    def __init__(self, key: str) -> None:
        self.client, self.key = Client(), key

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {self.key}"
        answer = self.client.generic(
            method, f"/api/v1{path}", json.dumps(body) if body is not None else "", "application/json", headers=headers
        )
        assert answer.status_code < 500
        return answer


@pytest.fixture
def caller(key: str) -> Caller:
    return Caller(key)


def test_procedures_are_open_to_all() -> None:
    found = Client().get("/api/v1/openapi.json").json()
    assert found["openapi"].startswith("3.1")


def test_a_procedure_can_be_found_and_read(caller: Caller) -> None:
    hits = caller.call("GET", "/procedures?q=khai%20sinh").json()
    assert hits
    read = caller.call("GET", f"/procedures/{GENERIC}").json()
    assert read["form_version_id"]
    missing = caller.call("GET", "/procedures/9.999999")
    assert missing.status_code == 404
    assert missing["Content-Type"] == "application/problem+json"


def test_a_dossier_is_created_once_and_followed(caller: Caller) -> None:
    uploaded = caller.client.post(
        "/api/v1/files",
        {"file": SimpleUploadedFile("a.pdf", page())},
        headers={"Authorization": f"Bearer {caller.key}"},
    )
    assert uploaded.status_code == 201
    paper = {"key": "other", "name": "Giấy tờ", "sha256": uploaded.json()["sha256"], "file_name": "a.pdf"}
    body = {**DOSSIER, "papers": [paper]}
    first = caller.call("POST", "/dossiers", body, **{"Idempotency-Key": "abcdefgh-1"})
    again = caller.call("POST", "/dossiers", body, **{"Idempotency-Key": "abcdefgh-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    code = first.json()["code"]
    assert again.json() == {**first.json(), "repeated": True}
    other = caller.call("POST", "/dossiers", DOSSIER, **{"Idempotency-Key": "abcdefgh-1"})
    assert other.status_code == 409
    status = caller.call("GET", f"/dossiers/{code}").json()
    assert (status["state"], status["national_status"]) == ("submitted", 1)
    listed = caller.call("GET", "/dossiers").json()
    assert [dossier["code"] for dossier in listed["dossiers"]] == [code]
    withdrawn = caller.call("POST", f"/dossiers/{code}/withdrawal", {"reason": "Gửi nhầm hồ sơ"})
    assert withdrawn.status_code == 204


def test_preflight_says_what_would_be_refused_and_writes_nothing(caller: Caller) -> None:
    found = caller.call("POST", "/dossiers/preflight", {**DOSSIER, "data": {}}).json()
    assert "pledge" in {finding["place"] for finding in found}
    refused = caller.call("POST", "/dossiers", {**DOSSIER, "data": {}}, **{"Idempotency-Key": "abcdefgh-2"})
    assert refused.status_code == 422
    assert refused.json()["findings"]
    assert caller.call("GET", "/dossiers").json()["dossiers"] == []


def test_wrong_requests_get_sentences(caller: Caller) -> None:
    no_key = caller.call("POST", "/dossiers", DOSSIER)
    assert no_key.status_code == 422
    assert no_key["Content-Type"] == "application/problem+json"
    assert "Thiếu trường này." in no_key.content.decode()
    assert caller.call("POST", "/dossiers", None, **{"Idempotency-Key": "abcdefgh-3"}).status_code in {400, 422}
    assert caller.call("GET", "/dossiers/H53-000000-0000").status_code == 404


def test_without_a_key_the_door_is_shut(office: Office) -> None:
    assert Client().get("/api/v1/dossiers").status_code == 401
    refused = Client().get("/api/v1/dossiers", headers={"Authorization": "Bearer ts_ab_cd"})
    assert refused.status_code == 401


def test_another_systems_dossier_shows_its_state_only(office: Office, caller: Caller) -> None:
    code = office.received()
    seen = caller.call("GET", f"/dossiers/{code}").json()
    assert (seen["steps"], seen["explanation"]) == ([], "")


@pytest.mark.slow
def test_no_request_the_document_allows_is_answered_5xx(caller: Caller) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    headers = {"Authorization": f"Bearer {caller.key}"}
    seen = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def run(case: Any) -> None:
            answer = _call(case, headers)
            assert answer.status_code < 500, (case.method, case.path, answer.content[:500])

        given(case=operation.as_strategy())(run)()
        seen.add(operation.label)
    assert len(seen) >= 9


def _call(case: Any, headers: dict[str, str]) -> Any:
    """The case through Django's own client, inside the test's transaction."""
    request = case.as_transport_kwargs(base_url="http://localhost/")
    sent = {k: v for k, v in {**(request.get("headers") or {}), **headers}.items() if v.isascii() and "\n" not in v}
    body = request.get("json")
    content = json.dumps(body) if body is not None else request.get("data") or b""
    kind = sent.pop("Content-Type", "application/json")
    if request.get("files"):
        content, kind = b"--x\r\n", "multipart/form-data; boundary=x"
    elif isinstance(content, dict):
        content = json.dumps(content)
    path = request["url"].removeprefix("http://localhost")
    query = {k: v for k, v in (request.get("params") or {}).items() if v is not None}
    return Client(raise_request_exception=False).generic(
        request["method"], path, content, kind, QUERY_STRING=_query(query), headers=sent
    )


def _query(params: dict[str, Any]) -> str:
    from urllib.parse import urlencode

    return urlencode(params, doseq=True)

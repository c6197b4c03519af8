"""Every reading of a paper by somebody else is a row on its owner's page, whichever way they came."""

import ast
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.db.utils import Error
from django.test import Client

from tinhso.foundation.accounts import public as accounts
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.tests.factories import Office, services
from tinhso.systems.vault import public as vault
from tinhso.systems.vault.models import Content, Paper, Reading
from tinhso.systems.vault.services import consenting, opening, sharing
from tinhso.systems.vault.tests.factories import client_of, deliver, put, result

ROOM = Path(__file__).parents[1]
MAY_NAME_CONTENT = {"models.py", "services/opening.py", "services/keeping.py"}  # keeping writes, and sums sizes


def test_bytes_are_known_to_one_module_alone() -> None:
    """No other module of the platform names `Content`, and none of the store's tables is read by raw SQL elsewhere."""
    wrong = []
    for path in sorted(ROOM.parents[1].rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        place = str(path.relative_to(ROOM)) if path.is_relative_to(ROOM) else str(path)
        text = path.read_text("utf-8")
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        from_store = "systems.vault" in text or path.is_relative_to(ROOM)
        if ("vault_content" in text or ("Content" in names and from_store)) and place not in MAY_NAME_CONTENT:
            wrong.append(place)
    assert wrong == []


def test_keeping_never_reads_a_hash_back() -> None:
    """It may name `Content` to write; what it reads of it is a sum of sizes, and which papers a known file is."""
    text = (ROOM / "services" / "keeping.py").read_text("utf-8")
    assert "Content.objects.get(" not in text
    assert 'values_list("sha256"' not in text
    assert ".content" not in text.replace("_content", "")


def test_without_a_transaction_nothing_is_opened(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = put(office)
    monkeypatch.setattr(opening, "connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(RuntimeError):
        opening.open_for(paper, opening.reader_of(office.desk, "dossier"), purpose="", subject="", at=office.at)


def test_a_broken_transaction_gives_neither_row_nor_bytes(office: Office) -> None:
    paper = put(office)
    reader = opening.reader_of(office.desk, "dossier")

    def break_off() -> None:
        with transaction.atomic():
            opening.open_for(paper, reader, purpose="Thử", subject="", at=office.at)
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        break_off()
    assert not Reading.objects.exists()


def test_rows_are_only_ever_added(office: Office) -> None:
    paper = put(office)
    opening.note_facts([paper], opening.reader_of(office.desk, "dossier"), purpose="x", subject="", at=office.at)
    with pytest.raises(Error, match="chỉ được ghi thêm"), transaction.atomic():
        Reading.objects.all().delete()
    with pytest.raises(Error, match="chỉ được ghi thêm"), transaction.atomic():
        Reading.objects.update(reader_name="Ai đó")


def leaning(office: Office, paper: Paper) -> str:
    sha256 = vault.lend_own(key=str(paper.key), actor=office.citizen, at=office.at).sha256
    code = office.submit(papers=[one_stop.PaperGiven("other", "Giấy", sha256, "a.pdf", vault=str(paper.key))])
    office.do(services.accept_dossier, code)
    return code


def by_dossier(office: Office, paper: Paper) -> str:
    code = leaning(office, paper)
    return f"motcua.xa /dossiers/{code}/papers/{office.dossier(code).papers.get().pk}"


def by_a_second_upload(office: Office, paper: Paper) -> str:
    """The owner uploads the very same file: it still is the paper of the store."""
    sha256 = vault.lend_own(key=str(paper.key), actor=office.citizen, at=office.at).sha256
    code = office.submit(papers=[one_stop.PaperGiven("other", "Giấy", sha256, "a.pdf")])
    return f"motcua.xa /dossiers/{code}/papers/{office.dossier(code).papers.get().pk}"


def by_consent(office: Office, paper: Paper) -> str:
    given = consenting.give_to_unit(
        paper.store, unit_id=office.desk.posts[0].unit_path[-2], papers=[paper], purpose="Đối chiếu", days=7,
        actor=office.citizen, at=office.at,
    )  # fmt: skip
    return f"motcua.xa /consented/{given.key}/papers/{paper.key}"


def by_link(office: Office, paper: Paper) -> str:
    token = sharing.make(paper, actor=office.citizen, note="Cho ngân hàng", days=7, at=office.at)
    return f" /shared/{token}/file"


PATHS = {"dossier": by_dossier, "same file": by_a_second_upload, "consent": by_consent, "link": by_link}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_each_path_to_the_bytes_writes_its_row(office: Office, path: Callable[[Office, Paper], str]) -> None:
    paper = put(office)
    who, address = path(office, paper).split(" ", 1)
    client = client_of(who) if who else Client()
    before = Reading.objects.filter(paper=paper, what="file").count()
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert Reading.objects.filter(paper=paper, what="file").count() == before + 1
    client.get(address)
    assert Reading.objects.filter(paper=paper, what="file").count() == before + 2  # every reading, not the first
    page = client_of().get("/my/vault/readings").content.decode()
    row = Reading.objects.filter(paper=paper).latest("id")
    for said in (row.reader_name, row.purpose, row.unit_name):
        assert said in page
    if who:
        assert row.post == office.desk.posts[0].title


@pytest.mark.parametrize("place", ["/dossiers/{code}/result/final", "/my/dossiers/{code}/result"])
def test_a_result_opened_by_an_official_is_a_row_too(office: Office, place: str) -> None:
    code = result(office)
    deliver()
    paper = Paper.objects.get(source_ref=code)
    assert client_of("motcua.xa").get(place.format(code=code)).status_code == 200
    assert Reading.objects.get(paper=paper).reader == office.desk.key
    client_of().get(f"/my/dossiers/{code}/result")
    assert Reading.objects.count() == 1  # the owner's own look is none


def test_a_system_reads_only_by_consent_and_is_written_down(office: Office) -> None:
    paper = put(office)
    key = accounts.issue_system_key(name="Ngân hàng", system="ngan-hang", rights=[], by=office.actors["quantri"])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    body = {
        "owner_number": office.citizen.identity_number, "kinds": ["hospital_birth_notice"], "days": 7,
        "purpose": "Mở tài khoản cho con", "asked_by": "Chi nhánh Tân Ninh",
    }  # fmt: skip
    asked = client.post("/api/v1/vault/consents", body, content_type="application/json")
    assert asked.status_code == 201, asked.content
    again = client.post("/api/v1/vault/consents", body, content_type="application/json")
    assert again.json()["key"] == asked.json()["key"]
    address = f"/api/v1/vault/consents/{asked.json()['key']}"
    assert client.get(address).json()["papers"] == []
    assert client.get(f"{address}/papers/{paper.key}").status_code == 404
    owner = client_of()
    assert "Mở tài khoản cho con" in owner.get("/my/vault/consents").content.decode()
    owner.post(f"/my/vault/consents/{asked.json()['key']}/agreement")
    assert [one["key"] for one in client.get(address).json()["papers"]] == [str(paper.key)]
    assert client.get(f"{address}/papers/{paper.key}").status_code == 200
    assert {row.what for row in Reading.objects.filter(reader="system:ngan-hang")} == {"facts", "file"}
    owner.post(f"/my/vault/consents/{asked.json()['key']}/withdrawal")
    assert client.get(f"{address}/papers/{paper.key}").status_code == 404
    assert client.get(address).json() == {**client.get(address).json(), "state": "withdrawn", "papers": []}
    other = accounts.issue_system_key(name="Khác", system="khac", rights=[], by=office.actors["quantri"])
    assert Client(headers={"Authorization": f"Bearer {other}"}).get(address).status_code == 404


def test_content_is_never_in_the_answer_of_a_list(office: Office) -> None:
    paper = put(office)
    sha256 = Content.objects.get(paper=paper).sha256
    for address in ("/my/vault", f"/my/vault/papers/{paper.key}", "/my/vault/readings"):
        assert sha256 not in client_of().get(address).content.decode()

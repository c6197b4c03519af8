"""The public pages: what is shown, what is not, and that guessing gains nothing."""

import statistics
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.running import pdf
from tinhso.foundation.files import public as files
from tinhso.systems.vault import public as vault
from tinhso.systems.verification import public as verification
from tinhso.systems.verification import views
from tinhso.systems.verification.models import Count, Document
from tinhso.systems.verification.services import proving
from tinhso.systems.verification.tests.factories import NAME, NUMBER, facts, issued

Reading = apps.get_model("vault", "Reading")
pytestmark = pytest.mark.django_db
BYTES = pdf(71_001)


@pytest.fixture(autouse=True)
def _own_state(settings, tmp_path):
    settings.VAR = tmp_path


@pytest.fixture
def made() -> verification.Issued:
    """A paper whose file lies in its owner's store."""
    sha256 = files.keep(content=BYTES, name="a.pdf").sha256
    paper = issued(sha256=sha256, source_ref="H02-1")
    vault.deposit(
        paper=vault.Deposit(
            owner_number=NUMBER, owner_kind="citizen", owner_name=NAME, source="one_stop", source_ref="H02-1",
            zone="issued", weight=1, name="Trích lục", number="12/GKS", sha256=sha256, file_name="a.pdf",
        ),
        at=timezone.now(),
    )  # fmt: skip
    return paper


def page(token: str, **more) -> str:
    return Client().get(f"/X/{token}", **more).content.decode()


def sent(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("a.pdf", content)}


def test_the_page_says_what_is_on_the_paper_and_not_whose_it_is(made):
    said = page(made.token)
    for word in ("UBND phường Tân Ninh", "12/GKS", "20/11/2026", "Trần T. H. Ư.", "Nguyễn Văn Chủ", "Còn hiệu lực"):
        assert word in said, word
    assert NAME not in said
    assert NUMBER not in said
    assert NUMBER[-4:] not in said
    assert "02/05/1990" not in said


def test_an_organisations_name_is_whole(made):
    shop = issued(holder_name="Công ty TNHH Hoa Sen", holder_is_person=False, holder_number="3901234567")
    said = page(shop.token)
    assert "Công ty TNHH Hoa Sen" in said
    assert "Bốn số cuối" not in said  # a number anybody can look up proves nothing


def test_the_page_speaks_english(made):
    said = page(made.token, HTTP_COOKIE="django_language=en")
    assert "is in force" in said


def test_no_cache_no_index_no_referrer(made):
    headers = Client().get(f"/X/{made.token}").headers
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_token_typed_by_hand_leads_to_its_page(made):
    typed = made.printed.lower().replace(" ", "-")
    assert Client().get(f"/X/{typed}").headers["Location"] == f"/X/{made.token}"
    found = Client().post("/verify", {"code": made.printed})
    assert found.headers["Location"] == f"/X/{made.token}"
    assert Client().get("/verify", {"code": made.url}).headers["Location"] == f"/X/{made.token}"


@pytest.mark.parametrize("typed", ["abc", "x" * 400, "'; drop table", "ABCDEFGHIJKLMNO1\x00", "TS1:khong:dung"])
def test_what_is_no_code_gets_one_sentence_and_stays_in_the_field(typed):
    answer = Client().post("/verify", {"code": typed})
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        assert "errors" in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_prepared_and_mistyped_tokens_are_answered_alike(method):
    waiting = verification.issue(**facts())
    answers = [getattr(Client(), method)(f"/X/{token}") for token in (waiting.token, "A" * 16, "khong-co")]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {answer.content.decode().split("<main")[1].split("csrf")[0] for answer in answers}
    assert len(bodies) == 1


def test_unknown_tokens_take_as_long_as_known_ones(made):
    client, known, unknown = Client(), [], []
    page(made.token)  # templates are read once
    for number in range(8):
        for token, times in ((made.token, known), (f"{'B' * 15}{'ABCDEFGH'[number]}", unknown)):
            began = time.perf_counter()
            client.get(f"/X/{token}")
            times.append(time.perf_counter() - began)
    assert min(*known, *unknown) >= views.LEAST_SECONDS
    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.02


def test_one_address_asks_at_most_so_often(made, monkeypatch):
    monkeypatch.setattr(views, "LEAST_SECONDS", 0.0)
    statuses = [Client().get(f"/X/{made.token}").status_code for _ in range(32)]
    assert statuses[:30] == [200] * 30
    assert statuses[30:] == [429, 429]


def test_a_replaced_paper_leads_to_the_one_in_force(made):
    newer = issued(source_ref="H02-1", sha256="1" * 64)
    said = page(made.token)
    assert "đã được thay bằng bản khác" in said
    assert f"/X/{newer.token}" in said
    assert "đang còn hiệu lực" not in said


def test_a_recalled_paper_says_why(made):
    vault.supersede(
        source="one_stop", source_ref="H02-1", reason="Cấp sai thẩm quyền",
        by=Boss(), at=timezone.now(),
    )  # fmt: skip
    from tinhso.foundation.outbox import public as outbox

    while outbox.deliver_pending():
        pass
    said = page(made.token)
    assert "Cấp sai thẩm quyền" in said
    assert "đã bị thu hồi" in said


class Boss:
    key, name = "account:9", "Lãnh đạo"


def test_a_file_is_compared_and_kept_nowhere(made):
    other = pdf(71_777)
    same = Client().post(f"/X/{made.token}", sent(BYTES)).content.decode()
    assert "Đúng tệp này." in same.split("data-answer")[0]
    differs = Client().post(f"/X/{made.token}", sent(other)).content.decode()
    assert "Khác tệp." in differs.split("data-answer")[0]
    import hashlib

    with pytest.raises(LookupError):
        files.stored(sha256=hashlib.sha256(other).hexdigest())


def test_a_file_finds_its_paper_by_bytes_or_by_hash_alone(made):
    digest = Document.objects.get(token=made.token).sha256
    assert "12/GKS" in Client().post("/verify", sent(BYTES)).content.decode()
    assert "12/GKS" in Client().get("/verify", {"sha256": digest}).content.decode()
    assert Client().get("/verify", {"sha256": "0" * 64}).status_code == 404
    assert Client().get("/verify", {"sha256": "zz"}).status_code == 404


def test_an_empty_or_missing_file_gets_a_sentence(made):
    assert "Tệp rỗng" in Client().post(f"/X/{made.token}", sent(b"")).content.decode().split("data-answer")[0]
    assert "Chọn tệp" in Client().post(f"/X/{made.token}").content.decode()
    assert "Chọn tệp" in Client().post("/verify").content.decode()


def test_a_file_over_the_limit_gets_a_sentence(made, settings):
    settings.FILE_LIMIT = 10
    assert "quá nặng" in Client().post(f"/X/{made.token}", sent(BYTES)).content.decode()


def test_the_second_item_opens_the_file_and_the_owner_sees_it(made):
    answer = Client().post(f"/X/{made.token}/file", {"last4": "1234", "day": "02/05/1990"})
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == BYTES
    reading = Reading.objects.get()
    assert (reading.by_way_of, reading.reader_name, reading.what) == ("verification", "Người cầm giấy", "file")


@pytest.mark.parametrize(
    ("last4", "day"), [("1234", "20/11/2026"), ("1235", "02/05/1990"), ("", ""), ("1234", "31/02/1990"), ("\x00", "x")]
)
def test_a_wrong_second_item_opens_nothing_and_does_not_say_which(made, last4, day):
    answer = Client().post(f"/X/{made.token}/file", {"last4": last4, "day": day})
    assert answer.status_code == 422
    assert "Bốn số cuối hoặc ngày không đúng" in answer.content.decode()
    assert not Reading.objects.exists()


def test_a_paper_is_closed_after_five_wrong_tries_for_a_day(made):
    at = timezone.now()
    day = Document.objects.get().holder_birth_date
    for _ in range(proving.MOST_WRONG):
        assert proving.check(made.token, last4="0000", day=day, at=at) is None
    with pytest.raises(proving.ProofRefusedError):
        proving.check(made.token, last4="1234", day=day, at=at)
    assert proving.check(made.token, last4="1234", day=day, at=at + timedelta(days=1, minutes=1))


def test_a_wrong_try_over_the_page_is_counted(made):
    Client().post(f"/X/{made.token}/file", {"last4": "9999", "day": "02/05/1990"})
    assert Document.objects.get().wrong_tries == 1


def test_the_owner_may_hide_the_file(made):
    apps.get_model("vault", "Paper").objects.update(hidden_at=timezone.now())
    answer = Client().post(f"/X/{made.token}/file", {"last4": "1234", "day": "02/05/1990"})
    assert answer.status_code == 422
    assert not Reading.objects.exists()


def test_an_offline_code_is_read_on_the_page(made):
    code = Document.objects.get().offline_code
    said = Client().post("/verify", {"code": code}).content.decode()
    assert "Chữ ký của mã đúng." in said
    assert "12/GKS" in said
    wrong = Client().post("/verify", {"code": code[:-2]})
    assert wrong.status_code == 422


def test_the_offline_code_is_a_picture_a_scanner_reads(made):
    answer = Client().get(f"/X/{made.token}/offline.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<?xml")
    assert Client().get("/verify/keys.json").json()["keys"][0]["crv"] == "Ed25519"


def test_only_numbers_are_kept_of_who_asked(made):
    page(made.token)
    page("A" * 16)
    counts = dict(Count.objects.values_list("what", "number"))
    assert counts == {"shown": 1, "unknown": 1}

"""A leader looks through many results and signs them in one go; a clerk numbers and seals them as many at a time."""

import os
import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from asn1crypto import x509
from django.db import transaction
from django.utils import timezone

from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import orders, proofs
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.models import Credential, RevocationData, SigningOrder
from tinhso.foundation.signing.public import SigningRefusedError
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import RoundLine, SigningRound
from tinhso.systems.one_stop.signatures import one, rounds
from tinhso.systems.one_stop.tests.signing_office import SigningOffice, confirmed

pytestmark = pytest.mark.django_db
Kind = SigningRound.Kind


def waiting(office: SigningOffice, count: int) -> list[str]:
    return [office.at_approval() for _ in range(count)]


def looked_through(office: SigningOffice, codes: list[str], **changes: Any) -> SigningRound:
    """A round of the leader whose every result was seen."""
    made = rounds.open_round(codes=codes, kind=Kind.APPROVAL, actor=office.leader, at=timezone.now())
    found = SigningRound.objects.get(pk=made.round_id)
    for line in found.lines.select_related("dossier", "round"):
        rounds.mark(line, seen=rounds.show(line, office.leader), state="seen")
    return found


def order(office: SigningOffice, found: SigningRound, **changes: Any) -> None:
    given = {"actor": office.leader, "confirmed_at": timezone.now(), "at": timezone.now(), **changes}
    with transaction.atomic():
        rounds.order(round_id=found.pk, **given)


def work() -> None:
    """The worker signs and delivers."""
    orders.run_waiting()
    outbox.deliver_pending()


def test_many_results_are_signed_then_numbered_and_sealed(signing_office: SigningOffice) -> None:
    office = signing_office
    codes = waiting(office, 3)
    found = looked_through(office, codes)
    order(office, found)
    order(office, found)  # pressed twice
    work()
    assert rounds.counts(found)["done"] == 3
    assert {office.dossier(code).state for code in codes} == {"numbering"}
    made = rounds.open_round(codes=codes, kind=Kind.SEAL, actor=office.clerk, at=timezone.now())
    sealing = SigningRound.objects.get(pk=made.round_id)
    order(office, sealing, actor=office.clerk, first=7, symbol="/2026-GKS", day=timezone.localdate())
    work()
    assert [office.dossier(code).result_number for code in codes] == ["07/2026-GKS", "08/2026-GKS", "09/2026-GKS"]
    for code in codes:
        verdict = signing.verdict_of(sha256=office.dossier(code).result_sha256)
        assert verdict.is_valid, verdict.sentence
        assert len(verdict.signers) == 2
    assert SigningOrder.objects.count() == 6


def test_what_was_not_seen_is_not_signed(signing_office: SigningOffice) -> None:
    office = signing_office
    codes = waiting(office, 2)
    made = rounds.open_round(codes=codes, kind=Kind.APPROVAL, actor=office.leader, at=timezone.now())
    found = SigningRound.objects.get(pk=made.round_id)
    with pytest.raises(one_stop.RefusedError, match="xem từng bản"):
        order(office, found)
    first = found.lines.select_related("dossier", "round")[0]
    with pytest.raises(one_stop.RefusedError, match="mở xem"):
        rounds.mark(first, seen="0" * 64, state="seen")
    rounds.mark(first, seen=rounds.show(first, office.leader), state="seen")
    order(office, found)
    work()
    assert [office.dossier(code).state for code in codes] == ["numbering", "approving"]


def test_a_confirmation_too_old_orders_nothing(signing_office: SigningOffice) -> None:
    found = looked_through(signing_office, waiting(signing_office, 1))
    with pytest.raises(SigningRefusedError, match="mật khẩu"):
        order(signing_office, found, confirmed_at=timezone.now() - timedelta(minutes=20))
    found.refresh_from_db()
    assert found.ordered_at is None
    assert not SigningOrder.objects.exists()


def test_two_leaders_at_once_sign_once_and_the_second_hears_why(signing_office: SigningOffice) -> None:
    office = signing_office
    code = waiting(office, 1)[0]
    found = looked_through(office, [code])
    order(office, found)
    office.do(services.approve, code, actor=office.leader)  # another way was faster than the worker
    work()
    line = found.lines.get()
    assert (line.state, "bước" in line.problem) == (RoundLine.State.FAILED, True)
    assert office.dossier(code).state == "numbering"


def test_a_lost_event_is_made_good_and_comes_twice_without_harm(signing_office: SigningOffice) -> None:
    office = signing_office
    codes = waiting(office, 2)
    found = looked_through(office, codes)
    order(office, found)
    orders.run_waiting()
    rounds.settle_all(timezone.now())  # before the events were delivered
    assert rounds.counts(found)["done"] == 2
    outbox.deliver_pending()
    rounds.settle_all(timezone.now())
    for code in codes:
        assert office.dossier(code).history.filter(kind="signed").count() == 1


def test_a_strengthened_signature_is_what_the_dossier_points_to(signing_office: SigningOffice) -> None:
    dossier = signing_office.sealed()
    newer = files.keep(content=files.read(sha256=dossier.result_sha256).read() + b"\n", name="a.pdf").sha256
    assert rounds.point_on(former_sha256=dossier.result_sha256, sha256=newer) == 1
    assert rounds.point_on(former_sha256=dossier.result_sha256, sha256=newer) == 0
    dossier.refresh_from_db()
    assert dossier.result_sha256 == newer


def test_nobody_else_opens_a_round(signing_office: SigningOffice) -> None:
    office = signing_office
    found = looked_through(office, waiting(office, 1))
    with pytest.raises(LookupError):
        rounds.round_of(round_id=found.pk, actor=office.clerk)
    assert confirmed("vanthu").get(f"/inbox/signing/{found.pk}").status_code == 404
    with pytest.raises(one_stop.RefusedError):
        rounds.open_round(codes=[office.at_approval()], kind=Kind.APPROVAL, actor=office.actors["baohiem"],
                          at=timezone.now())  # fmt: skip


# -- on the screen -------------------------------------------------------------------------------------------------


def test_the_leader_pages_through_and_signs_on_the_screen(signing_office: SigningOffice) -> None:
    office = signing_office
    codes = waiting(office, 2)
    leader = confirmed("lanhdao")
    assert "Xem từng bản rồi ký số" in leader.get("/inbox?whose=posts").content.decode()
    answer = leader.post("/inbox/bulk", {"do": "signing", "code": codes})
    place = answer["Location"]
    for _ in codes:
        page = leader.get(place).content.decode()
        seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
        assert seen
        assert b"".join(leader.get(place + "/document")).startswith(b"%PDF-")  # type: ignore[arg-type]
        place = leader.post(place, {"do": "seen", "seen": seen[1]})["Location"]
    page = leader.get(place).content.decode()
    assert "Ký 2 bản đã xem" in page
    assert leader.post(place + "/signature").status_code == 302
    assert "Đang ký: 0 trên 2" in leader.get(place).content.decode()
    work()
    assert "Đã ký xong: 2 trên 2" in leader.get(place + "/progress").content.decode()


def test_an_old_sign_in_is_asked_for_the_password_and_loses_nothing(signing_office: SigningOffice) -> None:
    code = waiting(signing_office, 1)[0]
    leader = confirmed("lanhdao", ago=timedelta(minutes=20))
    page = leader.get(f"/dossiers/{code}/acts/approval?how=sign&note=Nhất trí").content.decode()
    assert "Nhập lại mật khẩu" in page
    assert "Nhất trí" in page
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen
    answer = leader.post(f"/dossiers/{code}/acts/approval", {"how": "sign", "note": "Nhất trí", "seen": seen[1]})
    assert answer.status_code == 422
    assert "Nhất trí" in answer.content.decode()
    done = confirmed("lanhdao").post(f"/dossiers/{code}/acts/approval", {"how": "sign", "seen": seen[1]})
    assert done.status_code == 302, re.findall(r'class="errors".*?</div>', done.content.decode(), re.S)
    assert signing_office.dossier(code).state == "numbering"


def test_without_a_key_the_leader_is_told_what_to_do_and_approves_on_paper(signing_office: SigningOffice) -> None:
    office = signing_office
    office.take_keys()
    code = waiting(office, 1)[0]
    leader = confirmed("lanhdao")
    page = leader.get(f"/dossiers/{code}/acts/approval").content.decode()
    assert "Chưa có chứng thư" in page
    assert "Chứng thư ký số" in page
    assert 'name="how"' not in page
    assert leader.post(f"/dossiers/{code}/acts/approval", {"note": ""}).status_code == 302
    assert office.dossier(code).state == "numbering"
    assert "Cách phát hành" not in confirmed("vanthu").get(f"/dossiers/{code}/acts/number").content.decode()


def test_the_clerk_numbers_and_seals_on_the_screen_and_the_owner_downloads(signing_office: SigningOffice) -> None:
    office = signing_office
    code = office.at_approval()
    office.sign(code)
    clerk = confirmed("vanthu")
    page = clerk.get(f"/dossiers/{code}/acts/number").content.decode()
    assert "Bản lãnh đạo đã ký" in page
    day = f"{timezone.localdate():%d/%m/%Y}"
    assert clerk.post(f"/dossiers/{code}/acts/number", {"how": "seal", "number": "", "day": day}).status_code == 422
    done = clerk.post(f"/dossiers/{code}/acts/number", {"how": "seal", "number": "11/2026-GKS", "day": day})
    assert done.status_code == 302, re.findall(r'class="errors".*?</div>', done.content.decode(), re.S)
    dossier = office.dossier(code)
    assert signing.verdict_of(sha256=dossier.result_sha256).is_valid
    owner = confirmed("congdan")
    office.do(services.return_result, code, actor=office.desk)
    content = b"".join(owner.get(f"/my/dossiers/{code}/result"))  # type: ignore[arg-type]
    assert content == files.read(sha256=dossier.result_sha256).read()


# -- broken off ----------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_nothing_is_lost_and_nothing_signed_twice(signing_office: SigningOffice) -> None:
    """A kill takes the transaction of the paper at hand with it; the worker that starts next goes on from there."""
    office = signing_office
    count = 50 if os.environ.get("TINHSO_FULL") else 8
    codes = waiting(office, count)
    found = looked_through(office, codes)
    order(office, found)
    keep, kept = orders._keep, []

    def killed(*given: Any) -> None:
        keep(*given)
        kept.append(given)
        if len(kept) == count // 2:
            raise KeyboardInterrupt

    with patch.object(orders, "_keep", killed), pytest.raises(KeyboardInterrupt):
        orders.run_waiting()
    outbox.deliver_pending()
    assert rounds.counts(found)["done"] == count // 2 - 1
    work()
    assert rounds.counts(found)["done"] == count
    assert SigningOrder.objects.filter(state="signed").count() == count
    for code in codes:
        assert office.dossier(code).history.filter(kind="signed").count() == 1
        assert len(signing.verdict_of(sha256=office.dossier(code).result_draft[one.SIGNED]).signers) == 1


def test_killed_while_a_dossier_moves_on_it_moves_once(signing_office: SigningOffice) -> None:
    office = signing_office
    code = waiting(office, 1)[0]
    found = looked_through(office, [code])
    order(office, found)
    orders.run_waiting()
    with patch.object(rounds.one, "approve_signed", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        rounds.settle_all(timezone.now())
    assert office.dossier(code).state == "approving"
    rounds.settle_all(timezone.now())
    assert office.dossier(code).state == "numbering"


def test_a_certificate_that_ran_out_after_the_order_says_so_on_its_line(signing_office: SigningOffice) -> None:
    office = signing_office
    codes = waiting(office, 2)
    found = looked_through(office, codes)
    order(office, found)
    Credential.objects.update(valid_to=timezone.now())
    work()
    assert {line.state for line in found.lines.all()} == {RoundLine.State.FAILED}
    assert "hết hạn" in found.lines.all()[0].problem
    assert {office.dossier(code).state for code in codes} == {"approving"}


def test_a_leader_who_left_the_post_after_the_order_signs_no_more(signing_office: SigningOffice) -> None:
    office = signing_office
    codes = waiting(office, 3)
    found = looked_through(office, codes)
    order(office, found)
    orders.run_waiting(limit=1)
    outbox.deliver_pending()
    organizations.relieve(post_id=office.leader.posts[0].post_id, on=timezone.localdate(), by=office.leader)
    work()
    assert sorted(line.state for line in found.lines.all()) == ["done", "failed", "failed"]
    assert "không còn giữ vị trí" in found.lines.filter(state="failed")[0].problem
    assert SigningOrder.objects.filter(state="signed").count() == 1
    assert sorted(office.dossier(code).state for code in codes) == ["approving", "approving", "numbering"]


def test_a_certificate_revoked_while_a_round_is_signed_signs_no_more(signing_office: SigningOffice) -> None:
    """Answers of revocation hold for a minute; then the rest fails, says why, and waits where it was."""
    office = signing_office
    codes = waiting(office, 3)
    found = looked_through(office, codes)
    order(office, found)
    orders.run_waiting(limit=1)
    certificate = Credential.objects.get(person_id=office.leader.person_id).certificate
    office.demo.revoke(x509.Certificate.load(bytes(certificate)).serial_number, timezone.now())
    RevocationData.objects.all().delete()
    proofs.forget()
    work()
    assert [line.state for line in found.lines.all()] == ["done", "failed", "failed"]
    assert all("thu hồi" in line.problem for line in found.lines.filter(state="failed"))
    assert [office.dossier(code).state for code in codes] == ["numbering", "approving", "approving"]


# -- somebody else was faster --------------------------------------------------------------------------------------


def test_what_was_taken_back_after_it_was_seen_is_not_signed(signing_office: SigningOffice) -> None:
    """Given back and drafted anew: it waits for the signature again, but is not what was seen."""
    office = signing_office
    codes = waiting(office, 2)
    found = looked_through(office, codes)
    office.do(services.return_to_step, codes[0], actor=office.leader, reason="Sửa họ tên", node="draft")
    office.do(services.draft_result, codes[0], draft={"content": "Nội dung khác"})
    order(office, found)
    work()
    assert [line.state for line in found.lines.all()] == ["failed", "done"]
    assert "trình lại" in found.lines.all()[0].problem
    assert SigningOrder.objects.count() == 1
    assert [office.dossier(code).state for code in codes] == ["approving", "numbering"]


def test_what_was_taken_back_after_the_order_keeps_its_state(signing_office: SigningOffice) -> None:
    office = signing_office
    codes = waiting(office, 2)
    found = looked_through(office, codes)
    order(office, found)
    office.do(services.return_to_step, codes[0], actor=office.leader, reason="Sửa họ tên", node="draft")
    office.do(services.draft_result, codes[0], draft={"content": "Nội dung khác"})
    work()
    assert [line.state for line in found.lines.all()] == ["failed", "done"]
    assert one.SIGNED not in office.dossier(codes[0]).result_draft
    assert office.dossier(codes[0]).state == "approving"


def test_two_rounds_of_one_result_sign_it_once(signing_office: SigningOffice) -> None:
    """The leader chose it in two windows and ordered both."""
    office = signing_office
    code = waiting(office, 1)[0]
    first, second = looked_through(office, [code]), looked_through(office, [code])
    order(office, first)
    order(office, second)
    work()
    rounds.settle_all(timezone.now())
    assert SigningOrder.objects.count() == 1
    assert office.dossier(code).history.filter(kind="signed").count() == 1
    assert office.dossier(code).state == "numbering"
    assert not RoundLine.objects.filter(state=RoundLine.State.ORDERED).exists()

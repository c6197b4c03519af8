"""Verdicts on PDF signatures: certificates that ran out or were taken back, roots, timestamps, clocks."""

from typing import Any

from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from pyhanko.sign.fields import SigSeedSubFilter

from tinhso.foundation.signing.demo.authority import Authority, Places, Subject
from tinhso.foundation.signing.judging import TrustList
from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests.factories import DAY, NOW, Holder, World


def _other(world: World, **options: object) -> Holder:
    return world.holder("Khác", **options)


def test_it_refuses_a_certificate_that_expired_before_signing(world: World) -> None:
    old = _other(world, begins=NOW - 400 * DAY, ends=NOW - 10 * DAY)
    for stamper in (None, world.stamper()):
        verdict = make.judge(make.sign(make.paper(), old.signer(), timestamper=stamper), world.trust())
        assert make.codes(verdict) == {"expired"}, verdict.sentence


def test_a_timestamp_keeps_a_signature_good_when_the_certificate_has_expired(world: World) -> None:
    soon = _other(world, ends=NOW + 10 * DAY)
    later = NOW + 20 * DAY
    stamped = make.sign(make.paper(), soon.signer(), timestamper=world.stamper())
    assert make.judge(stamped, world.trust(), at=later).is_valid
    bare = make.judge(make.sign(make.paper(), soon.signer()), world.trust(), at=later)
    assert make.codes(bare) == {"expired_without_timestamp"}
    assert bare.state == "undetermined"


def test_it_refuses_a_certificate_not_yet_valid(world: World) -> None:
    early = _other(world, begins=NOW + DAY)
    for stamper in (None, world.stamper()):
        verdict = make.judge(make.sign(make.paper(), early.signer(), timestamper=stamper), world.trust())
        assert make.codes(verdict) == {"not_yet_valid"}


def test_it_refuses_a_revoked_certificate_and_keeps_what_was_stamped_before() -> None:
    world = make.world()
    gone = world.holder("Thu Hồi")
    world.revoke(gone, NOW - DAY)
    for stamper in (None, world.stamper()):
        verdict = make.judge(make.sign(make.paper(), gone.signer(), timestamper=stamper), world.trust())
        assert make.codes(verdict) == {"revoked"}
        assert verdict.signers[0].revoked is True
    before = make.sign(make.paper(), gone.signer(), timestamper=world.stamper(NOW - 2 * DAY))
    assert make.judge(before, world.trust()).is_valid


def test_an_old_good_answer_in_the_file_does_not_outweigh_a_list_that_says_revoked() -> None:
    world = make.world()
    gone = world.holder("Thu Hồi Sau")
    content = make.sign(make.paper(), gone.signer(), timestamper=world.stamper(), context=world.context(gone))
    assert make.judge(content, world.trust()).is_valid
    world.revoke(gone, NOW - DAY)
    assert "revoked" in make.codes(make.judge(content, world.trust()))


def test_a_revoked_authority_spoils_its_certificates() -> None:
    world = make.world()
    signed = make.sign(make.paper(), world.holder().signer())
    world.revoked[world.sub.certificate.serial_number] = NOW - DAY
    assert make.codes(make.judge(signed, world.trust())) == {"issuer_revoked"}


def test_an_unknown_root_cannot_be_established(world: World) -> None:
    stranger = make.world("khác").holder("Lạ")
    verdict = make.judge(make.sign(make.paper(), stranger.signer()), world.trust())
    assert make.codes(verdict) == {"unknown_root"}
    assert verdict.state == "undetermined"
    assert verdict.signers[0].integrity
    assert not verdict.signers[0].trusted


def test_a_root_of_the_same_name_and_another_key_is_another_root(world: World) -> None:
    twin = Authority.root(Subject("Gốc thử"), make.key("twin"), begins=make.BEGAN, ends=make.ENDS)
    key = make.key("twin-signer")
    certificate = twin.issue(Subject("Giả"), key.public_key(), begins=make.BEGAN, ends=make.ENDS)
    verdict = make.judge(make.sign(make.paper(), Holder(certificate, key, []).signer()), world.trust())
    assert not verdict.is_valid


def test_without_revocation_data_nothing_is_established(world: World, holder: Holder, plain: bytes) -> None:
    for content in (make.sign(make.paper(), holder.signer()), plain):
        verdict = make.judge(content, world.trust(crls=False))
        assert "revocation_unknown" in make.codes(verdict)
        assert verdict.state == "undetermined"
        assert verdict.signers[0].revoked is None


def test_a_certificate_that_names_no_place_of_revocation_still_needs_data() -> None:
    world = make.world("không nơi", Places())
    content = make.sign(make.paper(), world.holder().signer())
    assert make.codes(make.judge(content, world.trust(crls=False))) == {"revocation_unknown"}
    assert make.judge(content, world.trust()).is_valid
    gone = world.holder("Mất")
    world.revoke(gone, NOW - DAY)
    assert make.codes(make.judge(make.sign(make.paper(), gone.signer()), world.trust())) == {"revoked"}


def test_a_list_that_ran_out_establishes_nothing(world: World, holder: Holder) -> None:
    stale = world.trust(at=NOW - 60 * DAY, until=NOW - 30 * DAY)
    assert make.codes(make.judge(make.sign(make.paper(), holder.signer()), stale)) == {"revocation_stale"}


def test_a_list_forged_by_another_authority_is_no_list(world: World, holder: Holder) -> None:
    other = make.world("kẻ khác")
    forged = TrustList(world.trust().anchors, (), other.trust().crls, "1", NOW, "thử")
    assert "revocation_unknown" in make.codes(make.judge(make.sign(make.paper(), holder.signer()), forged))


def test_weak_digests_and_keys_are_refused(world: World, holder: Holder) -> None:
    weak = make.sign(make.paper(), holder.signer(), md_algorithm="sha1",
                     subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)  # fmt: skip
    assert "weak_digest" in make.codes(make.judge(weak, world.trust()))
    short = world.holder("Ngắn", "rsa1024")
    assert "weak_key" in make.codes(make.judge(make.sign(make.paper(), short.signer()), world.trust()))


def test_a_certificate_for_servers_does_not_sign_papers(world: World) -> None:
    server = _other(world, uses=(Use.SERVER_AUTH,))
    assert make.codes(make.judge(make.sign(make.paper(), server.signer()), world.trust())) == {"wrong_usage"}


def test_a_timestamp_of_a_stranger_is_not_believed(world: World, holder: Holder) -> None:
    stranger = make.world("giờ lạ")
    content = make.sign(make.paper(), holder.signer(), timestamper=stranger.stamper())
    verdict = make.judge(content, world.trust())
    assert make.codes(verdict) == {"timestamp_untrusted"}
    assert verdict.signers[0].time_source == "claimed"


def test_a_timestamp_in_the_future_is_refused(world: World, holder: Holder) -> None:
    content = make.sign(make.paper(), holder.signer(), timestamper=world.stamper(NOW + DAY))
    assert make.codes(make.judge(content, world.trust())) == {"timestamp_future"}


def test_a_clock_a_day_ahead_is_told_and_a_day_behind_is_noted(world: World, holder: Holder, plain: bytes) -> None:
    assert make.codes(make.judge(make.sign(make.paper(), holder.signer()), world.trust(at=NOW - 3 * DAY),
                                 at=NOW - DAY)) == {"signed_in_future"}  # fmt: skip
    late = make.sign(make.paper(), holder.signer(), timestamper=world.stamper(NOW - 2 * DAY))
    verdict = make.judge(late, world.trust())
    assert verdict.is_valid
    assert verdict.signers[0].notes[0].code == "clock"


def test_a_timestamp_of_a_revoked_service_is_not_believed() -> None:
    world = make.world()
    content = make.sign(make.paper(), world.holder().signer(), timestamper=world.stamper())
    world.revoke(world.tsa, NOW - DAY)
    assert make.codes(make.judge(content, world.trust())) == {"timestamp_revoked"}


def test_a_timestamp_taken_from_another_signature_is_refused(world: World, holder: Holder) -> None:
    class Stolen(make.DummyTimeStamper):
        """Stamps something else than it is asked to."""

        def request_tsa_response(self, req: Any) -> Any:
            req["message_imprint"]["hashed_message"] = bytes(32)
            return super().request_tsa_response(req)

    honest = world.stamper()
    thief = Stolen(honest.tsa_cert, honest.tsa_key, honest.certs_to_embed, fixed_dt=NOW)
    content = make.sign(make.paper(), holder.signer(), timestamper=thief)
    assert "timestamp_broken" in make.codes(make.judge(content, world.trust()))

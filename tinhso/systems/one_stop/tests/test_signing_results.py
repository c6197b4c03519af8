"""A result is signed by its leader, then numbered and sealed; the file says so to whoever judges it."""

import pytest

from tinhso.foundation.files import public as files
from tinhso.foundation.signing import public as signing
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.tests.signing_office import SigningOffice

pytestmark = pytest.mark.django_db


def test_the_leader_signs_the_clerk_numbers_and_seals_the_owner_gets_it(signing_office: SigningOffice) -> None:
    office = signing_office
    dossier = office.sealed()
    verdict = signing.verdict_of(sha256=dossier.result_sha256)
    assert verdict.is_valid, verdict.sentence
    assert [one.signer for one in verdict.signers] == [office.leader.name, office.leader.posts[0].unit_name]
    assert dossier.result_number == "05/2026-GKS"
    content = files.read(sha256=dossier.result_sha256).read()
    signed = files.read(sha256=dossier.result_draft["signed_sha256"]).read()
    assert content.startswith(signed)

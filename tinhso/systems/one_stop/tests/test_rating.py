"""The owner's rating: shown again, changed for thirty days, then settled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.public import RefusedError
from tinhso.systems.one_stop.tests.factories import Office


def _returned(office: Office) -> str:
    code = office.with_result()
    office.do(services.return_result, code)
    return code


def test_a_rating_is_shown_to_the_owner_and_changed_within_thirty_days(office: Office) -> None:
    code, at = _returned(office), office.tick()
    assert one_stop.track(code=code, actor=office.citizen, at=at).rating is None
    one_stop.rate(code=code, actor=office.citizen, score=2, comment="Chậm", at=at)
    one_stop.rate(code=code, actor=office.citizen, score=4, comment="Đã rõ", at=at + timedelta(days=30))
    seen = one_stop.track(code=code, actor=office.citizen, at=at + timedelta(days=30))
    assert (seen.rating, seen.rating_comment, seen.can_rate) == (4, "Đã rõ", True)


def test_changing_a_rating_does_not_prolong_the_thirty_days(office: Office) -> None:
    code, at = _returned(office), office.tick()
    one_stop.rate(code=code, actor=office.citizen, score=2, comment="", at=at)
    one_stop.rate(code=code, actor=office.citizen, score=3, comment="", at=at + timedelta(days=29))
    late = at + timedelta(days=31)
    with pytest.raises(RefusedError, match="quá 30 ngày"):
        one_stop.rate(code=code, actor=office.citizen, score=5, comment="", at=late)
    seen = one_stop.track(code=code, actor=office.citizen, at=late)
    assert (seen.rating, seen.can_rate) == (3, False)


def test_nobody_but_the_owner_sees_the_rating(office: Office) -> None:
    code, at = _returned(office), office.tick()
    one_stop.rate(code=code, actor=office.citizen, score=2, comment="Chậm", at=at)
    stranger = replace(office.citizen, account_id=0, identity_number="072190000001")
    by_code = one_stop.track(code=code, actor=stranger, at=at)
    assert (by_code.rating, by_code.rating_comment) == (None, "")

"""Looking up codes has a measure."""

from tinhso.lib import rate_limit
from tinhso.lib.rate_limit import RateLimit


def test_the_question_beyond_the_measure_waits_a_minute():
    limit = RateLimit(most=3, span_seconds=60)
    assert [limit.allows("a", at) for at in (0, 1, 2, 3)] == [True, True, True, False]
    assert limit.allows("a", 61)


def test_one_address_does_not_use_up_anothers_measure():
    limit = RateLimit(most=1)
    assert limit.allows("a", 0)
    assert limit.allows("b", 0)
    assert not limit.allows("a", 1)


def test_memory_is_bounded_however_many_ask(monkeypatch):
    monkeypatch.setattr(rate_limit, "MOST_ADDRESSES", 10)
    limit = RateLimit()
    for number in range(100):
        assert limit.allows(str(number), number / 1000)
    assert len(limit._asked) <= 10

"""The table of states against the national one."""

import pytest

from tinhso.systems.one_stop.states import IN_HAND, MEANING, NATIONAL_LABELS, OPEN, State, may_follow, state_of_end

# Derived from the decree and an open implementation: domain note, §1.2. 5→1 and 5→3: asked before receipt.
NATIONAL = {
    1: {2, 3, 4, 5, 6, 7, 8, 9},
    2: {4, 5, 6, 7, 8, 9, 10},
    4: {2, 4, 5, 6, 7, 8, 9, 10},
    5: {1, 2, 3, 4, 6, 7, 8},
    6: {2, 4, 5, 7, 8, 9, 10},
    8: {2, 4, 7, 8, 9},
    9: {4, 10},
}


def test_every_state_has_a_national_status() -> None:
    assert {meaning.national for meaning in MEANING.values()} == set(NATIONAL_LABELS)
    assert set(MEANING) == set(State)


@pytest.mark.parametrize("before", list(State))
def test_no_passage_breaks_the_national_table(before: State) -> None:
    allowed = NATIONAL.get(MEANING[before].national, set())
    followed = {MEANING[after].national for after in MEANING[before].follows}
    assert followed <= allowed | {MEANING[before].national}


def test_what_has_ended_stays_ended() -> None:
    ended = [state for state in State if state not in OPEN]
    assert all(not MEANING[state].follows for state in ended)
    assert not may_follow(State.RETURNED, State.EXAMINING)


def test_a_refusal_after_receipt_is_a_refusal_to_resolve() -> None:
    assert state_of_end("refused", was_received=False) is State.REFUSED
    assert state_of_end("refused", was_received=True) is State.DECLINED
    assert set(IN_HAND) <= set(OPEN)

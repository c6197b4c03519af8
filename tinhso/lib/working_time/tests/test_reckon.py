"""Rules of the clock that the random histories do not reach, and bad input."""

import json
import timeit
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from tinhso.lib.working_time import (
    OFFICE_SLOTS,
    VIETNAM,
    Calendar,
    CalendarHistory,
    Child,
    Event,
    Limit,
    NeverOpenError,
    Policy,
    Rule,
    due_date,
    next_open,
    open_minutes,
    published,
    reckon,
    working_days_between,
)

PLAIN = Calendar(frozenset(), frozenset(), OFFICE_SLOTS)
ALWAYS = CalendarHistory(PLAIN)
GOLDEN = Path(__file__).resolve().parents[5] / "shared" / "domain" / "golden" / "deadlines.jsonl"


def at(day: int, hour: int = 9, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


def days(value: str, **other) -> Rule:
    return Rule(Limit(Decimal(value), "working_days"), **other)


def hours(value: str, **other) -> Rule:
    return Rule(Limit(Decimal(value), "working_hours"), compare="minute", **other)


@pytest.mark.skipif(not GOLDEN.exists(), reason="the published cases are not on this machine")
def test_all_published_cases_pass():
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        case = published.read_case(json.loads(line))
        assert published.mismatches(case) == [], case.id


def test_before_the_receipt_nothing_runs():
    found = reckon(ALWAYS, days("3"), [Event(at(5), "received")], at(4))
    assert (found.due_at, found.verdict, found.paused, found.used_working_minutes) == (None, "running", False, 0)
    assert reckon(ALWAYS, days("3"), [], at(4)) == found


def test_a_procedure_without_a_limit_has_no_due_date():
    found = reckon(ALWAYS, Rule(None), [Event(at(2), "received"), Event(at(20), "finished")], at(30))
    assert (found.due_at, found.remaining_working_minutes, found.verdict) == (None, None, "on_time")


def test_a_dossier_returned_while_waiting_for_a_supplement_is_judged_by_the_day_of_the_request():
    asked = [Event(at(2), "received"), Event(at(4), "supplement_requested"), Event(at(25), "returned")]
    found = reckon(ALWAYS, days("5"), asked, at(26))
    assert (found.due_at, found.paused, found.verdict) == (None, False, "early")


def test_lateness_is_kept_after_the_clock_restarted():
    history = [Event(at(2), "received"), Event(at(9), "supplement_requested"), Event(at(10), "supplement_completed")]
    open_again = reckon(ALWAYS, days("2"), history, at(10, 15))
    assert (open_again.due_at, open_again.verdict, open_again.lateness_kept) == (at(12, 17), "running", True)
    done = [*history, Event(at(11), "finished")]
    assert reckon(ALWAYS, days("2"), done, at(11, 15)).verdict == "late"
    healed = reckon(ALWAYS, days("2", policy=Policy(keep_lateness=False)), done, at(11, 15))
    assert (healed.verdict, healed.lateness_kept) == ("early", False)


def test_a_pause_after_the_last_minute_has_run_adds_nothing():
    rule = Rule(Limit(Decimal(4), "working_hours"), compare="date")
    history = [Event(at(2, 7, 30), "received"), Event(at(2, 15), "stopped"), Event(at(4), "resumed")]
    assert reckon(ALWAYS, rule, history, at(4, 10)).due_at == at(2, 11, 30)


def test_seconds_are_cut_off():
    received = datetime(2026, 11, 2, 8, 0, 59, tzinfo=VIETNAM)
    assert due_date(PLAIN, hours("1"), received) == at(2, 9)


def test_a_moment_of_another_zone_is_read_in_vietnamese_time():
    found = due_date(PLAIN, days("1"), datetime.fromisoformat("2026-11-02T18:00:00+00:00"))  # 01:00 of the 3rd
    assert found == at(4, 17)


def test_the_calendar_reaches_far_in_both_directions():
    assert due_date(PLAIN, days("1"), datetime(2001, 1, 1, 9, tzinfo=VIETNAM)).year == 2001
    assert due_date(PLAIN, days("2000"), at(2)).year == 2034
    assert open_minutes(PLAIN, at(2, 7, 30), at(2, 17)) == 450 == -open_minutes(PLAIN, at(2, 17), at(2, 7, 30))
    assert next_open(PLAIN, at(7)) == at(9, 7, 30)
    assert working_days_between(PLAIN, date(2026, 11, 6), date(2026, 11, 9)) == 1


@pytest.mark.parametrize(
    ("rule", "received"),
    [
        (days("-1"), at(2)),
        (Rule(Limit(Decimal(1), "weeks")), at(2)),
        (days("1"), datetime(2026, 11, 2, 9)),
        (days("9999999"), at(2)),
        (days("1"), datetime(1, 1, 2, tzinfo=VIETNAM)),
    ],
)
def test_what_cannot_be_reckoned_is_refused(rule, received):
    with pytest.raises(ValueError):  # noqa: PT011
        due_date(PLAIN, rule, received)


def test_a_calendar_that_never_opens_is_refused():
    for calendar in (
        Calendar(frozenset(), frozenset(), {}),
        Calendar(frozenset(), frozenset(), OFFICE_SLOTS, frozenset()),
    ):
        with pytest.raises(NeverOpenError):
            due_date(calendar, days("1"), at(2))


def test_a_counted_weekday_without_slots_ends_at_the_usual_closing_time():
    calendar = Calendar(frozenset(), frozenset(), OFFICE_SLOTS, frozenset(range(1, 7)))
    assert due_date(calendar, days("1"), at(6)) == at(7, 17)


def test_policies_are_settings():
    evening = [Event(at(2, 18), "received")]
    assert reckon(ALWAYS, days("1"), evening, at(3)).due_at == at(4, 17)
    by_receipt = days("1", policy=Policy(day_zero="receipt"))
    assert reckon(ALWAYS, by_receipt, evening, at(3)).due_at == at(3, 17)
    five = Rule(Limit(Decimal(5), "calendar_days"), policy=Policy(roll_calendar_days=False))
    assert reckon(ALWAYS, five, [Event(at(2), "received")], at(3)).due_at == at(7, 17)
    storm = CalendarHistory(Calendar(frozenset({date(2026, 11, 4)}), frozenset(), OFFICE_SLOTS), ((at(3), PLAIN),))
    received = [Event(at(2), "received")]
    assert reckon(storm, days("2"), received, at(3)).due_at == at(5, 17)
    assert reckon(storm, days("2", policy=Policy(amendments="newest")), received, at(3)).due_at == at(4, 17)


def test_changes_after_the_end_have_no_effect():
    later = CalendarHistory(PLAIN, ((at(4, 12), Calendar(frozenset({date(2026, 11, 3)}), frozenset(), OFFICE_SLOTS)),))
    history = [Event(at(2), "received"), Event(at(4, 10), "finished")]
    assert reckon(later, days("2"), history, at(20)).verdict == "on_time"


class TestInterlinked:
    """Rule 16: one plan, one due date, own clocks."""

    birth = Child("birth", days("3"))
    residence = Child("residence", days("2"), ("birth",))
    card = Child("card", hours("4"), ("birth",))

    def children(self, *finishes: tuple[str, datetime]):
        return [
            Child(c.id, c.rule, c.after, tuple(Event(when, "finished") for name, when in finishes if name == c.id))
            for c in (self.birth, self.residence, self.card)
        ]

    def test_a_child_in_hours_starts_at_the_due_instant_of_its_predecessor(self):
        found = reckon(ALWAYS, Rule(None), [Event(at(2), "received")], at(3), self.children())
        assert [c.due_at for c in found.children] == [at(5, 17), at(9, 17), at(6, 11, 30)]
        assert found.due_at == at(9, 17)

    def test_a_child_runs_from_the_last_finish_of_its_predecessors(self):
        done = self.children(("birth", at(3, 16)))
        found = reckon(ALWAYS, Rule(None), [Event(at(2), "received")], at(4), done)
        assert [(c.started, c.due_at, c.verdict) for c in found.children] == [
            (True, at(5, 17), "early"),
            (True, at(5, 17), "running"),
            (True, at(4, 10, 30), "running"),
        ]
        assert found.due_at == at(9, 17)

    def test_a_child_has_its_own_cutoff(self):
        late = Child("residence", days("2", cutoff=time(15)), ("birth",))
        done = [self.children(("birth", at(3, 16)))[0], late]
        found = reckon(ALWAYS, Rule(None), [Event(at(2), "received")], at(4), done)
        assert found.children[1].due_at == at(6, 17)

    def test_a_restart_plans_anew_and_hides_the_dates_while_paused(self):
        asked = [Event(at(2), "received"), Event(at(3), "supplement_requested")]
        paused = reckon(ALWAYS, Rule(None), asked, at(4), self.children())
        assert [(c.due_at, c.verdict) for c in paused.children] == [
            (None, "running"),
            (None, "waiting"),
            (None, "waiting"),
        ]
        anew = reckon(ALWAYS, Rule(None), [*asked, Event(at(9), "supplement_completed")], at(9, 10), self.children())
        assert (anew.children[0].due_at, anew.due_at) == (at(12, 17), at(16, 17))

    def test_a_continuing_pause_moves_the_plan(self):
        paid = [
            Event(at(2), "received"),
            Event(at(3), "financial_duty_requested"),
            Event(at(5), "financial_duty_done"),
        ]
        found = reckon(ALWAYS, Rule(None), paid, at(5, 10), self.children())
        assert (found.children[0].due_at, found.due_at) == (at(9, 17), at(11, 17))

    def test_a_child_that_follows_one_not_listed_before_it_is_refused(self):
        with pytest.raises(ValueError, match="not listed before"):
            reckon(ALWAYS, Rule(None), [Event(at(2), "received")], at(3), [self.residence, self.birth])


def test_a_due_date_costs_less_than_ten_microseconds():
    rule, received = days("5"), at(18)
    due_date(PLAIN, rule, received)
    best = min(timeit.repeat(lambda: due_date(PLAIN, rule, received), number=2000, repeat=5)) / 2000
    assert best < 10e-6, f"{best * 1e6:.1f} µs"

"""`reckon` agrees with a reference that walks the calendar minute by minute."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tinhso.lib.working_time import VIETNAM, Calendar, CalendarHistory, Event, Limit, Rule, reckon
from tinhso.lib.working_time.tests.minute_walk import walk

FIRST = datetime(2026, 11, 2, tzinfo=VIETNAM)
MORNING, AFTERNOON = (time(7, 30), time(11, 30)), (time(13, 30), time(17))
FULL, SHORT = (MORNING, AFTERNOON), ((time(8), time(11)),)
SLOTS = (
    dict.fromkeys(range(1, 6), FULL),
    {**dict.fromkeys(range(1, 6), FULL), 6: SHORT},
    {**dict.fromkeys(range(1, 5), FULL), 5: SHORT},
)
DAYS = st.integers(0, 24).map(lambda n: FIRST.date() + timedelta(n))
MOMENTS = st.integers(0, 20 * 24 * 4).map(lambda n: FIRST + timedelta(minutes=15 * n))
PAIRS = (
    ("supplement_requested", "supplement_completed"),
    ("financial_duty_requested", "financial_duty_done"),
    ("stopped", "resumed"),
)


@st.composite
def calendars(draw, slots):
    off = draw(st.frozensets(DAYS, max_size=4))
    weekend = st.sampled_from([date(2026, 11, 7), date(2026, 11, 8), date(2026, 11, 14), date(2026, 11, 21)])
    return Calendar(off, draw(st.frozensets(weekend, max_size=2)) - off, slots)


@st.composite
def histories(draw):
    slots = draw(st.sampled_from(SLOTS))
    moments = sorted(draw(st.lists(MOMENTS, max_size=2)))
    amendments = tuple((moment, draw(calendars(slots))) for moment in moments)
    return CalendarHistory(draw(calendars(slots)), amendments)


@st.composite
def rules(draw):
    unit = draw(st.sampled_from(["working_hours", "working_days", "calendar_days"]))
    values = {"working_hours": ["0", "1.5", "4", "8", "20"], "working_days": ["0", "0.5", "1", "1.5", "3", "7"]}
    value = draw(st.sampled_from(values.get(unit, ["0", "1", "5", "9"])))
    return Rule(
        Limit(Decimal(value), unit),
        cutoff=draw(st.sampled_from([None, time(15), time(10)])),
        on_supplement=draw(st.sampled_from(["restart", "continue"])),
        compare=draw(st.sampled_from(["date", "minute"])),
        due_soon_minutes=draw(st.sampled_from([None, 450])),
    )


@st.composite
def events(draw):
    moments = sorted(draw(st.lists(MOMENTS, min_size=1, max_size=7, unique=True)))
    found = [Event(moments[0], "received")]
    waiting = None
    for number, moment in enumerate(moments[1:], start=2):
        if number == len(moments) and draw(st.booleans()):
            found.append(Event(moment, "finished"))
        elif waiting:
            found.append(Event(moment, waiting))
            waiting = None
        elif draw(st.integers(0, 4)) == 0:
            found.append(Event(moment, "reappointed", moment + timedelta(days=draw(st.integers(1, 9)))))
        else:
            asked, waiting = draw(st.sampled_from(PAIRS))
            found.append(Event(moment, asked))
    return found


@settings(max_examples=400, deadline=None, derandomize=True)
@given(histories(), rules(), events(), MOMENTS)
def test_random_histories_come_to_the_same_as_minute_by_minute(history, rule, known, at):
    at = max(at, known[0].at)
    assert reckon(history, rule, known, at) == walk(history, rule, known, at)

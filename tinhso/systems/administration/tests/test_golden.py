"""`manage.py golden`: prints what differs, goes on after a broken line, ends with the count."""

import json
from io import BytesIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command

PHONE = {"id": "A", "kind": "phone", "input": "0912345678", "context": {}, "expect": {"verdict": "valid"}}
DEADLINE = {
    "id": "D",
    "calendar": {"holidays": [], "makeup_days": []},
    "rule": {"limit": {"value": 1, "unit": "working_days"}},
    "events": [{"at": "2026-11-16T09:00:00+07:00", "kind": "received"}],
    "ask_at": "2026-11-16T10:00:00+07:00",
    "expect": {"due_at": "2026-11-17T17:00:00+07:00", "verdict": "running"},
}


def run(tmp_path, capsys, kind, *lines):
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    code = 0
    try:
        call_command("golden", kind, str(file))
    except SystemExit as stop:
        code = stop.code
    return code, capsys.readouterr().out.splitlines()


def test_it_passes_what_agrees(tmp_path, capsys):
    assert run(tmp_path, capsys, "identifiers", PHONE, "", PHONE) == (0, ["2 passed, 0 failed"])
    assert run(tmp_path, capsys, "deadlines", DEADLINE) == (0, ["1 passed, 0 failed"])


def test_it_prints_each_mismatch_and_exits_with_one(tmp_path, capsys):
    wrong = {**DEADLINE, "expect": {"verdict": "late", "paused": True}}
    code, lines = run(tmp_path, capsys, "deadlines", DEADLINE, wrong)
    assert code == 1
    assert lines == [
        'D (line 2) verdict: expected "late", found "running"',
        "D (line 2) paused: expected true, found false",
        "1 passed, 1 failed",
    ]


@pytest.mark.parametrize("broken", ["{", "[]", '{"id": "X"}', '{"kind": "x", "input": "", "expect": {}}', "null"])
def test_a_broken_line_is_named_and_the_rest_still_judged(tmp_path, capsys, broken):
    code, lines = run(tmp_path, capsys, "identifiers", broken, PHONE)
    assert code == 1
    assert "line 1" in lines[0]
    assert lines[-1] == "1 passed, 1 failed"


def broken(path, value):
    """DEADLINE with one value put at a path."""
    case = json.loads(json.dumps(DEADLINE))
    *way, last = path
    place = case
    for step in way:
        place = place[step]
    place[last] = value
    return case


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("events", 0, "kind"), "exploded", "«events[0].kind» phải là một trong received"),
        (("events", 0), {"at": "2026-11-16T09:00:00+07:00", "kind": "reappointed"}, "thiếu «events[0].new_due»"),
        (("events", 0, "at"), "2026-11-16T09:00:00", "múi giờ"),
        (("events",), [], "received"),
        (("ask_at",), "9999-12-31T23:00:00-10:00", "năm 2298"),
        (("rule", "on_supplement"), "pause", "«rule.on_supplement» phải là một trong restart, continue"),
        (("rule", "compare"), "hour", "«rule.compare»"),
        (("rule", "limit", "unit"), "weeks", "«rule.limit.unit»"),
        (("rule", "limit", "value"), "1e9999999", "«rule.limit.value» phải là một số"),
        (("rule", "limit", "value"), True, "«rule.limit.value» phải là một số"),
        (("rule", "limit"), None, "thiếu «rule.limit»"),
        (("calendar", "slots"), {"1": [["07:30", "12:00"], ["11:00", "17:00"]]}, "chồng"),
        (("calendar", "slots"), {}, "lịch không có giờ mở cửa"),
        (("calendar", "counting_weekdays"), ["1"], "«calendar.counting_weekdays[0]»"),
        (("calendar", "holidays"), ["2026-02-30"], "«calendar.holidays[0]» phải là ngày"),
        (("children",), [{"id": "a", "after": ["b"], "rule": DEADLINE["rule"]}], "không đứng trước"),
        (("expect",), {}, "trống"),
        (("expect",), {"verdit": None}, "verdit"),
    ],
)
def test_a_case_that_cannot_be_meant_is_refused_and_its_place_named(tmp_path, capsys, path, value, said):
    code, lines = run(tmp_path, capsys, "deadlines", broken(path, value), DEADLINE)
    assert code == 1
    assert said in lines[0]
    assert lines[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    "line", ["[" * 200_000, '{"x": ' + "9" * 5000 + "}", json.dumps({**PHONE, "input": 5}), '{"kind": []}']
)
def test_a_hostile_line_is_one_failure_with_a_sentence(tmp_path, capsys, line):
    code, lines = run(tmp_path, capsys, "identifiers", line, PHONE)
    assert (code, lines[-1]) == (1, "1 passed, 1 failed")
    assert "Error" not in lines[0]


def test_half_a_surrogate_can_be_printed(tmp_path):
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({**PHONE, "id": "\ud800", "expect": {"verdict": "\udfff"}}), encoding="utf-8")
    out = TextIOWrapper(BytesIO(), encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("golden", "identifiers", str(file), stdout=out)
    out.seek(0)
    assert "0 passed, 1 failed" in out.read()


def test_lines_ended_otherwise_with_a_mark_of_order_and_one_line_in_another_encoding(tmp_path, capsys):
    file = tmp_path / "cases.jsonl"
    good = json.dumps(PHONE).encode()
    file.write_bytes(b"\xef\xbb\xbf" + good + b"\r\n\r\n\xff\xfe bad\r\n" + good)
    with pytest.raises(SystemExit):
        call_command("golden", "identifiers", str(file))
    assert capsys.readouterr().out.splitlines() == ["line 3: dòng không phải chữ UTF-8", "2 passed, 1 failed"]


def test_a_missing_file_is_said_plainly():
    with pytest.raises(CommandError, match="Không đọc được tệp"):
        call_command("golden", "deadlines", "/no/such/file.jsonl")

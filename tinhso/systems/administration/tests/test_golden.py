"""`manage.py golden`: prints what differs, goes on after a broken line, ends with the count."""

import json

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
        'D verdict: expected "late", found "running"',
        "D paused: expected true, found false",
        "1 passed, 1 failed",
    ]


@pytest.mark.parametrize("broken", ["{", "[]", '{"id": "X"}', '{"kind": "x", "input": "", "expect": {}}', "null"])
def test_a_broken_line_is_named_and_the_rest_still_judged(tmp_path, capsys, broken):
    code, lines = run(tmp_path, capsys, "identifiers", broken, PHONE)
    assert code == 1
    assert "line 1" in lines[0]
    assert lines[-1] == "1 passed, 1 failed"


def test_a_missing_file_is_said_plainly():
    with pytest.raises(CommandError, match="Không đọc được tệp"):
        call_command("golden", "deadlines", "/no/such/file.jsonl")

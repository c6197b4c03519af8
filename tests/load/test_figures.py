"""The table of `make bench` cannot say that a limit holds when it does not, or when nothing was measured."""

from pathlib import Path

import pytest

from tests.load.figures import Figure, Report


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("quick", 15, "ms", 15), "holds"),
        (Figure("slow", 15.1, "ms", 15), "MISSED"),
        (Figure("many", 300, "1/s", 300, at_least=True), "holds"),
        (Figure("few", 299, "1/s", 300, at_least=True), "MISSED"),
        (Figure("none at all", 0, "1/s", 300, at_least=True), "MISSED"),
        (Figure("not taken", None, "ms", 15), "not measured"),
    ],
)
def test_a_verdict_is_that_of_the_value(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


def test_a_part_that_broke_off_or_measured_nothing_fails_the_run(tmp_path: Path) -> None:
    good, nothing = Figure("quick", 1, "ms", 15), Figure("not taken", None, "ms", 15)
    assert Report(tmp_path, {}, [good]).is_sound
    assert not Report(tmp_path, {}, [good, nothing]).is_sound
    assert not Report(tmp_path, {}, [good], {"fault of pages": "…"}).is_sound

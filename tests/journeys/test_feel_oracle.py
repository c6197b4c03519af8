"""FEEL beside feelin 8.2 (MIT, kept with its licence): each difference has a reason that is ours by design."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tinhso.lib import feel
from tinhso.lib.feel.values import to_text

pytestmark = [pytest.mark.browser]

FEELIN = (Path(settings.BASE_DIR) / "tests/oracles/feelin-8.2.0.js").read_text("utf-8")
VALUES = {"number": "5", "other": "2.5", "text": '"a"', "digits": '"15"', "true": "true", "false": "false",
          "null": "null", "list": "[1, 2]", "date": 'date("2026-11-05")'}  # fmt: skip
KIND = {"other": "number", "digits": "text", "true": "boolean", "false": "boolean"}
SIGNS = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*")
MORE = (
    "5 in (1, 5)", "5 in [1..5)", "5 in [1..5]", "5 in (> 4)", '"a" in ("a", "b")', "5 between 1 and 5", "not(true)",
    "true and null", "false and null", "true or null", "false or null", "null and null", "if true then 1 else 2",
    "if null then 1 else 2", "some x in [1, 2] satisfies x > 1", "every x in [1, 2] satisfies x > 1",
    "for x in [1, 2] return x * 2", "count([1, 2, 3])", "sum([1, 2, 3])", "min([3, 1])", "max([3, 1])", "mean([1, 3])",
    'contains("abc", "b")', 'starts with("abc", "a")', 'ends with("abc", "c")', 'string length("abc")',
    'upper case("abc")', 'lower case("ABC")', 'substring("abcd", 2)', 'substring("abcd", 2, 2)', "abs(-3)",
    "floor(1.7)", "ceiling(1.2)", "modulo(7, 3)", "list contains([1, 2], 2)", "-5 + 3", "2 * 3 + 4", "(2 + 3) * 4",
    "10 / 4", 'number("5")', 'string(5)', 'date("2026-11-05").year', "[1, 2, 3][2]", "[1, 2, 3][item > 1]",
)  # fmt: skip


@pytest.fixture(scope="module")
def feelin(browser) -> Any:
    page = browser.new_page()
    page.set_content("<p>")
    page.evaluate(FEELIN)
    page.evaluate(
        """() => { window.ask = (text) => { let v;
        try { v = window.feelin(text, {}); } catch (error) { return "refused: " + error.message; }
        if (v && typeof v === "object" && "value" in v) v = v.value;
        const plain = (x) => x === undefined ? null : Array.isArray(x) ? x.map(plain)
          : x && typeof x === "object" ? (x.toISODate ? x.toISODate() : String(x)) : x;
        return plain(v); } }"""
    )
    yield lambda text: page.evaluate("text => window.ask(text)", text)
    page.close()


def ours(text: str) -> Any:
    def plain(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        if value is None or isinstance(value, bool | str):
            return value
        found = to_text(value)
        return float(found) if found and found.lstrip("-").replace(".", "", 1).isdigit() else found

    return plain(feel.evaluate(feel.parse(text), {}))


def same(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(itertools.starmap(same, zip(a, b, strict=True)))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)


@pytest.mark.parametrize("text", MORE)
def test_operators_and_functions_say_what_feelin_says(feelin, text):
    assert same(ours(text), feelin(text)), (ours(text), feelin(text))


@pytest.mark.parametrize("sign", SIGNS)
def test_operands_of_one_kind_agree_and_mixed_ones_are_null_here(feelin, sign):
    """DMN says null where operands are of different kinds or null; feelin answers true, false or a text there."""
    for (a, left), (b, right) in itertools.product(VALUES.items(), repeat=2):
        text = f"{left} {sign} {right}"
        mine, theirs = ours(text), feelin(text)
        if same(mine, theirs):
            continue
        kinds = KIND.get(a, a), KIND.get(b, b)
        mixed = kinds[0] != kinds[1] or "null" in kinds
        unordered = kinds[0] in ("boolean", "list", "date", "text") and sign not in ("=", "!=")
        assert mixed or unordered or kinds == ("list", "list"), f"{text}: {mine!r} here, {theirs!r} there"
        assert mine is None or sign in ("=", "!="), f"{text}: {mine!r} here, {theirs!r} there"

"""The evaluator in the page agrees with the server's on every case, and a form speaks early."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from tinhso.lib import feel

pytestmark = [pytest.mark.browser]

SCRIPT = Path(settings.BASE_DIR / "tinhso/design/static/js/feel.js").read_text("utf-8")
FACTS = {
    "a": 5,
    "b": 2.5,
    "t": "Tây Ninh",
    "yes": True,
    "no": False,
    "none": None,
    "list": ["x", "y"],
    "d": "2026-11-05",
    "rows": [{"age": 3}, {"age": 20}],
}
CASES = [
    "a = 5", "a != 5", "a > b", "a <= b", 'a > "5"', 'a = "5"', "none = null", "none = 1", "none < 1",
    "a between 1 and 5", "a in (1, 5)", "a in [1..5)", "a in (>= 5, < 2)", 't in ("Tây Ninh", "Long An")', "yes and no",
    "yes or none",
    "no and none", "yes and none", "not(yes)", "not(none)", "if a > 3 then t else b", "a + b * 2", "a / 0", "-a < 0",
    'date(d) < date("2026-12-01")', 'date("2026-02-30") = null', 'list contains(list, "x")', "count(list) = 2",
    'contains(t, "Ninh")', 'starts with(t, "Tây")', "string length(t) = 8", "some r in rows satisfies r.age > 18",
    "every r in rows satisfies r.age > 18", "rows.age = [3, 20]", "abs(-3) = 3", "none in (1, 2)", "a = null",
    '"b" > "a"', "none and no", "none or yes", "not(a)", "t + 1 = null",
]  # fmt: skip


@pytest.fixture(scope="module")
def in_page(browser):
    page = browser.new_page()
    page.set_content("<p>")
    body = SCRIPT.replace("export class", "class").replace("export function", "function")
    page.evaluate(f"(() => {{ {body}; window.run = (tree, facts) => {{ try {{ const v = evaluate(tree, facts); "
                  "return v instanceof Day ? v.text : v === undefined ? null : v; } "
                  'catch (e) { if (e instanceof Unknown) return "unknown"; throw e; } }; })()')  # fmt: skip
    yield lambda tree, facts: page.evaluate("([tree, facts]) => window.run(tree, facts)", [tree, facts])
    page.close()


@pytest.mark.parametrize("text", CASES)
def test_both_evaluators_say_the_same(in_page, text):
    tree = feel.parse(text)
    ours = feel.evaluate(tree, FACTS)
    plain = json.loads(json.dumps(ours, default=float))
    found = in_page(tree, FACTS)
    assert found == "unknown" or (type(found) is bool) is (type(plain) is bool)
    assert found == "unknown" or found == plain


def test_most_cases_are_known_in_the_page(in_page):
    unknown = [text for text in CASES if in_page(feel.parse(text), FACTS) == "unknown"]
    assert unknown == ["t + 1 = null"]


@pytest.mark.parametrize("attack", ["constructor", "__proto__", "toString", "a.constructor", "rows.__proto__"])
def test_names_of_the_language_are_not_reached(in_page, attack):
    assert in_page(feel.parse(attack), FACTS) in ("unknown", None, [None, None])  # a list answers for each of its rows

"""FEEL beside the published DMN cases: `python -m tests.oracles.tck FOLDER` with a copy of the compatibility kit.

Literal expressions without requirements of other decisions are evaluated by our subset. Every case is one of: agrees,
differs (with the reason why), outside (the subset refuses the expression). Nothing of the kit is kept here.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import django
from lxml import etree

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
Case = tuple[str, str, dict[str, Any], Any]  # name, expression, facts, expected


def local(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def value_of(element: Any) -> Any:
    """What a value of a test file stands for; text where the type is one that JSON has not."""
    for part in element:
        if local(part) == "list":
            return [value_of(item) for item in part if local(item) == "item"]
        if local(part) == "value":
            if part.get(NIL) == "true":
                return None
            kind, text = (part.get(TYPE) or "").rpartition(":")[2], part.text or ""
            if kind == "boolean":
                return text == "true"
            return Decimal(text) if kind in ("decimal", "double", "integer", "int") else text
    found = {part.get("name"): value_of(part) for part in element if local(part) == "component"}
    return found or None


def cases(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.rglob("*-test-*.xml")):
        model = file.parent / f"{file.name.rpartition('-test-')[0]}.dmn"
        if not model.exists():
            continue
        expressions = {
            decision.get("name"): "".join(text.itertext()).strip()
            for decision in etree.parse(model).getroot().iter("{*}decision")
            if not list(decision.iter("{*}requiredDecision", "{*}requiredKnowledge"))
            for held in decision.iterfind("{*}literalExpression")
            for text in held.iterfind("{*}text")
        }
        for case in etree.parse(file).getroot().iter("{*}testCase"):
            facts = {node.get("name"): value_of(node) for node in case.iterfind("{*}inputNode")}
            for node in case.iterfind("{*}resultNode"):
                expected = node.find("{*}expected")
                if node.get("name") in expressions and expected is not None:
                    name = f"{file.parent.name}/{case.get('id')}"
                    yield name, expressions[node.get("name")], facts, value_of(expected)


def plain(value: Any) -> Any:
    from tinhso.lib.feel.values import to_text

    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, bool | Decimal | str):
        return value
    return to_text(value)


def reason(expression: str, expected: Any, found: Any) -> str:
    """Why ours differs, by what the subset is."""
    if found is None:
        return "null here: different kinds of operands, or a conversion the subset does not make"
    if isinstance(found, Decimal) and isinstance(expected, Decimal) and abs(found - expected) < Decimal("0.00000001"):
        return "the same but for the last digits"
    if expected is None:
        return "the kit wants null where a list of one or a text is taken as it stands"
    return f"{expected!r} wanted, {found!r} given"


def main() -> int:
    from tinhso.lib import feel

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="each difference")
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    why: Counter[str] = Counter()
    for name, expression, facts, expected in cases(given.folder):
        try:
            tree = feel.parse(expression)
            found = plain(feel.evaluate(tree, facts, at=datetime(2026, 11, 28)))
        except feel.FeelError as error:
            counts["outside"] += 1
            why[f"outside: {str(error).split('«')[0].split(':')[0].strip()}"] += 1
            continue
        if found == expected:
            counts["agrees"] += 1
            continue
        counts["differs"] += 1
        because = reason(expression, expected, found)
        why[f"differs: {because if 'wanted' not in because else 'another value'}"] += 1
        if given.show:
            print(f"{name}: {expression!r}: {because}")
    print("\n".join(f"{count:6} {text}" for text, count in why.most_common(30)))
    total = sum(counts.values())
    print(
        f"{total} cases: {counts['agrees']} agree, {counts['differs']} differ, {counts['outside']} outside the subset"
    )
    return 0


if __name__ == "__main__":
    django.setup()
    raise SystemExit(main())

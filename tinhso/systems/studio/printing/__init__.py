"""Papers of the studio: a form as it will be printed, empty (mẫu đơn, tờ khai)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from tinhso.lib.typesetting import typeset

HERE = Path(__file__).parent
HOLDING = ("group", "dynamiclist")


def form_pdf(*, schema: Mapping[str, Any], name: str) -> bytes:
    """PDF/A of an empty form: questions with room to write, choices as boxes."""
    data = {"title": name, "groups": [_group(one) for one in schema["components"]], "unit_name": "", "parent_name": ""}
    return typeset(HERE / "form.typ", data, dated=timezone.now())


def _group(component: Mapping[str, Any]) -> dict[str, Any]:
    inside = component.get("components") or ([] if component["type"] in HOLDING else [component])
    return {
        "title": component.get("label", "") if component["type"] in HOLDING else "",
        "repeated": component["type"] == "dynamiclist",
        "lines": [line for one in inside for line in _lines(one)],
    }


def _lines(component: Mapping[str, Any]) -> list[dict[str, Any]]:
    if component["type"] in HOLDING:
        return [line for one in component.get("components") or () for line in _lines(one)]
    if component["type"] == "text":
        return [{"kind": "text", "label": str(component.get("text", "")), "choices": []}]
    choices = [str(value.get("label", "")) for value in component.get("values") or ()]
    kind = {"textarea": "long", "checkbox": "box", "filepicker": "file"}.get(component["type"], "line")
    shown = choices if len(choices) <= 8 else []
    return [{"kind": "choices" if shown else kind, "label": str(component.get("label", "")), "choices": shown}]

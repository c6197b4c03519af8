"""What is typed about one question of a form, read into the component with a sentence for everything that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tinhso.foundation.forms import public as forms
from tinhso.lib.vietnamese import nfc

LINES = 4  # lines of conditions on the page
CHOOSING = ("radio", "select", "checklist")


@dataclass(slots=True)
class Typed:
    own: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read(part: forms.drafting.Part, posted: Mapping[str, str]) -> Typed:
    text = {name: nfc(posted.get(name, "")).strip()[:4000] for name in posted}
    typed = Typed()
    component = part.component
    kind = component["type"]
    if kind == "text":
        typed.own["text"] = text.get("label", "")
    else:
        typed.own["label"] = text.get("label", "")
        if not typed.own["label"]:
            typed.errors["label"] = _("Ghi câu hỏi.")
    if kind not in ("group", "text"):
        typed.own["key"] = text.get("key") or component.get("key", "")
        typed.own["description"] = text.get("description", "")
        validate = {**(component.get("validate") or {})}
        validate.pop("required", None)
        if "required" in text:
            validate["required"] = True
        typed.own["validate"] = validate
    if kind in CHOOSING:
        _read_choices(typed, text)
    for name in (
        "kind",
        "prefill",
        "national",
        "page",
        "row",
        "min_rows",
        "max_rows",
        "unit",
        "paper",
        "ask_reason",
        "print",
        "calc",
    ):
        if name in text:
            typed.properties[f"tt:{name}"] = text[name]
    for purpose, name in (("show", "tt:show"), ("must", "tt:rule"), ("required_when", "tt:required")):
        _read_condition(typed, text, purpose, name)
    if "msg" in text:
        typed.properties["tt:msg"] = text["msg"]
        if typed.properties.get("tt:rule") and not text["msg"]:
            typed.errors["msg"] = _("Ghi câu nói với người khai khi điều này không đúng.")
    return typed


def _read_choices(typed: Typed, text: Mapping[str, str]) -> None:
    """A shared list, or a line a choice: `mã = nhãn`, or the label alone."""
    if text.get("options"):
        typed.properties["tt:options"], typed.own["values"] = text["options"], []
        return
    typed.properties["tt:options"] = ""
    values = []
    for line in text.get("values", "").splitlines():
        if not line.strip():
            continue
        value, _sign, label = (part.strip() for part in line.partition("="))
        label = label or value
        value = value if _sign else forms.drafting.free_key({"components": []}, value)
        values.append({"value": value, "label": label})
    if not values:
        typed.errors["values"] = _("Ghi ít nhất một lựa chọn, hoặc chọn một danh sách có sẵn.")
    typed.own["values"] = values


def _read_condition(typed: Typed, text: Mapping[str, str], purpose: str, name: str) -> None:
    """Sentences, or FEEL where more is said than sentences can."""
    if f"{purpose}-feel" in text and text.get(f"{purpose}-as") == "feel":
        typed.properties[name] = text[f"{purpose}-feel"]
        return
    conditions = []
    for number in range(LINES):
        key = text.get(f"{purpose}-key-{number}", "")
        if key:
            values = tuple(part.strip() for part in text.get(f"{purpose}-value-{number}", "").split("|"))
            conditions.append(forms.sentences.Condition(key, text.get(f"{purpose}-operator-{number}", ""), values))
    try:
        typed.properties[name] = forms.sentences.to_feel(conditions, text.get(f"{purpose}-join", "and") or "and")
    except forms.sentences.SentenceError as error:
        typed.errors[purpose] = str(error)


def conditions_of(text: str) -> dict[str, Any]:
    """Lines of a condition for the page: sentences, or the expression where it says more."""
    found = forms.sentences.from_feel(text)
    if found is None or len(found[0]) > LINES:
        return {"as": "feel", "feel": text, "join": "and", "lines": [("", "is", "")] * LINES}
    conditions, join = found
    lines = [(one.key, one.operator, " | ".join(one.values)) for one in conditions]
    return {"as": "sentences", "feel": text, "join": join, "lines": (lines + [("", "is", "")] * LINES)[:LINES]}


def labels(schema: Mapping[str, Any]) -> dict[str, str]:
    return {str(one.component["key"]): one.label for one in forms.drafting.parts(schema) if one.component.get("key")}


def choices(schema: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {
        str(one.component["key"]): {str(v["value"]): str(v["label"]) for v in one.component.get("values") or ()}
        for one in forms.drafting.parts(schema)
        if one.component.get("key")
    }

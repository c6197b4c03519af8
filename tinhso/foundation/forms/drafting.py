"""A form while it is being made: a plain list of its parts, and changes to one part at a time. Nothing is written."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tinhso.foundation.forms.schema import Kind
from tinhso.lib.vietnamese import fold

Schema = dict[str, Any]

KINDS: Mapping[str, str] = {
    Kind.TEXT: "Một dòng chữ",
    Kind.LONG_TEXT: "Nhiều dòng chữ",
    Kind.NUMBER: "Số",
    Kind.DATE: "Ngày",
    Kind.CHECKBOX: "Ô đánh dấu",
    Kind.CHECKLIST: "Chọn nhiều",
    Kind.RADIO: "Chọn một, hiện hết",
    Kind.SELECT: "Chọn một trong danh sách",
    Kind.GROUP: "Nhóm câu hỏi",
    Kind.LIST: "Nhóm lặp lại",
    Kind.FILE: "Tệp đính kèm",
    Kind.STATIC: "Lời hướng dẫn",
}
HOLDING = frozenset({Kind.GROUP, Kind.LIST})


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the list: a component with how deep it stands."""

    id: str
    depth: int
    component: Mapping[str, Any]

    @property
    def label(self) -> str:
        said = self.component.get("label") or self.component.get("text") or self.component.get("key") or ""
        return str(said).strip().split("\n")[0][:120]

    def own(self, name: str) -> str:
        return str((self.component.get("properties") or {}).get(name, ""))


def blank(key: str, name: str) -> Schema:
    """A form to begin with: the person and one question."""
    asked = [
        {"type": "textfield", "key": "applicant_name", "label": "Họ, chữ đệm, tên người nộp",
         "validate": {"required": True}, "properties": {"tt:kind": "name", "tt:prefill": "person.name"}},
        {"type": "textfield", "key": "applicant_id", "label": "Số định danh của người nộp",
         "validate": {"required": True}, "properties": {"tt:kind": "personal_id",
                                                        "tt:prefill": "person.identity_number"}},
    ]  # fmt: skip
    group = {"type": "group", "label": "Người nộp", "components": asked, "properties": {"tt:page": "Người nộp"}}
    return with_ids({"type": "default", "id": key, "name": name, "schemaVersion": 18, "components": [group]})


def with_ids(schema: Mapping[str, Any]) -> Schema:
    """The schema with an id for every part, those there are kept."""
    fresh = copy.deepcopy(dict(schema))
    used: set[str] = set()
    count = 0
    for component in _walk(fresh):
        if not component.get("id") or component["id"] in used:
            count += 1
            while f"part_{count:03d}" in used:
                count += 1
            component["id"] = f"part_{count:03d}"
        used.add(component["id"])
    return fresh


def _walk(holder: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for component in holder.get("components") or ():
        if isinstance(component, dict):
            yield component
            yield from _walk(component)


def parts(schema: Mapping[str, Any]) -> list[Part]:
    def below(holder: Mapping[str, Any], depth: int) -> Iterator[Part]:
        for component in holder.get("components") or ():
            yield Part(str(component.get("id", "")), depth, component)
            yield from below(component, depth + 1)

    return list(below(schema, 0))


def part(schema: Mapping[str, Any], part_id: str) -> Part:
    """Raises LookupError."""
    found = next((one for one in parts(schema) if one.id == part_id), None)
    if found is None:
        raise LookupError("Không còn câu hỏi này trong biểu mẫu.")
    return found


def add(schema: Mapping[str, Any], *, after: str, kind: str, label: str) -> tuple[Schema, str]:
    """A new part behind another (inside it, where it is an empty group); the schema and the new id."""
    fresh = with_ids(schema)
    component: dict[str, Any] = {"type": kind, "label": label}
    if kind == Kind.STATIC:
        component = {"type": kind, "text": label}
    elif kind != Kind.GROUP:
        component["key"] = free_key(fresh, label)
    if kind in HOLDING:
        component["components"] = []
    if kind in (Kind.RADIO, Kind.SELECT, Kind.CHECKLIST):
        component["values"] = [{"value": "co", "label": "Có"}, {"value": "khong", "label": "Không"}]
    if kind == Kind.DATE:
        component["subtype"] = "date"
    holder, place = _place(fresh, after)
    if holder is None:
        fresh.setdefault("components", []).append(component)
    elif place is None:
        holder["components"].append(component)
    else:
        holder["components"].insert(place + 1, component)
    fresh = with_ids(fresh)
    return fresh, str(component.get("id") or _last_added(fresh, component))


def _last_added(schema: Schema, component: Mapping[str, Any]) -> str:
    same = [
        one["id"]
        for one in _walk(schema)
        if one.get("key") == component.get("key") and one["type"] == component["type"]
    ]
    return str(same[-1])


def _place(schema: Schema, part_id: str) -> tuple[dict[str, Any] | None, int | None]:
    """(holder, index) behind which a part goes; (group, None) to go into an empty group."""
    for holder in [schema, *_walk(schema)]:
        for index, component in enumerate(holder.get("components") or ()):
            if component.get("id") == part_id:
                if component["type"] in HOLDING and not component.get("components"):
                    return component, None
                return holder, index
    return None, None


def _found(schema: Schema, part_id: str) -> tuple[list[Any], int]:
    for holder in [schema, *_walk(schema)]:
        for index, component in enumerate(holder.get("components") or ()):
            if component.get("id") == part_id:
                return holder["components"], index
    raise LookupError("Không còn câu hỏi này trong biểu mẫu.")


def remove(schema: Mapping[str, Any], part_id: str) -> Schema:
    fresh = with_ids(schema)
    siblings, index = _found(fresh, part_id)
    del siblings[index]
    return fresh


def move(schema: Mapping[str, Any], part_id: str, step: int) -> Schema:
    """One place up (-1) or down (1) among its neighbours; at the edge nothing happens."""
    fresh = with_ids(schema)
    siblings, index = _found(fresh, part_id)
    target = index + step
    if 0 <= target < len(siblings):
        siblings[index], siblings[target] = siblings[target], siblings[index]
    return fresh


def change(schema: Mapping[str, Any], part_id: str, own: Mapping[str, Any], properties: Mapping[str, str]) -> Schema:
    """The part with these fields and `tt:` properties; an empty one is taken off."""
    fresh = with_ids(schema)
    siblings, index = _found(fresh, part_id)
    component = siblings[index]
    for name, value in own.items():
        if value in ("", None, [], {}):
            component.pop(name, None)
        else:
            component[name] = value
    kept = {**(component.get("properties") or {}), **properties}
    kept = {name: value for name, value in kept.items() if value != ""}
    if kept:
        component["properties"] = kept
    else:
        component.pop("properties", None)
    return fresh


def free_key(schema: Mapping[str, Any], label: str) -> str:
    """A key made of the label, unlike any there is."""
    words = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40].strip("_") or "cau_hoi"
    stem = words if words[0].isalpha() else f"c_{words}"
    used = {component.get("key") for component in _walk(schema)}
    key, number = stem, 2
    while key in used:
        key, number = f"{stem}_{number}", number + 1
    return key


def read(text: str) -> Schema:
    """A schema from its text. Raises ValueError with a Vietnamese sentence."""
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"Tệp biểu mẫu không phải JSON: dòng {error.lineno}, {error.msg}.") from error
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        raise ValueError("Tệp biểu mẫu thiếu danh sách «components».")  # noqa: TRY004 - a file, not a Python type
    return with_ids(schema)


def write(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Difference:
    """kind: added | removed | changed."""

    kind: str
    step: str
    what: str = ""
    old: str = ""
    new: str = ""


_COMPARED = {
    "label": "câu hỏi", "type": "loại", "description": "gợi ý", "values": "các lựa chọn", "text": "lời hướng dẫn",
}  # fmt: skip
_RULES = {
    "tt:show": "hiện khi", "tt:required": "bắt buộc khi", "tt:rule": "phải", "tt:calc": "tính", "tt:kind": "kiểm tra",
    "tt:options": "danh sách", "tt:prefill": "điền sẵn", "tt:national": "tên quốc gia", "tt:page": "trang",
}  # fmt: skip


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What differs between two schemas, question by question (found by key, else by id)."""
    before, after = _by_name(old), _by_name(new)
    found = [Difference("added", one.label) for name, one in after.items() if name not in before]
    found += [Difference("removed", one.label) for name, one in before.items() if name not in after]
    for name, one in after.items():
        was = before.get(name)
        if was is None:
            continue
        pairs = [(label, _told(was.component.get(f)), _told(one.component.get(f))) for f, label in _COMPARED.items()]
        pairs += [(label, was.own(f), one.own(f)) for f, label in _RULES.items()]
        pairs.append(("bắt buộc", _required(was), _required(one)))
        found += [Difference("changed", one.label, label, a, b) for label, a, b in pairs if a != b]
    return found


def _by_name(schema: Mapping[str, Any]) -> dict[str, Part]:
    return {str(one.component.get("key") or one.id): one for one in parts(schema)}


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one.get("label", one)) if isinstance(one, dict) else str(one) for one in value)
    return str(value or "")


def _required(one: Part) -> str:
    return "có" if (one.component.get("validate") or {}).get("required") else "không"

"""Schemas for tests, small and whole."""

from typing import Any


def text(key: str, label: str = "", *, must: bool = False, **properties: Any) -> dict[str, Any]:
    return _component("textfield", key, label, must, properties)


def date(key: str, label: str = "", *, must: bool = False, **properties: Any) -> dict[str, Any]:
    return {**_component("datetime", key, label, must, properties), "subtype": "date"}


def number(key: str, label: str = "", *, decimals: int = 0, **properties: Any) -> dict[str, Any]:
    return {**_component("number", key, label, False, properties), "decimalDigits": decimals}


def choice(
    key: str, label: str, values: dict[str, str], *, kind: str = "radio", must: bool = False, **properties: Any
) -> dict[str, Any]:
    made = _component(kind, key, label, must, properties)
    return {**made, "values": [{"value": value, "label": name} for value, name in values.items()]}


def group(label: str, *components: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "group", "label": label, "components": list(components), "properties": _tt(properties)}


def rows(key: str, label: str, *components: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "dynamiclist", "path": key, "label": label, "components": list(components),
            "properties": _tt(properties)}  # fmt: skip


def schema(*components: dict[str, Any], name: str = "Tờ khai thử") -> dict[str, Any]:
    return {"type": "default", "name": name, "schemaVersion": 18, "components": list(components)}


def _component(kind: str, key: str, label: str, required: bool, properties: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": kind, "key": key, "label": label or key.replace("_", " ").capitalize()}
    if required:
        made["validate"] = {"required": True}
    if properties:
        made["properties"] = _tt(properties)
    return made


def _tt(properties: dict[str, Any]) -> dict[str, str]:
    return {f"tt:{name}": str(value) for name, value in properties.items()}


SEXES = {"female": "Nữ", "male": "Nam"}


def birth() -> dict[str, Any]:
    """A small registration of birth: two pages, a father only on TRUE, rows, a rule over two dates."""
    return schema(
        group(
            "Con",
            text("child_name", "Họ, chữ đệm, tên con", must=True, kind="name"),
            date("child_birth", "Ngày sinh của con", must=True, kind="date_past"),
            choice("child_sex", "Giới tính", SEXES, must=True),
        ),
        group(
            "Mẹ",
            text("mother_name", "Họ, chữ đệm, tên mẹ", must=True, kind="name", prefill="person.name"),
            date(
                "mother_birth", "Ngày sinh của mẹ", rule="mother_birth < child_birth", msg="Mẹ phải sinh trước con",
            ),
            choice("married", "Cha mẹ có đăng ký kết hôn", {"yes": "Có", "no": "Không"}, must=True),
            page="Cha mẹ",
        ),
        group(
            "Cha",
            text("father_name", "Họ, chữ đệm, tên cha", must=True, kind="name"),
            text("father_note", "Ghi chú về cha", show='starts with(father_name, "Ng")'),
            page="Cha mẹ",
            show='married = "yes"',
        ),
        group(
            "Anh chị em",
            rows(
                "siblings", "Anh chị em ruột",
                text("name", "Họ tên", must=True, kind="name"),
                date("birth", "Ngày sinh", rule="birth != child_birth", msg="Trùng ngày sinh của con"),
                row="Người",
            ),
            page="Cha mẹ",
        ),
    )  # fmt: skip

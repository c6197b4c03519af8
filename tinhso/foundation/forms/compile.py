"""A form-js schema becomes a Form, or a list of what is wrong with it, each with the component and what to do.

Nothing that the renderer and the validator do not carry passes: an unknown component, an expression that does not
parse or names a field there is not, two fields that wait for each other.
"""

import re
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import re2

from tinhso.foundation.forms import identifiers
from tinhso.foundation.forms.expressions import BadExpressionError, Expression, parse
from tinhso.foundation.forms.schema import CHOOSING, Field, Form, Group, Kind, Page, Rule

KEY = re.compile(r"^[a-z][a-z0-9_]{0,59}$")
RESERVED = frozenset({"today", "item", "partial", "if", "then", "else", "for", "in", "return", "some", "every", "and",
                      "or", "not", "true", "false", "null", "between", "satisfies"})  # fmt: skip
PROPERTIES = frozenset({"page", "show", "required", "ask", "calc", "kind", "prefill", "national", "options", "print",
                        "unit", "paper", "ask_reason", "autocomplete", "row", "max_rows", "min_rows",
                        "pattern_msg"})  # fmt: skip
_RULE = re.compile(r"^(rule|msg)([2-9]?)$")
MAX_FIELDS = 400


class FormRefusedError(Exception):
    """The schema cannot be published: problems are (component, sentence)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{component}: {sentence}" for component, sentence in problems))
        self.problems = tuple(problems)


class _Compiler:
    """Walks one schema, gathering problems instead of stopping at the first."""

    def __init__(self, list_names: frozenset[str] | None) -> None:
        self.problems: list[tuple[str, str]] = []
        self.list_names = list_names
        self.count = 0

    def refuse(self, component: str, sentence: str) -> None:
        self.problems.append((component, sentence))

    def expression(self, component: str, name: str, text: Any) -> Expression | None:
        if text in (None, ""):
            return None
        try:
            return parse(str(text).removeprefix("="))
        except BadExpressionError as error:
            self.refuse(component, f"Biểu thức {name} không đọc được: {error}")
            return None

    def properties(self, where: str, component: Mapping[str, Any]) -> dict[str, str]:
        given = component.get("properties") or {}
        if not isinstance(given, Mapping):
            self.refuse(where, "«properties» phải là một bảng tên và giá trị")
            return {}
        known: dict[str, str] = {}
        for name, value in given.items():
            short = str(name).removeprefix("tt:")
            if not str(name).startswith("tt:"):
                continue
            if short in PROPERTIES or _RULE.match(short):
                known[short] = str(value).strip()
            else:
                self.refuse(where, f"Không biết thuộc tính «{name}»")
        return known

    def shows(self, where: str, component: Mapping[str, Any], own: Mapping[str, str]) -> tuple[Expression, ...]:
        if (component.get("conditional") or {}).get("hide"):
            self.refuse(
                where, "Dùng «tt:show» (hiện khi …) thay cho «conditional.hide»: điều kiện ẩn sai khi thiếu trả lời"
            )
        condition = self.expression(where, "tt:show", own.get("show"))
        return (condition,) if condition else ()

    def rules(self, where: str, own: Mapping[str, str]) -> tuple[Rule, ...]:
        found = []
        for suffix in ("", *"23456789"):
            text = own.get(f"rule{suffix}")
            if not text:
                continue
            message = own.get(f"msg{suffix}", "")
            if not message:
                self.refuse(where, f"«tt:rule{suffix}» cần «tt:msg{suffix}»: câu nói cho người khai biết phải sửa gì")
            if expression := self.expression(where, f"tt:rule{suffix}", text):
                found.append(Rule(expression, message, tuple(sorted(expression.names))))
        return tuple(found)

    def field(self, component: Mapping[str, Any], inherited: tuple[Expression, ...], in_row: bool) -> Field | None:
        kind = Kind(component["type"])
        key = str(component.get("path" if kind is Kind.LIST else "key") or component.get("key") or "")
        where = key or str(component.get("id") or kind)
        self.count += 1
        if kind in (Kind.STATIC, Kind.FILE) and not key:
            key = f"_{component.get('id') or self.count}"
        elif not KEY.match(key) or key in RESERVED:
            self.refuse(where, "Khoá phải viết bằng chữ thường không dấu, số và gạch dưới, bắt đầu bằng chữ")
        own = self.properties(where, component)
        shows = inherited + self.shows(where, component, own)
        if kind is Kind.STATIC:
            return Field(key=key, kind=kind, label="", shows=shows, text=_static(str(component.get("text") or "")))
        if kind is Kind.LIST:
            return self.repeat(component, key, own, shows, in_row)
        return self.question(component, kind, key, own, shows)

    def question(
        self, component: Mapping[str, Any], kind: Kind, key: str, own: Mapping[str, str], shows: tuple[Expression, ...]
    ) -> Field:
        label = str(component.get("label") or "").strip()
        if not label:
            self.refuse(key, "Thiếu nhãn: người khai cần biết phải trả lời gì")
        validate = component.get("validate") or {}
        check = own.get("kind", "")
        if check and check not in identifiers.KINDS:
            self.refuse(key, f"Không biết «tt:kind» {check}; có: {', '.join(sorted(identifiers.KINDS))}")
        options, options_list = self.options(component, kind, key, own)
        return Field(
            key=key,
            kind=kind,
            label=label,
            hint=str(component.get("description") or "").strip(),
            required=validate.get("required") is True,
            ask=own.get("ask", ""),
            required_when=self.expression(key, "tt:required", own.get("required")),
            shows=shows,
            rules=self.rules(key, own),
            calc=self.expression(key, "tt:calc", own.get("calc")),
            check=check,
            subtype=self.subtype(component, kind, key),
            options=options,
            options_list=options_list,
            default=component.get("defaultValue"),
            min=validate.get("min"),
            max=validate.get("max"),
            min_length=int(validate.get("minLength") or 0),
            max_length=int(validate.get("maxLength") or 0),
            pattern=self.pattern(key, validate.get("pattern")),
            pattern_message=own.get("pattern_msg", ""),
            decimals=int(component.get("decimalDigits") or 0),
            unit=own.get("unit") or str((component.get("appearance") or {}).get("suffixAdorner") or ""),
            prefill=own.get("prefill", ""),
            national=own.get("national", ""),
            paper=own.get("paper", "") or (key if kind is Kind.FILE else ""),
            autocomplete=own.get("autocomplete", ""),
        )

    def subtype(self, component: Mapping[str, Any], kind: Kind, key: str) -> str:
        if kind is not Kind.DATE:
            return ""
        subtype = str(component.get("subtype") or "date")
        if subtype not in ("date", "time"):
            self.refuse(key, "Ngày và giờ trong một ô không dùng được: tách thành một ô ngày và một ô giờ")
        return subtype

    def pattern(self, key: str, text: Any) -> Any:
        if not text:
            return None
        try:
            return re2.compile(str(text))
        except re2.error:
            self.refuse(key, "Mẫu «pattern» không đọc được (tham chiếu ngược và nhìn trước, sau không được dùng)")
            return None

    def options(
        self, component: Mapping[str, Any], kind: Kind, key: str, own: Mapping[str, str]
    ) -> tuple[dict[str, str], str]:
        if kind not in CHOOSING:
            return {}, ""
        if component.get("valuesExpression") or component.get("valuesKey"):
            self.refuse(key, "Ghi các mục vào «values» hoặc nêu tên danh sách ở «tt:options»")
        if named := own.get("options"):
            if self.list_names is not None and named not in self.list_names:
                self.refuse(key, f"Không có danh sách «{named}»; có: {', '.join(sorted(self.list_names)) or 'chưa có'}")
            return {}, named
        pairs = [(str(one.get("value", "")), str(one.get("label", ""))) for one in component.get("values") or []]
        if not pairs or not all(value and label for value, label in pairs):
            self.refuse(key, "Cần ít nhất một mục để chọn, mỗi mục có giá trị và nhãn")
        if len(dict(pairs)) != len(pairs):
            self.refuse(key, "Hai mục cùng một giá trị")
        return dict(pairs), ""

    def repeat(
        self,
        component: Mapping[str, Any],
        key: str,
        own: Mapping[str, str],
        shows: tuple[Expression, ...],
        in_row: bool,
    ) -> Field:
        if in_row:
            self.refuse(key, "Nhóm lặp không được nằm trong nhóm lặp")
        layout: list[Field] = []
        for child in self.children(key, component):
            if child.get("type") in (Kind.GROUP, Kind.LIST, Kind.FILE):
                self.refuse(key, f"Trong nhóm lặp không dùng được «{child.get('type')}»")
            elif made := self.field(child, (), in_row=True):
                layout.append(made)
        self.unique(layout)
        return Field(
            key=key,
            kind=Kind.LIST,
            label=str(component.get("label") or ""),
            hint=str(component.get("description") or ""),
            shows=shows,
            rules=self.rules(key, own),
            required_when=None,
            rows=self.ordered(key, layout),
            row_layout=tuple(layout),
            min_rows=self.whole(key, own, "min_rows", 0),
            max_rows=self.whole(key, own, "max_rows", 20),
            row_name=own.get("row", "") or str(component.get("label") or "Mục"),
        )

    def whole(self, key: str, own: Mapping[str, str], name: str, otherwise: int) -> int:
        text = own.get(name, "")
        if text and not text.isdigit():
            self.refuse(key, f"«tt:{name}» phải là số nguyên")
            return otherwise
        return min(int(text), 200) if text else otherwise

    def children(self, where: str, component: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The components inside, the unknown left out and refused by name."""
        known = []
        for child in component.get("components") or []:
            if not isinstance(child, Mapping) or child.get("type") not in set(Kind):
                kind = child.get("type") if isinstance(child, Mapping) else child
                name = (child.get("key") or child.get("id") or "") if isinstance(child, Mapping) else ""
                self.refuse(str(name or where), f"Không dùng được thành phần «{kind}»; chỉ có: {', '.join(Kind)}")
            else:
                known.append(child)
        return known

    def unique(self, fields: Sequence[Field]) -> None:
        seen: set[str] = set()
        for one in fields:
            if one.key in seen:
                self.refuse(one.key, "Hai câu hỏi cùng một khoá")
            seen.add(one.key)

    def ordered(self, where: str, fields: Sequence[Field]) -> tuple[Field, ...]:
        """In the order in which showing and calculating depend on each other; a ring is refused."""
        by_key = {one.key: one for one in fields}
        graph = {one.key: _waits_for(one) & by_key.keys() for one in fields}
        try:
            return tuple(by_key[key] for key in TopologicalSorter(graph).static_order())
        except CycleError as error:
            ring = " → ".join(dict.fromkeys(error.args[1]))
            self.refuse(
                where or str(error.args[1][0]), f"Các câu hỏi chờ lẫn nhau, không biết hiện câu nào trước: {ring}"
            )
            return tuple(fields)

    def names_exist(self, fields: Sequence[Field], outside: frozenset[str]) -> None:
        known = outside | {one.key for one in fields if one.holds_value} | {"today"}
        for one in fields:
            for expression in _expressions(one):
                if unknown := sorted(expression.names - known):
                    self.refuse(one.key, f"Biểu thức nhắc tới câu hỏi không có: {', '.join(unknown)}")
            if one.rows:
                self.names_exist(one.rows, frozenset(known))

    def group(self, component: Mapping[str, Any], inherited: tuple[Expression, ...], gathered: list[Field]) -> Group:
        where = str(component.get("label") or component.get("id") or "group")
        if component.get("path"):
            self.refuse(where, "Nhóm không được có «path»: mọi câu trả lời nằm cùng một mức")
        own = self.properties(where, component)
        shows = inherited + self.shows(where, component, own)
        fields: list[Field] = []
        for child in self.children(where, component):
            if child["type"] == Kind.GROUP:
                fields.append(_heading(str(child.get("label") or ""), shows + self.nested_shows(child), len(gathered)))
                inner = self.group(child, shows, gathered)
                fields.extend(inner.fields)
            elif made := self.field(child, shows, in_row=False):
                fields.append(made)
                gathered.append(made)
        title, hint = str(component.get("label") or ""), str(component.get("description") or "")
        return Group(title=title, hint=hint, shows=shows, fields=tuple(fields))

    def nested_shows(self, component: Mapping[str, Any]) -> tuple[Expression, ...]:
        condition = self.expression(
            str(component.get("label")), "tt:show", (component.get("properties") or {}).get("tt:show")
        )
        return (condition,) if condition else ()

    def pages(self, schema: Mapping[str, Any], name: str, gathered: list[Field]) -> tuple[Page, ...]:
        titles: list[str] = []
        groups: dict[str, list[Group]] = {}
        loose: list[Mapping[str, Any]] = []
        for component in self.children(name, schema):
            if component["type"] != Kind.GROUP:
                loose.append(component)
                continue
            own = self.properties(str(component.get("label")), component)
            title = own.get("page") or str(component.get("label") or name)
            if title not in groups:
                titles.append(title)
            groups.setdefault(title, []).append(self.group(component, (), gathered))
        if loose:
            title = titles[0] if titles else name
            if title not in groups:
                titles.append(title)
            groups.setdefault(title, []).insert(0, self.group({"components": loose}, (), gathered))
        return tuple(
            Page(
                title=title,
                groups=tuple(groups[title]),
                keys=frozenset(f.key for g in groups[title] for f in g.fields if f.holds_value or f.kind is Kind.FILE),
            )
            for title in titles
        )


def compile_form(schema: Mapping[str, Any], *, name: str = "", list_names: frozenset[str] | None = None) -> Form:
    """The compiled form. list_names: the lists `tt:options` may name (None: do not check). Raises FormRefusedError."""
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        raise FormRefusedError([("schema", "Không phải lược đồ form-js: thiếu danh sách «components»")])
    work = _Compiler(list_names)
    gathered: list[Field] = []
    title = name or str(schema.get("name") or schema.get("id") or "Tờ khai")
    pages = work.pages(schema, title, gathered)
    work.unique(gathered)
    if not gathered:
        work.refuse("schema", "Tờ khai chưa có câu hỏi nào")
    if work.count > MAX_FIELDS:
        work.refuse("schema", f"Tờ khai có {work.count} câu hỏi, nhiều nhất {MAX_FIELDS}")
    work.names_exist(gathered, frozenset())
    order = work.ordered("", gathered)
    if work.problems:
        raise FormRefusedError(work.problems)
    return Form(
        name=title, pages=pages, order=order, by_key={one.key: one for one in order}, controlling=_controlling(gathered)
    )


def _static(text: str) -> tuple[tuple[str, str], ...]:
    """Markdown of form-js cut down to headings and paragraphs; anything else is shown as it is written, escaped."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        words = " ".join(block.split())
        if words:
            blocks.append(("h3", words.lstrip("# ")) if words.startswith("#") else ("p", words))
    return tuple(blocks)


def _heading(title: str, shows: tuple[Expression, ...], number: int) -> Field:
    return Field(
        key=f"_heading_{number}", kind=Kind.STATIC, label="", shows=shows, text=(("h3", title),) if title else ()
    )


def _expressions(one: Field) -> list[Expression]:
    single = [e for e in (one.required_when, one.calc) if e]
    return [*one.shows, *single, *(rule.expression for rule in one.rules)]


def _waits_for(one: Field) -> set[str]:
    """Keys that must be settled before this field can be: those of its showing and its calculation."""
    own = [*one.shows, *([one.calc] if one.calc else [])]
    inner = [expression for row in one.rows for expression in _expressions(row)]
    inside = {row.key for row in one.rows}
    return {n for e in own for n in e.names} | ({n for e in inner for n in e.names} - inside)


def _controlling(fields: Sequence[Field]) -> frozenset[str]:
    names: set[str] = set()
    for one in fields:
        for expression in (*one.shows, one.required_when, one.calc):
            names |= expression.names if expression else frozenset()
        names |= _controlling(one.rows)
    return frozenset(names)

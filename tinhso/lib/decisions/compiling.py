"""Table → compiled rows: plain JSON with FEEL trees, made once at publish."""

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from tinhso.lib import feel
from tinhso.lib.decisions.table import ROUNDINGS, TYPES, DecisionTable, Output

Compiled = dict[str, Any]
CELL = "cell_value"  # what a test compares, inside its tree


class DecisionProblem(NamedTuple):
    """Where in the table (row from 1, column; 0 for the head), what is wrong, what to do."""

    row: int
    column: str
    wrong: str
    remedy: str

    @property
    def place(self) -> str:
        return f"dòng {self.row}, cột «{self.column}»" if self.row else f"cột «{self.column}»"


def compile_table(table: DecisionTable) -> tuple[Compiled | None, list[DecisionProblem]]:
    """The compiled table, or what is wrong with it."""
    problems: list[DecisionProblem] = []
    compiled: Compiled = {
        "key": table.key,
        "name": table.name,
        "policy": table.hit_policy,
        "inputs": [],
        "outputs": [_output(one, problems) for one in table.outputs],
        "rules": [],
    }
    names = [one.name for one in table.outputs]
    for name in {one for one in names if names.count(one) > 1}:
        problems.append(DecisionProblem(0, name, "Hai cột kết quả trùng tên.", "Đặt tên khác nhau."))
    for column in table.inputs:
        label = column.label or column.expression
        if column.type not in TYPES:
            problems.append(DecisionProblem(0, label, f"Kiểu «{column.type}» không có.", "Chọn số, chữ, ngày…"))
        tree = _expression(column.expression, 0, label, problems)
        compiled["inputs"].append({"value": tree, "label": label, "type": column.type, "names": list(feel.names(tree))})
    if not table.rules:
        problems.append(DecisionProblem(0, table.name, "Bảng chưa có dòng nào.", "Thêm ít nhất một dòng."))
    if table.hit_policy in ("COLLECT SUM", "COLLECT MIN", "COLLECT MAX") and len(table.outputs) != 1:
        problems.append(DecisionProblem(0, table.name, "Cách gộp này cần đúng một cột kết quả.", "Bỏ bớt cột kết quả."))
    for number, rule in enumerate(table.rules, 1):
        if len(rule.tests) != len(table.inputs) or len(rule.results) != len(table.outputs):
            problems.append(DecisionProblem(number, table.name, "Dòng thiếu hoặc thừa ô.", "Xoá dòng rồi thêm lại."))
            continue
        tests = [
            _test(text, number, column.label or column.expression, problems)
            for text, column in zip(rule.tests, table.inputs, strict=True)
        ]
        results = [
            _result(text, number, one.label or one.name, problems)
            for text, one in zip(rule.results, table.outputs, strict=True)
        ]
        compiled["rules"].append({"tests": tests, "results": results, "basis": rule.basis, "number": number})
    return (None if problems else compiled), problems


def _output(one: Output, problems: list[DecisionProblem]) -> dict[str, str]:
    label = one.label or one.name
    if not one.name.isidentifier():
        problems.append(DecisionProblem(0, label, f"Tên kết quả «{one.name}» sai.", "Dùng chữ, số và dấu gạch dưới."))
    if one.type not in TYPES or one.rounding not in ROUNDINGS:
        problems.append(DecisionProblem(0, label, "Kiểu hoặc cách làm tròn không có.", "Chọn lại."))
    try:
        if not Decimal(one.unit) > 0:
            raise InvalidOperation
    except InvalidOperation:
        problems.append(DecisionProblem(0, label, f"Đơn vị làm tròn «{one.unit}» sai.", "Ghi số lớn hơn 0."))
    return {"name": one.name, "label": label, "type": one.type, "rounding": one.rounding, "unit": one.unit}


def _expression(text: str, row: int, column: str, problems: list[DecisionProblem]) -> Any:
    try:
        return feel.parse(text)
    except feel.FeelError as error:
        problems.append(DecisionProblem(row, column, f"«{text}»: {error}", "Viết lại biểu thức."))
        return ["lit", None]


def _result(text: str, row: int, column: str, problems: list[DecisionProblem]) -> Any:
    if not text.strip():
        problems.append(DecisionProblem(row, column, "Ô kết quả để trống.", "Ghi kết quả của dòng này."))
        return ["lit", None]
    return _expression(text, row, column, problems)


def _test(text: str, row: int, column: str, problems: list[DecisionProblem]) -> Any:
    """A unary test as a tree over `cell_value`; None where anything will do."""
    plain = text.strip()
    if plain in ("", "-"):
        return None
    inner = plain[4:-1] if plain.startswith("not(") and plain.endswith(")") else None
    tree = _expression(f"{CELL} in ({inner if inner is not None else plain})", row, column, problems)
    return ["call", "not", [tree]] if inner is not None else tree

"""Table → DMN 1.3 XML, as dmn-js and other modellers open it."""

from typing import Any

from lxml import etree

from tinhso.lib.decisions.reading import OURS
from tinhso.lib.decisions.table import DecisionTable

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DMNDI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"


def write_dmn(table: DecisionTable) -> bytes:
    root = etree.Element(_tag("definitions"), nsmap={None: DMN, "dmndi": DMNDI, "dc": DC, "td": OURS})
    root.set("id", f"{table.key}_definitions")
    root.set("name", table.name)
    root.set("namespace", OURS)
    decision = _under(root, "decision", id=table.key, name=table.name)
    policy, _, aggregation = table.hit_policy.partition(" ") if table.hit_policy != "RULE ORDER" else (
        "RULE ORDER", "", "")  # fmt: skip
    body = _under(decision, "decisionTable", id=f"{table.key}_table", hitPolicy=policy)
    if aggregation:
        body.set("aggregation", aggregation)
    for number, one in enumerate(table.inputs, 1):
        column = _under(body, "input", id=f"{table.key}_in{number}", label=one.label)
        expression = _under(column, "inputExpression", id=f"{table.key}_in{number}_expression", typeRef=one.type)
        _under(expression, "text").text = one.expression
        if one.values:
            allowed = _under(column, "inputValues", id=f"{table.key}_in{number}_values")
            _under(allowed, "text").text = ",".join(f'"{value}"' for value in one.values)
    for number, result in enumerate(table.outputs, 1):
        column = _under(body, "output", id=f"{table.key}_out{number}", name=result.name, typeRef=result.type)
        if result.label:
            column.set("label", result.label)
        if result.rounding:
            column.set(f"{{{OURS}}}rounding", result.rounding)
            column.set(f"{{{OURS}}}unit", result.unit)
    _under(body, "annotation", name="Căn cứ")
    _write_rules(body, table)
    diagram = etree.SubElement(etree.SubElement(root, f"{{{DMNDI}}}DMNDI"), f"{{{DMNDI}}}DMNDiagram")
    shape = etree.SubElement(diagram, f"{{{DMNDI}}}DMNShape", dmnElementRef=table.key)
    etree.SubElement(shape, f"{{{DC}}}Bounds", height="80", width="180", x="160", y="100")
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _write_rules(body: Any, table: DecisionTable) -> None:
    for number, rule in enumerate(table.rules, 1):
        row = _under(body, "rule", id=rule.id or f"{table.key}_r{number}")
        for column, test in enumerate(rule.tests, 1):
            entry = _under(row, "inputEntry", id=f"{table.key}_r{number}_i{column}")
            _under(entry, "text").text = "" if test == "-" else test
        for column, result in enumerate(rule.results, 1):
            entry = _under(row, "outputEntry", id=f"{table.key}_r{number}_o{column}")
            _under(entry, "text").text = result
        note = _under(row, "annotationEntry")
        _under(note, "text").text = rule.basis


def _tag(name: str) -> str:
    return f"{{{DMN}}}{name}"


def _under(parent: Any, tag: str, /, **own: str) -> Any:
    return etree.SubElement(parent, _tag(tag), own)

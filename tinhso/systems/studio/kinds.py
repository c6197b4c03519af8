"""What each kind of draft is made of: how it begins, is judged, compared and published."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.lib import decisions
from tinhso.systems.procedures import public as procedures
from tinhso.systems.studio import ask_once

Problem = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """problems keep a draft from being published; doubts do not."""

    problems: Sequence[Problem]
    doubts: Sequence[Problem] = ()
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing the studio makes."""

    suffix: str
    media_type: str
    blank: Callable[[str, str], str]
    judge: Callable[[str], Judged]
    compare: Callable[[str, str], Sequence[Any]]
    publish: Callable[..., int]
    content_of: Callable[[int], str]
    latest: Callable[[str], int]
    name_of: Callable[[str], str]


# -- processes ------------------------------------------------------------------------------------------------


def _blank_process(key: str, name: str) -> str:
    """The usual line of a dossier, to be changed: received, examined, approved, numbered, returned."""
    steps = [
        ("tiep_nhan", "Kiểm tra, tiếp nhận hồ sơ", "desk_officer", "intake", "4", "desk"),
        ("tham_dinh", "Thẩm định hồ sơ", "specialist", "examination", "16", ""),
        ("phe_duyet", "Phê duyệt kết quả", "leader", "approval", "8", ""),
        ("cap_so", "Cấp số, đóng dấu", "clerk", "numbering", "4", ""),
        ("tra_ket_qua", "Trả kết quả", "desk_officer", "return", "4", "desk"),
    ]
    rows = [workflow.Row("bat_dau", "start", ways=(workflow.Way(steps[0][0]),))]
    for number, (step, label, role, stage, hours, unit) in enumerate(steps):
        onward = steps[number + 1][0] if number + 1 < len(steps) else "ket_thuc"
        rows.append(
            workflow.Row(step, "user", label, role=role, stage=stage, hours=hours, unit=unit,
                         ways=(workflow.Way(onward),))
        )  # fmt: skip
    rows.append(workflow.Row("ket_thuc", "end", "Đã trả kết quả"))
    return workflow.write_table(workflow.StepTable(key, name, tuple(rows))).decode()


def _judge_process(content: str) -> Judged:
    found = workflow.judge_process(content.encode())
    problems = found.problems or workflow.process_problems(content.encode())  # what a foreign file lacks, refuses ours
    proof = f"Đã đi hết {found.states} trạng thái: không tắc, không ngõ cụt." if found.is_proved else ""
    return Judged(problems, [one for one in found.warnings if one not in problems], proof)


def _publish_process(*, key: str, name: str, content: str, at: datetime, by: str, on: date) -> int:
    """The next version; procedures that follow the process take it for new dossiers from the day."""
    version = workflow.publish_process(key=key, name=name, bpmn=content.encode(), at=at, by=by)
    for code in procedures.codes_of_process(process_key=key, on=on):
        procedures.change_process(code=code, process_key=key, process_version_id=version, on=on)
    return version


def _process_name(content: str) -> str:
    return workflow.read_table(content.encode()).name


# -- forms ----------------------------------------------------------------------------------------------------


def _judge_form(content: str) -> Judged:
    try:
        schema = forms.drafting.read(content)
    except ValueError as error:
        return Judged([("tệp", str(error), "Mở lại bằng trình soạn biểu mẫu.")])
    problems, doubts = ask_once.judge(schema)
    refused = [(component, sentence, "") for component, sentence in forms.check_schema(schema=schema)]
    return Judged([*refused, *problems], doubts)


def _compare_forms(old: str, new: str) -> Sequence[Any]:
    return forms.drafting.compare(forms.drafting.read(old), forms.drafting.read(new))


def _publish_form(*, key: str, name: str, content: str, at: datetime, by: str, on: date) -> int:
    view = forms.publish_form(key=key, schema={**forms.drafting.read(content), "name": name}, at=at)
    for code in procedures.codes_of_form(form_key=key, on=on):
        procedures.change_form(code=code, form_key=key, form_version_id=view.version_id, on=on)
    return view.version_id


def _form_name(content: str) -> str:
    return str(forms.drafting.read(content).get("name") or "")


# -- decision tables ------------------------------------------------------------------------------------------


def _blank_decision(key: str, name: str) -> str:
    table = decisions.DecisionTable(
        key, name, (decisions.Input("copies", "Số bản", "number"),), (decisions.Output("amount", "Mức thu (đồng)"),),
        (decisions.Rule(("-",), ("0",)),),
    )  # fmt: skip
    return decisions.write_dmn(table).decode()


def _judge_decision(content: str) -> Judged:
    problems, doubts = workflow.decision_problems(content.encode())
    return Judged(problems, doubts, "" if problems else "Đã xét mọi khoảng giá trị của các cột.")


def _compare_decisions(old: str, new: str) -> Sequence[Any]:
    before, after = decisions.read_dmn(old.encode()), decisions.read_dmn(new.encode())
    found: list[workflow.Difference] = []
    if before.hit_policy != after.hit_policy:
        found.append(workflow.Difference("changed", after.name, "cách chọn dòng", before.hit_policy, after.hit_policy))
    rows = max(len(before.rules), len(after.rules))
    for number in range(rows):
        was = _rule_said(before, number)
        now = _rule_said(after, number)
        if was != now:
            kind = "added" if not was else "removed" if not now else "changed"
            found.append(workflow.Difference(kind, f"Dòng {number + 1}", "", was, now))
    return found


def _rule_said(table: decisions.DecisionTable, number: int) -> str:
    if number >= len(table.rules):
        return ""
    rule = table.rules[number]
    told = [
        f"{column.label or column.expression}: {test or '-'}"
        for column, test in zip(table.inputs, rule.tests, strict=False)
    ]
    told += [
        f"{column.label or column.name} = {value}" for column, value in zip(table.outputs, rule.results, strict=False)
    ]
    return "; ".join([*told, *([rule.basis] if rule.basis else [])])


def _publish_decision(*, key: str, name: str, content: str, at: datetime, by: str, on: date) -> int:
    """The next version; fees and limits that follow an older one take it for dossiers from the day."""
    version = workflow.publish_decision(dmn=content.encode(), at=at, by=by)
    procedures.follow_decision(old_versions=workflow.decision_versions(key=key), version_id=version, on=on)
    return version


def _decision_name(content: str) -> str:
    return decisions.read_dmn(content.encode()).name


KINDS: Mapping[str, Kind] = {
    "process": Kind(
        ".bpmn", "application/xml", _blank_process, _judge_process,
        lambda old, new: workflow.compare_processes(old=old.encode(), new=new.encode()), _publish_process,
        lambda version: workflow.version_file(version_id=version)[2].decode(),
        lambda key: workflow.latest_version(key=key), _process_name,
    ),
    "form": Kind(
        ".json", "application/json", lambda key, name: forms.drafting.write(forms.drafting.blank(key, name)),
        _judge_form, _compare_forms, _publish_form,
        lambda version: json.dumps(forms.schema_of(version_id=version), ensure_ascii=False, indent=1),
        lambda key: forms.latest(key=key).version_id, _form_name,
    ),
    "decision": Kind(
        ".dmn", "application/xml", _blank_decision, _judge_decision, _compare_decisions, _publish_decision,
        lambda version: workflow.decision_file(version_id=version).decode(),
        lambda key: workflow.latest_decision(key=key), _decision_name,
    ),
}  # fmt: skip

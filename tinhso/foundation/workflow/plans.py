"""Published versions of processes, and their plans as the machine walks on them (immutable, so kept in the process)."""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from lxml import etree

from tinhso.foundation.workflow import decisions
from tinhso.foundation.workflow.compiler import FORMAT, compile_into, compile_process
from tinhso.foundation.workflow.engine import Plan
from tinhso.foundation.workflow.models import ProcessDefinition, ProcessVersion
from tinhso.foundation.workflow.reading import Problem, Problems
from tinhso.foundation.workflow.records import ProcessJudgement, ProcessRefusedError
from tinhso.foundation.workflow.soundness import check_soundness
from tinhso.foundation.workflow.vocabulary import TT


def process_problems(bpmn: bytes) -> list[Problem]:
    """Everything that keeps a file from being published: (element, what is wrong, what to do). Needs no database."""
    plan, problems = compile_process(bpmn)
    if plan is None:
        return problems
    found = check_soundness(plan)
    return found.problems if found.complete else []


def publish(*, key: str, name: str, bpmn: bytes, at: datetime, by: str = "") -> int:
    """Compile, check and publish as the next version; the same bytes give the version there is."""
    digest = hashlib.sha256(bpmn).hexdigest()
    with transaction.atomic():
        definition, _ = ProcessDefinition.objects.select_for_update().get_or_create(key=key, defaults={"name": name})
        if definition.name != name:
            ProcessDefinition.objects.filter(pk=definition.pk).update(name=name)
        last = definition.versions.order_by("-number").first()
        if last is not None and last.sha256 == digest and last.plan_format == FORMAT:
            return last.pk
        plan, problems = compile_process(bpmn)
        if plan is None:
            raise ProcessRefusedError(problems)
        found = check_soundness(plan)
        problems = (found.problems if found.complete else []) + decisions.embed(plan)
        if problems:
            raise ProcessRefusedError(problems)
        definition.versions.filter(status=ProcessVersion.Status.PUBLISHED).update(status=ProcessVersion.Status.RETIRED)
        version = ProcessVersion.objects.create(
            definition=definition,
            number=last.number + 1 if last else 1,
            bpmn_xml=bpmn.decode("utf-8"),
            sha256=digest,
            plan=plan,
            plan_format=FORMAT,
            checks={"states": found.states, "proved": found.complete, "ends": sorted(found.finals)},
            published_at=at,
            published_by=by,
        )
    return version.pk


def judge(bpmn: bytes) -> ProcessJudgement:
    """What is wrong with a file, and what could be better; a drawing of somebody else's is judged on its flow alone."""
    noted = Problems(is_lenient=True)
    plan = compile_into(bpmn, noted)
    if plan is None:
        return ProcessJudgement(tuple(noted.found), tuple(noted.warnings))
    found = check_soundness(plan, flow_only=noted.flow_only)
    problems, doubts = (found.problems, []) if found.complete else ([], found.problems)
    return ProcessJudgement(
        problems=tuple(problems),
        warnings=(*noted.warnings, *doubts),
        states=found.states,
        is_proved=found.complete and not problems,
        is_foreign=noted.flow_only,
    )


@lru_cache(256)
def plan_of(version_id: int) -> Plan:
    """Raises LookupError."""
    plan = ProcessVersion.objects.filter(pk=version_id).values_list("plan", flat=True).first()
    if plan is None:
        raise LookupError(f"Không có phiên bản quy trình {version_id}.")
    return plan


def latest_version(key: str) -> int:
    """The version new cases follow. Raises LookupError."""
    found = (
        ProcessVersion.objects.filter(definition__key=key, status=ProcessVersion.Status.PUBLISHED)
        .order_by("-number")
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise LookupError(f"Chưa có quy trình «{key}» được ban hành.")
    return found


def file_of(version_id: int) -> tuple[str, int, bytes]:
    """Raises LookupError."""
    found = ProcessVersion.objects.filter(pk=version_id).values_list("definition__key", "number", "bpmn_xml").first()
    if found is None:
        raise LookupError(f"Không có phiên bản quy trình {version_id}.")
    return found[0], found[1], found[2].encode()


def versions_of(key: str) -> list[dict[str, Any]]:
    rows = ProcessVersion.objects.filter(definition__key=key).order_by("-number")
    return [
        {"version_id": row["pk"], **row}
        for row in rows.values("pk", "number", "status", "published_at", "published_by", "checks")
    ]


def change_hours(*, version_id: int, hours: dict[str, str], at: datetime, by: str = "") -> int:
    """Publish the process anew with other working hours for some steps; running cases stay on their version.

    hours: step → working hours, "" for none. Raises LookupError for a step that is not there, ProcessRefusedError.
    """
    version = ProcessVersion.objects.select_related("definition").get(pk=version_id)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root: Any = etree.fromstring(version.bpmn_xml.encode(), parser)
    for node_id, value in hours.items():
        element = next((e for e in root.iter() if isinstance(e.tag, str) and e.get("id") == node_id), None)
        if element is None or version.plan["nodes"].get(node_id, {}).get("kind") != "user":
            raise LookupError(f"Quy trình không có bước «{node_id}».")
        if value:
            element.set(f"{{{TT}}}hours", str(value))
        else:
            element.attrib.pop(f"{{{TT}}}hours", None)
    definition = version.definition
    return publish(key=definition.key, name=definition.name, bpmn=etree.tostring(root), at=at, by=by)

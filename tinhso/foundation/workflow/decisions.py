"""Published decision tables (bảng quyết định), and what they decide."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from tinhso.foundation.workflow.models import DecisionDefinition, DecisionVersion
from tinhso.foundation.workflow.records import ProcessRefusedError
from tinhso.lib import decisions
from tinhso.lib.decisions import Compiled, Decision


def problems_of(dmn: bytes) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """What keeps a table from being published, and what to look at: (place, what is wrong, what to do)."""
    try:
        table = decisions.read_dmn(dmn)
    except decisions.DecisionRefusedError as error:
        return [("tệp", str(error), "Mở lại bằng công cụ vẽ DMN và lưu lại.")], []
    compiled, found = decisions.compile_table(table)
    if compiled is None:
        return [(problem.place, problem.wrong, problem.remedy) for problem in found], []
    wrong, doubts = [], []
    for finding in decisions.analyse(compiled, [column.values for column in table.inputs]):
        if finding.kind == "overlap":
            wrong.append((f"dòng {finding.rows[0]}", finding.sentence, "Thu hẹp một dòng hoặc đổi cách chọn dòng."))
        else:
            doubts.append((table.name, finding.sentence, "Thêm dòng cho trường hợp ấy, nếu có thể xảy ra."))
    return wrong, doubts


def publish(*, dmn: bytes, at: datetime, by: str = "") -> int:
    """The next version of the table named in the file; the same bytes give the version there is.

    Raises ProcessRefusedError.
    """
    wrong, _ = problems_of(dmn)
    if wrong:
        raise ProcessRefusedError(wrong)
    table = decisions.read_dmn(dmn)
    compiled, _ = decisions.compile_table(table)
    digest = hashlib.sha256(dmn).hexdigest()
    with transaction.atomic():
        definition, _ = DecisionDefinition.objects.select_for_update().get_or_create(
            key=table.key, defaults={"name": table.name}
        )
        last = definition.versions.order_by("-number").first()
        if last is not None and last.sha256 == digest:
            return last.pk
        if definition.name != table.name:
            DecisionDefinition.objects.filter(pk=definition.pk).update(name=table.name)
        version = DecisionVersion.objects.create(
            definition=definition,
            number=last.number + 1 if last else 1,
            dmn_xml=dmn.decode("utf-8"),
            sha256=digest,
            table=compiled,
            published_at=at,
            published_by=by,
        )
    return version.pk


def latest(key: str) -> int:
    """The version in force. Raises LookupError."""
    found = DecisionVersion.objects.filter(definition__key=key).order_by("-number").values_list("pk", flat=True).first()
    if found is None:
        raise LookupError(f"Chưa có bảng quyết định «{key}» được ban hành.")
    return found


def file_of(version_id: int) -> bytes:
    """Raises LookupError."""
    found = DecisionVersion.objects.filter(pk=version_id).values_list("dmn_xml", flat=True).first()
    if found is None:
        raise LookupError(f"Không có phiên bản bảng quyết định {version_id}.")
    return found.encode()


def key_of(version_id: int) -> str:
    """Raises LookupError."""
    found = DecisionVersion.objects.filter(pk=version_id).values_list("definition__key", flat=True).first()
    if found is None:
        raise LookupError(f"Không có phiên bản bảng quyết định {version_id}.")
    return found


def versions_of(key: str) -> list[int]:
    rows = DecisionVersion.objects.filter(definition__key=key).order_by("-number")
    return list(rows.values_list("pk", flat=True))


def in_force() -> list[dict[str, Any]]:
    rows = DecisionVersion.objects.select_related("definition").order_by("definition_id", "-number")
    return [
        {
            "version_id": row.pk, "key": row.definition.key, "name": row.definition.name, "number": row.number,
            "published_at": row.published_at, "rules": len(row.table["rules"]),
        }
        for row in rows.distinct("definition_id")
    ]  # fmt: skip


@lru_cache(256)
def table_of(version_id: int) -> Compiled:
    """Raises LookupError."""
    table = DecisionVersion.objects.filter(pk=version_id).values_list("table", flat=True).first()
    if table is None:
        raise LookupError(f"Không có phiên bản bảng quyết định {version_id}.")
    return table


def decide(*, version_id: int, facts: Mapping[str, Any], at: datetime | None = None) -> Decision:
    return decisions.decide(table_of(version_id), facts, at=at)


def embed(plan: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Put the tables in force into the steps that name them: a case keeps the table of its version for life."""
    missing = []
    for node_id, node in plan["nodes"].items():
        for word in ("decision", "hours_by"):
            if word not in node:
                continue
            try:
                node[f"{word}_table"] = table_of(latest(node[word]))
            except LookupError as error:
                missing.append((node["name"] or node_id, str(error), "Ban hành bảng trước, hoặc chọn bảng khác."))
    return missing

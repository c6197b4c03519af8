"""Publishing forms and lists."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.forms import exchange, options
from tinhso.foundation.forms.compile import FormRefusedError, compile_form
from tinhso.foundation.forms.models import CodeList, FormDefinition, FormVersion


def publish(*, key: str, schema: Mapping[str, Any], at: datetime | None = None) -> FormVersion:
    """The next version; the last one itself where the schema is the same. Raises FormRefusedError."""
    form = compile_form(schema, list_names=options.names())
    text = json.dumps(schema, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    mark = hashlib.sha256(text.encode()).hexdigest()
    definition, _ = FormDefinition.objects.get_or_create(key=key, defaults={"name": form.name})
    definition = FormDefinition.objects.select_for_update().get(pk=definition.pk)
    last = definition.versions.order_by("-number").first()
    if last is not None and last.sha256 == mark:
        return last
    if definition.name != form.name:
        definition.name = form.name
        definition.save(update_fields=["name"])
    return FormVersion.objects.create(
        definition=definition,
        number=last.number + 1 if last else 1,
        schema=dict(schema),
        data_schema=exchange.data_schema(form),
        sha256=mark,
        published_at=at or timezone.now(),
    )


def set_list(*, name: str, rows: Sequence[tuple[str, str]]) -> bool:
    """Write a list of answers; whether it changed anything. Raises FormRefusedError."""
    pairs = [[str(value).strip(), str(label).strip()] for value, label in rows]
    if not pairs or any(not value or not label for value, label in pairs):
        raise FormRefusedError([(name, "Danh sách trống hoặc có mục thiếu giá trị hay nhãn")])
    if len({value for value, _ in pairs}) != len(pairs):
        raise FormRefusedError([(name, "Danh sách có hai mục cùng một giá trị")])
    kept = CodeList.objects.filter(name=name).first()
    if kept is not None and kept.rows == pairs:
        return False
    CodeList.objects.update_or_create(name=name, defaults={"rows": pairs})
    transaction.on_commit(options.forget)
    options.forget()
    return True


def load_folder(folder: Path, *, at: datetime | None = None) -> dict[str, int]:
    """`lists/*.csv` (value,label), then every `*.json` as a form: file name → version id. Raises FormRefusedError.

    All problems of all files together, each with its file; nothing is kept unless everything is right (the caller's
    transaction rolls back).
    """
    problems: list[tuple[str, str]] = []
    made: dict[str, int] = {}
    for path in sorted((folder / "lists").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [(row.get("value") or "", row.get("label") or "") for row in csv.DictReader(lines)]
        try:
            set_list(name=path.stem, rows=rows)
        except FormRefusedError as error:
            problems.extend((f"lists/{path.name}", sentence) for _, sentence in error.problems)
    for path in sorted(folder.glob("*.json")):
        try:
            made[path.stem] = publish(key=path.stem, schema=json.loads(path.read_text("utf-8")), at=at).pk
        except json.JSONDecodeError as error:
            problems.append((path.name, f"dòng {error.lineno}: không phải JSON đúng dạng ({error.msg})"))
        except FormRefusedError as error:
            problems.extend((f"{path.name}: {component}", sentence) for component, sentence in error.problems)
    if problems:
        raise FormRefusedError(problems)
    return made

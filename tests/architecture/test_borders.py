"""Borders that imports do not show: foreign keys and templates that cross from one system into another."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ENGINES = [
    "audit", "outbox", "organizations", "accounts", "calendars", "files", "signing", "notifications", "forms",
    "workflow",
]  # fmt: skip
ROOMS = sorted(Path(settings.BASE_DIR / "tinhso").glob("*/*/templates"))
TAKEN = re.compile(r"""{%-?\s*(?:include|extends|import|from)\s+["']([^"']+)["']""")


def room_of(model: type[models.Model]) -> tuple[str, str]:
    """(layer, room): («systems», «portal»), («foundation», «audit»), or («others», app) for third parties."""
    parts = model.__module__.split(".")
    return (parts[1], parts[2]) if parts[0] == "tinhso" and len(parts) > 2 else ("others", parts[0])


def foreign_keys() -> list[tuple[type[models.Model], str, type[models.Model]]]:
    return [
        (model, field.name, field.related_model)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField)
    ]


def test_no_foreign_key_goes_from_one_system_into_another() -> None:
    crossing = [
        f"{model.__module__}.{model.__name__}.{name} → {target.__module__}"
        for model, name, target in foreign_keys()
        if room_of(model)[0] == room_of(target)[0] == "systems" and room_of(model) != room_of(target)
    ]
    assert crossing == []


def test_no_foreign_key_of_the_foundation_goes_up() -> None:
    rank = {name: position for position, name in enumerate(ENGINES)}
    crossing = []
    for model, name, target in foreign_keys():
        (layer, room), (target_layer, target_room) = room_of(model), room_of(target)
        if layer != "foundation" or target_layer == "others":
            continue
        if target_layer == "systems" or rank[target_room] > rank[room]:
            crossing.append(f"{room}.{model.__name__}.{name} → {target_layer}.{target_room}")
    assert crossing == []


@pytest.mark.parametrize("folder", ROOMS, ids=lambda folder: folder.parent.name)
def test_a_room_uses_its_own_templates_and_those_of_design(folder: Path) -> None:
    own = folder.parent.name
    strange = []
    for path in folder.rglob("*.html"):
        for name in TAKEN.findall(path.read_text("utf-8")):
            if name.startswith(f"{own}/") or (settings.BASE_DIR / "tinhso/design/templates" / name).exists():
                continue
            if not (folder / name).exists():
                strange.append(f"{path.relative_to(folder)} takes {name}")
    assert strange == []


def test_no_page_carries_script_or_style_inside() -> None:
    """The content policy would block them; better to find out here."""
    wrong = []
    for path in Path(settings.BASE_DIR / "tinhso").rglob("templates/**/*.html"):
        text = path.read_text("utf-8")
        if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text) or re.search(r"\sstyle=", text):
            wrong.append(str(path.relative_to(settings.BASE_DIR)))
    assert wrong == []

"""The words of messages: templates of the pack (`messages/<key>.txt`), written by people who are no programmers.

First line: the title. Then the text that may leave the house. After a line `---`: details read only after signing in.
"""

import functools
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tinhso.design import jinja as design

log = logging.getLogger(__name__)

PERSON_NUMBER = re.compile(r"(?<![\d.\-])\d{12}(?![\d\-])")
FALLBACK = "Hồ sơ {{ code }} có thay đổi\n\nXem chi tiết trên Cổng dịch vụ công, mục «Hồ sơ của tôi»."


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str
    details: str


@functools.cache
def _environment(folder: Path) -> jinja2.Environment:
    found = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text; pages escape it when they show it
    )
    names = ("day", "short_day", "clock", "moment", "number", "money", "lower_first")
    found.filters.update({name: getattr(design, name) for name in names})
    return found


def words(template: str, context: Mapping[str, Any]) -> Words:
    """Render; a template that is missing or broken gives a plain sentence, never an act that fails because of it."""
    environment = _environment(settings.PACK / "messages")
    known = {"address": settings.PUBLIC_URL, **context}
    try:
        text = environment.get_template(f"{template}.txt").render(known)
    except (jinja2.TemplateError, TypeError, ValueError):
        log.exception("message template %s", template)
        text = environment.from_string(FALLBACK).render({"code": "", **context})
    title, _, rest = text.strip().partition("\n")
    body, _, details = rest.partition("\n---\n")
    return Words(_without_numbers(title)[:300], _without_numbers(body.strip()), details.strip())


def _without_numbers(text: str) -> str:
    """A person's number never leaves the house, whatever a template or a reason typed by hand says."""
    return PERSON_NUMBER.sub("••••", text)

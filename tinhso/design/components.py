"""Components: Jinja macros in `templates/components/<name>.html`, called as `ui.<name>(…)` on every page.

A component declares its options as arguments: an unknown one raises TypeError, a wrong value raises ValueError, so a
mistake is found by the first test that renders the page.
"""

from collections.abc import Callable
from typing import Any

import jinja2

MACROS_BESIDE = {
    "link_button": "button",
    "input": "field",
    "text_area": "field",
    "select": "field",
    "choices": "field",
    "pick_list": "field",
    "toast": "alert",
    "source": "field",
    "column": "table",
    "dossier_row": "dossier",
    "brand": "frame",
    "header": "frame",
    "footer": "frame",
    "tabs": "frame",
    "rail": "frame",
    "languages": "frame",
}


class Components:
    """`ui.due("soon", "16:30 hôm nay")` calls the macro `due` of `components/due.html`."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            template = self._environment.get_template(f"components/{MACROS_BESIDE.get(name, name)}.html")
        except jinja2.TemplateNotFound as missing:
            raise LookupError(f"no component {name!r}") from missing
        macro: Callable[..., Any] = getattr(template.module, name)
        return macro


def one_of(value: object, *allowed: object) -> str:
    """Empty text when the value is allowed; raises ValueError otherwise. Components begin with it."""
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of {', '.join(map(repr, allowed))}")
    return ""

"""Every address of the platform, from the same map that Django answers by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tinhso.foundation.accounts.access import declared_access, path_view_of
from tinhso.foundation.accounts.public import Access

API_ROOT = "api/v1/"  # django-ninja's own empty page: it declares nothing, so it is closed to everybody


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method; methods of a page are all in one view, so GET and POST stand for them."""

    path: str  # as written in the map: `dossiers/<str:code>`
    method: str
    access: Access | None
    is_api: bool

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.path))

    def address(self, values: dict[str, Any]) -> str:
        """The address with the arguments filled in."""
        path = self.path
        if path.startswith("^"):
            path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", path).strip("^$")
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), path)

    def __str__(self) -> str:
        return f"{self.method} /{self.path}"


def routes() -> list[Route]:
    found = {(route.path, route.method): route for route in _walk(get_resolver().url_patterns, "")}
    return [found[key] for key in sorted(found)]


def _walk(patterns: list[Any], before: str) -> Iterator[Route]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield from _routes_of(path, pattern.callback)


def _routes_of(path: str, view: Any) -> Iterator[Route]:
    api = path_view_of(view)
    if api is None:
        for method in ("GET", "POST"):
            yield Route(path, method, declared_access(view, method), is_api=path.startswith("api/"))
        return
    for operation in api.operations:
        for method in operation.methods:
            yield Route(path, method, declared_access(view, method), is_api=True)

"""Icons by name (`icons.svg`, a symbol a line): sent inside the page so that nothing waits for a second request."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

_DRAWINGS = dict(
    re.findall(r'<symbol id="([a-z]+)">(.+)</symbol>', Path(__file__).with_name("icons.svg").read_text("utf-8"))
)

NAMES = tuple(sorted(_DRAWINGS))


@cache
def icon(name: str) -> Markup:
    """The drawing as inline SVG, hidden from screen readers: the words beside it carry the meaning.

    Raises LookupError for a name that is not drawn.
    """
    if name not in _DRAWINGS:
        raise LookupError(f"no icon {name!r}; there are: {', '.join(NAMES)}")
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{_DRAWINGS[name]}</svg>')  # noqa: S704  # our own drawings


@cache
def mark() -> Markup:
    """The mark of the product: an open door."""
    return Markup(
        '<svg viewBox="0 0 48 48" aria-hidden="true"><rect width="48" height="48" rx="12" fill="#3540a5"/>'
        '<path d="M12 38V22a12 12 0 0 1 24 0v16z" fill="#fff"/><path d="M24 38a6 6 0 0 1 12 0z" fill="#f2b632"/>'
        '<path d="M12 22A12 12 0 0 1 24 10l1.5 .2V33L12 41z" fill="#b4bcf5"/></svg>'
    )

"""Running axe in a page."""

from typing import Any

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any, axe: str) -> list[str]:
    """What axe objects to, with first places; the page is shown whole, so that nothing is covered."""
    size = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(max(height, 300), 12_000)})
    page.evaluate(axe)
    found = page.evaluate(
        """rules => axe.run({runOnly: rules}).then(result => result.violations.map(
            v => `${v.id}: ${v.help} (${v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(" | ")})`))""",
        RULES,
    )
    page.set_viewport_size(size)
    return list(found)

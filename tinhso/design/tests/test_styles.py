"""Limits of the style sheets and of what a template may contain under the strict content policy."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CSS = ROOT / "tinhso" / "design" / "static" / "css"
SHEETS = (CSS / "tokens.css").read_text("utf-8") + (CSS / "components.css").read_text("utf-8")
TEMPLATES = sorted(ROOT.glob("tinhso/**/templates/**/*.html"))
MOST_BYTES = 30_000


def test_both_sheets_together_stay_under_the_limit():
    assert len(SHEETS.encode()) <= MOST_BYTES


def test_every_variable_used_is_defined():
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", SHEETS))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", SHEETS))
    assert used - defined == set()


def test_components_hold_no_colours_of_their_own():
    components = (CSS / "components.css").read_text("utf-8")
    allowed = {"#fff", "#c9cdf3", "#353c8c", "#c3c8f0", "#d9dbf2"}  # on the night blue, same in both themes
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"#hits", "", components))) - allowed == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "tinhso")))
def test_a_template_obeys_the_content_policy(path):
    text = path.read_text("utf-8")
    assert not re.search(r"<[^>]*\sstyle=", text), "inline style"
    assert not re.search(r"<[^>]*\son[a-z]+=\"", text), "inline handler"
    assert not re.search(r"<style", text), "inline sheet"
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script, "inline script"
    assert "|safe" not in text, "unescaped value"

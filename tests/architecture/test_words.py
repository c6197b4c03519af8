"""Citizens read Vietnamese or English, never a mixture that we wrote."""

import re

import jinja2
import pytest
from jinja2 import nodes

from tinhso.design import words
from tinhso.systems.one_stop.services import standing, tracking
from tinhso.systems.one_stop.states import State
from tinhso.systems.portal import desk_words

VIETNAMESE = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
OWN_NAMES = {"Tiếng Việt", "Tỉnh Số"}
TEMPLATES = [path for path in words.files() if path.suffix == ".html"]
PARSER = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])  # noqa: S701  # reads, draws nothing


def test_everything_citizens_read_is_said_in_english():
    assert words.missing() == [], "run `manage.py words` and fill in the catalogue"


def test_the_catalogue_has_no_word_that_nobody_says():
    said = {m.id if isinstance(m.id, str) else m.id[0] for m in words.known() if m.id}
    wanted = {m.id if isinstance(m.id, str) else m.id[0] for m in words.gathered() if m.id}
    assert said - wanted == set(), "run `manage.py words`"


def test_the_compiled_catalogue_is_that_of_the_words():
    assert words.MO.read_bytes() == words.compiled(words.known()), "run `manage.py words`"


def test_both_languages_have_the_same_places_to_fill():
    for message in words.known():
        if not message.id:
            continue
        vietnamese = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[0]))
        for english in [message.string] if isinstance(message.string, str) else message.string:
            assert set(PLACEHOLDER.findall(english)) == vietnamese, english


def test_no_english_is_still_vietnamese():
    allowed = ("«khai sinh»", "«sổ đỏ»", "«mở quán ăn»")
    for message in words.known():
        for english in [message.string] if isinstance(message.string, str) else message.string:
            text = english
            for quoted in allowed:
                text = text.replace(quoted, "")
            assert not message.id or not VIETNAMESE.search(text), english


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(words.ROOT / "tinhso")))
def test_a_template_says_nothing_outside_the_catalogue(path):
    """Vietnamese between tags, not handed to gettext, would stay Vietnamese; `{% trans %}` is parsed to calls."""
    tree = PARSER.parse(path.read_text("utf-8"))
    loose = " ".join(data.data for data in tree.find_all(nodes.TemplateData))
    for name in OWN_NAMES:
        loose = loose.replace(name, "")
    assert not VIETNAMESE.search(loose), VIETNAMESE.search(loose)


def test_every_word_of_the_desk_is_named_for_the_catalogue():
    named = {*desk_words.STATES, *desk_words.STEPS}
    assert {str(state.label) for state in State} <= named
    assert {*tracking.SHOWN.values(), *(name for name, _ in tracking.AHEAD)} <= named
    assert {str(label) for label in standing.ROLE_LABELS.values()} <= set(desk_words.ROLES)

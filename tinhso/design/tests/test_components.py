"""Components declare their options and refuse others; the gallery shows them all."""

from pathlib import Path

import pytest
from django.template import engines

from tinhso.design.icons import NAMES, icon

COMPONENTS = Path(__file__).parent.parent / "templates" / "components"
GALLERY = (COMPONENTS.parent / "design" / "gallery.html").read_text("utf-8")
SHOWN_BY_THE_FRAME = {"frame", "keys_help", "dock"}


def draw(source: str) -> str:
    return engines["jinja2"].from_string(source).render()


@pytest.mark.parametrize("state", ["early", "ontime", "soon", "over", "paused"])
def test_a_due_badge_always_has_a_word_and_a_drawing(state):
    drawn = draw(f"{{{{ ui.due('{state}', 'Còn 3 ngày') }}}}")
    assert f'class="due due-{state}"' in drawn
    assert "<svg" in drawn
    assert "Còn 3 ngày" in drawn


@pytest.mark.parametrize(
    "call",
    [
        "ui.due('late', 'x')",
        "ui.tag('x', 'red')",
        "ui.button('x', 'primary')",
        "ui.alert('x', 'danger')",
        "ui.input('a', 'b', type='datetime')",
        "ui.timeline([{'name': 'x', 'note': '', 'state': 'finished'}])",
    ],
)
def test_a_wrong_value_of_an_option_raises(call):
    with pytest.raises(ValueError, match="is not one of"):
        draw(f"{{{{ {call} }}}}")


def test_an_option_that_was_not_declared_raises():
    with pytest.raises(TypeError, match="colour"):
        draw("{{ ui.button('x', colour='red') }}")


def test_an_unknown_component_raises():
    with pytest.raises(LookupError, match="no component 'carousel'"):
        draw("{{ ui.carousel() }}")


def test_an_unknown_icon_raises_and_names_those_there_are():
    with pytest.raises(LookupError, match="warning"):
        icon("skull")


def test_what_a_person_typed_is_never_markup():
    drawn = draw("""{{ ui.input('a', 'Tên', value='"><script>alert(1)</script>') }}""")
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_refused_field_points_at_its_error():
    drawn = draw("{{ ui.input('birth', 'Ngày sinh', type='date', value='31/11/2026', error='không có trong lịch') }}")
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="birth-e"' in drawn
    assert 'id="birth-e"' in drawn


def test_the_list_of_errors_links_to_the_fields():
    drawn = draw("{{ ui.errors([('birth', 'Ngày sinh sai'), ('', 'Chưa lưu được')]) }}")
    assert '<a href="#birth">Ngày sinh sai</a>' in drawn
    assert 'role="alert"' in drawn


def test_every_component_is_shown_in_the_gallery():
    names = {path.stem for path in COMPONENTS.glob("*.html")} - SHOWN_BY_THE_FRAME
    missing = [name for name in sorted(names) if f"ui.{name}(" not in GALLERY and f"ui.{name} " not in GALLERY]
    assert missing == ["field"]  # shown through its controls


def test_every_drawing_is_one_path_of_plain_svg():
    assert len(NAMES) > 40
    for name in NAMES:
        assert "<script" not in icon(name)
        assert 'aria-hidden="true"' in icon(name)

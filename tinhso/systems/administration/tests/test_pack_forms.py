"""Each form of the pack as loaded: publishable, drawn by the citizens' renderer, and closed to an empty submission."""

import pytest

from tinhso.foundation.forms import public as forms
from tinhso.foundation.forms.tests.pack import KEYS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]


@pytest.mark.parametrize("key", KEYS)
def test_a_form_is_loaded_and_every_page_of_it_is_drawn(key: str) -> None:
    view = forms.latest(key=key)
    schema = forms.schema_of(version_id=view.version_id)
    assert forms.check_schema(schema=schema) == []
    pages = forms.preview(schema=schema)
    assert [title for title, _ in pages] == list(view.pages)
    assert all("<label" in html or "<legend" in html for _, html in pages)


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_submission_is_refused_and_each_error_names_its_question(key: str) -> None:
    view = forms.latest(key=key)
    judged = forms.validate(version_id=view.version_id, data={})
    assert {"applicant_name", "applicant_id", "applicant_phone", "pledge"} <= set(judged.errors)
    assert set(judged.errors) <= set(view.field_keys)
    listed = dict(forms.error_list(version_id=view.version_id, errors=judged.errors))
    assert set(listed) == set(judged.errors)
    for error in judged.errors:
        label = forms.label_of(version_id=view.version_id, key=error).rstrip(" :?.")
        assert label.casefold() in listed[error].casefold()

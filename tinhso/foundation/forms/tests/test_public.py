"""The door: publish, read what was posted, render, summarise, prefill, carry to a new version."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict

from tinhso.foundation.forms import public as forms
from tinhso.foundation.forms import selectors
from tinhso.foundation.forms.models import FormVersion
from tinhso.foundation.forms.tests import factories as f

pytestmark = pytest.mark.django_db
TYPED = {
    "child_name": "Đặng Phượng Ỷ",
    "child_birth": "5/11/2026",
    "child_sex": "female",
    "mother_name": "Nguyễn Thị Ưởng",
    "married": "yes",
    "father_name": "Đặng Văn Sơn",
}


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    selectors.forget()


def publish(schema: dict[str, Any] | None = None) -> int:
    return forms.publish_form(key="khai-sinh", schema=schema or f.birth()).version_id


def test_the_same_schema_stays_the_same_version_and_a_change_is_the_next() -> None:
    first = forms.publish_form(key="khai-sinh", schema=f.birth())
    assert forms.publish_form(key="khai-sinh", schema=f.birth()) == first
    changed = f.birth()
    changed["components"][0]["label"] = "Người được khai sinh"
    second = forms.publish_form(key="khai-sinh", schema=changed)
    assert (first.number, second.number) == (1, 2)
    assert forms.latest(key="khai-sinh") == second
    assert forms.get_form(version_id=first.version_id).pages == ("Con", "Cha mẹ")


def test_a_published_version_cannot_be_changed_or_deleted() -> None:
    version = publish()
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.filter(pk=version).update(number=9)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.filter(pk=version).delete()


def test_a_version_that_is_not_there_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        forms.validate(version_id=0, data={})
    with pytest.raises(LookupError):
        forms.latest(key="khong-co")


def test_what_is_posted_becomes_plain_data_with_rows() -> None:
    posted = QueryDict(
        "married=yes&siblings.0._row=1&siblings.0.name=L%C3%AA+An&siblings.7.name=L%C3%AA+Binh&siblings.7.birth=1/1/2020"
        "&_shown=married,siblings,child_sex&siblings.x.name=no&siblings.1.__class__=no&other=1"
    )
    data = forms.read_posted(version_id=publish(), posted=posted, page=1)
    assert data == {"married": "yes", "siblings": [{"name": "Lê An"}, {"name": "Lê Binh", "birth": "1/1/2020"}]}


def test_an_unticked_box_that_stood_on_the_page_is_cleared_and_one_that_did_not_is_left_alone() -> None:
    version = publish()
    assert forms.read_posted(version_id=version, posted=QueryDict("_shown=child_sex"), page=0) == {"child_sex": None}
    assert forms.read_posted(version_id=version, posted=QueryDict("_shown="), page=0) == {}


def test_rows_are_added_and_removed_by_buttons() -> None:
    version, data = publish(), {"siblings": [{"name": "A"}, {"name": "B"}]}
    added = forms.press_row_button(version_id=version, posted=QueryDict("_add=siblings"), data=data)
    assert added == ({"siblings": [{"name": "A"}, {"name": "B"}, {}]}, "siblings.2.name")
    removed = forms.press_row_button(version_id=version, posted=QueryDict("_remove=siblings.0"), data=data)
    assert removed == ({"siblings": [{"name": "B"}]}, "siblings")
    for hostile in ("_add=married", "_add=__class__", "_remove=siblings.x", "_remove=x.1", "a=1"):
        assert forms.press_row_button(version_id=version, posted=QueryDict(hostile), data=data) is None


def test_a_page_shows_what_was_typed_the_error_and_nothing_hidden() -> None:
    version = publish()
    data = {**TYPED, "child_birth": "31/11/2026", "child_name": '"><script>alert(1)</script>', "married": "no"}
    errors = forms.validate(version_id=version, data=data).errors
    html = forms.render(version_id=version, data=data, errors=errors, page=0)
    assert 'value="31/11/2026" inputmode="numeric" aria-invalid="true" aria-describedby="f-child_birth-e"' in html
    assert "31/11/2026 không có trong lịch: tháng 11 có 30 ngày" in html
    assert "<script" not in html
    assert "style=" not in html
    assert "father_name" not in forms.render(version_id=version, data=data, page=1)
    assert "father_name" in forms.render(version_id=version, data={**data, "married": "yes"}, page=1)


def test_a_prefilled_answer_is_shown_with_its_source_and_is_no_control() -> None:
    version = publish()
    source = forms.Source(kind="account", label="Lấy từ tài khoản định danh của bạn", at="09:38")
    data, sources = forms.prefill(
        version_id=version, facts={"person.name": ("Nguyễn Thị Ưởng", source), "person.sex": ("female", source)}
    )
    assert (data, sources) == ({"mother_name": "Nguyễn Thị Ưởng"}, {"mother_name": source})
    html = forms.render(version_id=version, data=data, sources=sources, page=1)
    assert '<output class="input" id="f-mother_name">Nguyễn Thị Ưởng</output>' in html
    assert "Lấy từ tài khoản định danh của bạn, lúc 09:38" in html
    assert 'name="mother_name"' not in html


def test_a_fact_the_question_would_refuse_is_not_prefilled() -> None:
    source = forms.Source(kind="account", label="x", at="")
    assert forms.prefill(version_id=publish(), facts={"person.name": ("X Æ 12", source)}) == ({}, {})


def test_questions_that_came_up_are_told_from_questions_left_out() -> None:
    version = publish()
    posted = QueryDict("married=yes&_shown=mother_name,mother_birth,married,siblings")
    data = {**TYPED, "father_name": "", **forms.read_posted(version_id=version, posted=posted, page=1)}
    validation = forms.validate(version_id=version, data=data, page=1)
    assert "father_name" in forms.came_up(posted=posted, validation=validation)
    assert "mother_name" not in forms.came_up(posted=posted, validation=validation)


def test_a_summary_reads_as_a_person_would() -> None:
    summary = dict(forms.summary(version_id=publish(), data={**TYPED, "siblings": [{"name": "Đặng Văn An"}]}))
    assert summary["Con"] == [
        ("Họ, chữ đệm, tên con", "Đặng Phượng Ỷ"),
        ("Ngày sinh của con", "05/11/2026"),
        ("Giới tính", "Nữ"),
    ]
    assert summary["Mẹ"][1] == ("Ngày sinh của mẹ", "(không khai)")
    assert summary["Anh chị em"] == [("Người 1: Họ tên", "Đặng Văn An")]


def test_errors_are_listed_in_the_order_of_reading_and_name_their_question() -> None:
    version = publish()
    data = {**TYPED, "child_birth": "31/11/2026", "father_name": "", "siblings": [{}]}
    listed = forms.error_list(version_id=version, errors=forms.validate(version_id=version, data=data).errors)
    assert listed == [
        ("child_birth", "Ngày sinh của con: 31/11/2026 không có trong lịch: tháng 11 có 30 ngày"),
        ("father_name", "Chưa ghi: Họ, chữ đệm, tên cha"),
        ("siblings.0.name", "Người 1: Chưa ghi: Họ tên"),
    ]
    assert [forms.page_of(version_id=version, key=key) for key, _ in listed] == [0, 1, 1]


def test_errors_of_rows_are_listed_row_by_row_as_they_stand() -> None:
    form = f.schema(
        f.rows("papers", "Các giấy", f.text("name", "Tên giấy", must=True), f.text("issuer", "Cơ quan cấp", must=True),
               f.text("copies", "Số bản", must=True), row="Giấy"),
        f.text("after", "Câu sau", must=True),
    )  # fmt: skip
    version = publish(form)
    data = {"papers": [{}] + [{"name": "Bằng", "issuer": "Sở"}] * 8 + [{"issuer": "Sở"}] * 2}
    listed = forms.error_list(version_id=version, errors=forms.validate(version_id=version, data=data).errors)
    rows = [f"papers.{number}.copies" for number in range(1, 9)]
    assert [key for key, _ in listed] == [
        "papers.0.name", "papers.0.issuer", "papers.0.copies", *rows,
        "papers.9.name", "papers.9.copies", "papers.10.name", "papers.10.copies", "after",
    ]  # fmt: skip


def test_a_row_not_yet_given_does_not_call_its_questions_optional() -> None:
    form = f.schema(
        f.rows("papers", "Các giấy", f.text("name", "Tên giấy", must=True), f.text("note", "Ghi chú"), min_rows=1)
    )
    version = publish(form)
    drawn = str(forms.render(version_id=version, data={}))
    assert drawn.count("(không bắt buộc)") == 1
    assert drawn.index("Ghi chú") < drawn.index("(không bắt buộc)")


def test_answers_are_carried_to_a_new_version_and_the_rest_is_named() -> None:
    changed = f.birth()
    sex = changed["components"][0]["components"][2]
    sex["values"] = [{"value": "1", "label": "Nam"}, {"value": "2", "label": "Nữ"}]
    changed["components"][0]["components"].append(f.text("ethnicity", "Dân tộc", must=True))
    old, new = publish(), publish(changed)
    kept, again = forms.carry_over(old_version_id=old, new_version_id=new, data=TYPED)
    assert kept == {key: value for key, value in TYPED.items() if key != "child_sex"}
    assert again == [("child_sex", "Giới tính"), ("ethnicity", "Dân tộc")]


def test_the_data_schema_is_json_schema() -> None:
    made = forms.data_schema(version_id=publish())
    assert made["properties"]["child_sex"]["enum"] == ["female", "male"]
    assert made["properties"]["siblings"]["items"]["required"] == ["name"]
    assert "father_name" not in made["required"]


def test_a_list_answers_for_the_questions_that_name_it() -> None:
    assert forms.set_list(name="ethnicities", rows=[("01", "Kinh"), ("04", "Khmer")])
    assert not forms.set_list(name="ethnicities", rows=[("01", "Kinh"), ("04", "Khmer")])
    question = {**f.text("ethnicity", "Dân tộc", options="ethnicities"), "type": "select"}
    version = publish(f.schema(f.group("A", question)))
    assert forms.validate(version_id=version, data={"ethnicity": "04"}).errors == {}
    assert "ethnicity" in forms.validate(version_id=version, data={"ethnicity": "99"}).errors
    assert "Khmer" in forms.render(version_id=version, data={})


def test_a_folder_is_published_whole_or_its_problems_are_told_with_their_files(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "sexes.csv").write_text("value,label\n1,Nam\n2,Nữ\n")
    (tmp_path / "a.json").write_text(json.dumps(f.birth()))
    assert list(forms.load_folder(folder=tmp_path)) == ["a"]
    (tmp_path / "b.json").write_text("{\n bad")
    (tmp_path / "c.json").write_text(json.dumps(f.schema(f.group("A", {"type": "html"}))))
    with pytest.raises(forms.FormRefusedError) as refused:
        forms.load_folder(folder=tmp_path)
    assert [place.split(":")[0] for place, _ in refused.value.problems] == ["b.json", "c.json", "c.json"]


def test_a_file_picker_asks_for_a_paper_while_it_is_shown() -> None:
    shown_when_married = {"tt:show": 'married = "yes"'}
    picker = {**f.text("marriage", "Giấy chứng nhận kết hôn", must=True), "type": "filepicker"}
    picker["properties"] = shown_when_married
    married = f.choice("married", "Kết hôn", {"yes": "Có", "no": "Không"})
    version = publish(f.schema(f.group("A", married, picker)))
    asked = forms.papers_asked(version_id=version, data={"married": "yes"})
    assert asked == [forms.PaperAsked("marriage", "Giấy chứng nhận kết hôn", "", True)]
    assert forms.papers_asked(version_id=version, data={"married": "no"}) == []

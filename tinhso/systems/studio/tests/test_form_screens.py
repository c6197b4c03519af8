"""Forms and decision tables made in lists and grids; sentences that write FEEL; packages that travel."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.lib import decisions, feel
from tinhso.systems.procedures import public as procedures
from tinhso.systems.procedures.tests.factories import publish, record
from tinhso.systems.studio.models import Draft

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def make(client, kind: str, name: str = "Tờ khai thử") -> Draft:
    client.post(reverse("studio:new", args=[kind]), {"name": name})
    return Draft.objects.get(kind=kind)


def address(name: str, draft: Draft, *more: str) -> str:
    return reverse(f"studio:{name}", args=[draft.pk, *more])


def schema_of(draft: Draft) -> dict:
    draft.refresh_from_db()
    return forms.drafting.read(draft.content)


def add(client, draft: Draft, label: str, kind: str = "textfield", after: str = "") -> str:
    draft.refresh_from_db()
    after = after or forms.drafting.parts(schema_of(draft))[-1].id
    answer = client.post(address("fields", draft), {"rev": draft.rev, "step": "add", "kind": kind, "label": label,
                                                    "after": after})  # fmt: skip
    assert answer.status_code == 302, text(answer)
    return answer.url.rsplit("/", 1)[1]


def test_every_page_of_a_form_opens(admin):
    draft = make(admin, "form")
    for name in ("draft", "fields", "form_drawing", "preview", "print", "file"):
        assert admin.get(address(name, draft)).status_code == 200, name
    assert admin.get(address("print", draft)).content.startswith(b"%PDF")
    for part in forms.drafting.parts(schema_of(draft)):
        assert admin.get(address("field", draft, part.id)).status_code == 200
    assert admin.get(address("field", draft, "khong-co")).status_code == 404
    assert admin.get(address("table", draft)).status_code == 404


def test_a_question_with_sentences_becomes_feel_and_the_preview_judges_by_it(admin):
    draft = make(admin, "form")
    sort = add(admin, draft, "Loại giấy", "select")
    typed = {"rev": draft.rev + 1, "label": "Loại giấy", "key": "loai_giay", "options": "",
             "values": "moi = Cấp mới\nlai = Cấp lại", "required": "1"}  # fmt: skip
    draft.refresh_from_db()
    assert admin.post(address("field", draft, sort), {**typed, "rev": draft.rev}).status_code == 302
    why = add(admin, draft, "Lý do cấp lại")
    draft.refresh_from_db()
    typed = {"rev": draft.rev, "label": "Lý do cấp lại", "key": "ly_do", "required": "1", "show-as": "sentences",
             "show-key-0": "loai_giay", "show-operator-0": "is", "show-value-0": "lai", "show-join": "and"}  # fmt: skip
    assert admin.post(address("field", draft, why), typed).status_code == 302
    part = forms.drafting.part(schema_of(draft), why)
    assert part.own("tt:show") == 'loai_giay = "lai"'
    assert "«Loại giấy» là «Cấp lại»" in text(admin.get(address("fields", draft)))
    shown = text(admin.post(address("preview", draft), {"loai_giay": "lai", "shown": "loai_giay"}))
    assert "Lý do cấp lại" in shown


def test_a_rule_that_names_a_missing_question_or_loops_is_refused_at_the_place(admin):
    draft = make(admin, "form")
    part = add(admin, draft, "Ghi chú")
    draft.refresh_from_db()
    typed = {"rev": draft.rev, "label": "Ghi chú", "key": "ghi_chu", "show-as": "sentences", "show-key-0": "khong_co",
             "show-operator-0": "answered"}  # fmt: skip
    admin.post(address("field", draft, part), typed)
    page = admin.get(address("fields", draft))
    assert "khong_co" in text(page)
    draft.refresh_from_db()
    assert admin.post(address("act", draft, "submit"), {"rev": draft.rev, "purpose": "Thử"}).status_code == 422
    typed |= {"rev": draft.rev, "show-key-0": "ghi_chu"}
    admin.post(address("field", draft, part), typed)
    draft.refresh_from_db()
    assert forms.check_schema(schema=schema_of(draft)) != []


def test_a_half_written_sentence_is_said_and_nothing_is_lost(admin):
    draft = make(admin, "form")
    part = forms.drafting.parts(schema_of(draft))[1].id
    typed = {"rev": 1, "label": "Họ tên", "key": "ho_ten", "must-as": "sentences", "must-key-0": "ho_ten",
             "must-operator-0": "over", "must-value-0": "mười"}  # fmt: skip
    answer = admin.post(address("field", draft, part), typed)
    assert answer.status_code == 422
    assert "không phải số" in text(answer)
    draft.refresh_from_db()
    assert draft.rev == 1


def test_questions_move_go_and_come_back(admin):
    draft = make(admin, "form")
    keys = lambda: [p.component.get("key") for p in forms.drafting.parts(schema_of(draft))]  # noqa: E731
    before = keys()
    last = forms.drafting.parts(schema_of(draft))[-1].id
    admin.post(address("fields", draft), {"rev": 1, "step": f"up:{last}"})
    assert keys() == [before[0], before[2], before[1]]
    admin.post(address("fields", draft), {"rev": 2, "step": f"remove:{last}"})
    assert keys() == [before[0], before[1]]
    admin.post(address("act", draft, "undo"), {"rev": 3})
    assert keys() == [before[0], before[2], before[1]]


@pytest.mark.parametrize(
    ("conditions", "join", "feel_text"),
    [
        ([("a", "is", ("x",))], "and", 'a = "x"'),
        ([("a", "among", ("x", "y")), ("b", "chosen", ())], "and", 'a in ("x", "y") and b = true'),
        ([("a", "at_least", ("18",)), ("b", "empty", ())], "or", "a >= 18 or b = null"),
        ([("d", "under", ("05/11/2026",))], "and", 'd < date("2026-11-05")'),
        ([("d", "past", ())], "and", "d <= today()"),
        ([("a", "is_not", ("=b",))], "and", "a != b"),
        ([("c", "has", ("x",))], "and", 'list contains(c, "x")'),
    ],
)
def test_sentences_write_feel_and_are_read_back(conditions, join, feel_text):
    rows = [forms.sentences.Condition(*one) for one in conditions]
    assert forms.sentences.to_feel(rows, join) == feel_text
    feel.parse(feel_text)
    read = forms.sentences.from_feel(feel_text)
    assert read is not None
    assert read[0] == rows
    assert read[1] == join


@pytest.mark.parametrize("more", ["if a then b else c", "count(a) > 3", "a = 1 and (b = 2 or c = 3)", "not(a)"])
def test_what_sentences_cannot_say_stays_feel(more):
    assert forms.sentences.from_feel(more) is None
    assert forms.sentences.in_words(more, {}, {}) == more


@pytest.mark.parametrize("attack", ['x" or true = true or "', "a\\", '"; drop table', "=__import__"])
def test_attack_strings_in_sentences_stay_texts(attack):
    try:
        written = forms.sentences.to_feel([forms.sentences.Condition("a", "is", (attack,))])
    except forms.sentences.SentenceError:
        return
    assert feel.evaluate(feel.parse(written), {"a": "nothing"}) in (False, None)


def test_a_decision_grid_grows_is_tried_and_tells_gaps(admin):
    draft = make(admin, "decision", "Phí bản sao")
    for name in ("draft", "grid", "decision_drawing", "file"):
        assert admin.get(address(name, draft)).status_code == 200, name
    base = {"rev": 1, "inputs": "1", "outputs": "1", "rules": "1", "name": "Phí bản sao", "policy": "UNIQUE",
            "in-0-expression": "so_ban", "in-0-label": "Số bản", "in-0-type": "number", "out-0-name": "muc",
            "out-0-label": "Mức thu", "out-0-type": "number", "out-0-rounding": "half_up", "out-0-unit": "1000",
            "r0-i0": "< 10", "r0-o0": "2000 * so_ban", "r0-basis": "Thông tư 281"}  # fmt: skip
    tried = text(admin.post(address("grid", draft), {**base, "step": "try", "facts": "so_ban = 3"}))
    assert "6.000" in tried
    assert "Thông tư 281" in tried
    assert admin.post(address("grid", draft), {**base, "step": "add-rule:0"}).status_code == 302
    two = {**base, "rev": 2, "rules": "2", "r1-i0": ">= 9", "r1-o0": "15000", "step": "save"}
    admin.post(address("grid", draft), two)
    page = text(admin.get(address("grid", draft)))
    assert "Dòng 1, 2 cùng đúng khi" in page
    admin.post(address("grid", draft), {**two, "rev": 3, "r1-i0": ">= 10"})
    draft.refresh_from_db()
    assert workflow.decision_problems(draft.content.encode()) == ([], [])
    assert decisions.read_dmn(draft.content.encode()).outputs[0].rounding == "half_up"


def test_a_form_published_by_a_second_person_is_followed_by_its_procedures(admin, second):
    publish(record("1.001193"), on=timezone.localdate())
    draft = make(admin, "form")
    admin.post(address("act", draft, "submit"), {"rev": 1, "purpose": "Biểu mẫu mới"})
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert second.post(address("act", draft, "publish"), {"on": today}).status_code == 302
    assert forms.latest(key=draft.key).name == "Tờ khai thử"


def test_a_procedure_travels_as_one_file(admin, second, process):
    day = timezone.localdate()
    publish(record("1.001193"), on=day)
    view = forms.publish_form(key="mau_don", schema=forms.drafting.blank("mau_don", "Mẫu đơn"), at=timezone.now())
    binding = {
        "code": "1.001193", "process_key": "p", "process_version_id": process, "form_key": "mau_don",
        "form_version_id": view.version_id, "limit_value": 3, "limit_unit": "working_days", "cutoff": None,
        "handling": "commune", "result_name": "Giấy khai sinh", "result_code": "KQ", "channels": ["online"],
        "legal_basis": "Luật", "children": [],
    }  # fmt: skip
    procedures.set_bindings([binding], on=day, first_day=day)
    file = admin.get(reverse("studio:package", args=["1.001193"]))
    package = json.loads(file.content)
    assert [one["key"] for one in package["processes"]] == ["p"]
    answer = admin.post(reverse("studio:packages"), {"file": SimpleUploadedFile("g.json", file.content)})
    assert answer.status_code == 302
    drafts = {draft.kind: draft for draft in Draft.objects.all()}
    assert (drafts["process"].key, drafts["form"].key) == ("thu", "mau_don_2")
    assert workflow.read_table(drafts["process"].content.encode()).row("b").role == "leader"


def test_a_process_that_travels_finds_what_it_calls_and_asks_under_its_keys_here(admin, unit):
    def table(key: str) -> bytes:
        return decisions.write_dmn(decisions.DecisionTable(
            key, key, (decisions.Input("area", "Diện tích", "number"),), (decisions.Output("amount", "Mức"),),
            (decisions.Rule(("-",), ("8",)),),
        ))  # fmt: skip

    row, way, day = workflow.Row, workflow.Way, timezone.localdate()
    for key in ("gio", "muc"):
        workflow.publish_decision(dmn=table(key), at=timezone.now())
    part = workflow.StepTable("phan", "Phần việc", (
        row("s", "start", ways=(way("a"),)), row("a", "user", "Thẩm định", role="specialist", hours_by="gio",
                                                 ways=(way("e"),)), row("e", "end"),
    ))  # fmt: skip
    whole = workflow.StepTable("chung", "Liên thông", (
        row("s", "start", ways=(way("c"),)), row("c", "call", "Phần việc", process="phan", ways=(way("e"),)),
        row("e", "end"),
    ))  # fmt: skip
    made = [workflow.publish_process(key=one.key, name=one.name, bpmn=workflow.write_table(one), at=timezone.now())
            for one in (part, whole)]  # fmt: skip
    publish(record("1.001193"), on=day)
    fee = {"code": "1.001193", "key": "main", "kind": "phi", "name": "Phí", "amount": 8000, "per": "dossier",
           "channel": "", "condition": "", "note": "", "legal_basis": "NQ"}  # fmt: skip
    procedures.set_fees([fee], on=day, first_day=day)
    procedures.change_fee(code="1.001193", key="main", amount=None, legal_basis="NQ", on=day,
                          decision_version_id=workflow.latest_decision(key="muc"))  # fmt: skip
    binding = {
        "code": "1.001193", "process_key": "chung", "process_version_id": made[1], "form_key": "",
        "form_version_id": None, "limit_value": 3, "limit_unit": "working_days", "cutoff": None, "handling": "commune",
        "result_name": "Giấy", "result_code": "KQ", "channels": ["online"], "legal_basis": "Luật", "children": [],
    }  # fmt: skip
    procedures.set_bindings([binding], on=day, first_day=day)
    file = admin.get(reverse("studio:package", args=["1.001193"]))
    assert [one["key"] for one in json.loads(file.content)["decisions"]] == ["gio", "muc"]
    assert (
        admin.post(reverse("studio:packages"), {"file": SimpleUploadedFile("g.json", file.content)}).status_code == 302
    )
    drafts = {draft.key: draft for draft in Draft.objects.all()}
    assert set(drafts) == {"gio_2", "muc_2", "phan_viec", "lien_thong"}
    brought = {key: workflow.read_table(drafts[key].content.encode()) for key in ("phan_viec", "lien_thong")}
    assert brought["lien_thong"].row("c").process == "phan_viec"
    assert brought["phan_viec"].row("a").hours_by == "gio_2"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "x"}', b"\xff", b'{"format": "tinhso-procedure/1"}',
                                     b'{"format": "tinhso-procedure/1", "processes": [{}]}'])  # fmt: skip
def test_a_file_that_is_no_package_brings_in_nothing(admin, content):
    answer = admin.post(reverse("studio:packages"), {"file": SimpleUploadedFile("g.json", content)})
    assert answer.status_code == 422
    assert Draft.objects.count() == 0

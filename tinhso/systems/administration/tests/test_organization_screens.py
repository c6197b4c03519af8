"""The organisation's screens: posts, people, delegations, codes, mergers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tinhso.foundation.accounts.tests.factories import make_account, make_officer
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.tests.factories import (
    make_assignment,
    make_code,
    make_person,
    make_post,
    make_unit,
)

pytestmark = pytest.mark.django_db
PAGES = ("organization", "merger")


def day(after: int = 0) -> str:
    return f"{timezone.localdate() + timedelta(days=after):%d/%m/%Y}"


@pytest.fixture
def province():
    return make_unit("Tỉnh Mẫu", kind="province", key="tinh-mau")


@pytest.fixture
def admin(client, province):
    client.force_login(make_officer("administrator", make_unit("Sở Mẫu", province, kind="department")))
    return client


@pytest.fixture
def commune(province):
    return make_unit("Xã Mẫu", province, key="xa-mau")


def act(unit, slug: str, of: int | None = None) -> str:
    address = reverse("administration:organization_act", args=[unit.id, slug])
    return f"{address}?of={of}" if of else address


@pytest.mark.parametrize("name", PAGES)
def test_only_administrators_enter(client, admin, name):
    assert admin.get(reverse(f"administration:{name}")).status_code == 200
    client.force_login(make_officer("leader"))
    assert client.get(reverse(f"administration:{name}")).status_code == 403
    client.force_login(make_account())
    assert client.get(reverse(f"administration:{name}")).status_code == 403
    client.logout()
    assert client.get(reverse(f"administration:{name}")).status_code == 302


def test_units_are_found_without_marks_and_by_kind(admin, commune):
    address = reverse("administration:organization")
    assert "Xã Mẫu" in admin.get(address, {"q": "xa mau"}).content.decode()
    assert "Xã Mẫu" not in admin.get(address, {"kind": "department"}).content.decode()
    assert "Không có đơn vị nào như vậy" in admin.get(address, {"q": "zzz\x00"}).content.decode()


def test_a_unit_shows_posts_people_codes_and_empty_seats(admin, commune):
    make_code(commune, "H53.118")
    make_assignment(make_person("Nguyễn Văn Mẫu"), make_post(commune, "leader", title="Chủ tịch"))
    make_post(commune, "clerk", title="Văn thư")
    page = admin.get(reverse("administration:unit", args=[commune.id])).content.decode()
    for words in ("Nguyễn Văn Mẫu", "Chủ tịch", "H53.118", "đang trống", "Bổ nhiệm"):
        assert words in page
    assert admin.get(reverse("administration:unit", args=[commune.id + 999])).status_code == 404


@pytest.mark.parametrize("slug", ["name", "code", "part", "post"])
def test_acts_of_a_unit_open(admin, commune, slug):
    assert admin.get(act(commune, slug)).status_code == 200


def test_unknown_acts_and_posts_of_other_units_are_not_found(admin, commune, province):
    post = make_post(province, "leader")
    assert admin.get(act(commune, "khong-co")).status_code == 404
    assert admin.get(act(commune, "appointment")).status_code == 404
    assert admin.get(act(commune, "appointment", post.id)).status_code == 404
    assert admin.get(act(commune, "revocation", 1)).status_code == 404


def test_a_unit_is_renamed_gets_a_code_a_part_and_a_post(admin, commune):
    admin.post(act(commune, "name"), {"name": "Phường Mẫu", "on": day()})
    admin.post(act(commune, "code"), {"code": "h53.118", "on": day()})
    admin.post(act(commune, "part"), {"name": "Phòng Văn hoá", "kind": "division", "on": day()})
    admin.post(act(commune, "post"), {"title": "Chuyên viên hộ tịch", "role": "specialist", "on": day()})
    unit = organizations.get_unit(unit_id=commune.id)
    assert (unit.name, unit.code) == ("Phường Mẫu", "H53.118")
    assert [row.name for row in organizations.units(under=commune.id)] == ["Phường Mẫu", "Phòng Văn hoá"]
    assert [row.title for row in organizations.posts(unit_id=commune.id)] == ["Chuyên viên hộ tịch"]


def test_somebody_known_is_appointed_and_relieved(admin, commune):
    post, person = make_post(commune, "leader", title="Chủ tịch"), make_person("Trần Thị Hoà")
    response = admin.post(
        act(commune, "appointment", post.id), {"person": "tran thi hoa", "on": day(), "decision": "1"}
    )
    assert response.status_code == 302
    assert organizations.holders(unit_id=commune.id, role="leader") == [organizations.person(person_id=person.id)]
    admin.post(act(commune, "relief", post.id), {"on": day(), "decision": ""})
    assert organizations.holders(unit_id=commune.id, role="leader") == []


def test_two_of_one_name_are_told_apart_by_their_posts(admin, commune):
    post = make_post(commune, "leader")
    first, second = make_person("Trần Thị Hoà"), make_person("Trần Thị Hoà")
    make_assignment(second, make_post(commune, "clerk", title="Văn thư"))
    typed = {"person": "Trần Thị Hòa", "on": day()}
    response = admin.post(act(commune, "appointment", post.id), typed)
    assert response.status_code == 422
    assert "Văn thư, Xã Mẫu" in response.content.decode()
    admin.post(act(commune, "appointment", post.id), {**typed, "person_id": str(first.id)})
    assert organizations.holder_on(post_id=post.id, on=timezone.localdate()).person.id == first.id


def test_somebody_new_is_appointed(admin, commune):
    post = make_post(commune, "specialist")
    typed = {"name": "NGUYỄN VĂN MẪU", "identity_number": "072 090 012 345", "on": day(), "decision": ""}
    admin.post(act(commune, "newcomer", post.id), typed)
    holder = organizations.holder_on(post_id=post.id, on=timezone.localdate())
    assert (holder.person.name, holder.person.identity_number) == ("Nguyễn Văn Mẫu", "072090012345")


def test_a_post_is_delegated_during_leave_and_taken_back(admin, commune):
    post, holder, other = make_post(commune, "leader"), make_person("Lê Văn Nghỉ"), make_person("Lê Văn Thay")
    make_assignment(holder, post)
    typed = {"person": "le van thay", "first": day(), "last": day(3), "reason": "Nghỉ phép"}
    assert admin.post(act(commune, "delegation", post.id), typed).status_code == 302
    page = admin.get(reverse("administration:unit", args=[commune.id])).content.decode()
    assert "uỷ quyền cho Lê Văn Thay" in page
    (row,) = organizations.delegations(unit_id=commune.id, on=timezone.localdate())
    assert (
        admin.post(act(commune, "absence", post.id), {"first": day(), "last": day(3), "reason": "Phép"}).status_code
        == 302
    )
    assert organizations.holders(unit_id=commune.id, role="leader") == [organizations.person(person_id=other.id)]
    assert admin.post(act(commune, "revocation", row.id), {"on": day()}).status_code == 302


@pytest.mark.parametrize(
    ("slug", "typed", "sentence"),
    [
        ("name", {"name": "", "on": "1"}, "Chưa ghi"),
        ("name", {"name": "x" * 201, "on": "1"}, "Dài quá"),
        ("code", {"code": "G09.20.x/…", "on": ""}, "Ghi ngày"),
        ("code", {"code": "0100109106", "on": "20/11/2030"}, "không phải mã cơ quan"),
        ("part", {"name": "Phòng", "kind": "vua", "on": "01/01/2027"}, "Chọn một mục"),
        ("post", {"title": "Vua", "role": "", "on": "01/01/2027"}, "Chọn một mục"),
    ],
)
def test_wrong_values_come_back_with_a_sentence(admin, commune, slug, typed, sentence):
    response = admin.post(act(commune, slug), typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_wrong_people_and_days_come_back_with_a_sentence(admin, commune):
    post = make_post(commune, "leader")
    for slug, typed, sentence in [
        ("appointment", {"person": "khong ai", "on": day()}, "Không có ai tên như vậy"),
        ("newcomer", {"name": "A", "identity_number": "12", "on": day()}, "12 chữ số"),
        ("absence", {"first": day(2), "last": day(), "reason": "x"}, "Ngày cuối"),
        ("absence", {"first": day(), "last": day(), "reason": "x"}, "không có người giữ"),
    ]:
        response = admin.post(act(commune, slug, post.id), typed)
        assert response.status_code == 422
        assert sentence in response.content.decode()


def test_an_administrator_of_a_commune_changes_only_the_commune(client, commune, province):
    other = make_unit("Xã Khác", province)
    client.force_login(make_officer("administrator", commune))
    typed = {"name": "Tên mới", "on": day()}
    assert client.post(act(other, "name"), typed).status_code == 403
    assert client.post(act(commune, "name"), typed).status_code == 302


def merger(*sources, **changes):
    return {
        "title": "Sáp nhập hai xã",
        "decision": "Nghị quyết 1",
        "on": day(),
        "target": "",
        "new_name": "Xã Hợp Nhất",
        "new_kind": "commune",
        "code": "",
        "sources": "\n".join(unit.name for unit in sources),
        **changes,
    }


def test_a_merger_is_planned_then_carried_out_as_planned(admin, commune, province):
    other = make_unit("Xã Khác", province)
    make_code(commune, "H53.118")
    make_code(other, "H53.119")
    person = make_person("Nguyễn Văn Mẫu")
    make_assignment(person, make_post(other, "leader", title="Chủ tịch"))
    address = reverse("administration:merger")
    page = admin.post(address, merger(commune, other))
    assert "chưa có gì thay đổi" in page.content.decode()
    assert organizations.get_unit(unit_id=other.id).is_in_force(timezone.localdate())
    plan = page.context["plan"] if page.context else None
    fingerprint = page.content.decode().split('name="fingerprint" value="')[1].split('"')[0]
    key = page.content.decode().split('name="new_key" value="')[1].split('"')[0]
    assert plan is None or plan.fingerprint == fingerprint
    done = admin.post(address, merger(commune, other, step="carry-out", fingerprint=fingerprint, new_key=key))
    assert done.status_code == 302
    merged = organizations.resolve_code(code="H53.119")
    assert merged.name == "Xã Hợp Nhất"
    assert organizations.resolve_code(code="H53.118").id == merged.id
    assert organizations.held_posts(person_id=person.id)[0].unit_id == merged.id


def test_a_plan_that_is_no_longer_true_is_not_carried_out(admin, commune, province):
    typed = merger(commune, step="carry-out", fingerprint="0" * 16, new_key="xa-hop-nhat")
    response = admin.post(reverse("administration:merger"), typed)
    assert response.status_code == 422
    assert "Rà soát lại phương án mới" in response.content.decode()
    assert organizations.get_unit(unit_id=commune.id).is_in_force(timezone.localdate())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sources": " \n "}, "Ghi ít nhất một"),
        ({"sources": "xa mau\nkhông có"}, "không có đơn vị nào đang hoạt động"),
        ({"sources": "mau"}, "có nhiều đơn vị như vậy"),
        ({"sources": "xa mau", "target": "xa mau"}, "không thể đồng thời"),
        ({"new_name": ""}, "Ghi tên đơn vị mới"),
        ({"on": "30/02/2027"}, "không phải ngày"),
        ({"target": "abc"}, "không có đơn vị nào đang hoạt động"),
        ({"title": ""}, "Ghi tên việc"),
    ],
)
def test_a_wrong_merger_comes_back_with_a_sentence(admin, commune, changes, sentence):
    response = admin.post(reverse("administration:merger"), {**merger(commune), **changes})
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_an_administrator_of_a_commune_merges_nothing(client, commune):
    client.force_login(make_officer("administrator", commune))
    assert client.post(reverse("administration:merger"), merger(commune)).status_code == 403

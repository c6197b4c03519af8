"""Places in header, tabs and rail: by rights, with the present one marked."""

from types import SimpleNamespace

import pytest

from tinhso.design import navigation
from tinhso.design.navigation import Entry


@pytest.fixture
def empty(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(navigation, "reverse", lambda name: f"/{name}" if name else "/")


def request(path, *rights, official=True):
    actor = SimpleNamespace(has=lambda right: right in rights, is_official=official)
    return SimpleNamespace(path=path, actor=actor)


@pytest.mark.usefixtures("empty")
def test_an_official_sees_only_what_a_held_right_opens():
    navigation.add(Entry("rail", 10, "Tiếp nhận", "scan", "desk", rights=("receive",)))
    navigation.add(Entry("rail", 20, "Việc của tôi", "inbox", "inbox"))
    assert [e.label for e in navigation.shown("rail", request("/inbox", "receive"))] == ["Tiếp nhận", "Việc của tôi"]
    assert [e.label for e in navigation.shown("rail", request("/inbox"))] == ["Việc của tôi"]


@pytest.mark.usefixtures("empty")
def test_a_citizen_sees_no_rail():
    navigation.add(Entry("rail", 20, "Việc của tôi", "inbox", "inbox"))
    assert navigation.shown("rail", request("/inbox", official=False)) == []


@pytest.mark.usefixtures("empty")
def test_the_longest_beginning_is_the_present_place():
    navigation.add(Entry("header", 10, "Thủ tục", "search", "", also=("/procedures",)))
    navigation.add(Entry("header", 20, "Hồ sơ", "clock", "my"))
    navigation.add(Entry("header", 30, "Tin nhắn", "bell", "my/messages"))
    shown = {e.label: e.current for e in navigation.shown("header", request("/my/messages"))}
    assert shown == {"Thủ tục": False, "Hồ sơ": False, "Tin nhắn": True}
    assert navigation.shown("header", request("/procedures/1.001193"))[0].current


@pytest.mark.usefixtures("empty")
def test_added_twice_it_stands_once():
    navigation.add(Entry("header", 10, "Cũ", "search", "my"))
    navigation.add(Entry("header", 10, "Mới", "search", "my"))
    assert [e.label for e in navigation.shown("header", request("/"))] == ["Mới"]


def test_an_unknown_place_is_refused():
    with pytest.raises(ValueError, match="is not one of"):
        navigation.add(Entry("sidebar", 1, "x", "search", "my"))


@pytest.mark.usefixtures("empty")
def test_before_the_middleware_ran_nobody_has_rights():
    navigation.add(Entry("rail", 10, "Tiếp nhận", "scan", "desk", rights=("receive",)))
    assert navigation.shown("rail", SimpleNamespace(path="/")) == []

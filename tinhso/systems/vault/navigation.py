"""The store's places among those of the person and in the officials' rail."""

from django.utils.translation import gettext_lazy

from tinhso.design.navigation import Entry, add


def add_entries() -> None:
    """Called once when the apps are ready."""
    label = gettext_lazy("Kho giấy tờ")
    add(Entry("header", 25, label, "box", "vault:home", also=("/my/vault",)))
    add(Entry("tabs", 25, label, "box", "vault:home", also=("/my/vault",)))
    add(Entry("account", 15, label, "box", "vault:home"))
    add(Entry("rail", 55, gettext_lazy("Giấy tờ được đồng ý"), "key", "vault:consented", key="k"))

"""Digitisation's place in the officials' rail."""

from django.utils.translation import gettext_lazy

from tinhso.design.navigation import Entry, add
from tinhso.systems.digitisation.permissions import WORK


def add_entries() -> None:
    """Called once when the apps are ready."""
    add(Entry("rail", 25, gettext_lazy("Số hoá"), "document", "digitisation:batches", rights=WORK, key="q"))

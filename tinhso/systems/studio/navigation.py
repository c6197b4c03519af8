"""The studio's place in the officials' rail."""

from django.utils.translation import gettext_lazy

from tinhso.design.navigation import Entry, add
from tinhso.foundation.accounts.public import Right


def add_entries() -> None:
    """Called once when the apps are ready."""
    add(
        Entry(
            "rail", 84, gettext_lazy("Xưởng quy trình"), "pen", "studio:home", rights=(Right.MANAGE_PROCESSES,), key="x"
        )
    )

"""Conditions of a form: FEEL, parsed once when the form is compiled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tinhso.lib import feel


class BadExpressionError(ValueError):
    """The sentence says what cannot be read."""


@dataclass(frozen=True, slots=True)
class Expression:
    """text as written; names it reads."""

    text: str
    tree: list[Any]
    names: frozenset[str]

    def evaluate(self, answers: Mapping[str, Any], at: datetime) -> Any:
        """TRUE, FALSE or a value; null also where the answers drive it over the engine's limits."""
        try:
            return feel.evaluate(self.tree, answers, at=at)
        except feel.FeelError:
            return None

    def is_true(self, answers: Mapping[str, Any], at: datetime) -> bool:
        return self.evaluate(answers, at) is True


def parse(text: str) -> Expression:
    """Raises BadExpressionError."""
    try:
        tree = feel.parse(text)
    except feel.FeelError as error:
        raise BadExpressionError(str(error)) from error
    return Expression(text, tree, frozenset(feel.names(tree)))

"""What must be paid: fees in force on the day, less the exemptions and reductions whose conditions hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from tinhso.foundation.workflow import public as workflow
from tinhso.lib import feel
from tinhso.lib.working_time import VIETNAM
from tinhso.systems.procedures import models, selectors
from tinhso.systems.procedures.reading import money_words
from tinhso.systems.procedures.records import FeeLine

DONG = Decimal(1)
MOST = Decimal(10**12)  # dong
MOST_COPIES = 100_000


@lru_cache(maxsize=512)
def _parsed(condition: str) -> Any:
    return feel.parse(condition)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What conditions and formulas speak of: the form's data, the channel, the day."""

    context: Mapping[str, Any]
    at: datetime

    def value(self, expression: str) -> Any:
        """Of a FEEL expression; null for one that cannot be read or reckoned."""
        try:
            return feel.evaluate(_parsed(expression), self.context, at=self.at)
        except feel.FeelError:
            return None

    def holds(self, condition: str) -> bool:
        """Whether a condition is exactly true; an empty one always is. Unknown names are null."""
        return not condition or self.value(condition) is True

    def decided(self, version_id: int, rate: Decimal) -> tuple[Decimal, str]:
        """By a decision table, with the row and the law it names; the plain amount where no row fits."""
        try:
            found = workflow.decide(version_id=version_id, facts=self.context, at=self.at)
        except (LookupError, workflow.DecisionError):
            return rate, ""
        full = next(iter(found.outputs.values()))
        if isinstance(full, Decimal) and 0 <= full <= MOST:
            return full.quantize(DONG, rounding=ROUND_HALF_UP), found.sentence
        return rate, ""

    def amount(self, fee: models.Fee) -> tuple[Decimal, str]:
        """What the fee comes to before reliefs, and how it was counted."""
        rate = fee.amount or Decimal(0)
        if fee.decision_version_id:
            return self.decided(fee.decision_version_id, rate)
        if fee.formula:
            full = self.value(fee.formula)
            if isinstance(full, Decimal | int) and not isinstance(full, bool) and 0 <= full <= MOST:
                return Decimal(full).quantize(DONG, rounding=ROUND_HALF_UP), ""
        copies = self.context.get("copies")
        times = 1
        if fee.per != models.Fee.Per.DOSSIER and isinstance(copies, int | Decimal) and 0 <= copies <= MOST_COPIES:
            times = int(copies)
        said = f"{money_words(f'{rate:,.0f} VNĐ')} × {times}" if times != 1 else ""
        return rate * times, said


def lines(*, code: str, on: date, data: Mapping[str, Any], channel: str, copies: int = 1) -> list[FeeLine]:
    """Lines to pay. Fees without a fixed amount are left out; one by the copy or page is multiplied."""
    fees, rules = selectors.fees_and_rules(code, on)
    asked = _Asked(
        {"copies": copies, **data, "data": dict(data), "channel": channel}, datetime.combine(on, time(12), VIETNAM)
    )
    return [
        _line(fee, _rules_of(fee, rules), asked)
        for fee in fees
        if fee.amount is not None and fee.channel in ("", channel) and asked.holds(fee.condition)
    ]


def _rules_of(fee: models.Fee, rules: Sequence[models.FeeRule]) -> list[models.FeeRule]:
    return [rule for rule in rules if rule.fee_key in ("", fee.key) and rule.kind in ("", fee.kind)]


def _line(fee: models.Fee, rules: Sequence[models.FeeRule], asked: _Asked) -> FeeLine:
    """The best single relief for the payer applies: the law does not add reductions up unless it says so."""
    full, counted = asked.amount(fee)
    best, relief = None, Decimal(0)
    for rule in rules:
        less = _relief(rule, full)
        if less > relief and asked.holds(rule.condition):
            best, relief = rule, less
    explanation = "; ".join(part for part in (counted, best.explanation if best else "", fee.note) if part)
    return FeeLine(
        name=fee.name,
        kind=fee.kind,
        amount=full - relief,
        explanation=explanation,
        key=fee.key,
        full_amount=full,
        legal_basis=best.legal_basis if best else fee.legal_basis,
    )


def _relief(rule: models.FeeRule, full: Decimal) -> Decimal:
    if rule.effect == models.FeeRule.Effect.EXEMPT:
        return full
    if rule.effect == models.FeeRule.Effect.PERCENT:
        return min(full, (full * rule.value / 100).quantize(DONG, rounding=ROUND_HALF_UP))
    return min(full, rule.value)

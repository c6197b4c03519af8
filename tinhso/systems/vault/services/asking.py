"""Ask once, enforced: what is held may not be asked for; an override needs a reason and is counted (159/TTg-CĐS)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.vault import matching
from tinhso.systems.vault.models import AskedAgain, Paper, Store, Use
from tinhso.systems.vault.records import Kind, UnitFigure, Wanted
from tinhso.systems.vault.selectors import papers as selectors
from tinhso.systems.vault.selectors.kinds import all_kinds
from tinhso.systems.vault.services import opening

SHORTEST_REASON = 10
PURPOSE = "Đối chiếu trước khi yêu cầu bổ sung: giấy tờ đã có thì không yêu cầu nộp lại"


@dataclass(frozen=True, slots=True)
class Clash:
    """A line that asks for what is held; held is None where a register has it."""

    line: str
    kind: Kind
    paper: Paper | None

    def sentence(self, on: date) -> str:
        """What is held and where."""
        if self.paper is None:
            return f"«{self.line}»: {self.kind.held_by} đã có thông tin này, cơ quan tự tra cứu."
        held = selectors.held(self.paper, on)
        return f"«{self.line}»: {held.place} đã có {held.sentence}, còn hiệu lực. Lấy từ kho đưa vào hồ sơ."


def clashes(
    *, owner_number: str, procedure_code: str, papers: Sequence[Wanted], lines: Sequence[str], on: date
) -> list[Clash]:
    """Lines of a request that name what the owner's store, or a register, holds in valid form."""
    kinds = all_kinds()
    by_line = {line: _kinds_of_line(kinds, procedure_code, papers, line) for line in lines}
    keys = {kind.key for found in by_line.values() for kind in found}
    stores = list(Store.objects.filter(number=owner_number)) if owner_number and keys else []
    good = [paper for paper in selectors.good_of_kinds(stores, sorted(keys), on) if paper.may_stand_for(on)]
    best: dict[str, Paper] = {}
    for paper in good:
        best.setdefault(paper.kind, paper)
    return [
        Clash(line, kind, best.get(kind.key))
        for line, found in by_line.items()
        for kind in found
        if kind.key in best or kind.held_by
    ]


def _kinds_of_line(kinds: Sequence[Kind], procedure_code: str, papers: Sequence[Wanted], line: str) -> list[Kind]:
    """A line is a paper of the procedure by name or key, or free words."""
    paper = next((one for one in papers if line in (one.name, one.key)), None)
    if paper is not None:
        found = matching.kind_of_paper(kinds, procedure_code=procedure_code, key=paper.key, name=paper.name)
        return [found] if found else []
    return matching.kinds_in(kinds, line)


def show_clashes(found: Sequence[Clash], *, actor: Actor, subject: str, at: datetime) -> list[str]:
    """The sentences for the official; that they were shown is written on the owner's page."""
    papers = {clash.paper.pk: clash.paper for clash in found if clash.paper is not None}
    reader = opening.reader_of(actor, "dossier")
    opening.note_facts(papers.values(), reader, purpose=PURPOSE, subject=subject, at=at)
    for paper in papers.values():
        opening.note_on_the_persons_page(actor, paper, purpose=PURPOSE, subject=subject)
    on = timezone.localtime(at).date()
    return [clash.sentence(on) for clash in found]


def record_override(
    *, found: Sequence[Clash], where: str, subject: str, unit_id: int, reason: str, actor: Actor, at: datetime
) -> int:
    """Somebody asks all the same: one row per kind, for good. Raises ValueError for a reason too short."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ValueError(f"Ghi rõ vì sao vẫn yêu cầu (ít nhất {SHORTEST_REASON} ký tự).")
    on = timezone.localtime(at).date()
    rows = {
        clash.kind.key: AskedAgain(
            at=at, unit_id=unit_id, actor=actor.key, actor_name=actor.name, where=where, subject=subject[:100],
            kind=clash.kind.key, paper_name=clash.kind.name[:500], held=clash.sentence(on), reason=reason.strip(),
        )
        for clash in found
    }  # fmt: skip
    AskedAgain.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return len(rows)


def figures(*, since: datetime, until: datetime) -> list[UnitFigure]:
    """Per unit: papers reused from stores, and how often what was held was asked for again; most asked first."""
    asked = dict(
        AskedAgain.objects.filter(at__gte=since, at__lt=until)
        .values_list("unit_id")
        .annotate(times=Count("id"))
        .order_by("unit_id")
    )
    reused = dict(
        Use.objects.filter(at__gte=since, at__lt=until, unit_id__isnull=False)
        .values_list("unit_id")
        .annotate(times=Count("id"))
        .order_by("unit_id")
    )
    found = [
        UnitFigure(unit, organizations.get_unit(unit_id=unit).name, reused.get(unit, 0), asked.get(unit, 0))
        for unit in {*asked, *reused}
    ]
    return sorted(found, key=lambda one: (-one.asked_again, -one.reused, one.unit_name))

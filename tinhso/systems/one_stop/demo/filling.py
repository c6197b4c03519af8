"""Filling the province with a year of dossiers."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import ANONYMOUS
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow.lived import Book, Ids
from tinhso.systems.one_stop.demo.lives import Story
from tinhso.systems.one_stop.demo.people import People, read_names
from tinhso.systems.one_stop.demo.samples import Samples
from tinhso.systems.one_stop.demo.writing import write, write_fees, write_papers, write_questions, write_ratings
from tinhso.systems.one_stop.demo.year import Arrival, arrivals, fate
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.searching import search_text_of
from tinhso.systems.one_stop.services.checking import Applicant
from tinhso.systems.one_stop.services.routing import Units, units_for
from tinhso.systems.one_stop.states import State
from tinhso.systems.procedures import public as procedures

BATCH = 2000
# The commonest procedures take most of the year; all others share the rest.
COMMON = {
    "2.000815": 200, "1.001193": 90, "2.000986": 35, "1.004222": 60, "1.004194": 55, "2.000635": 70, "1.004873": 45,
    "1.000894": 25, "1.000656": 30, "1.001612": 35, "2.000884": 60, "1.012783": 40,
}  # fmt: skip
OTHERS = 3
BUSY = 6  # a ward whose officials have accounts is a busy one, so that whoever signs in finds work
A_YEAR = 71_000  # dossiers of the province in a year
BUSINESS_FORMS = frozenset({"household_business"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A procedure as it can be filed."""

    procedure: procedures.Procedure
    binding: procedures.Binding


def days_for(count: int) -> int:
    """Over how many past days so many dossiers come in at about the true rate: a year at most, six weeks at least."""
    return max(42, min(365, round(365 * count / A_YEAR)))


def _units_of_officials() -> frozenset[int]:
    """The units, and those above them, in which people with an account hold a post."""
    people = Account.objects.filter(person__isnull=False).values_list("person_id", flat=True)
    return frozenset(
        u for person in people for post in organizations.held_posts(person_id=person) for u in post.unit_path
    )


class Year:
    """A year to be lived; the same seed gives the same one."""

    def __init__(self, *, count: int, seed: int, now: datetime, pack: Path) -> None:
        self.count, self.seed, self.now = count, seed, timezone.localtime(now)
        self.chance = Random(seed)  # noqa: S311 (a demonstration, not a secret)
        self.people = People(read_names(pack), self.chance)
        self.samples = Samples(self.people, self.chance, self.now.date())
        self.kinds, self.weights = self._kinds()
        self.departments = organizations.units(kind="department")
        self.communes = organizations.units(kind="commune")
        seats = _units_of_officials()
        self.sizes = [
            self.chance.triangular(0.5, 3.0, 1.0) * (BUSY if unit.id in seats else 1) for unit in self.communes
        ]
        self.places: dict[tuple[int, str], Units] = {}
        self.book, self.ids = Book(), Ids("one_stop_dossier")
        self.paper = _sample_paper()
        self.regulars = [self.people.person() for _ in range(max(20, count // 6))]

    def _kinds(self) -> tuple[list[Kind], list[float]]:
        day = self.now.date()
        kinds, weights = [], []
        for hit in sorted(procedures.browse(online_only=True, limit=100_000), key=lambda hit: hit.code):
            procedure = procedures.get_procedure(code=hit.code, on=day)
            kinds.append(Kind(procedure, procedures.binding_on(code=hit.code, on=day)))
            weights.append(float(COMMON.get(hit.code, OTHERS)))
        return kinds, weights

    def fill(self, say: Callable[[int], None], workers: int = 1) -> int:
        """Live and write in batches, each in a transaction of its own; how many dossiers, parts included."""
        first = self.now.date() - timedelta(days=days_for(self.count))
        root = organizations.units(kind="province")[0]
        coming = arrivals(self.count, first=first, last=self.now, unit_id=root.id, chance=self.chance)
        batches = list(enumerate(_batches(coming, BATCH)))
        if workers > 1 and len(batches) >= 2 * workers:
            written = self._side_by_side(batches, workers, say)
        else:
            written = sum(self._batch(number, batch, say) for number, batch in batches)
        with connection.cursor() as cursor:
            cursor.execute("analyze")
        return written

    def _side_by_side(self, batches: list[tuple[int, list[Arrival]]], workers: int, say: Callable[[int], None]) -> int:
        """Each process takes a stretch of the year, so that they seldom number for the same agency and day."""
        size = -(-len(batches) // workers)
        stretches = [batches[start : start + size] for start in range(0, len(batches), size)]
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            return sum(pool.map(partial(_stretch, self), stretches))

    def _batch(self, number: int, batch: list[Arrival], say: Callable[[int], None]) -> int:
        self._begin(number)
        stories = [self._story(arrival) for arrival in batch]
        with transaction.atomic():
            written = write(stories)
            write_papers(self._papers(stories))
            write_fees(self._fees(stories))
            write_ratings(self._ratings(stories))
            write_questions(self._questions(stories))
        say((number + 1) * BATCH)
        return written

    def _begin(self, number: int) -> None:
        """Each batch has its own chance, so that the year is the same however it is shared out."""
        self.chance = Random(f"{self.seed}/{number}")  # noqa: S311
        self.people = People(self.people.names, self.chance)
        self.samples.people, self.samples.chance = self.people, self.chance

    def _story(self, arrival: Arrival) -> Story:
        kind = self.chance.choices(self.kinds, self.weights)[0]
        applicant = self._applicant(kind)
        unit = self.chance.choices(self.communes, self.sizes)[0]
        dossier = self._dossier(kind, applicant, self._units(kind, unit.key), arrival)
        variables = {"channel": arrival.channel, "procedure": dossier.procedure_code}
        version_id = kind.binding.process_version_id
        story = Story(
            self.book, self.ids, dossier, version_id, fate(self.chance), self.chance, self.now, variables,
            self.departments,
        )  # fmt: skip
        story.live()
        return story

    def _ratings(self, stories: list[Story]) -> Iterator[tuple[Any, ...]]:
        for story in stories:
            dossier = story.lived[""].dossier
            if dossier.state == State.RETURNED and story.fate.rated and dossier.returned_at:
                at = min(dossier.returned_at + timedelta(hours=2), self.now)
                yield (dossier.pk, story.fate.rated, "", at)

    def _questions(self, stories: list[Story]) -> Iterator[tuple[Any, ...]]:
        for story in stories:
            dossier = story.lived[""].dossier
            yield from story.asking.rows(dossier.pk, dossier.handling_unit_id)

    def _applicant(self, kind: Kind) -> Applicant:
        if kind.binding.handling != "commune" and self.chance.random() < 0.7:
            return self.people.business()
        return self.chance.choice(self.regulars) if self.chance.random() < 0.5 else self.people.person()

    def _units(self, kind: Kind, unit_key: str) -> Units:
        parts = kind.binding.id if kind.binding.children else 0
        key = (parts, unit_key if kind.binding.handling == "commune" else kind.binding.handling)
        if key not in self.places:
            self.places[key] = units_for(
                binding=kind.binding, unit_key=unit_key, channel="online", actor=ANONYMOUS, at=self.now
            )
        return self.places[key]

    def _dossier(self, kind: Kind, applicant: Applicant, units: Units, arrival: Arrival) -> Dossier:
        return Dossier(
            id=self.ids.next(),
            code="",
            procedure_code=kind.procedure.code,
            procedure_name=kind.procedure.name,
            procedure_version_id=kind.procedure.version_id,
            binding_id=kind.binding.id,
            form_version_id=kind.binding.form_version_id,
            applicant_kind=applicant.kind,
            applicant_name=applicant.name,
            identity_number=applicant.identity_number,
            phone=applicant.phone,
            address=applicant.address,
            channel=arrival.channel,
            return_channel="electronic" if arrival.channel == "online" else "desk",
            receiving_unit_id=units.receiving,
            handling_unit_id=units.handling,
            units=units.roles,
            state=State.SUBMITTED,
            submitted_at=arrival.at,
            result_name=kind.binding.result_name,
            result_code=kind.binding.result_code,
            data=self.samples.answers(kind.binding.form_version_id, applicant),
            search_text=search_text_of(
                applicant_name=applicant.name,
                phone=applicant.phone,
                procedure_code=kind.procedure.code,
                unit_ids=(units.receiving, *units.roles.values()),
                submitted_at=arrival.at,
            ),
        )

    def _papers(self, stories: list[Story]) -> Iterator[tuple[Any, ...]]:
        paper, by_code = self.paper, {kind.procedure.code: kind.procedure for kind in self.kinds}
        for story in stories:
            dossier = story.lived[""].dossier
            wanted = [p for p in by_code[dossier.procedure_code].papers if p.required][:4]
            for key, name in [(p.key, p.name) for p in wanted] or [("other", "Giấy tờ kèm theo")]:
                yield (
                    dossier.pk, key, name, paper.sha256, "giay-to.pdf", paper.media_type, paper.size, paper.pages,
                    "copy", 0, dossier.submitted_at, False,
                )  # fmt: skip

    def _fees(self, stories: list[Story]) -> Iterator[tuple[Any, ...]]:
        for story in stories:
            lived = story.lived[""]
            for line in lived.lines:
                if line.kind == "financial_duty_requested":
                    paid = next((one.at for one in lived.lines if one.kind == "paid" and one.at >= line.at), None)
                    yield (
                        lived.dossier.pk, "Nghĩa vụ tài chính", "khac", self.chance.randrange(5, 400) * 10_000,
                        line.note, "duty", line.at, line.at + timedelta(days=15), paid, "transfer" if paid else "",
                        "", "job:demo" if paid else "",
                    )  # fmt: skip


def _sample_paper() -> files.StoredFile:
    """One page everybody hands in: kept once, whatever the number of dossiers."""
    from io import BytesIO

    import pikepdf

    with pikepdf.new() as document, BytesIO() as out:
        document.add_blank_page(page_size=(595, 842))
        document.save(out, deterministic_id=True)
        return files.keep(content=out.getvalue(), name="giay-to-mau.pdf")


def _batches(coming: list[Arrival], size: int) -> Iterator[list[Arrival]]:
    for start in range(0, len(coming), size):
        yield coming[start : start + size]


def _stretch(year: Year, batches: list[tuple[int, list[Arrival]]]) -> int:
    """What one process writes; ids are taken anew, for those it was forked with are another's too."""
    year.book, year.ids = Book(), Ids("one_stop_dossier")
    return sum(year._batch(number, batch, lambda done: None) for number, batch in batches)

"""A year of the province in small: the same rules, nobody in limbo, no gap in the numbers."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.demo import filling
from tinhso.systems.one_stop.demo import year as year_of
from tinhso.systems.one_stop.demo.filling import Year
from tinhso.systems.one_stop.models import Consultation, Dossier
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import clock, consulting
from tinhso.systems.one_stop.states import OPEN
from tinhso.systems.one_stop.tests.factories import Office

PACK = Path(settings.BASE_DIR) / "packs" / "tay_ninh"


@pytest.fixture
def year(office: Office) -> Year:
    lived = Year(count=260, seed=5, now=timezone.now(), pack=PACK)
    lived.fill(lambda done: None)
    return lived


@pytest.mark.slow
def test_a_year_is_lived_by_the_rules(office: Office, year: Year) -> None:
    assert not limbo(at=office.at).offenders
    by_day: dict[str, list[int]] = defaultdict(list)
    for code in Dossier.objects.values_list("code", flat=True):
        agency_and_day, _, number = code.rpartition("-")
        by_day[agency_and_day].append(int(number))
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in by_day.values())
    states = set(Dossier.objects.values_list("state", flat=True))
    assert {"returned", "refused"} & states
    assert Dossier.objects.filter(parent__isnull=False).exists()
    for dossier in Dossier.objects.filter(received_at__isnull=False, parent__isnull=True).order_by("id")[:40]:
        if dossier.parts.filter(supplement_count__gt=0).exists():
            continue  # held by its parts, which the clock alone does not know
        reckoning = clock.reckon(dossier, timezone.now(), clock.events_of(dossier), clock.parts_of(dossier))
        if reckoning is not None and dossier.is_open:
            assert reckoning.due_at == dossier.due_at
        elif reckoning is not None and dossier.verdict:
            assert reckoning.verdict == dossier.verdict


@pytest.mark.slow
def test_what_is_open_goes_on_as_any_other(office: Office, year: Year) -> None:
    moved = 0
    for dossier in Dossier.objects.filter(state__in=OPEN).order_by("id")[:15]:
        items = workflow.open_items(kind="dossier", subject=services.subject_of(dossier))
        if not any(item.is_lead for item in items):
            continue
        item = services.lead_step(dossier)
        outcome = item.outcomes[0][0] if item.outcomes else ""
        office.do(services.complete_step, dossier.code, outcome=outcome)
        moved += 1
    workflow.fire_due_timers(at=timezone.now() + timedelta(days=20))
    assert moved
    assert not limbo(at=office.at).offenders


def test_the_command_says_how_many_stand_in_limbo(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    code = office.submit()
    call_command("limbo")
    assert "1 open dossiers, 0 in limbo" in capsys.readouterr().out
    Dossier.objects.filter(code=code).update(responsible_role="clerk")
    with pytest.raises(SystemExit):
        call_command("limbo")
    assert code in capsys.readouterr().out


@pytest.mark.slow
def test_agencies_asked_have_a_step_for_every_open_question(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "fate", lambda chance: replace(year_of.fate(chance), consults=True))
    Year(count=240, seed=5, now=timezone.now(), pack=PACK).fill(lambda done: None)
    assert not limbo(at=office.at).offenders
    asked_for = Dossier.objects.filter(history__kind="supplement_requested").values("id")
    assert not Dossier.objects.filter(history__kind="supplemented").exclude(id__in=asked_for).exists()
    silent = Consultation.objects.filter(answered_at__isnull=True, cancelled_at__isnull=True)
    assert silent.exists()
    assert Consultation.objects.filter(answered_at__isnull=False).exists()
    assert all(consulting.step_of(asked) is not None for asked in silent)
    ended = Consultation.objects.exclude(id__in=silent.values("id"))
    assert all(consulting.step_of(asked) is None for asked in ended)

"""Two at the same second, on real, committed transactions: one paper, one answer, one lapse told."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tests.running import pdf
from tinhso.foundation.outbox.models import StoredEvent
from tinhso.systems.one_stop.tests.factories import Office
from tinhso.systems.vault import public as vault
from tinhso.systems.vault.models import Consent, Content, Paper, Store
from tinhso.systems.vault.services import consenting, keeping, lapsing
from tinhso.systems.vault.tests.factories import keep, put

pytestmark = pytest.mark.slow


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Office]:
    call_command("pack", "load", str(settings.BASE_DIR / "packs" / "tay_ninh"), verbosity=0)
    yield Office()
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(format('%I', tablename), ', ') from pg_tables where schemaname = 'public'"
                       " and tablename <> 'django_migrations' and tablename not like 'audit_epoch'")  # fmt: skip
        cursor.execute(f"truncate {cursor.fetchone()[0]} cascade")


def together(act: Callable[[], Any], times: int = 6) -> list[Any]:
    """What each got; an error is its answer."""

    def one(_number: int) -> Any:
        try:
            with transaction.atomic():
                return act()
        except ValueError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_a_paper_brought_by_many_at_once_is_kept_once(committed: Office) -> None:
    sha256 = keep(7)
    given = vault.Deposit(
        owner_number="079190000001", owner_kind="citizen", owner_name="Trần An", source="digitisation",
        source_ref="mot-lan", zone="digitised", weight=3, name="Giấy chứng sinh", sha256=sha256, file_name="a.pdf",
    )  # fmt: skip
    keys = together(lambda: vault.deposit(paper=given, at=committed.at))
    assert len(set(keys)) == 1
    assert (Store.objects.count(), Paper.objects.count(), Content.objects.count()) == (1, 1, 1)
    assert StoredEvent.objects.filter(kind="PaperKept").count() == 1


def test_a_question_and_a_lapse_are_settled_once(committed: Office) -> None:
    with transaction.atomic():
        paper = put(committed)
        vault.lean(dossier_code="H1", procedure_name="x", unit_id=None, papers={"k": str(paper.key)}, at=committed.at)
        asked = Consent.objects.create(
            store=paper.store, system="s", grantee_name="S", purpose="Thử", days=7, asked_at=committed.at
        )
    at, owner = committed.at, committed.citizen
    answers = together(lambda: consenting.answer(asked, agrees=True, actor=owner, at=at))
    assert sum(isinstance(one, ValueError) for one in answers) == len(answers) - 1
    told = together(lambda: lapsing.mark(paper, Paper.Status.REVOKED, reason="Cấp sai", by="job:x", by_name="", at=at))
    assert sum(isinstance(one, ValueError) for one in told) == len(told) - 1
    assert StoredEvent.objects.filter(kind="PaperLapsed").count() == 1


def test_an_upload_removed_while_a_dossier_begins_to_lean_on_it_breaks_neither(committed: Office) -> None:
    at, owner = committed.at, committed.citizen
    with transaction.atomic():
        store = keeping.store_for(number=owner.identity_number, kind="citizen", name=owner.name, at=at)
        paper = keeping.upload_own(
            store, actor=owner, content=io.BytesIO(pdf(1)), file_name="a.pdf", name="Hợp đồng", at=at
        )
    picked = {"k": str(paper.key)}
    acts = cycle((
        lambda: keeping.remove_own(Paper(pk=paper.pk, store=store, zone="own"), actor=owner, at=at),
        lambda: vault.lean(dossier_code="H2", procedure_name="x", unit_id=None, papers=picked, at=at),
    ))  # fmt: skip
    assert together(lambda: next(acts)()) == [None] * 6
    assert not Paper.objects.filter(hidden_at=None).exists()  # gone, or out of sight where the dossier was first

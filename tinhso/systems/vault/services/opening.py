"""The one place where bytes and facts of papers leave a store: reading and its row are one statement.

No other module reads `Content`, and the hash comes out of the insert itself, so a reading without its row cannot
happen; `tests/test_no_reading_without_a_row.py` keeps it so. Both stand in the caller's transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.signing import public as signing
from tinhso.systems.vault.models import Content, Paper, Reading
from tinhso.systems.vault.records import Lent, Reader

_FILE = "c.sha256, c.file_name, c.media_type, c.size, c.pages"
_NOTED = f"""
with noted as (
  insert into vault_reading
    (store_id, paper_id, at, reader, reader_name, post, unit_id, unit_name, by_way_of, what, purpose, subject)
  select p.store_id, p.id, %s, %s, %s, %s, %s, %s, %s, 'file', %s, %s from vault_paper p where p.id = %s
  returning paper_id
)
select {_FILE} from vault_content c join noted on noted.paper_id = c.paper_id
"""  # noqa: S608  # constants of ours
_OWN = f"select {_FILE} from vault_content c where c.paper_id = %s"  # noqa: S608  # constants of ours


def reader_of(actor: Actor, by_way_of: str) -> Reader:
    """An official by post and agency, a system by its name, a person by theirs."""
    post = actor.posts[0] if actor.posts else None
    return Reader(
        key=actor.key,
        name=actor.name,
        by_way_of=by_way_of,
        post=post.title if post else "",
        unit_id=post.unit_id if post else actor.system_unit_id,
        unit_name=post.unit_name if post else actor.system,
    )


def open_own(paper: Paper) -> Lent:
    """For the owner: looking at one's own is no reading by others. Raises LookupError where there is no file."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [paper.pk])
        return _lent(paper, cursor.fetchone())


def open_for(paper: Paper, reader: Reader, *, purpose: str, subject: str, at: datetime) -> Lent:
    """For anybody else: the row and the hash in one statement. Raises LookupError where there is no file."""
    if not connection.in_atomic_block:
        raise RuntimeError("a reading is written in the transaction of whoever reads")
    with connection.cursor() as cursor:
        values: list[Any] = [
            at, reader.key[:60], reader.name[:200], reader.post[:200], reader.unit_id, reader.unit_name[:300],
            reader.by_way_of, purpose[:300], subject[:100], paper.pk,
        ]  # fmt: skip
        cursor.execute(_NOTED, values)
        return _lent(paper, cursor.fetchone())


def note_facts(papers: Iterable[Paper], reader: Reader, *, purpose: str, subject: str, at: datetime) -> None:
    """That number, date and issuer of papers were shown to somebody else."""
    if not connection.in_atomic_block:
        raise RuntimeError("a reading is written in the transaction of whoever reads")
    Reading.objects.bulk_create(
        Reading(
            store_id=paper.store_id,
            paper=paper,
            at=at,
            reader=reader.key[:60],
            reader_name=reader.name[:200],
            post=reader.post[:200],
            unit_id=reader.unit_id,
            unit_name=reader.unit_name[:300],
            by_way_of=reader.by_way_of,
            what="facts",
            purpose=purpose[:300],
            subject=subject[:100],
        )
        for paper in papers
    )


def note_on_the_persons_page(actor: Actor, paper: Paper, *, purpose: str, subject: str) -> None:
    """Beside the store's own rows: «who looked» of the whole platform."""
    what = f"Giấy tờ trong kho: {paper.name}"
    accounts.note_reading(actor, owner=paper.store.number, what=what[:300], purpose=purpose, subject=subject)


def _lent(paper: Paper, row: tuple[str, str, str, int, int | None] | None) -> Lent:
    if row is None:
        raise LookupError(f"«{paper.name}» chưa có bản điện tử trong kho.")
    sha256, file_name, media_type, size, pages = row
    return Lent(str(paper.key), paper.name, sha256, file_name, media_type, size, pages)


def file_to_judge(paper_id: int) -> str:
    """For the machine that judges signatures, which shows the bytes to nobody: no reading by others. "" without one."""
    return Content.objects.filter(paper_id=paper_id).values_list("sha256", flat=True).first() or ""


def is_file_of(paper: Paper, sha256: str) -> bool:
    """Whether a file the caller already has is this paper's; tells nothing it did not know."""
    return Content.objects.filter(paper=paper, sha256__in=_forms(sha256)).exists()


def _forms(sha256: str) -> set[str]:
    """A dossier may hold a paper as it was before its signature got a stamp; the store holds the newest form."""
    return {sha256, signing.stamped_form(sha256=sha256)}


def papers_of_file(sha256: str, *, owner_number: str, dossier_code: str) -> list[Paper]:
    """The papers whose file this is: of the owner's store, lent to the dossier by another, or its result."""
    with_file = Paper.objects.filter(pk__in=Content.objects.filter(sha256__in=_forms(sha256)).values("paper_id"))
    ours = with_file.filter(
        Q(store__number=owner_number) | Q(uses__dossier_code=dossier_code) | Q(source_ref=dossier_code)
    )
    return list(ours.select_related("store").distinct().order_by("pk"))

"""Putting papers into a store: results by event, digitised and certified papers, one's own uploads. Each once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import public as signing
from tinhso.systems.vault import matching
from tinhso.systems.vault.events import PaperKept
from tinhso.systems.vault.models import Content, Paper, Store
from tinhso.systems.vault.records import Deposit, IssuedResult
from tinhso.systems.vault.selectors.kinds import all_kinds
from tinhso.systems.vault.services import lapsing, opening

_STATES = {
    "valid": Paper.Signature.VALID,
    "invalid": Paper.Signature.INVALID,
    "unsigned": Paper.Signature.NONE,
    "unreadable": Paper.Signature.NONE,  # a picture or a sheet: nothing in it could be a signature
}
MOST_OWN = 500
MOST_OWN_BYTES = 1_000_000_000

ResultSource = Callable[[int], IssuedResult | None]
ResultList = Callable[[int, int], list[tuple[int, str]]]
_sources: list[ResultSource] = []
_lists: list[ResultList] = []


def register_results(source: ResultSource, listed: ResultList) -> None:
    """The system that issues results says how to read one by the id of its dossier, and which there are."""
    if source not in _sources:
        _sources.append(source)
        _lists.append(listed)


def catch_up(*, after: int, limit: int, at: datetime) -> tuple[int, int]:
    """Results from before the store was there, one batch: (how many came in, id to go on from; 0 at the end)."""
    batch = [pair for listed in _lists for pair in listed(after, limit)]
    known = set(
        Paper.objects.filter(source="one_stop", source_ref__in=[code for _pk, code in batch])
        .values_list("source_ref", flat=True)
    )  # fmt: skip
    kept = [keep_result(pk, at=at) for pk, code in batch if code not in known]
    return sum(1 for paper in kept if paper is not None), batch[-1][0] if len(batch) == limit else 0


def keep_result(dossier_id: int, *, at: datetime) -> Paper | None:
    """A result that has become its owner's goes into their store; None while it is not theirs yet."""
    result = next((found for source in _sources if (found := source(dossier_id)) is not None), None)
    if result is None or not result.owner_number:
        return None
    unit = organizations.get_unit(unit_id=result.unit_id)
    of_dossier = Q(source_ref=result.dossier_code) | Q(source_ref__startswith=f"{result.dossier_code}#")
    same = list(Paper.objects.filter(of_dossier, source="one_stop").order_by("pk"))
    if same and _is_another(same[-1], result):  # the dossier was opened again and ended with another result
        new = deposit(_result(result, unit, ref=f"{result.dossier_code}#{len(same) + 1}"), at=at)
        same[-1].refresh_from_db(fields=["status"])  # another worker may have brought the same news meanwhile
        if same[-1].status == Paper.Status.GOOD:
            lapsing.mark(
                same[-1], Paper.Status.REPLACED, reason=f"Thay bằng số {new.number}", by="system:one_stop", by_name="",
                at=at, new=new,
            )  # fmt: skip
        return new
    return deposit(_result(result, unit, ref=same[-1].source_ref if same else result.dossier_code), at=at)


def _is_another(paper: Paper, result: IssuedResult) -> bool:
    """Another number, or other bytes under the same number."""
    if paper.number != result.number[:60]:
        return True
    if not result.sha256 or not paper.has_file:
        return False
    same = {result.sha256, signing.latest_version(sha256=result.sha256)}  # signed or stamped since, it is the same
    return not any(opening.is_file_of(paper, sha256) for sha256 in same)


def _result(result: IssuedResult, unit: organizations.Unit, *, ref: str) -> Deposit:
    return Deposit(
        owner_number=result.owner_number,
        owner_kind=result.owner_kind,
        owner_name=result.owner_name,
        source="one_stop",
        source_ref=ref,
        zone=Paper.Zone.ISSUED,
        weight=Paper.Weight.RESULT,
        name=result.name,
        number=result.number,
        issuer_unit_id=unit.id,
        issuer_name=unit.name,
        issued_on=result.day,
        sha256=result.sha256,
        file_name=f"{result.dossier_code}.pdf",
        procedure_code=result.procedure_code,
        result_code=result.code,
    )


def store_for(*, number: str, kind: str, name: str, at: datetime) -> Store:
    """The store of a number, opened when it is first needed."""
    store, _made = Store.objects.get_or_create(
        number=number, defaults={"kind": kind, "name": name[:300], "opened_at": at}
    )
    return store


def deposit(given: Deposit, *, at: datetime) -> Paper:
    """Put a paper into its owner's store once; a second time adds the file where only facts were known.

    Raises LookupError for a file that is not kept.
    """
    store = store_for(number=given.owner_number, kind=given.owner_kind, name=given.owner_name, at=at)
    known = Paper.objects.filter(source=given.source, source_ref=given.source_ref).first()
    if known is None:
        known = _new(store, given, at)
    if given.sha256 and not known.has_file:
        _attach(known, given.sha256, given.file_name or f"{given.source_ref}.pdf")
    return known


def _new(store: Store, given: Deposit, at: datetime) -> Paper:
    kinds = {kind.key: kind for kind in all_kinds()}
    kind = kinds.get(given.kind) or matching.kind_of_result(kinds.values(), code=given.result_code, name=given.name)
    begins = given.valid_from or given.issued_on
    ends = given.valid_to or (_after(begins, kind.valid_months) if kind and kind.valid_months and begins else None)
    paper = Paper(
        store=store, zone=given.zone, kind=kind.key if kind else "", name=given.name[:500], number=given.number[:60],
        issuer_unit_id=given.issuer_unit_id, issuer_name=given.issuer_name[:300], issued_on=given.issued_on,
        valid_from=begins, valid_to=ends, weight=given.weight, signature=given.signature,
        signature_words=given.signature_words, source=given.source, source_ref=given.source_ref[:120],
        procedure_code=given.procedure_code, result_code=given.result_code, has_file=False, added_at=at,
        search_text=_found_by(given, kind.name if kind else ""),
    )  # fmt: skip
    try:
        with transaction.atomic():  # a savepoint: of two that bring the same paper the second finds the first's
            paper.save()
    except IntegrityError:
        return Paper.objects.get(source=given.source, source_ref=given.source_ref)
    _record("paper_kept", paper, actor=f"system:{given.source}", name="", at=at)
    outbox.publish(PaperKept(key=str(paper.key), paper_id=paper.pk, at=timezone.localtime(at)))
    return paper


def _found_by(given: Deposit, kind: str) -> str:
    day = f"{given.issued_on:%d/%m/%Y} {given.issued_on:%Y}" if given.issued_on else ""
    return matching.search_text(given.name, kind, given.number, given.issuer_name, given.source_ref, day)


def _after(day: date, months: int) -> date:
    """The last day of so many months from a day on (Bộ luật Dân sự, art. 147, 148: the same day of the month)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


def _attach(paper: Paper, sha256: str, file_name: str) -> None:
    sha256 = signing.stamped_form(sha256=sha256)  # its news may have come before the paper did
    stored = files.stored(sha256=sha256)
    content = Content(
        paper=paper, sha256=sha256, file_name=files.safe_name(name=file_name)[:255], media_type=stored.media_type,
        size=stored.size, pages=stored.pages,
    )  # fmt: skip
    Content.objects.bulk_create([content], ignore_conflicts=True)
    paper.has_file = True
    paper.save(update_fields=["has_file"])


def issued_key(*, source: str, source_ref: str) -> str:
    """Of the latest, where one replaced another."""
    same = Q(source_ref=source_ref) | Q(source_ref__startswith=f"{source_ref}#")
    found = Paper.objects.filter(same, source=source).order_by("-pk").values_list("key", flat=True).first()
    return str(found) if found else ""


def upload_own(store: Store, *, actor: Actor, content: BinaryIO, file_name: str, name: str, at: datetime) -> Paper:
    """A paper of one's own, in a zone apart: nobody has checked it; pressed twice, it is there once.

    Raises FileRefusedError.
    """
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    own = Paper.objects.filter(store=store, zone=Paper.Zone.OWN)
    used = Content.objects.filter(paper__in=own).aggregate(size=Sum("size"))["size"] or 0
    if own.count() >= MOST_OWN or used >= MOST_OWN_BYTES:
        sentence = _("Kho nhận nhiều nhất %(most)s giấy tự tải lên, tổng cộng 1 GB. Xoá bớt giấy cũ rồi tải tiếp.")
        raise files.FileRefusedError((files.Problem("too_many", sentence % {"most": MOST_OWN}),))
    kept = files.keep(content=content, name=file_name)
    files_of = Content.objects.filter(sha256=kept.sha256).values("paper_id")
    same = own.filter(name=name[:500], status=Paper.Status.GOOD, hidden_at=None, pk__in=files_of).first()
    if same is not None:
        return same
    kind = matching.kind_by_name(all_kinds(), name)
    paper = Paper.objects.create(
        store=store, zone=Paper.Zone.OWN, kind=kind.key if kind else "", name=name[:500],
        weight=Paper.Weight.UPLOADED, source="owner", source_ref=uuid4().hex, has_file=False, added_at=at,
        search_text=matching.search_text(name, kind.name if kind else "", file_name),
    )  # fmt: skip
    _attach(paper, kept.sha256, file_name)
    _record("own_uploaded", paper, actor=actor.key, name=actor.name, at=at)
    return paper


def remove_own(paper: Paper, *, actor: Actor, at: datetime) -> None:
    """Take one's own upload out of the store; dossiers that have it keep theirs. Raises PermissionError."""
    if paper.zone != Paper.Zone.OWN:
        raise PermissionError(_("Giấy do cơ quan cấp không xoá được; bạn có thể ẩn nó."))
    if not Paper.objects.select_for_update().filter(pk=paper.pk).exists():  # held: no dossier leans on it meanwhile
        return
    if paper.uses.exists() or paper.readings.exists():
        paper.hidden_at = at  # the rows that name it are the owner's proof of who read it
        paper.status, paper.status_reason, paper.status_at = Paper.Status.REPLACED, _("Chủ kho đã xoá"), at
        paper.save(update_fields=["hidden_at", "status", "status_reason", "status_at"])
    else:
        paper.delete()
    _record("own_removed", paper, actor=actor.key, name=actor.name, at=at)


def hide(paper: Paper, *, actor: Actor, hidden: bool, at: datetime) -> None:
    """The owner puts a paper out of sight of desks and pickers, or back."""
    paper.hidden_at = at if hidden else None
    paper.save(update_fields=["hidden_at"])
    _record("hidden" if hidden else "shown_again", paper, actor=actor.key, name=actor.name, at=at)


def record_signature(*, sha256: str, state: str, words: str, at: datetime) -> int:
    """The verdict on a file, to every paper that is this file; how many."""
    papers = Paper.objects.filter(pk__in=Content.objects.filter(sha256=sha256).values("paper_id"))
    return papers.update(signature=state, signature_words=words[:2000], signature_at=at)


def judge(*, paper_id: int, at: datetime) -> None:
    """Write the verdict on the signatures of a paper just kept, by the trust list in force."""
    if sha256 := opening.file_to_judge(paper_id):
        judge_file(sha256, at=at)


def judge_file(sha256: str, *, at: datetime) -> int:
    """The verdict on a file to every paper that is this file; how many. Files no paper is are not looked at."""
    if not Content.objects.filter(sha256=sha256).exists():
        return 0
    verdict = signing.verdict_of(sha256=sha256, at=at)
    state = _STATES.get(verdict.state, Paper.Signature.UNCHECKED)
    return record_signature(sha256=sha256, state=state, words=verdict.sentence, at=at)


def follow(former: str, sha256: str, *, at: datetime) -> int:
    """A signature was strengthened: papers that were the former file are the newest form; how many.

    Twice is once, and of news out of order the newest form stays.
    """
    sha256 = signing.stamped_form(sha256=sha256)
    stored = files.stored(sha256=sha256)
    moved = Content.objects.filter(sha256=former).update(sha256=sha256, size=stored.size, pages=stored.pages)
    return judge_file(sha256, at=at) if moved else 0


def _record(act: str, paper: Paper, *, actor: str, name: str, at: datetime) -> None:
    data = {"paper": str(paper.key), "source": paper.source, "ref": paper.source_ref, "zone": paper.zone}
    audit.record(subject=f"vault:{paper.store_id}", act=f"vault.{act}", actor=actor, actor_name=name, data=data, at=at)

"""Papers held instead of papers asked for: what fits a dossier, handing it over, who leans on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.systems.vault import matching, permissions
from tinhso.systems.vault.models import Paper, Store, Use
from tinhso.systems.vault.records import Held, Kind, Leaning, Lent, Reader, Wanted
from tinhso.systems.vault.selectors import papers as selectors
from tinhso.systems.vault.selectors.kinds import all_kinds
from tinhso.systems.vault.services import lapsing, opening

STORE = "Kho dữ liệu điện tử"
FOR_A_DOSSIER = "Giải quyết hồ sơ"
AT_THE_DESK = "Tiếp nhận hồ sơ tại quầy: giấy tờ đã có thì không yêu cầu nộp lại"


def fits(stores: Sequence[Store], wanted: Sequence[Wanted], on: date) -> dict[str, list[Paper]]:
    """Key of each paper wanted → good papers of its kind, the weightiest first. Without any row: for owners only."""
    if not stores or not wanted:
        return {}
    kinds = all_kinds()
    kind_of: dict[str, Kind] = {}
    for one in wanted:
        kind = matching.kind_of_paper(kinds, procedure_code=one.procedure_code, key=one.key, name=one.name)
        if kind is not None:
            kind_of[one.key] = kind
    found = selectors.good_of_kinds(stores, [kind.key for kind in kind_of.values()], on)
    return {
        key: held for key, kind in kind_of.items() if (held := [paper for paper in found if paper.kind == kind.key])
    }


def for_owner(*, actor: Actor, wanted: Sequence[Wanted], at: datetime) -> dict[str, list[Held]]:
    """What the person may pick: of their own store, and of organisations that let them use theirs."""
    on = timezone.localtime(at).date()
    hands = {hand.store.pk: hand for hand in permissions.hands_of(actor, on) if hand.may_use}
    found = fits([hand.store for hand in hands.values()], wanted, on)

    def told(paper: Paper) -> Held:
        lent_by = "" if hands[paper.store_id].is_own else paper.store.name
        return replace(selectors.held(paper, on), lent_by=lent_by)

    return {key: [told(paper) for paper in papers] for key, papers in found.items()}


def for_official(
    *, owner_number: str, wanted: Sequence[Wanted], actor: Actor, subject: str, purpose: str, way: str, at: datetime
) -> dict[str, Held]:
    """The best paper that may stand for each one wanted; that it was shown is written on the owner's page."""
    best = _standing(owner_number, wanted, timezone.localtime(at).date())
    if best:
        shown = {paper.pk: paper for paper in best.values()}.values()
        opening.note_facts(shown, opening.reader_of(actor, way), purpose=purpose, subject=subject, at=at)
        for paper in shown:
            opening.note_on_the_persons_page(actor, paper, purpose=purpose, subject=subject)
    on = timezone.localtime(at).date()
    return {key: selectors.held(paper, on) for key, paper in best.items()}


def _standing(owner_number: str, wanted: Sequence[Wanted], on: date) -> dict[str, Paper]:
    stores = list(Store.objects.filter(number=owner_number)) if owner_number else []
    found = fits(stores, wanted, on)
    best = {key: next((paper for paper in held if paper.may_stand_for(on)), None) for key, held in found.items()}
    return {key: paper for key, paper in best.items() if paper is not None}


def already_held(*, owner_number: str, wanted: Sequence[Wanted], on: date) -> dict[str, str]:
    """Key of each paper wanted that may not be asked for → where it is held, without a word of what it says."""
    kinds = all_kinds()
    places: dict[str, str] = {}
    for one in wanted:
        kind = matching.kind_of_paper(kinds, procedure_code=one.procedure_code, key=one.key, name=one.name)
        if kind is not None and kind.held_by:
            places[one.key] = kind.held_by
    return places | dict.fromkeys(_standing(owner_number, wanted, on), STORE)


def lend_own(*, key: str, actor: Actor, at: datetime) -> Lent:
    """A paper picked by its owner, or by a delegate who may use it. Raises LookupError, also for another's."""
    on = timezone.localtime(at).date()
    paper = selectors.paper_by_key(key)
    hand = permissions.hand_on(actor, paper, on)
    if hand is None or not hand.may_use or not paper.is_good(on):
        raise LookupError(_("Không có giấy tờ này trong kho của bạn, hoặc giấy không còn hiệu lực."))
    if hand.is_own:
        return opening.open_own(paper)
    reader = opening.reader_of(actor, "delegate")
    return opening.open_for(paper, reader, purpose="Dùng khi nộp hồ sơ", subject="", at=at)


def lend_to_official(
    *, key: str, owner_number: str, actor: Actor, subject: str, purpose: str, way: str, at: datetime
) -> Lent:
    """A paper that stands for a component goes into a dossier; the reading is written. Raises LookupError."""
    on = timezone.localtime(at).date()
    paper = selectors.paper_by_key(key)
    if paper.store.number != owner_number or paper.hidden_at or not paper.may_stand_for(on):
        raise LookupError("Giấy này không còn dùng thay giấy tờ của hồ sơ được nữa.")
    lent = opening.open_for(paper, opening.reader_of(actor, way), purpose=purpose, subject=subject, at=at)
    opening.note_on_the_persons_page(actor, paper, purpose=purpose, subject=subject)
    return lent


def lend_to_bearer(*, source: str, source_ref: str, number: str, at: datetime) -> Lent:
    """Whoever holds a paper and proved who it is of opens it; the reading is written. Raises LookupError."""
    of_source = Q(source_ref=source_ref) | Q(source_ref__startswith=f"{source_ref}#")
    paper = Paper.objects.filter(of_source, source=source, number=number, hidden_at=None).order_by("pk").last()
    if paper is None:
        raise LookupError(_("Chủ giấy tờ không để bản điện tử này mở được bằng mã xác minh."))
    reader = Reader(key="bearer", name="Người cầm giấy", by_way_of="verification")
    return opening.open_for(paper, reader, purpose="Xác minh giấy bằng mã trên giấy", subject="", at=at)


def why_not_lean(*, key: str, sha256: str, owner_number: str, actor: Actor, at: datetime) -> str:
    """Why a dossier of this owner, sent by this actor, cannot lean on a paper now; "" where it can."""
    on = timezone.localtime(at).date()
    try:
        paper = selectors.paper_by_key(key)
    except LookupError as missing:
        return str(missing)
    hand = permissions.hand_on(actor, paper, on) if not actor.is_official else None
    if paper.store.number != owner_number and (hand is None or not hand.may_use):
        return _("Không có giấy tờ này trong kho.")
    if not opening.is_file_of(paper, sha256):
        return _("Tệp gửi kèm không phải bản trong kho của «%(name)s».") % {"name": paper.name}
    if not paper.is_good(on):
        sentence = _("«%(name)s» trong kho không còn hiệu lực. Chọn giấy khác hoặc tải bản mới lên.")
        return sentence % {"name": paper.name}
    return ""


def lean(
    *, dossier_code: str, procedure_name: str, unit_id: int | None, papers: Mapping[str, str], at: datetime
) -> None:
    """Note that a dossier leans on papers: key of the component → key of the paper. Twice is once.

    The papers are held meanwhile: one that ended since it was looked at is told at once, one that ends later by `mark`.
    """
    wanted = Paper.objects.select_for_update(no_key=True).filter(key__in=set(papers.values())).order_by("pk")
    by_key = {str(paper.key): paper for paper in wanted}
    Use.objects.bulk_create(
        [
            Use(
                paper=by_key[key], dossier_code=dossier_code, paper_key=component[:60],
                procedure_name=procedure_name[:500], unit_id=unit_id, at=at,
            )
            for component, key in papers.items()
            if key in by_key
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    for paper in by_key.values():
        lapsing.tell_latecomers(paper, at=at)


def leanings(*, dossier_code: str, at: datetime) -> list[Leaning]:
    """The papers of stores a dossier leans on, and whether they still are good."""
    on = timezone.localtime(at).date()
    uses = Use.objects.filter(dossier_code=dossier_code).select_related("paper").order_by("pk")
    return [
        Leaning(
            paper_key=use.paper_key,
            key=str(use.paper.key),
            name=use.paper.name,
            weight_label=str(Paper.Weight(use.paper.weight).label),
            signature_label=str(Paper.Signature(use.paper.signature).label),
            lapsed_why=use.lapsed_why or ("" if use.paper.is_good(on) else "Giấy trong kho đã hết giá trị."),
        )
        for use in uses
    ]


def note_dossier_reading(*, dossier_code: str, owner_number: str, sha256: str, actor: Actor, at: datetime) -> int:
    """An official opens a file of a dossier: where it is a paper of a store, the row is written there; how many."""
    papers = opening.papers_of_file(sha256, owner_number=owner_number, dossier_code=dossier_code)
    papers = [paper for paper in papers if paper.store.number != actor.identity_number]
    reader = opening.reader_of(actor, "dossier")
    for paper in papers:
        opening.open_for(paper, reader, purpose=FOR_A_DOSSIER, subject=dossier_code, at=at)
    return len(papers)

"""Many results in one go: chosen in the inbox, each looked at, then signed by one order that outlives a crash.

The order is a batch of the signing room, which signs each paper once however often it is broken off. What it signed
moves its dossier on by the event, or by `settle` where an event was lost; both may come twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.public import Paper
from tinhso.foundation.workflow.public import StaleWorkItemError
from tinhso.systems.one_stop.models import Dossier, RoundLine, SigningRound
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services import handling
from tinhso.systems.one_stop.signatures import one
from tinhso.systems.one_stop.signatures.document import document_of
from tinhso.systems.one_stop.types import RefusedError, refuse

MOST = 500
Kind, State = SigningRound.Kind, RoundLine.State
STAGE = {Kind.APPROVAL: "approval", Kind.SEAL: "numbering"}
KEY = {Kind.APPROVAL: "personal", Kind.SEAL: "seal"}
WHY = (RefusedError, PermissionError, LookupError, StaleWorkItemError)


@dataclass(frozen=True, slots=True)
class Opened:
    """A round just opened, and dossiers that could not enter it: code → why."""

    round_id: UUID
    left: dict[str, str]


def open_round(*, codes: Sequence[str], kind: str, actor: Actor, at: datetime) -> Opened:
    """Put results that wait for this person's signature or seal into a round. Raises RefusedError where none can."""
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not wanted or len(wanted) > MOST:
        raise refuse(_("Hãy chọn từ 1 đến %(most)d hồ sơ.") % {"most": MOST})
    able = signing.can_sign(actor=actor, kind=KEY[Kind(kind)], at=at)
    if not able.is_able:
        raise refuse(able.sentence)
    made = SigningRound(kind=kind, account_id=actor.account_id or 0, opened_at=at)
    lines: list[RoundLine] = []
    left: dict[str, str] = {}
    for code in wanted:
        try:
            dossier = dossier_by_code(code)
            item = handling.check_may(actor, dossier, STAGE[Kind(kind)])
            if kind == Kind.SEAL and not one.signed_draft(dossier):
                raise refuse(_("Lãnh đạo duyệt trên giấy: đóng dấu giấy, cấp số từng hồ sơ."))
        except WHY as why:
            left[code[:60]] = str(why)
            continue
        lines.append(RoundLine(round=made, position=len(lines) + 1, dossier=dossier, item_id=item.id))
    if not lines:
        raise refuse(next(iter(left.values())))
    made.save(force_insert=True)
    RoundLine.objects.bulk_create(lines)
    return Opened(made.pk, left)


def round_of(*, round_id: UUID, actor: Actor) -> SigningRound:
    """A round of this person. Raises LookupError, also for another's."""
    try:
        return SigningRound.objects.get(pk=round_id, account_id=actor.account_id or 0)
    except SigningRound.DoesNotExist:
        raise LookupError(_("Không có lượt ký này.")) from None


def counts(found: SigningRound) -> dict[str, int]:
    """How many lines are in each state, and `total`."""
    rows = dict(found.lines.order_by().values_list("state").annotate(n=Count("pk")))
    return {**{state: rows.get(state, 0) for state in State.values}, "total": sum(rows.values())}


def show(line: RoundLine, actor: Actor) -> str:
    """The digest of what is shown of a line; kept as what was seen. Empty where it cannot be signed any more."""
    if line.sha256:
        return line.sha256
    if line.round.kind == Kind.SEAL:
        sha256 = one.signed_draft(line.dossier)
    else:
        document = document_of(line.dossier, actor)
        sha256 = document.sha256 if document else ""
    if not sha256:
        problem = _("Dự thảo là tệp ảnh nên không ký số được.")
        RoundLine.objects.filter(pk=line.pk).update(state=State.FAILED, problem=problem)
        return ""
    RoundLine.objects.filter(pk=line.pk).update(sha256=sha256)
    line.sha256 = sha256
    return sha256


def mark(line: RoundLine, *, seen: str, state: str) -> None:
    """«Đã xem» of what was shown, «để lại», or back again. Raises RefusedError once the round is ordered."""
    if line.round.ordered_at or state not in (State.SEEN, State.LEFT_OUT, State.CHOSEN):
        raise refuse(_("Lượt này đã ra lệnh ký, không đổi được nữa."))
    if state == State.SEEN and (not line.sha256 or seen != line.sha256):
        raise refuse(_("Hãy mở xem bản này trước khi đánh dấu đã xem."))
    RoundLine.objects.filter(pk=line.pk, round__ordered_at=None).update(state=state)


# -- ordering --------------------------------------------------------------------------------------------------


def order(
    *, round_id: UUID, actor: Actor, confirmed_at: datetime | None, at: datetime, first: int = 0, symbol: str = "",
    day: date | None = None,
) -> None:  # fmt: skip
    """Sign all that were seen, or number from `first` on and seal. Asked twice it orders once.

    Raises RefusedError, SigningRefusedError (nothing is ordered then), LookupError.
    """
    found = round_of(round_id=round_id, actor=actor)
    found = SigningRound.objects.select_for_update().get(pk=found.pk)
    if found.ordered_at:
        return
    chosen = list(found.lines.filter(state=State.SEEN).select_related("dossier", "round"))
    if found.kind == Kind.SEAL:
        chosen = list(found.lines.filter(state__in=[State.SEEN, State.CHOSEN]).select_related("dossier", "round"))
        _number(chosen, first, symbol, day)
    if not chosen:
        raise refuse(_("Chưa có bản nào được xem; hãy xem từng bản rồi mới ký."))
    papers = [paper for line in chosen if (paper := _paper(line, actor)) is not None]
    if papers:
        found.batch_id = signing.sign_batch(
            papers=papers, by=actor, confirmed_at=confirmed_at, kind=KEY[Kind(found.kind)], at=at
        )
    found.ordered_at = at
    found.save(update_fields=["batch_id", "ordered_at"])
    RoundLine.objects.bulk_update(chosen, ["state", "problem", "number", "day", "sha256"], batch_size=200)


def _number(lines: Sequence[RoundLine], first: int, symbol: str, day: date | None) -> None:
    """«05/2026-GKS», «06/2026-GKS», … in the order of the round."""
    if first < 1 or first + len(lines) > 1_000_000 or day is None:
        raise refuse(_("Xin ghi số bắt đầu (từ 1) và ngày của kết quả."), "first")
    for place, line in enumerate(lines):
        line.number, line.day = f"{first + place:02d}{symbol.strip()[:40]}", day


def _paper(line: RoundLine, actor: Actor) -> Paper | None:
    """What is signed of a line that may still be; else the line says why not."""
    dossier = line.dossier
    try:
        item = handling.check_may(actor, dossier, STAGE[Kind(line.round.kind)])
        if item.id != line.item_id:
            raise refuse(_("Hồ sơ đã được trả lại và trình lại sau khi bạn xem."))
        if line.round.kind == Kind.SEAL:
            paper = one.paper_to_seal(dossier, number=line.number, day=line.day or date.min)
            line.sha256 = paper.sha256
        else:
            paper = one.paper_to_sign(dossier, actor, seen=line.sha256, is_current=True)
    except WHY as why:
        line.state, line.problem = State.FAILED, str(why)[:500]
        return None
    line.state, line.problem = State.ORDERED, ""
    return paper


# -- what came of it -------------------------------------------------------------------------------------------


def settle_paper(*, purpose: str, sha256: str, signed_sha256: str, level: str, problem: str, at: datetime) -> None:
    """A paper was signed, or will not be: its dossier moves on, or its line says why not. Harmless when repeated."""
    prefix = next((one_of for one_of in (one.APPROVAL, one.SEAL) if purpose.startswith(one_of)), None)
    if prefix is None:
        return
    waiting = RoundLine.objects.select_for_update(of=("self",)).filter(
        dossier__code=purpose.removeprefix(prefix), sha256=sha256, state=State.ORDERED,
        round__kind=Kind.APPROVAL if prefix == one.APPROVAL else Kind.SEAL,
    )  # fmt: skip
    for line in waiting.select_related("round", "dossier").order_by("pk"):
        line.state, line.problem = State.DONE, ""
        if problem:
            line.state, line.problem = State.FAILED, problem[:500]
        else:
            try:
                with transaction.atomic():
                    _move_on(line, signed_sha256, level, at)
            except WHY as why:
                line.state, line.problem = State.FAILED, str(why)[:500]
        line.save(update_fields=["state", "problem"])


def _move_on(line: RoundLine, signed_sha256: str, level: str, at: datetime) -> None:
    actor = accounts.actor_of_account(account_id=line.round.account_id)
    item = handling.lead_step(line.dossier, STAGE[Kind(line.round.kind)])
    if item.id != line.item_id:
        raise refuse(_("Hồ sơ đã chuyển bước trước khi ký xong; bản ký này được giữ lại mà không dùng."))
    code = line.dossier.code
    if line.round.kind == Kind.APPROVAL:
        one.approve_signed(code=code, actor=actor, signed_sha256=signed_sha256, level=level, at=at)
    else:
        handling.number_result(
            code=code, actor=actor, number=line.number, day=line.day or date.min, at=at, sha256=signed_sha256
        )


def settle(found: SigningRound, at: datetime) -> int:
    """Look after papers whose event was lost or came before the round; how many lines were settled."""
    waiting = list(found.lines.filter(state=State.ORDERED).select_related("dossier"))
    prefix = one.APPROVAL if found.kind == Kind.APPROVAL else one.SEAL
    known = signing.papers_status(papers={line.sha256: prefix + line.dossier.code for line in waiting})
    for line in waiting:
        status = known.get(line.sha256)
        if status is not None and status.state in ("signed", "failed", "stopped"):
            with transaction.atomic():
                settle_paper(
                    purpose=status.purpose, sha256=line.sha256, signed_sha256=status.signed_sha256,
                    level=status.level, at=at,
                    problem="" if status.state == "signed" else status.problem or status.state_label,
                )  # fmt: skip
    return len(waiting)


def settle_all(at: datetime) -> None:
    """Every round that still waits."""
    for found in SigningRound.objects.filter(lines__state=State.ORDERED).distinct().order_by("opened_at"):
        settle(found, at)


def point_on(*, former_sha256: str, sha256: str) -> int:
    """A signed result got its timestamp or a newer one: dossiers point to the newer file; how many."""
    return Dossier.objects.filter(result_sha256=former_sha256).update(result_sha256=sha256)

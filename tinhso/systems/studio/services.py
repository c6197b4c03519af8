"""What administrators do with drafts, one function each; callers open the transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.lib import decisions
from tinhso.systems.studio import ask_once
from tinhso.systems.studio.kinds import KINDS, Judged
from tinhso.systems.studio.models import Draft, DraftRevision
from tinhso.systems.studio.permissions import require

MOST_REVISIONS = 200
MAX_BYTES = 1_000_000


class DraftError(ValueError):
    """What was asked does not fit the draft as it stands; a Vietnamese sentence."""


class StaleDraftError(DraftError):
    """Somebody else changed the draft meanwhile; what was typed is not lost and not written."""


def _note(draft: Draft, act: str, actor: Actor, at: datetime, **data: Any) -> None:
    subject = f"studio:{draft.kind}:{draft.key}"
    told = {"draft": draft.pk, **data}
    audit.record(subject=subject, act=act, actor=actor.key, actor_name=actor.name, data=told, at=at)


def open_draft(*, kind: str, key: str, actor: Actor, at: datetime) -> Draft:
    """The open draft of a published thing, or a new one from its latest version. Raises LookupError."""
    require(actor)
    there = Draft.objects.filter(kind=kind, key=key, status__in=("editing", "review")).first()
    if there is not None:
        return there
    version = KINDS[kind].latest(key)
    content = KINDS[kind].content_of(version)
    return _begin(kind, key, KINDS[kind].name_of(content), content, version, actor, at)


def new_draft(*, kind: str, name: str, actor: Actor, at: datetime, content: str = "") -> Draft:
    """A thing that is not there yet, blank or from a file. Raises DraftError."""
    require(actor)
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise DraftError("Đặt tên trước khi soạn.")
    key = free_key(kind, workflow.slug(name))
    if content:
        content = with_key(kind, content, key, name)
    return _begin(kind, key, name, content or KINDS[kind].blank(key, name), None, actor, at)


def free_key(kind: str, stem: str) -> str:
    """A key nobody uses yet."""
    key, number = stem, 2
    while _is_taken(kind, key):
        key, number = f"{stem}_{number}", number + 1
    return key


def _is_taken(kind: str, key: str) -> bool:
    if Draft.objects.filter(kind=kind, key=key).exclude(status=Draft.Status.DISCARDED).exists():
        return True
    try:
        KINDS[kind].latest(key)
    except LookupError:
        return False
    return True


def with_key(kind: str, content: str, key: str, name: str) -> str:
    """The content of a file under our key and name. Raises DraftError for what cannot be read."""
    try:
        if kind == "process":
            table = workflow.read_table(content.encode())
            return workflow.write_table(workflow.StepTable(key, name, table.rows, table.types)).decode()
        if kind == "decision":
            read = decisions.read_dmn(content.encode())
            table_of = decisions.DecisionTable(key, name, read.inputs, read.outputs, read.rules, read.hit_policy)
            return decisions.write_dmn(table_of).decode()
        return forms.drafting.write({**forms.drafting.read(content), "id": key, "name": name})
    except (workflow.ProcessRefusedError, decisions.DecisionRefusedError, ValueError) as error:
        raise DraftError(f"Tệp không đọc được: {error}") from error


def _begin(kind: str, key: str, name: str, content: str, base: int | None, actor: Actor, at: datetime) -> Draft:
    try:
        with transaction.atomic():
            draft = Draft.objects.create(
                kind=kind, key=key, name=name, content=content, base_version_id=base, opened_by=actor.key,
                edited_by=actor.key, edited_by_name=actor.name, edited_at=at,
            )  # fmt: skip
    except IntegrityError:  # somebody opened it at the same moment: there is one draft of a thing
        return Draft.objects.get(kind=kind, key=key, status__in=("editing", "review"))
    _note(draft, "draft_opened", actor, at, base=base)
    return draft


def save(*, draft_id: int, rev: int, content: str, what: str, actor: Actor, at: datetime, name: str = "") -> Draft:
    """Write a change, keeping what was. Raises StaleDraftError (who was first), DraftError."""
    require(actor)
    if len(content.encode()) > MAX_BYTES:
        raise DraftError("Bản nháp lớn hơn 1 MB; tách thành các quy trình con hoặc biểu mẫu nhỏ hơn.")
    if "\x00" in content + name:
        raise DraftError("Nội dung có ký tự không hợp lệ (NUL); lưu lại tệp dưới dạng văn bản UTF-8.")
    draft = held(draft_id)
    if draft.status != Draft.Status.EDITING:
        raise DraftError("Bản nháp đang chờ duyệt hoặc đã đóng, không sửa được. Lấy lại để sửa nếu cần.")
    if draft.rev != rev:
        raise StaleDraftError(
            f"{draft.edited_by_name} vừa sửa bản nháp này lúc {at_words(draft.edited_at)}. "
            "Thay đổi của bạn chưa được ghi: mở lại bản mới rồi làm lại, nội dung bạn nhập còn bên dưới."
        )
    if content == draft.content and (not name or name == draft.name):
        return draft
    DraftRevision.objects.create(
        draft=draft, rev=draft.rev, content=draft.content, name=draft.name, what=what[:300], by_name=actor.name, at=at
    )
    draft.content, draft.name, draft.rev = content, name or draft.name, draft.rev + 1
    draft.edited_by, draft.edited_by_name, draft.edited_at = actor.key, actor.name, at
    draft.save()
    oldest = draft.revisions.order_by("-rev").values_list("rev", flat=True)[MOST_REVISIONS:][:1]
    if oldest:
        draft.revisions.filter(rev__lte=oldest[0]).delete()
    return draft


def at_words(moment: datetime) -> str:
    return f"{localtime(moment):%H:%M ngày %d/%m/%Y}"


def undo(*, draft_id: int, rev: int, actor: Actor, at: datetime) -> Draft:
    """Take the last change back (it can itself be taken back). Raises DraftError, StaleDraftError."""
    require(actor)
    last = DraftRevision.objects.filter(draft_id=draft_id).order_by("-rev").first()
    if last is None:
        raise DraftError("Chưa có gì để hoàn tác.")
    return save(
        draft_id=draft_id,
        rev=rev,
        content=last.content,
        name=last.name,
        what=f"Hoàn tác: {last.what}",
        actor=actor,
        at=at,
    )


def held(draft_id: int) -> Draft:
    """The draft, held until the end of the transaction. Raises LookupError."""
    draft = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise LookupError("Không có bản nháp này.")
    return draft


def judged(draft: Draft) -> Judged:
    return KINDS[draft.kind].judge(draft.content)


def submit(*, draft_id: int, rev: int, purpose: str, actor: Actor, at: datetime) -> Draft:
    """Hand the draft to a second person (trình duyệt). Raises DraftError where it cannot be published as it is."""
    require(actor)
    draft = held(draft_id)
    if draft.status != Draft.Status.EDITING or draft.rev != rev:
        raise DraftError("Bản nháp vừa đổi; xem lại rồi trình.")
    if not purpose.strip():
        raise DraftError("Ghi vì sao đổi, để người duyệt và người sau hiểu.")
    if found := judged(draft).problems:
        raise DraftError(f"Còn {len(found)} lỗi phải sửa trước khi trình: {found[0][0]}: {found[0][1]}")
    draft.status, draft.purpose = Draft.Status.REVIEW, purpose.replace("\x00", "").strip()
    draft.submitted_by, draft.submitted_by_name, draft.submitted_at = actor.key, actor.name, at
    draft.remark = ""
    draft.save()
    _note(draft, "draft_submitted", actor, at, rev=draft.rev, purpose=draft.purpose)
    return draft


def send_back(*, draft_id: int, remark: str, actor: Actor, at: datetime) -> Draft:
    """Give it back for changes: by the reviewer with a remark, or by whoever submitted it. Raises DraftError."""
    require(actor)
    draft = held(draft_id)
    if draft.status != Draft.Status.REVIEW:
        raise DraftError("Bản nháp không chờ duyệt.")
    if actor.key != draft.submitted_by and not remark.strip():
        raise DraftError("Ghi cần sửa gì.")
    draft.status, draft.remark = Draft.Status.EDITING, remark.replace("\x00", "").strip()
    draft.save()
    _note(draft, "draft_sent_back", actor, at, remark=draft.remark)
    return draft


def publish(*, draft_id: int, on: date, actor: Actor, at: datetime, today: date) -> Draft:
    """Publish, by a second person, for dossiers from a day on. Raises DraftError."""
    require(actor)
    draft = held(draft_id)
    if draft.status != Draft.Status.REVIEW:
        raise DraftError("Bản nháp chưa được trình duyệt.")
    if actor.key in (draft.submitted_by, draft.edited_by):
        raise DraftError("Người soạn hoặc trình không tự ban hành: cần người thứ hai duyệt.")
    if on < today:
        raise DraftError("Ngày áp dụng từ hôm nay trở đi; điều đã áp dụng không viết lại.")
    if draft.base_version_id is not None and KINDS[draft.kind].latest(draft.key) != draft.base_version_id:
        raise DraftError("Từ khi mở bản nháp đã có phiên bản khác được ban hành; so sánh rồi soạn lại từ bản mới.")
    try:
        version = KINDS[draft.kind].publish(
            key=draft.key, name=draft.name, content=draft.content, at=at, by=actor.key, on=on
        )
    except (workflow.ProcessRefusedError, forms.FormRefusedError) as refusal:
        raise DraftError(f"Không ban hành được: {refusal}") from refusal
    if draft.kind == "form":
        ask_once.count_overrides(forms.drafting.read(draft.content), key=draft.key, actor=actor, at=at)
    draft.status, draft.version_id, draft.effective_from = Draft.Status.PUBLISHED, version, on
    draft.published_by_name, draft.published_at = actor.name, at
    draft.save()
    _note(draft, "draft_published", actor, at, version=version, effective_from=on.isoformat(), rev=draft.rev)
    return draft


def discard(*, draft_id: int, actor: Actor, at: datetime) -> Draft:
    """Put a draft away; nothing of it is lost, another can be opened. Raises DraftError."""
    require(actor)
    draft = held(draft_id)
    if not draft.is_open:
        raise DraftError("Bản nháp đã đóng.")
    draft.status = Draft.Status.DISCARDED
    draft.save()
    _note(draft, "draft_discarded", actor, at)
    return draft


def begin_migration(
    *, from_version: int, to_version: int, node_map: Mapping[str, str], timers: str, reason: str, actor: Actor,
    at: datetime,
) -> int:  # fmt: skip
    """Note that running cases go over to another version; the batches follow. Raises ValueError with a sentence."""
    require(actor)
    made = workflow.start_migration(
        from_version=from_version, to_version=to_version, node_map=node_map, timers=timers, actor=actor, reason=reason,
        at=at,
    )  # fmt: skip
    told = {"from": from_version, "to": to_version, "map": dict(node_map), "reason": reason}
    _note_migration(made, "migration_started", actor, at, told)
    return made


def begin_revert(*, migration_id: int, actor: Actor, at: datetime) -> None:
    """Bring the first cases back to what they were; the other batches follow."""
    require(actor)
    _note_migration(migration_id, "migration_reverted", actor, at, {})
    workflow.revert_batch(migration_id=migration_id, actor=actor, at=at)


def carry_on(*, migration: workflow.MigrationView, actor: Actor, at: datetime, batches: int | None = None) -> int:
    """Cases carried over, or back, by so many more batches (None: all of them); each batch is its own transaction."""
    if migration.finished_at and not migration.to_revert:
        return 0
    carried = 0
    while batches != 0:
        if migration.reverted_at:
            batch = workflow.revert_batch(migration_id=migration.id, actor=actor, at=at)
        else:
            batch = workflow.migrate_batch(migration_id=migration.id, at=at)
        if not batch:
            break
        carried += batch
        batches = batches - 1 if batches else None
    return carried


def _note_migration(migration_id: int, act: str, actor: Actor, at: datetime, data: Mapping[str, Any]) -> None:
    audit.record(subject=f"migration:{migration_id}", act=act, actor=actor.key, actor_name=actor.name, data=data, at=at)

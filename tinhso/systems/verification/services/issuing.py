"""A paper's way before the public: a token before it is typeset, its file when it exists, its end."""

from datetime import date, datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import public as signing
from tinhso.systems.verification import offline, tokens
from tinhso.systems.verification.events import DocumentBound
from tinhso.systems.verification.models import Document, Form
from tinhso.systems.verification.records import Facts

PREPARED, VALID = Document.State.PREPARED, Document.State.VALID


def issue(facts: Facts, *, at: datetime) -> Document:
    """The paper being prepared, with the facts as they are now; the same token until a file is bound."""
    _one_at_a_time(facts.source, facts.source_ref, facts.kind)
    last = _editions(facts.source, facts.source_ref, facts.kind).last()
    if last is None or last.state != PREPARED:
        last = Document(token=tokens.new(), edition=last.edition + 1 if last else 1, made_at=at)
    _write(last, facts)
    last.save()
    return last


def _write(document: Document, facts: Facts) -> None:
    document.kind, document.source, document.source_ref = facts.kind, facts.source, facts.source_ref[:120]
    document.unit_id, document.agency_name = facts.unit_id, facts.agency_name[:300]
    document.name, document.number, document.issued_on = facts.name[:500], facts.number[:60], facts.issued_on
    document.signer_name, document.signer_title = facts.signer_name[:200], facts.signer_title[:200]
    document.holder_name = facts.holder_name[:300]
    document.holder_is_person = facts.holder_is_person
    document.holder_last4 = "".join(sign for sign in facts.holder_number if sign.isalnum())[-4:]
    document.holder_birth_date = facts.holder_birth_date


def bind(
    document: Document,
    *,
    sha256: str,
    number: str,
    issued_on: date | None,
    signer_name: str,
    signer_title: str,
    at: datetime,
) -> None:
    """The final bytes exist: from now on the token says «valid». The edition before is replaced by this one.

    The same file again changes nothing. Raises ValueError where another file is bound already.
    """
    _one_at_a_time(document.source, document.source_ref, document.kind)  # else who prepares it again undoes this
    held = Document.objects.select_for_update().get(pk=document.pk)
    if held.state != PREPARED:
        if held.forms.filter(sha256=sha256).exists():
            return
        raise ValueError("Mã xác minh này đã gắn với một tệp khác.")
    held.sha256, held.state, held.state_at, held.bound_at = sha256, VALID, at, at
    held.number = number[:60] or held.number
    held.issued_on = issued_on or held.issued_on or timezone.localtime(at).date()
    held.signer_name = signer_name[:200] or held.signer_name
    held.signer_title = signer_title[:200] or held.signer_title
    held.offline_code = offline.code_of(held, at=at)
    held.save()
    Form.objects.create(document=held, sha256=sha256, at=at)
    _record("bound", held, actor=f"system:{held.source}", name="", at=at, sha256=sha256)
    outbox.publish(DocumentBound(key=held.token, document_id=held.pk))
    strengthened(former=sha256, sha256=sha256, at=at)  # news of its stamp may have come before
    before = _editions(held.source, held.source_ref, held.kind).filter(state=VALID, edition__lt=held.edition)
    for former in before.select_for_update():
        _replace(former, held, reason=f"Thay bằng số {held.number}" if held.number else "Thay bằng bản khác", at=at)


def recall(document: Document, *, reason: str, actor: str, actor_name: str, at: datetime) -> bool:
    """The agency takes the paper back; false where it is out of force already."""
    held = Document.objects.select_for_update().get(pk=document.pk)
    if held.state != VALID:  # a token that was never issued simply stays unknown
        return False
    held.state, held.state_reason, held.state_at = Document.State.RECALLED, reason, at
    held.save(update_fields=["state", "state_reason", "state_at"])
    _record("recalled", held, actor=actor, name=actor_name, at=at, reason=reason)
    return True


def replaced(document: Document, *, by_number: str, reason: str, at: datetime) -> None:
    """Another system says that the paper was replaced; by which, where its number is known here."""
    same = _editions(document.source, document.source_ref, document.kind).exclude(pk=document.pk)
    new = same.filter(number=by_number, edition__gt=document.edition).exclude(state=PREPARED).last()
    if document.state == VALID:
        _replace(document, new, reason=reason, at=at)


def _replace(former: Document, new: Document | None, *, reason: str, at: datetime) -> None:
    former.state, former.state_reason, former.state_at = Document.State.REPLACED, reason, at
    former.replaced_by = new
    former.save(update_fields=["state", "state_reason", "state_at", "replaced_by"])
    _record("replaced", former, actor=f"system:{former.source}", name="", at=at, by=new.token if new else "")


def strengthened(*, former: str, sha256: str, at: datetime) -> int:
    """The file got a timestamp: all forms are the paper, the newest is shown; how many papers.

    Twice is once, and of news out of order the newest form stays.
    """
    newest, count = signing.stamped_form(sha256=sha256), 0
    for document in Document.objects.select_for_update().filter(forms__sha256=former).order_by("pk"):
        for form in (sha256, newest):
            Form.objects.get_or_create(document=document, sha256=form, defaults={"at": at})
        if document.sha256 != newest:
            document.sha256, document.judged_at, document.verdict_state = newest, None, ""
            document.save(update_fields=["sha256", "judged_at", "verdict_state"])
            count += 1
    return count


def _editions(source: str, source_ref: str, kind: str) -> QuerySet[Document]:
    return Document.objects.filter(source=source, source_ref=source_ref, kind=kind).order_by("edition")


def _one_at_a_time(source: str, source_ref: str, kind: str) -> None:
    """Two that prepare the same paper in the same second get the same token."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{kind}:{source}:{source_ref}"])


def _record(act: str, document: Document, *, actor: str, name: str, at: datetime, **data: str) -> None:
    told = {"token": document.token, "source": document.source, "ref": document.source_ref, **data}
    audit.record(
        subject=f"verification:{document.pk}", act=f"verification.{act}", actor=actor, actor_name=name, data=told,
        at=at,
    )  # fmt: skip

"""The door of verification (xác minh kết quả).

Whoever issues papers calls it, in two steps: a token before the paper is typeset, the digest when its file exists. It
keeps what it needs of them and calls none of them back. Every function wants a transaction of its caller.
"""

from datetime import date, datetime

from django.utils import timezone

from tinhso.foundation.organizations.public import Doer
from tinhso.systems.verification import selectors, tokens
from tinhso.systems.verification.models import Document
from tinhso.systems.verification.records import Facts, Issued, Known
from tinhso.systems.verification.services import issuing

__all__ = ["Issued", "Known", "bind", "issue", "recall", "status"]


def issue(
    *,
    kind: str,
    source: str,
    source_ref: str,
    unit_id: int,
    agency_name: str,
    name: str,
    holder_name: str,
    holder_number: str = "",
    holder_is_person: bool = True,
    holder_birth_date: date | None = None,
    number: str = "",
    issued_on: date | None = None,
    signer_name: str = "",
    signer_title: str = "",
    at: datetime | None = None,
) -> Issued:
    """A token for a paper about to be typeset. Called again before `bind`: the same token, with the newer facts.

    kind: `result` | `receipt` | `certified_copy`. source, source_ref: as the paper is deposited in the store
    (`one_stop` and the dossier's code; `certification` and the register's number). After `bind` the next call opens a
    new edition, which replaces the former once it is bound. name: «Quyết định …», the kind of paper a reader knows.
    holder_number: only its last four signs are kept, for the second proof. holder_is_person: names of people are shown
    abridged, those of organisations whole.
    """
    facts = Facts(
        kind=Document.Kind(kind), source=source, source_ref=source_ref, unit_id=unit_id, agency_name=agency_name,
        name=name, number=number, issued_on=issued_on, signer_name=signer_name, signer_title=signer_title,
        holder_name=holder_name, holder_number=holder_number, holder_is_person=holder_is_person,
        holder_birth_date=holder_birth_date,
    )  # fmt: skip
    document = issuing.issue(facts, at=at or timezone.now())
    url = tokens.address(document.token)
    printed = tokens.grouped(document.token)
    return Issued(document.token, url, tokens.qr_svg(url), f"Mã QR xác minh, mã {printed}", printed)


def bind(
    *,
    token: str,
    sha256: str,
    number: str = "",
    issued_on: date | None = None,
    signer_name: str = "",
    signer_title: str = "",
    at: datetime | None = None,
) -> None:
    """The final bytes exist (signed and sealed): the token now says «còn hiệu lực».

    Facts that came late are given here; what is left empty stays as `issue` had it. The same file twice is once; later
    timestamps are heard of by `SignatureStrengthened`. Raises LookupError, ValueError (another file is bound).
    """
    issuing.bind(
        selectors.by_token(token), sha256=sha256, number=number, issued_on=issued_on, signer_name=signer_name,
        signer_title=signer_title, at=at or timezone.now(),
    )  # fmt: skip


def recall(*, source: str, source_ref: str, kind: str, reason: str, by: Doer, at: datetime | None = None) -> bool:
    """The paper is taken back (thu hồi): its page says so and why; false where it was out of force already.

    Papers held in the store need no call: the store's event is heard. Raises LookupError.
    """
    document = selectors.of_source(source, source_ref, kind)
    return issuing.recall(document, reason=reason, actor=by.key, actor_name=by.name, at=at or timezone.now())


def status(*, source: str, source_ref: str, kind: str) -> Known | None:
    """The latest token of a paper and how it stands; None where it has none."""
    try:
        found = selectors.of_source(source, source_ref, kind)
    except LookupError:
        return None
    label = str(Document.State(found.state).label)
    return Known(found.token, found.state, label, found.state_reason, found.sha256)

"""Signatures that last: timestamps caught up with after an outage, archive files renewed year by year."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import orders, pades, proofs, verdicts
from tinhso.foundation.signing.events import SignatureStrengthened
from tinhso.foundation.signing.evidence import EvidenceUnavailableError
from tinhso.foundation.signing.models import ArchivedFile, SignedVersion, SigningOrder
from tinhso.foundation.signing.pades import NotSignableError

STAMPED = ("timestamp", "archive")  # what made a version that bears no further signature
RENEW_AFTER = timedelta(days=365)
RENEW_BEFORE_END = timedelta(days=180)  # of the timestamp service's certificate


def strengthened(sha256: str, at: datetime, by: str) -> str:
    """A stored signed PDF with evidence of all signatures and a new document timestamp; the new blob.

    Raises LookupError, EvidenceUnavailableError, NotSignableError.
    """
    with files.read(sha256=sha256) as stream:
        content = stream.read()
    proof = proofs.proof_for(pades.certificates_of(content), at)
    if not proof.crls and not proof.ocsps:
        raise EvidenceUnavailableError("Chưa có thông tin thu hồi của các chứng thư trong tệp")
    made = pades.strengthen(content, proof=proof)
    kept = files.keep(content=made.content, name="van-ban.pdf")
    orders.note_version(kept.sha256, sha256, by, made.level, at)
    outbox.publish(
        SignatureStrengthened(key=sha256, former_sha256=sha256, sha256=kept.sha256, original_sha256=first_of(sha256),
                              level=made.level)
    )  # fmt: skip
    audit.record(subject=f"file:{sha256}", act=f"signing.{by}", actor="job:signing", data={"made": kept.sha256}, at=at)
    return kept.sha256


def first_of(sha256: str) -> str:
    """The file before any signature of ours."""
    seen = {sha256}
    while (row := SignedVersion.objects.filter(pk=sha256).first()) is not None and row.former not in seen:
        sha256 = row.former
        seen.add(sha256)
    return sha256


def latest_of(sha256: str, *, only_stamped: bool = False) -> str:
    """What became of a file last: the newest signed, stamped or renewed form of it; or as far as it was only stamped,
    which says the same as the file."""
    seen = {sha256}
    later = SignedVersion.objects.filter(by__in=STAMPED) if only_stamped else SignedVersion.objects.all()
    while (row := later.filter(former=sha256).order_by("-made_at").first()) is not None:
        if row.pk in seen:
            break
        sha256 = row.pk
        seen.add(sha256)
    return sha256


def catch_up(*, limit: int = 50) -> int:
    """Signatures made while a service was away get what they lack; how many did. Stops at the first that cannot."""
    done = 0
    while done < limit:
        with transaction.atomic():
            row = (
                SigningOrder.objects.select_for_update(skip_locked=True)
                .filter(state="signed", reached__in=["B-B", "B-T"], level__in=["B-T", "B-LT", "B-LTA"])
                .exclude(reached="B-T", level="B-T")
                .exclude(name__endswith=".xml")
                .order_by("pk")
                .first()
            )
            if row is None:
                return done
            # Signed on since by others: the timestamp belongs over the newest form, which holds the older ones.
            newest = latest_of(row.signed_sha256)
            try:
                row.signed_sha256 = _stamped(newest) or strengthened(newest, timezone.now(), "timestamp")
                row.reached = "B-LTA"
            except EvidenceUnavailableError:
                return done
            except (NotSignableError, LookupError) as error:
                row.level, row.problem = row.reached, str(error)[:500]
            row.save(update_fields=["signed_sha256", "reached", "level", "problem"])
        done += 1
    return done


def _stamped(sha256: str) -> str:
    """The file itself where it ends with a document timestamp of ours, which then covers every signature in it."""
    return sha256 if SignedVersion.objects.filter(pk=sha256, by__in=STAMPED).exists() else ""


def take_in(sha256: str, at: datetime) -> ArchivedFile:
    """Keep a signed file for long: stamped now, renewed every year from then on. Once however often it is asked.

    Raises LookupError, NotSignableError for a file whose signatures do not hold; EvidenceUnavailableError.
    """
    known = ArchivedFile.objects.filter(pk=sha256).first() or ArchivedFile.objects.filter(current=sha256).first()
    if known is not None:
        return known
    verdict = verdicts.verdict_of(sha256, at)
    if not verdict.is_valid:
        raise NotSignableError(f"Không đưa vào lưu trữ được: {verdict.sentence}")
    if all(found.level == "B-LTA" for found in verdict.signers):
        current = sha256
    else:
        current = strengthened(sha256, at, "archive")
    return ArchivedFile.objects.create(original=sha256, current=current, stamped_at=at, renew_at=_renew_at(current, at))


def _renew_at(sha256: str, at: datetime) -> datetime:
    """In a year, or half a year before the newest timestamp can no longer be believed."""
    stamps = [found for found in verdicts.verdict_of(sha256, at).signatures if found.kind == "timestamp"]
    ends = max((found.certificate_to for found in stamps if found.certificate_to), default=at + RENEW_AFTER)
    return max(min(at + RENEW_AFTER, ends - RENEW_BEFORE_END), at + timedelta(days=1))


def renew_due(*, limit: int = 100) -> int:
    """Renew what is due; how many. Stops while a service is away."""
    done = 0
    while done < limit:
        with transaction.atomic():
            at = timezone.now()
            row = (
                ArchivedFile.objects.select_for_update(skip_locked=True)
                .filter(renew_at__lte=at)
                .order_by("renew_at")
                .first()
            )
            if row is None:
                return done
            try:
                row.current = strengthened(row.current, at, "archive")
                row.stamped_at, row.renew_at, row.problem = at, _renew_at(row.current, at), ""
            except EvidenceUnavailableError:
                return done
            except (NotSignableError, LookupError) as error:
                row.problem, row.renew_at = str(error)[:500], at + timedelta(days=1)
            row.save()
        done += 1
    return done

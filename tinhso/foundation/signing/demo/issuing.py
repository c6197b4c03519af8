"""Certificates of the demonstration: a person's signature for those who sign, a seal for every agency."""

import base64
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils import timezone

from ops import demo_authority
from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import Role
from tinhso.foundation.signing import credentials, trusting
from tinhso.foundation.signing.demo import folder
from tinhso.foundation.signing.demo.authority import Subject, new_key
from tinhso.foundation.signing.demo.folder import Demo
from tinhso.foundation.signing.models import Credential

VALID_FOR = timedelta(days=3 * 365)
SIGNING_ROLES = (Role.LEADER, Role.UNIT_HEAD, Role.CLERK, Role.DESK_OFFICER)
SEALED_KINDS = ("province", "department", "commune", "centre")


class DemoRefusedError(ValueError):
    """Not here; the sentence says why, in Vietnamese."""


def set_up(var: Path, at: datetime) -> Demo:
    """The authority of the state folder, made where there is none; its root enters the trust list.

    Raises DemoRefusedError where the platform answers to others than its own machine: nobody may come to trust keys
    that lie in a folder.
    """
    if not settings.IS_LOCAL:
        raise DemoRefusedError("CA mô phỏng chỉ dùng trên máy của chính mình, không dùng cho hệ thống phục vụ thật.")
    place = demo_authority.place(var)
    try:
        demo = folder.read(place)
    except FileNotFoundError:
        demo = folder.make(place, _free_port(), at)
    settings.SIGNING["timestamps"] = settings.SIGNING["timestamps"] or demo_authority.timestamps(var)
    settings.SIGNING["hosts"] = {*settings.SIGNING["hosts"], *demo_authority.hosts(var)}
    _trust(demo, at)
    return demo


def _free_port() -> int:
    wanted = settings.PORT + 1000
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoRefusedError("Không còn cổng trống cho CA mô phỏng.")


def _trust(demo: Demo, at: datetime) -> None:
    certificate = demo.root.certificate.public_bytes(Encoding.DER)
    try:
        change = trusting.propose(
            certificate=certificate, purposes=["official", "timestamps"], reason="CA mô phỏng của bản trình diễn",
            by=accounts.actor_of_job(name="demo-ca"), at=at,
        )  # fmt: skip
    except trusting.TrustRefusedError:
        return  # trusted already
    trusting.decide(change_id=change, approved=True, by=accounts.actor_of_job(name="demo-ca-approval"), at=at)


def issue_all(demo: Demo, at: datetime) -> dict[str, int]:
    """Certificates for whoever signs and has none that is good; repeatable. Counts: people, seals."""
    persons = {row.person_id for row in _good("personal", at)}
    sealed = {row.unit_id for row in _good("seal", at)}
    people = [(person, unit, title) for person, unit, title in _signers() if person.id not in persons]
    agencies = [one for kind in SEALED_KINDS for one in organizations.units(kind=kind) if one.id not in sealed]
    rows = [
        _row(demo, "personal", at, Subject(person.name, unit, title, person.identity_number), person_id=person.id)
        for person, unit, title in people
    ]
    rows += [_row(demo, "seal", at, Subject(one.name, one.name), unit_id=one.id) for one in agencies]
    Credential.objects.filter(kind="personal", person_id__in=[p.id for p, _, _ in people], ended_at=None).update(
        ended_at=at
    )
    Credential.objects.filter(kind="seal", unit_id__in=[one.id for one in agencies], ended_at=None).update(ended_at=at)
    Credential.objects.bulk_create(rows)
    counts = {"people": len(people), "seals": len(agencies)}
    if rows:
        audit.record(subject="credential:demo", act="signing.demo_issued", actor="job:demo-ca", data=counts, at=at)
    return counts


def _good(kind: str, at: datetime) -> Iterable[Credential]:
    return Credential.objects.filter(kind=kind, ended_at=None, valid_to__gt=at + timedelta(days=30))


def _signers() -> Iterable[tuple[organizations.Person, str, str]]:
    """Each person once, by the first signing post held today."""
    today, seen = timezone.localdate(), set()
    for unit in organizations.units():
        for post in organizations.posts(unit_id=unit.id):
            holder = organizations.holder_on(post_id=post.id, on=today) if post.role in SIGNING_ROLES else None
            if holder is not None and holder.person.id not in seen:
                seen.add(holder.person.id)
                yield holder.person, holder.unit_name, holder.title


def _row(demo: Demo, kind: str, at: datetime, subject: Subject, **owner: int) -> Credential:
    key = new_key("p256")
    begins = at - timedelta(minutes=5)
    made = demo.sub.issue(subject, key.public_key(), begins=begins, ends=begins + VALID_FOR)
    return Credential(
        kind=kind,
        adapter=Credential.Adapter.SOFT,
        reference=credentials.keep_key(key),
        certificate=made.public_bytes(Encoding.DER),
        chain=[base64.b64encode(demo.sub.certificate.public_bytes(Encoding.DER)).decode()],
        subject=subject.name[:200],
        valid_from=made.not_valid_before_utc,
        valid_to=made.not_valid_after_utc,
        **owner,
    )

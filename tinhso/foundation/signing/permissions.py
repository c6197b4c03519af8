"""Who may sign with what."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tinhso.foundation.accounts.public import RIGHTS_OF_ROLE, Actor, Right
from tinhso.foundation.organizations.public import HeldPost
from tinhso.foundation.signing import credentials
from tinhso.foundation.signing.models import Credential

CONFIRMED_FOR = timedelta(minutes=15)  # as long as the accounts count a sign-in as recent
CLOCK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SigningAbility:
    """Whether an actor can sign by a post, and why not."""

    is_able: bool
    sentence: str  # why not; empty where they can
    credential_id: int | None = None
    subject: str = ""
    valid_to: datetime | None = None
    adapter: str = ""
    post_id: int | None = None  # the post by which it is done


RIGHT_OF_KIND = {
    "personal": (Right.APPROVE, Right.RECEIVE, Right.PROCESS, Right.CHECK, Right.NUMBER),
    "seal": (Right.NUMBER,),
}


def ability(actor: Actor, kind: str, post_id: int | None, at: datetime) -> tuple[SigningAbility, Credential | None]:
    """By the post given, or any held post that gives the right."""
    post = _post(actor, kind, post_id)
    if post is None:
        what = "dùng con dấu của cơ quan (văn thư)" if kind == "seal" else "ký bằng vị trí này"
        return SigningAbility(False, f"Bạn không giữ vị trí được {what}."), None
    if kind == "seal":
        row = Credential.objects.filter(kind="seal", unit_id__in=post.unit_path, ended_at=None).order_by("-pk")
        by_unit = {one.unit_id: one for one in row}
        found = next((by_unit[unit] for unit in reversed(post.unit_path) if unit in by_unit), None)
    else:
        found = Credential.objects.filter(kind="personal", person_id=actor.person_id or 0, ended_at=None).first()
    if found is None:
        whose = f"của {post.unit_name}" if kind == "seal" else "của bạn"
        return SigningAbility(False, f"Chưa có chứng thư chữ ký số {whose} trên hệ thống."), None
    problem = credentials.usable(found, at)
    made = SigningAbility(not problem, problem, found.pk, found.subject, found.valid_to, found.adapter, post.post_id)
    return made, None if problem else found


def _post(actor: Actor, kind: str, post_id: int | None) -> HeldPost | None:
    wanted = set(RIGHT_OF_KIND[kind])
    fitting = [post for post in actor.posts if wanted & RIGHTS_OF_ROLE.get(post.role, frozenset())]
    return next((post for post in fitting if post_id is None or post.post_id == post_id), None)


def holds_post(actor: Actor, kind: str, post_id: int | None) -> bool:
    return _post(actor, kind, post_id) is not None


def is_confirmed(confirmed_at: datetime, at: datetime) -> bool:
    """A key is used only when its holder has shown a moment ago that it is they."""
    return -CLOCK <= at - confirmed_at <= CONFIRMED_FOR

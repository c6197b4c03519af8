"""Before a key is used: whether this person can sign, what they sign, and that it is they (nhập lại mật khẩu)."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.public import SigningRefusedError
from tinhso.systems.one_stop import acts
from tinhso.systems.one_stop.acts import Act
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.signatures import one
from tinhso.systems.one_stop.signatures.document import document_of

CONFIRM = "confirm"
KEPT = ("how", "note", "number", "day")  # typed before the password was asked for


@dataclass(frozen=True, slots=True)
class ToSign:
    """What the page of an act shows of the document that will be signed or sealed."""

    href: str
    seen: str
    confirm_href: str  # empty while the last sign-in is a moment ago


def is_fresh(request: HttpRequest) -> bool:
    """Whether a key may be used without asking for the password again."""
    return signing.is_confirmed(confirmed_at=accounts.confirmed_at(request=request))


def confirm_href(back_to: str) -> str:
    """Where the password is asked for again, and back."""
    return reverse("account_reauthenticate") + "?" + urlencode({"next": back_to})


def place_of(refused: SigningRefusedError) -> str:
    return CONFIRM if refused.code == "confirm" else ""


def with_ways(chosen: Act, dossier: Dossier, actor: Actor) -> Act:
    """The act with the choice between key and paper; where there is no key, what to do about it."""
    if chosen is acts.NUMBER and not one.signed_draft(dossier):
        return replace(chosen, says=_("Lãnh đạo duyệt trên giấy: cấp số, đóng dấu bản giấy rồi nộp bản quét; "
                                      "chưa quét thì số hoá sau."))  # fmt: skip
    kind, how = ("seal", acts.HOW_TO_SEAL) if chosen is acts.NUMBER else ("personal", acts.HOW_TO_APPROVE)
    able = signing.can_sign(actor=actor, kind=kind)
    if not able.is_able:
        return replace(chosen, warning=f"{able.sentence} {_advice(kind)}")
    return replace(chosen, fields=(how, *chosen.fields), says="")


def _advice(kind: str) -> str:
    if kind == "seal":
        return _("Nhờ quản trị viên khai chứng thư của cơ quan ở mục Chứng thư ký số; trước mắt có thể đóng dấu giấy.")
    return _(
        "Nhờ quản trị viên khai chứng thư của bạn ở mục Chứng thư ký số. Trước mắt vẫn duyệt được trên giấy: "
        "ký tay bản in, văn thư cấp số, đóng dấu; bản kết quả được số hoá sau."
    )


def to_sign(request: AuthenticatedRequest, dossier: Dossier, chosen: Act) -> ToSign | None:
    """The document under the eyes of who signs or seals; none where it goes on paper."""
    if not any(field.name == "how" and field.options in _WAYS for field in chosen.fields):
        return None
    if chosen.slug == acts.NUMBER.slug:
        which, sha256 = "signed", one.signed_draft(dossier)
    else:
        document = document_of(dossier, request.actor)
        if document is None:
            return None
        which, sha256 = "document", document.sha256
    typed = {key: value for key in KEPT if (value := request.POST.get(key, request.GET.get(key, "")))}
    back = request.path + ("?" + urlencode(typed) if typed else "")
    href = reverse("one_stop:result", args=[dossier.code, which])
    return ToSign(href, sha256, "" if is_fresh(request) else confirm_href(back))


_WAYS = (acts.HOW_TO_APPROVE.options, acts.HOW_TO_SEAL.options)

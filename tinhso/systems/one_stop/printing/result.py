"""The result of a dossier as a paper to be signed: the layout of NĐ 30/2020/NĐ-CP, places kept for number and seal."""

from datetime import date, datetime

from tinhso.design.jinja import plain_name
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import HeldPost
from tinhso.foundation.signing import public as signing
from tinhso.lib.typesetting import typeset
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.permissions import path_of
from tinhso.systems.one_stop.printing.papers import TEMPLATES, frame, place_of, qr_of
from tinhso.systems.one_stop.services import verifying

NUMBER, DAY = "SoKyHieu", "NgayBanHanh"  # the places of the paper
COLLECTIVE = ("commune", "province")  # a people's committee decides as a body


def result(dossier: Dossier, *, signer: Actor) -> bytes:
    """The paper for this signer, the same bytes each time; the draft's text is its body."""
    unit = organizations.get_unit(unit_id=dossier.handling_unit_id)
    drafted = dossier.history.filter(kind="drafted").order_by("-at", "-id").first()
    dated: datetime = drafted.at if drafted else dossier.submitted_at
    given = frame(dossier.handling_unit_id, dated)
    post = post_of(dossier, signer)
    issued = verifying.token_for(dossier, signer=signer, title=post.title if post else "")
    made = typeset(
        TEMPLATES / "result.typ",
        {
            **given,
            "place": place_of(given["unit_name"]) or place_of(given["parent_name"]),
            "code": dossier.code,
            "title": dossier.result_name.strip().rstrip(".") or "Kết quả giải quyết thủ tục hành chính",
            "summary": f"{plain_name(dossier.procedure_name)}: {dossier.applicant_name}",
            "body": _body(dossier),
            "recipients": [f"{dossier.applicant_name};", f"Lưu: VT, hồ sơ {dossier.code}."],
            "authority": authority(post, unit.kind),
            "signer": signer.name,
            "qr": issued.qr_svg if issued else qr_of(dossier.code),
            **({"qr_alt": issued.alt, "token": issued.printed} if issued else {}),
        },
        dated=dated,
    )
    return signing.reserve_places(content=made)


def _body(dossier: Dossier) -> list[str]:
    draft = dossier.result_draft or {}
    lines = [line.strip() for line in str(draft.get("content") or draft.get("text") or "").splitlines()]
    return [line for line in lines if line] or [
        f"Đồng ý giải quyết thủ tục «{dossier.procedure_name}» theo đề nghị của {dossier.applicant_name}."
    ]


def post_of(dossier: Dossier, signer: Actor) -> HeldPost | None:
    """The post by which this person signs: a leader's of the agency that decides, nearest first."""
    path = path_of(dossier.handling_unit_id)
    fitting = [post for post in signer.posts if post.role == organizations.Role.LEADER and post.unit_id in path]
    return max(fitting, key=lambda post: len(post.unit_path), default=None)


def authority(post: HeldPost | None, unit_kind: str) -> list[str]:
    """«TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH», «KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC», «TUQ. …» (NĐ 30/2020, annex I, part II)."""
    if post is None:
        return []
    title = post.title.split(" Ủy ban")[0].split(" Sở")[0].strip()
    above = ["TM. Ủy ban nhân dân"] if unit_kind in COLLECTIVE else []
    if post.delegated_by is not None:
        return [*above, f"TUQ. {title.removeprefix('Phó ').capitalize()}", title]
    if title.lower().startswith("phó "):
        return [*above, f"KT. {title[4:]}", title]
    return [*above, title]


def day_in_words(day: date) -> str:
    """«ngày 05 tháng 02 năm 2026»: two digits each, so that nothing can be put before them."""
    return f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"

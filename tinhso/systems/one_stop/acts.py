"""What an official may do with a dossier now, in words: the buttons of the workspace and the fields each needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _lazy

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.workflow.public import WorkItem
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.services import consulting, deadlines
from tinhso.systems.one_stop.states import MEANING, State


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. kind: lines | text | units | choice | file | text input types of the design."""

    name: str
    kind: str
    label: object
    required: bool = True
    hint: object = ""
    rows: int = 4
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()  # of kind units: title and options


@dataclass(frozen=True, slots=True)
class Act:
    """A button. slug stands in the address; kbd is the key that presses it; direct acts need no field."""

    slug: str
    label: object
    icon: str
    kind: str = ""  # "" | main | danger
    kbd: str = ""
    fields: tuple[Field, ...] = ()
    says: object = ""
    warning: str = ""
    in_bulk: bool = False

    def filled(self, name: str, **changes: object) -> "Act":
        """The same act with a field's options or value set."""
        return replace(
            self,
            fields=tuple(replace(f, **changes) if f.name == name else f for f in self.fields),  # type: ignore[arg-type]
        )


NOTE = Field("note", "text", _lazy("Ý kiến"), required=False, rows=3)
REASON = Field("reason", "text", _lazy("Lý do"), rows=3)

ACCEPT = Act(
    "acceptance", _lazy("Tiếp nhận"), "check", "main", "T", (NOTE,),
    _lazy("Hồ sơ được tiếp nhận lúc này, đồng hồ pháp luật bắt đầu chạy và người nộp được báo ngày hẹn."), in_bulk=True,
)  # fmt: skip
SUPPLEMENT = Act(
    "supplement-request", _lazy("Yêu cầu bổ sung"), "undo", "", "B",
    (
        Field("items", "lines", _lazy("Giấy tờ, nội dung còn thiếu"), rows=6,
              hint=_lazy("Mỗi dòng một việc. Ghi đủ một lần: pháp luật chỉ cho yêu cầu bổ sung một lần.")),
        REASON,
    ),
    _lazy("Đồng hồ dừng khi người nộp bổ sung, rồi tính lại từ đầu. Sau 15 ngày không bổ sung, hồ sơ tự đóng."),
)  # fmt: skip
REFUSE = Act(
    "refusal", _lazy("Từ chối, nêu lý do"), "close", "danger", "",
    (Field("reasons", "lines", _lazy("Lý do từ chối"), rows=5, hint=_lazy("Mỗi dòng một lý do, kèm căn cứ.")),),
    _lazy("Người nộp nhận Phiếu từ chối với đúng những lý do này."),
)  # fmt: skip
ASSIGN = Act(
    "assignment", _lazy("Phân công"), "person", "main", "T",
    (Field("person", "choice", _lazy("Người thụ lý")), NOTE), in_bulk=False,
)  # fmt: skip
EXAMINED = Act(
    "examination", _lazy("Đủ điều kiện, chuyển bước sau"), "arrow", "main", "T", (NOTE,), in_bulk=True,
)  # fmt: skip
ASK = Act(
    "consultation", _lazy("Hỏi cơ quan khác"), "chat", "", "H",
    (
        Field("units", "units", _lazy("Cơ quan được hỏi")),
        Field("question", "text", _lazy("Nội dung hỏi"), rows=4),
        Field("due_date", "date", _lazy("Trả lời trước ngày"), hint=_lazy("Như 25/11/2026; nằm trong hạn của hồ sơ.")),
    ),
    _lazy("Các cơ quan được hỏi cùng lúc; hồ sơ vẫn ở tay bạn và đồng hồ vẫn chạy."),
)  # fmt: skip
ANSWER = Act(
    "answer", _lazy("Trả lời ý kiến"), "chat", "main", "T",
    (
        Field("agrees", "choice", _lazy("Kết luận"), options=(("yes", "Thống nhất"), ("no", "Không thống nhất"))),
        Field("answer", "text", _lazy("Nội dung trả lời"), rows=5),
    ),
)  # fmt: skip
DRAFT = Act(
    "draft", _lazy("Trình dự thảo kết quả"), "pen", "main", "T",
    (
        Field("content", "text", _lazy("Nội dung kết quả"), rows=8),
        Field("file", "file", _lazy("Tệp dự thảo (PDF)"), required=False),
        NOTE,
    ),
)  # fmt: skip
CHECKED = Act("check", _lazy("Đồng ý, trình lãnh đạo"), "arrow", "main", "T", (NOTE,), in_bulk=True)
APPROVE = Act(
    "approval", _lazy("Ký duyệt"), "pen", "main", "T", (NOTE,),
    _lazy("Duyệt dự thảo kết quả; văn thư sẽ cấp số và đóng dấu."), in_bulk=True,
)  # fmt: skip
HOW_TO_APPROVE = Field(
    "how", "choice", _lazy("Cách ký"), required=False, value="sign", options=(
        ("sign", "Ký số bản kết quả bên trên"),
        ("paper", "Duyệt trên giấy: ký tay bản in, kết quả được số hoá sau")),
)  # fmt: skip
HOW_TO_SEAL = Field(
    "how", "choice", _lazy("Cách phát hành"), required=False, value="seal", options=(
        ("seal", "Ghi số, ngày vào bản lãnh đạo đã ký số rồi đóng dấu số của cơ quan"),
        ("paper", "Đóng dấu trên giấy, nộp bản quét")),
)  # fmt: skip
NUMBER = Act(
    "number", _lazy("Cấp số, đóng dấu"), "document", "main", "T",
    (
        Field("number", "text", _lazy("Số của kết quả"), rows=1, hint=_lazy("Ví dụ 05/2026-GKS.")),
        Field("day", "date", _lazy("Ngày")),
        Field("file", "file", _lazy("Bản kết quả đã đóng dấu (PDF)"), required=False),
    ),
)  # fmt: skip
RETURN_RESULT = Act(
    "delivery", _lazy("Trả kết quả"), "check", "main", "T",
    (
        Field("how", "choice", _lazy("Cách trả"), value="electronic", options=(
            ("electronic", "Bản điện tử"), ("both", "Bản giấy và bản điện tử"), ("paper", "Bản giấy tại quầy"),
            ("post", "Qua bưu điện"))),
        Field("receiver", "text", _lazy("Người nhận (nếu nhận thay)"), required=False, rows=1),
    ),
    in_bulk=True,
)  # fmt: skip
SEND_BACK = Act(
    "return", _lazy("Trả lại bước trước"), "undo", "", "L",
    (Field("node", "choice", _lazy("Trả về bước")), REASON),
    _lazy("Người ở bước đó thấy lý do của bạn. Đồng hồ vẫn chạy."),
)  # fmt: skip
STOP = Act("stop", _lazy("Tạm dừng xử lý"), "pause", "", "", (REASON,))
RESUME = Act("resumption", _lazy("Tiếp tục xử lý"), "arrow", "main", "T", (NOTE,))
DEMAND_FEE = Act(
    "fee", _lazy("Yêu cầu nộp nghĩa vụ tài chính"), "money", "", "",
    (
        Field("name", "text", _lazy("Khoản phải nộp"), rows=1),
        Field("amount", "number", _lazy("Số tiền (đồng)")),
        REASON,
    ),
    _lazy("Đồng hồ dừng đến khi người nộp hoàn thành."),
)  # fmt: skip
MARK_PAID = Act(
    "payment", _lazy("Ghi nhận đã nộp tiền"), "check", "main", "T",
    (
        Field("how", "choice", _lazy("Cách nộp"), value="cash", options=(
            ("cash", "Tiền mặt"), ("transfer", "Chuyển khoản"), ("card", "Thẻ"))),
        Field("receipt_number", "text", _lazy("Số biên lai"), required=False, rows=1),
    ),
)  # fmt: skip
REAPPOINT = Act(
    "reappointment", _lazy("Xin lỗi và hẹn lại"), "clock", "", "",
    (
        Field("new_date", "date", _lazy("Ngày hẹn mới")),
        REASON,
    ),
    _lazy("Chỉ được hẹn lại một lần, trước ngày hẹn. Hẹn lại không làm hồ sơ thành đúng hạn."),
)  # fmt: skip
WITHDRAW = Act(
    "withdrawal", _lazy("Rút hồ sơ theo yêu cầu người nộp"), "undo", "danger", "", (REASON,),
)  # fmt: skip
SUPPLY = Act(
    "supplement", _lazy("Nhận giấy tờ bổ sung"), "check", "main", "T",
    (
        Field("name", "text", _lazy("Giấy tờ nhận được"), rows=2),
        Field("file", "file", _lazy("Bản quét"), required=False),
    ),
)  # fmt: skip
HAND_OVER = Act(
    "handover", _lazy("Ghi đã chuyển hồ sơ giấy"), "arrow", "", "",
    (Field("receiver", "text", _lazy("Người nhận"), rows=1, required=False),),
)  # fmt: skip
TAKE = Act("taking", _lazy("Nhận việc này"), "person", "", "N")

BY_STAGE: dict[str, tuple[Act, ...]] = {
    "intake": (ACCEPT, SUPPLEMENT, REFUSE),
    "assignment": (ASSIGN, SEND_BACK, REFUSE),
    "examination": (EXAMINED, ASK, SUPPLEMENT, DEMAND_FEE, SEND_BACK, REFUSE),
    "drafting": (DRAFT, SEND_BACK),
    "checking": (CHECKED, SEND_BACK),
    "approval": (APPROVE, SEND_BACK),
    "numbering": (NUMBER, SEND_BACK),
    "return": (RETURN_RESULT,),
    "supplement": (SUPPLY,),
    "financial_duty": (MARK_PAID,),
    "consultation": (ANSWER,),
}
OUTCOME_OF = {"supplement-request": "supplement", "refusal": "refuse", "fee": "pay"}
ALL: dict[str, Act] = {
    act.slug: act for acts in (*BY_STAGE.values(), (STOP, RESUME, REAPPOINT, WITHDRAW, HAND_OVER, TAKE)) for act in acts
}


@dataclass(frozen=True, slots=True)
class Offer:
    """The acts offered to one official, and the step they finish (None for acts beside the process)."""

    acts: tuple[Act, ...] = field(default=())
    item: WorkItem | None = None


def may_work_on(actor: Actor, item: WorkItem) -> bool:
    """The named person, or a holder of the role in that unit."""
    return (actor.person_id is not None and actor.person_id == item.assignee_id) or any(
        post.role == item.role and post.unit_id == item.unit_id for post in actor.posts
    )


def offer(dossier: Dossier, *, actor: Actor, items: Sequence[WorkItem], at: datetime) -> Offer:
    """What this official can do with this dossier at this moment."""
    if not MEANING[State(dossier.state)].is_open:
        return Offer()
    if dossier.state == State.STOPPED:
        return Offer((RESUME,) if _over(actor, dossier) else ())
    mine = next((i for i in items if i.stage == "consultation" and consulting.may_answer(actor, i.unit_id)), None)
    lead = next((i for i in items if i.is_lead and may_work_on(actor, i)), None)
    acts: list[Act] = []
    item = mine or lead
    if mine:
        acts += BY_STAGE["consultation"]
    elif lead:
        acts += [act for act in BY_STAGE.get(lead.stage, ()) if _is_drawn(act, lead)]
        if ASK in acts and not consulting.may_ask(dossier):
            acts.remove(ASK)
        if lead.assignee_id != actor.person_id:
            acts.append(TAKE)
    elif dossier.state == State.AWAITING_SUPPLEMENT and actor.has(Right.RECEIVE):
        acts.append(SUPPLY)
    elif dossier.state == State.AWAITING_PAYMENT and (actor.has(Right.RECEIVE) or _over(actor, dossier)):
        acts.append(MARK_PAID)
    if dossier.received_at and not dossier.is_paused and _over(actor, dossier):
        acts += [STOP] if deadlines.why_not_reappoint(dossier, at) else [REAPPOINT, STOP]
    if actor.has(Right.RECEIVE) and not permissions.why_not_withdraw(actor, dossier):
        acts.append(WITHDRAW)
    return Offer(tuple(acts), item)


def _is_drawn(act: Act, item: WorkItem) -> bool:
    """A refusal, a supplement or a fee is offered only where the process draws it."""
    outcome = OUTCOME_OF.get(act.slug)
    return outcome is None or outcome in dict(item.outcomes)


def _over(actor: Actor, dossier: Dossier) -> bool:
    path = permissions.path_of(dossier.handling_unit_id)
    return any(actor.has(right, unit_path=path) for right in (Right.CHECK, Right.APPROVE))

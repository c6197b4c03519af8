"""The states of a dossier, what may follow what, and what each is to the nation: one table, nothing else decides."""

from dataclasses import dataclass

from django.db import models


class State(models.TextChoices):
    """Our own states (trạng thái), richer than the ten national ones."""

    SUBMITTED = "submitted", "Chờ tiếp nhận"
    RECEIVED = "received", "Đã tiếp nhận"
    ASSIGNING = "assigning", "Chờ phân công"
    EXAMINING = "examining", "Đang thẩm định"
    DRAFTING = "drafting", "Đang dự thảo kết quả"
    CHECKING = "checking", "Đang kiểm tra dự thảo"
    APPROVING = "approving", "Đang trình ký"
    NUMBERING = "numbering", "Đang cấp số, đóng dấu"
    AWAITING_SUPPLEMENT = "awaiting_supplement", "Chờ bổ sung giấy tờ"
    AWAITING_PAYMENT = "awaiting_payment", "Chờ thực hiện nghĩa vụ tài chính"
    STOPPED = "stopped", "Tạm dừng xử lý"
    DONE = "done", "Đã có kết quả, chờ trả"
    RETURNED = "returned", "Đã trả kết quả"
    REFUSED = "refused", "Không được tiếp nhận"
    DECLINED = "declined", "Từ chối giải quyết"
    WITHDRAWN = "withdrawn", "Công dân rút hồ sơ"
    CLOSED = "closed", "Đã đóng vì quá hạn bổ sung"


NATIONAL_LABELS = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one state means: the national status, whether somebody still owes work, and what may follow."""

    national: int
    is_open: bool
    follows: frozenset[State]


S = State
_IN_HAND = frozenset({S.ASSIGNING, S.EXAMINING, S.DRAFTING, S.CHECKING, S.APPROVING, S.NUMBERING})
_SUSPENDED = frozenset({S.AWAITING_SUPPLEMENT, S.AWAITING_PAYMENT, S.STOPPED})
_ENDED = frozenset({S.WITHDRAWN, S.CLOSED})
_FROM_WORK = _IN_HAND | _SUSPENDED | _ENDED | {S.DONE, S.DECLINED, S.RETURNED}

MEANING: dict[State, Meaning] = {
    S.SUBMITTED: Meaning(
        1, True, _IN_HAND | _ENDED | {S.RECEIVED, S.REFUSED, S.AWAITING_SUPPLEMENT, S.AWAITING_PAYMENT, S.DONE}
    ),
    S.RECEIVED: Meaning(2, True, _FROM_WORK),
    **{state: Meaning(4, True, (_FROM_WORK | {S.RECEIVED}) - {state}) for state in sorted(_IN_HAND)},
    S.AWAITING_SUPPLEMENT: Meaning(
        5, True, _IN_HAND | _ENDED | {S.SUBMITTED, S.RECEIVED, S.AWAITING_PAYMENT, S.STOPPED, S.REFUSED, S.DECLINED}
    ),
    S.AWAITING_PAYMENT: Meaning(
        6, True, _IN_HAND | _ENDED | {S.RECEIVED, S.AWAITING_SUPPLEMENT, S.STOPPED, S.DONE, S.RETURNED, S.DECLINED}
    ),
    S.STOPPED: Meaning(8, True, _IN_HAND | _ENDED | {S.RECEIVED, S.DONE, S.DECLINED}),
    S.DONE: Meaning(9, True, _IN_HAND | {S.RETURNED}),
    S.RETURNED: Meaning(10, False, frozenset()),
    S.REFUSED: Meaning(3, False, frozenset()),
    S.DECLINED: Meaning(8, False, frozenset()),
    S.WITHDRAWN: Meaning(7, False, frozenset()),
    S.CLOSED: Meaning(8, False, frozenset()),
}

OPEN = tuple(state for state, meaning in MEANING.items() if meaning.is_open)
IN_HAND = tuple(sorted(_IN_HAND))
SUSPENDED = tuple(sorted(_SUSPENDED))

STATE_OF_STAGE: dict[str, State] = {
    "intake": S.SUBMITTED,
    "assignment": S.ASSIGNING,
    "examination": S.EXAMINING,
    "drafting": S.DRAFTING,
    "checking": S.CHECKING,
    "approval": S.APPROVING,
    "numbering": S.NUMBERING,
    "supplement": S.AWAITING_SUPPLEMENT,
    "financial_duty": S.AWAITING_PAYMENT,
    "return": S.DONE,
}

_STATE_OF_END = {
    "returned": S.RETURNED,
    "closed_by_rule": S.CLOSED,
    "withdrawn": S.WITHDRAWN,
    "stopped": S.DECLINED,
}


def state_of_end(ended: str, *, was_received: bool) -> State:
    """The last state of a dossier whose case ended there; a refusal after receipt is a refusal to resolve."""
    if ended == "refused":
        return S.DECLINED if was_received else S.REFUSED
    return _STATE_OF_END.get(ended, S.RETURNED)


def may_follow(before: str, after: str) -> bool:
    return before == after or State(after) in MEANING[State(before)].follows


def national(state: str) -> int:
    return MEANING[State(state)].national

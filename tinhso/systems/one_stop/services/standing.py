"""Where a dossier stands: who is responsible, until when, and why, for each state. Never nobody, never no date."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow.public import WorkItem
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.services.clock import SUPPLEMENT_DAYS, answer_by
from tinhso.systems.one_stop.states import STATE_OF_STAGE, State

Role = organizations.Role
COLLECT_DAYS = 30  # calendar days after which an uncollected result is asked after again
PAY_DAYS = 15  # calendar days to pay where the demand names no day

DUTY = {
    State.SUBMITTED: "kiểm tra hồ sơ mới gửi",
    State.RECEIVED: "phân công người giải quyết",
    State.ASSIGNING: "phân công người giải quyết",
    State.EXAMINING: "thẩm định hồ sơ",
    State.DRAFTING: "dự thảo kết quả",
    State.CHECKING: "kiểm tra dự thảo kết quả",
    State.APPROVING: "xem xét, ký kết quả",
    State.NUMBERING: "cấp số, đóng dấu kết quả",
    State.DONE: "trả kết quả",
}
ROLE_LABELS = {
    Role.DESK_OFFICER: "Công chức Một cửa",
    Role.SPECIALIST: "Chuyên viên",
    Role.UNIT_HEAD: "Lãnh đạo đơn vị",
    Role.LEADER: "Lãnh đạo cơ quan",
    Role.CLERK: "Văn thư",
    Role.ADMINISTRATOR: "Quản trị",
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for the dossier now: a person, or a post with a person in it."""

    person_id: int | None
    unit_id: int
    role: str


def holder_of(unit_id: int, role: str, person_id: int | None = None) -> Holder:
    """The person named, if still in the post; else the post; else whoever must fill it: head, leader, unit above."""
    people = organizations.holders(unit_id=unit_id, role=role)
    if person_id is not None and any(person.id == person_id for person in people):
        return Holder(person_id, unit_id, role)
    if people:
        return Holder(people[0].id if len(people) == 1 else None, unit_id, role)
    unit = organizations.get_unit(unit_id=unit_id)
    if person_id is not None:  # the engine chose somebody who stands in for the empty post
        for post in reversed(organizations.held_posts(person_id=person_id)):
            if post.unit_id in unit.path:
                return Holder(person_id, post.unit_id, post.role)
    for above in reversed(unit.path):
        for head in (Role.UNIT_HEAD, Role.LEADER, Role.ADMINISTRATOR):
            if people := organizations.holders(unit_id=above, role=head):
                return Holder(people[0].id if len(people) == 1 else None, above, head)
    return Holder(person_id, unit_id, role)


def set_holder(dossier: Dossier, item: WorkItem | None) -> None:
    """The lead step's person answers; while the citizen's turn lasts, whoever asked goes on answering."""
    if item is not None and item.role != "citizen":
        holder = holder_of(item.unit_id, item.role, item.assignee_id)
    else:
        unit_id = dossier.responsible_unit_id or dossier.receiving_unit_id
        holder = holder_of(unit_id, dossier.responsible_role or Role.DESK_OFFICER, dossier.responsible_person_id)
    dossier.responsible_person_id = holder.person_id
    dossier.responsible_unit_id = holder.unit_id
    dossier.responsible_role = holder.role


def next_date_of(dossier: Dossier, item: WorkItem | None, at: datetime, pay_by: datetime | None = None) -> datetime:
    """When something happens next, at the latest."""
    state = State(dossier.state)
    if state == State.SUBMITTED:
        return answer_by(dossier.receiving_unit_id, max(at, dossier.submitted_at))
    if state == State.AWAITING_SUPPLEMENT:
        return at + timedelta(days=SUPPLEMENT_DAYS)
    if state == State.AWAITING_PAYMENT:
        return pay_by or at + timedelta(days=PAY_DAYS)
    if state == State.DONE:
        return dossier.promised_at if dossier.promised_at and dossier.promised_at > at else at + _days(COLLECT_DAYS)
    if item is not None and item.due_at is not None:
        return item.due_at
    return dossier.due_at or at + _days(COLLECT_DAYS)


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def who(dossier: Dossier) -> str:
    """«Chuyên viên Nguyễn Văn A, Phòng Kinh tế»."""
    unit_id = dossier.responsible_unit_id or dossier.receiving_unit_id
    unit = organizations.get_unit(unit_id=unit_id).name
    label = ROLE_LABELS.get(dossier.responsible_role, "Công chức")
    if dossier.responsible_person_id:
        return f"{label} {organizations.person(person_id=dossier.responsible_person_id).name}, {unit}"
    return f"{label} của {unit}"


def reason_of(dossier: Dossier, item: WorkItem | None, asked: str = "") -> str:
    """Why the dossier stands where it stands, in a sentence its owner may read."""
    state = State(dossier.state)
    if state == State.AWAITING_SUPPLEMENT:
        return f"Chờ người nộp bổ sung: {asked}" if asked else "Chờ người nộp bổ sung giấy tờ theo phiếu yêu cầu."
    if state == State.AWAITING_PAYMENT:
        return (
            f"Chờ người nộp thực hiện nghĩa vụ tài chính: {asked}"
            if asked
            else ("Chờ người nộp thực hiện nghĩa vụ tài chính.")
        )
    if state == State.STOPPED:
        return f"Tạm dừng: {asked}" if asked else "Tạm dừng xử lý."
    if state == State.DONE:
        return f"Đã có kết quả; {_lower(who(dossier))} trả cho người nộp."
    if item is not None:
        state = STATE_OF_STAGE.get(item.stage, state)
    return f"{who(dossier)} {DUTY.get(state, 'giải quyết hồ sơ')}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def last_reason(state: State, text: str) -> str:
    """The last sentence of a dossier that has ended."""
    ended = {
        State.RETURNED: "Đã trả kết quả.",
        State.REFUSED: "Hồ sơ không được tiếp nhận.",
        State.DECLINED: "Cơ quan từ chối giải quyết hồ sơ.",
        State.WITHDRAWN: "Người nộp đã rút hồ sơ.",
        State.CLOSED: "Hồ sơ được đóng vì quá 15 ngày không bổ sung (NĐ 118/2025/NĐ-CP, Điều 19.5).",
    }[state]
    return f"{ended} Lý do: {text}" if text and state in {State.REFUSED, State.DECLINED, State.WITHDRAWN} else ended

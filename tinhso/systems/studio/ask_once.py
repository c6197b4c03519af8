"""What a form asks although the platform holds it already: said while the form is made, counted where asked anyway.

A paper that a register holds of everybody keeps a form from being published unless its question says why
(`tt:ask_reason`); a paper the data store may hold, and a fact of the account that is not filled in, are doubts.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.forms import public as forms
from tinhso.systems.vault import public as vault

FILE = "filepicker"
SHORTEST_REASON = 10
FACTS = {  # how a question about the applicant is checked → what the account already tells
    "name": "person.name",
    "personal_id": "person.identity_number",
    "phone": "person.phone",
    "email": "person.email",
}
Problem = tuple[str, str, str]


def _files(schema: Mapping[str, Any]) -> Iterator[tuple[forms.drafting.Part, vault.Kind]]:
    """Questions for a file, with the kind of paper they ask for where one surely fits."""
    for part in forms.drafting.parts(schema):
        if part.component.get("type") == FILE:
            key = part.own("tt:paper") or str(part.component.get("key", ""))
            kind = vault.kind_asked(wanted=vault.Wanted("", key, part.label))
            if kind is not None:
                yield part, kind


def judge(schema: Mapping[str, Any]) -> tuple[list[Problem], list[Problem]]:
    """(what keeps it from being published, what should be looked at)."""
    problems: list[Problem] = []
    doubts: list[Problem] = []
    for part, kind in _files(schema):
        if kind.held_by and len(part.own("tt:ask_reason")) < SHORTEST_REASON:
            said = f"Hỏi «{part.label}», trong khi {kind.held_by} đã có."
            problems.append((part.id, said, "Bỏ câu này, hoặc ghi vì sao vẫn hỏi (lý do được đếm theo cơ quan)."))
        elif kind.held_by:
            doubts.append((part.id, f"Vẫn hỏi «{part.label}» dù {kind.held_by} đã có: {part.own('tt:ask_reason')}", ""))
        else:
            said = f"Hỏi «{part.label}»: kho dữ liệu của người nộp có thể đã có {kind.name}."
            doubts.append((part.id, said, "Người có sẵn trong kho sẽ không phải nộp; không cần hỏi số, ngày của giấy."))
    return problems, [*doubts, *_facts(schema)]


def _facts(schema: Mapping[str, Any]) -> Iterator[Problem]:
    for part in forms.drafting.parts(schema):
        fact = FACTS.get(part.own("tt:kind"))
        about_applicant = str(part.component.get("key", "")).startswith("applicant_")
        if fact and about_applicant and not part.own("tt:prefill"):
            yield part.id, f"Hỏi «{part.label}», trong khi tài khoản người nộp đã có.", f"Chọn điền sẵn từ «{fact}»."


def count_overrides(schema: Mapping[str, Any], *, key: str, actor: Actor, at: datetime) -> None:
    """Published although it asks for what a register holds: one row per kind, for the unit of whoever publishes."""
    unit_id = actor.posts[0].unit_id if actor.posts else None
    for part, kind in _files(schema):
        reason = part.own("tt:ask_reason")
        if kind.held_by and len(reason) >= SHORTEST_REASON and unit_id is not None:
            found = [vault.Clash(line=part.label, kind=kind, paper=None)]
            vault.record_override(
                found=found, where="studio", subject=f"form:{key}"[:100], unit_id=unit_id, reason=reason, actor=actor,
                at=at,
            )  # fmt: skip

"""Preflight: everything that would be refused is said before sending, with how to mend it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.foundation.forms import public as forms
from tinhso.foundation.signing import public as signing
from tinhso.foundation.statements import prepared
from tinhso.lib.identifiers import check_personal_id, check_tax_code, sentence_of
from tinhso.systems.one_stop.services import leaning, routing
from tinhso.systems.one_stop.states import OPEN
from tinhso.systems.one_stop.types import Finding, PaperGiven, refuse
from tinhso.systems.procedures import public as procedures
from tinhso.systems.vault import public as vault

SAME_WITHIN_DAYS = 30
SAME = """
select code from one_stop_dossier
where identity_number = %s and procedure_code = %s and submitted_at > %s and submitted_at <= %s and state = any(%s)
limit 1
"""
MOST_PAPERS = 60


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies: the person on whose behalf the dossier is, and how to reach them."""

    name: str
    identity_number: str
    kind: str = "citizen"  # citizen | business
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(slots=True)
class Checked:
    """What preflight read on the way, so that nothing is read twice."""

    procedure: procedures.Procedure
    binding: procedures.Binding
    findings: list[Finding] = field(default_factory=list)
    data: Mapping[str, Any] = field(default_factory=dict)
    stored: Mapping[str, files.StoredFile] = field(default_factory=dict)
    units: routing.Units | None = None  # None where the unit chosen cannot take it

    @property
    def is_blocked(self) -> bool:
        return any(finding.blocking for finding in self.findings)


def check(
    *,
    procedure_code: str,
    data: Mapping[str, Any],
    papers: Sequence[PaperGiven],
    applicant: Applicant,
    unit_key: str,
    form_version_id: int | None,
    channel: str,
    actor: Actor,
    at: datetime,
    may_lack_papers: bool = False,
    stored: Mapping[str, files.StoredFile] | None = None,
    with_warnings: bool = True,
) -> Checked:
    """Everything at once: unit, form, papers, files, person, repetition (a warning only).

    stored: the files of the papers by hash, where the caller has just read them for many dossiers.
    Raises RefusedError where the procedure cannot be filed here that day, since nothing else can be judged then.
    """
    day = timezone.localtime(at).date()
    try:
        checked = Checked(
            procedure=procedures.get_procedure(code=procedure_code, on=day),
            binding=procedures.binding_on(code=procedure_code, on=day),
        )
    except LookupError as error:
        raise refuse(str(error)) from None
    checked.findings += _check_unit(checked, unit_key, channel, actor, at)
    checked.findings += _check_form(checked, data, form_version_id, channel)
    checked.stored = stored_of(papers) if stored is None else stored
    lacking = () if may_lack_papers else _lacking(checked, papers)
    checked.findings += _not_to_be_asked(lacking, procedure_code, applicant, at)
    checked.findings += _check_files(checked, papers, channel)
    checked.findings += signature_findings(papers, checked.stored)
    checked.findings += leaning.problems(papers, owner_number=applicant.identity_number, actor=actor, at=at)
    checked.findings += _check_person(applicant)
    if with_warnings and not checked.is_blocked:
        checked.findings += _check_repetition(procedure_code, applicant, at)
    return checked


def _check_unit(checked: Checked, unit_key: str, channel: str, actor: Actor, at: datetime) -> list[Finding]:
    try:
        checked.units = routing.units_for(
            binding=checked.binding, unit_key=unit_key, channel=channel, actor=actor, at=at
        )
    except LookupError as error:
        return [Finding("unit", str(error))]
    return []


def _check_form(checked: Checked, data: Mapping[str, Any], form_version_id: int | None, channel: str) -> list[Finding]:
    current = checked.binding.form_version_id
    # A paper dossier brings its declaration on paper: it is scanned, not typed again by the officer.
    if current is None or (form_version_id is None and channel in {"desk", "post"}):
        checked.data = data
        return []
    if form_version_id is not None and form_version_id != current:
        return [
            Finding(
                "form",
                _(
                    "Biểu mẫu của thủ tục này đã có bản mới. Xin mở lại bước điền thông tin: "
                    "những gì đã điền được giữ, chỉ cần kiểm tra phần thay đổi rồi gửi lại."
                ),
            )
        ]
    judged = forms.validate(version_id=current, data=data)
    checked.data = judged.data
    return [Finding(key, sentence) for key, sentence in judged.errors.items()]


def _lacking(checked: Checked, papers: Sequence[PaperGiven]) -> list[procedures.Paper]:
    given = {paper.key for paper in papers}
    return [paper for paper in checked.procedure.papers if paper.required and paper.key not in given]


def _not_to_be_asked(
    lacking: Sequence[procedures.Paper], procedure_code: str, applicant: Applicant, at: datetime
) -> list[Finding]:
    """A paper that lacks is refused, but what the owner's store or a register holds is not asked for again."""
    if not lacking:
        return []
    wanted = leaning.wanted_of(procedure_code, lacking)
    held = vault.already_held(owner_number=applicant.identity_number, wanted=wanted, at=at)
    missing, there = (
        _("Thiếu giấy tờ bắt buộc: %(name)s."),
        _("«%(name)s»: %(place)s đã có, cơ quan tự lấy, không phải nộp."),
    )
    return [
        Finding(paper.key, there % {"name": paper.name, "place": held[paper.key]}, blocking=False)
        if paper.key in held
        else Finding(paper.key, missing % {"name": paper.name})
        for paper in lacking
    ]


def _check_files(checked: Checked, papers: Sequence[PaperGiven], channel: str) -> list[Finding]:
    findings = []
    if len(papers) > MOST_PAPERS:
        findings.append(Finding("papers", _("Hồ sơ có quá %(most)s giấy tờ.") % {"most": MOST_PAPERS}))
    for paper in papers:
        if not paper.sha256 and channel not in {"desk", "post"}:
            findings.append(Finding(paper.key, _("Giấy tờ «%(name)s» chưa có tệp.") % {"name": paper.name}))
        elif paper.sha256 and paper.sha256 not in checked.stored:
            findings.append(
                Finding(
                    paper.key,
                    _("Không đọc được tệp «%(file)s» của giấy tờ «%(name)s». Xin tải lên lại.")
                    % {"file": paper.file_name, "name": paper.name},
                )
            )
    return findings


def signature_findings(papers: Sequence[PaperGiven], stored: Mapping[str, files.StoredFile]) -> list[Finding]:
    """Papers that bear a signature are judged at once, so that none waits for weeks on a wrong one.

    What is wrong blocks, what could not be established is said; by the clock, not by the date of sending. A paper
    without a signature costs one look for its mark.
    """
    findings = []
    for paper in papers:
        if paper.sha256 not in stored or stored[paper.sha256].media_type.startswith("image/"):
            continue
        found = signing.words_of(sha256=paper.sha256)
        if found is None or found.kind == "good":
            continue
        sentence = _("«%(name)s»: %(title)s %(why)s %(advice)s") % {
            "name": paper.name, "title": found.title, "why": " ".join(found.why), "advice": found.advice,
        }  # fmt: skip
        findings.append(Finding(paper.key, sentence, blocking=found.kind == "bad"))
    return findings


def stored_of(papers: Iterable[PaperGiven]) -> dict[str, files.StoredFile]:
    """The files of these papers by hash; those that are not there are left out."""
    hashes = {paper.sha256 for paper in papers if paper.sha256}
    return files.stored_many(sha256s=sorted(hashes)) if hashes else {}


def _check_person(applicant: Applicant) -> list[Finding]:
    findings = []
    if len(applicant.name.strip()) < 2:
        findings.append(Finding("applicant_name", _("Thiếu họ và tên người nộp.")))
    if not applicant.identity_number:
        findings.append(Finding("identity_number", _("Thiếu số định danh cá nhân hoặc mã số của tổ chức.")))
    elif problem := identity_problem(applicant):
        findings.append(Finding("identity_number", problem))
    return findings


def identity_problem(applicant: Applicant) -> str:
    """What is wrong with the number, in a sentence; "" when nothing is."""
    verdict = check_personal_id(applicant.identity_number)
    if applicant.kind == "business" and not verdict.is_usable:
        verdict = check_tax_code(applicant.identity_number)
    return "" if verdict.is_usable else sentence_of(verdict.reasons[0])


def _check_repetition(procedure_code: str, applicant: Applicant, at: datetime) -> list[Finding]:
    since = at - timedelta(days=SAME_WITHIN_DAYS)
    same = prepared(SAME, [applicant.identity_number, procedure_code, since, at, [str(s) for s in OPEN]])
    if not same:
        return []
    return [
        Finding(
            "",
            _(
                "Người nộp đang có hồ sơ %(code)s cùng thủ tục chưa giải quyết xong. "
                "Nếu đúng là hồ sơ khác, cứ gửi tiếp."
            )
            % {"code": same[0][0]},
            blocking=False,
        )
    ]

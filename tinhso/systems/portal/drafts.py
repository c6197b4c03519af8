"""What a person does with a draft: start, answer a page, give papers, move to a new form, send.

Callers open the transaction; changing functions lock the draft's row first, so two devices never undo each other.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.foundation.forms import public as forms
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal.models import Draft
from tinhso.systems.procedures import public as procedures
from tinhso.systems.vault import public as vault

MOST_FILES = 50
MOST_DRAFTS = 30
OTHER = "other"
FORGOTTEN_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper of the dossier as the draft's papers page shows it."""

    key: str
    name: str
    note: str
    required: bool
    is_shown_only: bool
    case: str = ""


def day_of(at: datetime) -> Any:
    return timezone.localtime(at).date()


def needs_place(binding: procedures.Binding) -> bool:
    """Whether the person chooses the commune; a department's procedure has its place."""
    return binding.handling.startswith("commune")


def communes(at: datetime) -> list[organizations.Unit]:
    """Communes that can be chosen today, by name."""
    return organizations.units(kind="commune", on=day_of(at))


def start(*, actor: Actor, code: str, unit_key: str, at: datetime) -> Draft:
    """A new draft with what the account already tells. Raises LookupError where the procedure cannot be filed here."""
    procedure = procedures.get_procedure(code=code, on=day_of(at))
    binding = procedures.binding_on(code=code, on=day_of(at))
    if Draft.objects.filter(account_id=actor.account_id or 0, dossier_code="").count() >= MOST_DRAFTS:
        raise LookupError(
            _("Bạn đang có %(most)s bản nháp. Bỏ bớt bản nháp cũ rồi nộp hồ sơ mới.") % {"most": MOST_DRAFTS}
        )
    data: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    if binding.form_version_id is not None:
        data, found = forms.prefill(version_id=binding.form_version_id, facts=facts_of(actor, at))
        sources = {key: {"kind": s.kind, "label": s.label, "at": s.at} for key, s in found.items()}
    draft = Draft.objects.create(
        account_id=actor.account_id or 0,
        procedure_code=code,
        procedure_name=(procedure.plain_name or procedure.name)[:1000],
        form_version_id=binding.form_version_id,
        unit_key=unit_key if needs_place(binding) else "",
        data=data,
        sources=sources,
    )
    pick_what_is_held(draft, actor=actor, at=at)
    return draft


def facts_of(actor: Actor, at: datetime) -> dict[str, tuple[Any, forms.Source]]:
    """What the account tells about the person, with where it came from."""
    if actor.account_id is None:
        return {}
    account = accounts.get_account(account_id=actor.account_id)
    source = forms.Source(
        kind="account", label=_("Lấy từ tài khoản của bạn"), at=f"{timezone.localtime(at):%H:%M ngày %d/%m/%Y}"
    )
    facts = {
        "person.name": account.name,
        "person.identity_number": account.identity_number,
        "person.phone": account.phone,
        "person.email": account.email,
    }
    return {name: (value, source) for name, value in facts.items() if value}


def mine(*, actor: Actor, draft_id: uuid.UUID, lock: bool = False) -> Draft:
    """The person's own draft. Raises LookupError, also for another's."""
    drafts = Draft.objects.select_for_update(of=("self",)) if lock else Draft.objects
    found = drafts.filter(pk=draft_id, account_id=actor.account_id or 0).first()
    if found is None:
        raise LookupError(_("Không có bản nháp này trong các bản nháp của bạn."))
    return found


def open_drafts(*, actor: Actor, code: str = "") -> list[Draft]:
    """Drafts not sent, the latest first."""
    found = Draft.objects.filter(account_id=actor.account_id or 0, dossier_code="").order_by("-updated_at", "pk")
    return list(found.filter(procedure_code=code) if code else found)[:MOST_DRAFTS]


def discard(draft: Draft) -> None:
    """Forget a draft that was not sent; files nobody else needs stay in the store unseen."""
    draft.delete()


def drop_forgotten(*, at: datetime, limit: int = 1000) -> int:
    """Drafts not touched for a year go; how many."""
    old = Draft.objects.filter(dossier_code="", updated_at__lt=at - FORGOTTEN_AFTER).order_by("updated_at")
    found = list(old.values_list("pk", flat=True)[:limit])
    Draft.objects.filter(pk__in=found).delete()
    return len(found)


def sources_of(draft: Draft) -> dict[str, forms.Source]:
    return {key: forms.Source(**source) for key, source in draft.sources.items()}


def answer(draft: Draft, given: Mapping[str, Any]) -> None:
    """Keep what was typed, as it was typed; a prefilled answer is not taken from the browser."""
    locked = {key for key, source in draft.sources.items() if source["kind"] != "typed"}
    kept = {key: value for key, value in given.items() if key not in locked}
    draft.data = {key: value for key, value in {**draft.data, **kept}.items() if value is not None}
    draft.again = [pair for pair in draft.again if pair[0] not in kept]
    draft.save(update_fields=["data", "again", "updated_at"])


def reach(draft: Draft, step: int) -> None:
    if step > draft.step:
        draft.step = step
        draft.save(update_fields=["step", "updated_at"])


def correct(draft: Draft, key: str, at: datetime) -> None:
    """«Thông tin sai?»: the person writes the answer themself; the official will see that it differs."""
    if key not in draft.sources:
        return
    was = draft.sources[key]["label"]
    label = _("Bạn tự ghi, khác với: %(source)s") % {"source": was}
    draft.sources[key] = {"kind": "typed", "label": label, "at": f"{timezone.localtime(at):%H:%M}"}
    draft.save(update_fields=["sources", "updated_at"])


def choose_place(draft: Draft, unit_key: str) -> None:
    draft.unit_key = unit_key
    draft.save(update_fields=["unit_key", "updated_at"])


def follow_current_form(draft: Draft, at: datetime) -> bool:
    """Move an unsent draft to the form in force; what cannot be carried is listed in `again`. Whether it moved.

    Raises LookupError where the procedure can no longer be filed here.
    """
    binding = procedures.binding_on(code=draft.procedure_code, on=day_of(at))
    current = binding.form_version_id
    if draft.dossier_code or current == draft.form_version_id:
        return False
    if current is not None and draft.form_version_id is not None:
        data, again = forms.carry_over(old_version_id=draft.form_version_id, new_version_id=current, data=draft.data)
        keys = set(forms.get_form(version_id=current).field_keys)
        draft.data, draft.again = data, [list(pair) for pair in again]
        draft.sources = {key: source for key, source in draft.sources.items() if key in keys and key in data}
    draft.form_version_id = current
    draft.step = 0
    draft.save(update_fields=["data", "again", "sources", "form_version", "step", "updated_at"])
    return True


def papers_asked(draft: Draft, at: datetime) -> list[Asked]:
    """Papers of the procedure, then those the form itself asks for, then a place for anything else."""
    listed = procedures.get_procedure(code=draft.procedure_code, on=day_of(at)).papers
    asked = [
        Asked(
            key=paper.key,
            name=paper.name,
            note=paper.note,
            required=paper.required and not paper.is_shown_only,
            is_shown_only=paper.is_shown_only,
            case=paper.case,
        )
        for paper in listed
    ]
    known = {paper.key for paper in asked}
    if draft.form_version_id is not None:
        asked += [
            Asked(key=paper.key, name=paper.name, note=paper.hint, required=paper.required, is_shown_only=False)
            for paper in forms.papers_asked(version_id=draft.form_version_id, data=draft.data)
            if paper.key not in known
        ]
    return [*asked, Asked(key=OTHER, name=_("Giấy tờ khác"), note="", required=False, is_shown_only=False)]


def give_paper(draft: Draft, *, asked: Asked, content: BinaryIO, file_name: str) -> None:
    """Keep a file under a paper. Raises FileRefusedError."""
    _add(draft, asked, files.keep(content=content, name=file_name), files.safe_name(name=file_name))


def held(draft: Draft, *, actor: Actor, at: datetime) -> dict[str, list[vault.Held]]:
    """Key of each paper → what the person's store holds for it, the weightiest first."""
    asked = [one for one in papers_asked(draft, at) if one.key != OTHER and not one.is_shown_only]
    wanted = [vault.Wanted(draft.procedure_code, one.key, one.name) for one in asked]
    return vault.fits(actor=actor, wanted=wanted, at=at)


def pick_what_is_held(draft: Draft, *, actor: Actor, at: datetime) -> None:
    """Papers that must be given and are held are not asked for: the best one lies in the draft from the beginning."""
    needed = {one.key: one for one in papers_asked(draft, at) if one.required}
    for key, offers in held(draft, actor=actor, at=at).items():
        best = next((one for one in offers if one.stands), None)
        if key in needed and best is not None:
            pick(draft, asked=needed[key], key=best.key, actor=actor, at=at)


def pick(draft: Draft, *, asked: Asked, key: str, actor: Actor, at: datetime) -> None:
    """Use a paper of the store instead of uploading. Raises LookupError, FileRefusedError."""
    lent = vault.lend_own(key=key, actor=actor, at=at)
    kept = files.StoredFile(lent.sha256, lent.size, lent.media_type, lent.pages)
    _add(draft, asked, kept, lent.name[:200] + _ending(lent.file_name), vault_key=lent.key)


def _ending(file_name: str) -> str:
    return f".{file_name.rpartition('.')[2]}" if "." in file_name else ""


def give_uploaded(draft: Draft, *, asked: Asked, upload: files.Upload) -> None:
    """Put a finished upload under a paper. Raises FileRefusedError with what the upload was refused for."""
    _add(draft, asked, files.finished(upload=upload), upload.name)


def _add(draft: Draft, asked: Asked, kept: files.StoredFile, file_name: str, *, vault_key: str = "") -> None:
    if any(paper["key"] == asked.key and paper["sha256"] == kept.sha256 for paper in draft.papers):
        return
    if len(draft.papers) >= MOST_FILES:
        too_many = _("Một hồ sơ nhận nhiều nhất %(most)s tệp. Gộp các trang vào một tệp PDF.") % {"most": MOST_FILES}
        raise files.FileRefusedError((files.Problem("too_many", too_many),))
    draft.papers = [
        *draft.papers,
        {
            "id": uuid.uuid4().hex[:12],
            "key": asked.key,
            "name": asked.name[:500],
            "sha256": kept.sha256,
            "file_name": file_name,
            "size": kept.size,
            "pages": kept.pages,
            **({"vault": vault_key} if vault_key else {}),
        },
    ]
    draft.save(update_fields=["papers", "updated_at"])


def take_back_paper(draft: Draft, paper_id: str) -> None:
    draft.papers = [paper for paper in draft.papers if paper["id"] != paper_id]
    draft.save(update_fields=["papers", "updated_at"])


def given(draft: Draft) -> list[one_stop.PaperGiven]:
    return [
        one_stop.PaperGiven(
            key=p["key"], name=p["name"], sha256=p["sha256"], file_name=p["file_name"], vault=p.get("vault", "")
        )
        for p in draft.papers
    ]


def clean_data(draft: Draft) -> Mapping[str, Any]:
    """The answers as the form reads them, hidden ones gone; as typed where the form refuses them."""
    if draft.form_version_id is None:
        return draft.data
    judged = forms.validate(version_id=draft.form_version_id, data=draft.data)
    wrong = {key.partition(".")[0] for key in judged.errors}
    return {**judged.data, **{key: draft.data[key] for key in wrong if key in draft.data}}


def findings(draft: Draft, *, actor: Actor, at: datetime) -> list[one_stop.Finding]:
    """What would be refused if it were sent now. Raises RefusedError where it cannot be filed here at all."""
    return one_stop.preflight(
        procedure_code=draft.procedure_code,
        data=clean_data(draft),
        papers=given(draft),
        actor=actor,
        at=at,
        unit_key=draft.unit_key,
        form_version_id=draft.form_version_id,
    )


def send(draft: Draft, *, actor: Actor, at: datetime) -> str:
    """Send once; the dossier's code. Sent before: the same code. Raises one_stop.RefusedError."""
    if draft.dossier_code:
        return draft.dossier_code
    data = clean_data(draft)
    receipt = one_stop.submit(
        procedure_code=draft.procedure_code,
        form_version_id=draft.form_version_id,
        data=data,
        papers=given(draft),
        unit_key=draft.unit_key,
        actor=actor,
        at=at,
        once=f"draft:{draft.pk}",
        channel="online",
        return_channel=draft.return_channel,
        sources=draft.sources,
        copies=copies_of(draft, data),
    )
    draft.dossier_code, draft.sent_at = receipt.code, receipt.submitted_at
    draft.save(update_fields=["dossier_code", "sent_at", "updated_at"])
    return receipt.code


def fees(draft: Draft, *, actor: Actor, at: datetime) -> Sequence[procedures.FeeLine]:
    """What will have to be paid, as far as the answers tell; nothing where they do not yet."""
    data = clean_data(draft)
    lines = procedures.fee_lines(
        code=draft.procedure_code,
        on=day_of(at),
        data={**data, "person": procedures.payer_facts(assurance=actor.assurance)},
        channel="online",
        copies=copies_of(draft, data),
    )
    return [line for line in lines if line.full_amount]


def copies_of(draft: Draft, data: Mapping[str, Any]) -> int:
    """Copies asked for: what the form says; one where it does not ask."""
    asks = draft.form_version_id and "copies" in forms.get_form(version_id=draft.form_version_id).field_keys
    if not asks:
        return 1
    copies = data.get("copies")
    return copies if isinstance(copies, int) else 0

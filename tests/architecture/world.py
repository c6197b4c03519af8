"""The province of Tây Ninh with one dossier in it, and somebody of every role."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import typst
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.running import pdf
from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import ANONYMOUS, Actor, Right
from tinhso.foundation.files import public as files
from tinhso.foundation.files.services import start_upload
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.typesetting import FONTS
from tinhso.systems.certified_copies.services import receiving
from tinhso.systems.certified_copies.tests.factories import scan, shown
from tinhso.systems.digitisation import services as digitising
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.models import DossierPaper, RoundLine, SigningRound
from tinhso.systems.portal import drafts
from tinhso.systems.studio import public as studio
from tinhso.systems.vault import public as vault
from tinhso.systems.vault.models import Paper, Share
from tinhso.systems.vault.services import consenting, sharing
from tinhso.systems.verification.tests.factories import issued

UNIT = "ubnd-phuong-tan-ninh"
PROCEDURE = "1.000080"
ROLES = {
    "citizen": "congdan",
    "business": "doanhnghiep",
    "desk": "motcua.xa",
    "specialist": "chuyenvien",
    "head": "truongphong",
    "leader": "lanhdao",
    "clerk": "vanthu",
    "administrator": "quantri",
}
ELSEWHERE = "elsewhere"  # desk officer and specialist of another commune
SYSTEM = "system"
ANYBODY = "anonymous"
EVERYBODY = (ANYBODY, *ROLES, ELSEWHERE, SYSTEM)


@dataclass(slots=True)
class World:
    clients: dict[str, Client] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)  # what samples need: `dossier`, `unit_id`


def make_world() -> World:
    call_command("pack", "load", str(settings.BASE_DIR / "packs" / "tay_ninh"), verbosity=0)
    world = World()
    world.clients[ANYBODY], world.actors[ANYBODY] = Client(), ANONYMOUS
    for role, username in ROLES.items():
        _add(world, role, Account.objects.get(username=username))
    _add(world, ELSEWHERE, _official_elsewhere())
    _add_system(world)
    world.things["unit_id"] = organizations.unit_by_key(key=UNIT).id
    world.things["dossier"] = _send_dossier(world.actors["citizen"])
    world.things["paper"] = DossierPaper.objects.get(dossier__code=world.things["dossier"]).pk
    _open_signing_round(world)
    _begin_draft(world)
    _fill_stores(world)
    _scan_batch(world)
    world.things["token"] = issued().token
    world.things["certified_copy"] = receiving.receive(
        shown(), scan(), actor=world.actors["desk"], once="the-world", at=timezone.now()
    ).key
    by = world.actors["administrator"]
    for kind in ("process", "form", "decision"):
        world.things[f"draft_{kind}"] = studio.new_draft(kind=kind, name=f"Thử {kind}", actor=by)
    return world


def _add(world: World, role: str, account: Account) -> None:
    world.clients[role] = Client()
    world.clients[role].force_login(account)
    world.actors[role] = accounts.actor_of_account(account_id=account.pk)


def _official_elsewhere() -> Account:
    ours = organizations.unit_by_key(key=UNIT)
    for commune in organizations.units(kind="commune"):
        for unit in organizations.units(under=commune.id):
            for person in organizations.holders(unit_id=unit.id, role="specialist"):
                if ours.id not in unit.path and len(organizations.held_posts(person_id=person.id)) == 1:
                    return Account.objects.create_user(
                        "noikhac", "", name=person.name, kind="official", person_id=person.id
                    )
    raise LookupError("the pack has no specialist of another commune")


def _add_system(world: World) -> None:
    by = world.actors["administrator"]
    rights = [Right.READ_DOSSIERS, Right.RECEIVE]
    key = accounts.issue_system_key(name="Hệ thống mẫu", system="mau", rights=rights, per_minute=10**6, by=by)
    world.clients[SYSTEM] = Client(headers={"Authorization": f"Bearer {key}"})
    world.actors[SYSTEM] = Actor(None, "system", "Hệ thống mẫu", system="mau", system_rights=frozenset(rights))


def _send_dossier(citizen: Actor) -> str:
    data = {
        "applicant_kind": "citizen",
        "applicant_name": citizen.name,
        "applicant_id": citizen.identity_number,
        "applicant_phone": "0912345678",
        "applicant_province": "80",
        "applicant_commune": "25459",
        "applicant_address": "12 đường Mẫu",
        "subject": "Việc mẫu",
        "request": "Xin giải quyết",
        "pledge": True,
    }
    sent = one_stop.submit(
        procedure_code=PROCEDURE,
        form_version_id=None,
        data=data,
        papers=(
            one_stop.PaperGiven("other", "Giấy tờ mẫu", files.keep(content=pdf(1), name="mau.pdf").sha256, "mau.pdf"),
        ),
        unit_key=UNIT,
        actor=citizen,
        at=timezone.now(),
        once="matrix",
    )
    return sent.code


def _open_signing_round(world: World) -> None:
    """A round of the leader's with the dossier in it, as if it waited for approval."""
    made = SigningRound.objects.create(
        kind="approval", account_id=world.actors["leader"].account_id or 0, opened_at=timezone.now()
    )
    sha256 = files.keep(content=pdf(4), name="ket-qua.pdf").sha256
    of = DossierPaper.objects.get(pk=world.things["paper"]).dossier
    RoundLine.objects.create(round=made, position=1, dossier=of, item_id=0, sha256=sha256)
    world.things["signing_round"] = made.pk


def _fill_stores(world: World) -> None:
    """A result of ours and a paper of the citizen's store, with a link, consents to an agency and to the system."""
    citizen, at = world.actors["citizen"], timezone.now()
    unit = organizations.unit_by_key(key=UNIT)
    sha256 = files.keep(content=pdf(3), name="kho.pdf").sha256
    given = vault.Deposit(
        owner_number=citizen.identity_number, owner_kind="citizen", owner_name=citizen.name, source="one_stop",
        source_ref="matrix", zone="issued", weight=1, name="Giấy khai sinh", kind="birth_certificate", number="1/KS",
        issuer_unit_id=unit.id, issuer_name=unit.name, sha256=sha256, file_name="kho.pdf",
    )  # fmt: skip
    key = vault.deposit(paper=given, at=at)
    paper = Paper.objects.select_related("store").get(key=key)
    world.things["vault_paper"] = key
    world.things["share_token"] = sharing.make(paper, actor=citizen, note="Cho ngân hàng", days=7, at=at)
    world.things["share"] = Share.objects.get().key
    world.things["consent_unit"] = consenting.give_to_unit(
        paper.store, unit_id=unit.id, papers=[paper], purpose="Đối chiếu hồ sơ", days=30, actor=citizen, at=at
    ).key
    asked = consenting.ask(
        owner_number=citizen.identity_number, kinds=["birth_certificate"], purpose="Mở tài khoản cho con", days=30,
        actor=world.actors[SYSTEM], grantee_name="Ngân hàng mẫu", at=at,
    )  # fmt: skip
    consenting.answer(asked, agrees=True, actor=citizen, at=at)
    world.things["consent_system"] = asked.key


def _scan_batch(world: World) -> None:
    """A batch of the desk with one paper of the citizen's dossier in it, read and waiting for its place in the list."""
    desk, at = world.actors["desk"], timezone.now()
    source = f'#set text(font: "Tinos")\n{"Văn bản quét mẫu để thử. " * 5}'.encode()
    printed = typst.compile(source, font_paths=[str(FONTS)], ignore_system_fonts=True)
    stored = digitising.keep_scan(content=bytes(printed), name="lo.pdf")
    batch = digitising.receive_batch(
        unit_id=desk.unit_ids(Right.RECEIVE)[0],
        scans=[("lo.pdf", stored)],
        name="lo.pdf",
        source="upload",
        actor=desk,
        at=at,
        dossier_code=world.things["dossier"],
    ).batch
    digitising.read_piece(batch_id=batch.pk, limit=10, at=at)
    world.things["batch_id"] = batch.pk
    world.things["document_id"], world.things["page_id"] = batch.documents.get().pk, batch.pages.get().pk


def _begin_draft(world: World) -> None:
    """A draft of the citizen with a paper in it, and an upload begun: theirs, and nobody else's."""
    citizen, at = world.actors["citizen"], timezone.now()
    draft = drafts.start(actor=citizen, code=PROCEDURE, unit_key=UNIT, at=at)
    drafts.give_paper(draft, asked=drafts.papers_asked(draft, at)[-1], content=BytesIO(pdf(2)), file_name="nhap.pdf")
    world.things["draft"], world.things["draft_paper"] = draft.pk, draft.papers[0]["id"]
    world.things["upload"] = start_upload(owner=citizen.key, name="lon.pdf", size=1000).pk

"""For every address with arguments: an object to try it with, and who may see that object.

Owners of an address add it here; the rights matrix fails for an address it does not find. `may` names the roles (of
`world.ROLES`, or ELSEWHERE, SYSTEM, ANYBODY) that may see this very object: all others, let in by the declaration of
the view, must get 403 or 404. None: whoever the declaration lets in. NOBODY: the object does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.architecture.world import ANYBODY, ELSEWHERE, PROCEDURE, SYSTEM, World

NOBODY: frozenset[str] = frozenset()
OWNER = frozenset({"citizen"})
OFFICE = frozenset({"desk", "specialist", "head", "leader", "clerk"})  # of the unit that has the dossier

OFFICIALS = OFFICE | {"administrator", ELSEWHERE}
ACCOUNTS = OFFICIALS | {"citizen", "business"}
ALL = ACCOUNTS | {ANYBODY, SYSTEM}

# Whom an area of addresses is for at most, whatever its views declare; the first pattern that fits counts.
AREAS: dict[str, frozenset[str]] = {
    r"(admin|studio)(/|$)": frozenset({"administrator"}),
    r"(desk|register)\b": frozenset({"desk"}),
    r"lateness": frozenset({"head", "leader"}),
    r"dossiers/<str:code>/(papers|printing)/": ACCOUNTS,  # also the owner's
    r"scans/(search|pages/<int:page_id>.jpg)": OFFICIALS,
    r"scans(/|$)": frozenset({"desk", "clerk", ELSEWHERE}),
    r"(dossiers|inbox|leave|consented)(/|$)": OFFICIALS,
    r"certified-copies/(signing|(<uuid:key>/)(signature|recall|return))": frozenset({"leader"}),
    r"certified-copies/(sealing|(<uuid:key>/)seal)": frozenset({"clerk"}),
    r"certified-copies": frozenset({"desk", "leader", "clerk", ELSEWHERE}),
    r"issued/": frozenset({"leader"}),
    r"api/v1/vault/": frozenset({SYSTEM}),
    r"(X|verify)(/|$)": ALL,  # whoever holds the paper
    r"shared/": ALL,  # the address is the key
    r"(my|filing|files|after-sign-in)(/|$)": ACCOUNTS,
    r"procedures/<str:code>/filing$": ACCOUNTS,
    r"accounts/(2fa/keys/login|2fa/authenticate)/$": ALL,  # the second half of signing in
    r"accounts/(2fa|reauthenticate|password/(change|set))(/|$)": ACCOUNTS,
    r"\^?accounts/(login|logout|signup|inactive|unlock|vneid|password/reset)": ALL,
    r"api/v1/(procedures|openapi\.json)": ALL,
    r"api/v1/(dossiers|files)": ACCOUNTS | {SYSTEM},
    r"(search|procedures|life|figures|help|track|design|language|privacy|accessibility|healthz)(/|$)": ALL,
    r"(manifest\.webmanifest|robots\.txt|)$": ALL,
}


@dataclass(frozen=True, slots=True)
class Sample:
    values: Callable[[World], dict[str, Any]]
    may: frozenset[str] | None = None
    answers: frozenset[int] = frozenset()  # statuses that are right for this address besides


def fixed(may: frozenset[str] | None = None, *, answers: frozenset[int] = frozenset(), **values: Any) -> Sample:
    return Sample(lambda world: values, may, answers)


def dossier(may: frozenset[str] | None, **more: Any) -> Sample:
    return Sample(lambda world: {"code": world.things["dossier"], **more}, may)


def filing(**more: Any) -> Sample:
    """The draft of a dossier, its owner's only."""
    return Sample(lambda world: {"draft_id": world.things["draft"], **more}, OWNER)


def stored(may: frozenset[str] | None, *, thing: str = "vault_paper", **more: Any) -> Sample:
    """A paper of the citizen's store, or what hangs on it."""
    return Sample(lambda world: {"key": world.things[thing], **more}, may)


def shared() -> Sample:
    return Sample(lambda world: {"token": world.things["share_token"]})


COPIES = frozenset({"desk", "leader", "clerk"})


def copied(may: frozenset[str] | None, **more: Any) -> Sample:
    """A copy being certified by the commune."""
    return Sample(lambda world: {"key": world.things["certified_copy"], **more}, may)


def issued(may: frozenset[str] | None = None) -> Sample:
    """A paper with a token; this many questions from one address are too many."""
    return Sample(lambda world: {"token": world.things["token"]}, may, frozenset({429}))


def draft(kind: str, **more: Any) -> Sample:
    """A draft of the studio, by its kind."""
    return Sample(lambda world: {"draft_id": world.things[f"draft_{kind}"], **more})


DIGITISERS = frozenset({"desk", "clerk"})


def scan(name: str, may: frozenset[str] | None) -> Sample:
    """A batch of the desk's own unit, its page, its paper."""
    return Sample(lambda world: {name: world.things[name]}, may)


def signing_round(**more: Any) -> Sample:
    return Sample(lambda world: {"round_id": world.things["signing_round"], **more}, frozenset({"leader"}))


SAMPLES: dict[str, Sample] = {
    "healthz": fixed(answers=frozenset({503})),  # no worker runs beside the tests
    # accounts: nobody here has a second factor yet
    r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$": fixed(uidb36="1", key="a-b"),
    "accounts/2fa/keys/<int:pk>/remove/": fixed(NOBODY, pk=0),
    "accounts/2fa/codes/": fixed(NOBODY),
    "accounts/2fa/codes/download/": fixed(NOBODY),
    "accounts/2fa/totp/deactivate/": fixed(NOBODY),
    "accounts/vneid/callback": fixed(NOBODY),
    "accounts/vneid/mo-phong": fixed(NOBODY),
    # files
    "files/uploads/<uuid:upload_id>": Sample(lambda world: {"upload_id": world.things["upload"]}, OWNER),
    # procedures
    "procedures/<str:code>": fixed(code=PROCEDURE),
    "procedures/<str:code>/filing": fixed(code=PROCEDURE),
    "life/<slug:key>": fixed(key="child"),
    "api/v1/procedures/<code>": fixed(code=PROCEDURE),
    # filing: a draft is its owner's
    "filing/<uuid:draft_id>": filing(),
    "filing/<uuid:draft_id>/place": filing(),
    "filing/<uuid:draft_id>/<int:number>": filing(number=1),
    "filing/<uuid:draft_id>/papers": filing(),
    "filing/<uuid:draft_id>/papers/<slug:paper_id>": Sample(
        lambda world: {"draft_id": world.things["draft"], "paper_id": world.things["draft_paper"]}, OWNER
    ),
    "filing/<uuid:draft_id>/review": filing(),
    "filing/<uuid:draft_id>/sent": filing(),
    "filing/<uuid:draft_id>/discard": filing(),
    # a dossier on the portal is the owner's; officials who may read it see the same page (and are noted)
    "my/dossiers/<str:code>": dossier(OWNER | OFFICE),
    "my/dossiers/<str:code>/receipt.pdf": dossier(OWNER),
    "my/dossiers/<str:code>/result": dossier(NOBODY),
    "my/dossiers/<str:code>/withdrawal": dossier(OWNER | OFFICE),
    "my/dossiers/<str:code>/rating": dossier(OWNER),
    "my/dossiers/<str:code>/supplement": dossier(OWNER | OFFICE),
    "api/v1/dossiers/<code>": dossier(None),  # whoever knows the code learns the state, and nothing personal
    "api/v1/dossiers/<code>/supplement": dossier(OWNER),
    "api/v1/dossiers/<code>/withdrawal": dossier(OWNER),
    "api/v1/dossiers/<code>/rating": dossier(OWNER),
    # a dossier in the office is its unit's
    "dossiers/<str:code>": dossier(OFFICE),
    "dossiers/<str:code>/drawing": dossier(OFFICE),
    "dossiers/<str:code>/drawing.bpmn": dossier(OFFICE),
    "dossiers/<str:code>/papers/<int:paper_id>": Sample(
        lambda world: {"code": world.things["dossier"], "paper_id": world.things["paper"]}, OWNER | OFFICE
    ),
    "dossiers/<str:code>/result/<slug:which>": dossier(NOBODY, which="draft"),
    "dossiers/<str:code>/printing/<slug:form>.pdf": dossier(OWNER | OFFICE, form="receipt"),
    "dossiers/<str:code>/acts/<slug:slug>": dossier(OFFICE, slug="acceptance"),
    "desk/received/<str:code>": dossier(frozenset({"desk"})),
    "lateness/<int:unit_id>": Sample(lambda world: {"unit_id": world.things["unit_id"]}, frozenset({"head", "leader"})),
    # digitisation: a batch is its unit's, a page of it also of whoever may read the dossier
    "scans/<int:batch_id>": scan("batch_id", DIGITISERS),
    "scans/<int:batch_id>/confirmation": scan("batch_id", DIGITISERS),
    "scans/<int:batch_id>/urgency": scan("batch_id", DIGITISERS),
    "scans/<int:batch_id>/signing": scan("batch_id", DIGITISERS),
    "scans/<int:batch_id>/sealing": scan("batch_id", DIGITISERS),
    "scans/pages/<int:page_id>/act": scan("page_id", DIGITISERS),
    "scans/pages/<int:page_id>.jpg": scan("page_id", OFFICE),
    "scans/papers/<int:document_id>": scan("document_id", DIGITISERS),
    "scans/papers/<int:document_id>/place": scan("document_id", DIGITISERS),
    "scans/papers/<int:document_id>/merging": scan("document_id", DIGITISERS),
    "scans/papers/<int:document_id>/taking-back": scan("document_id", DIGITISERS),
    "scans/papers/<int:document_id>/copy.pdf": scan("document_id", NOBODY),  # made when it is confirmed
    "scans/separators.pdf": fixed(NOBODY),  # without a dossier there is nothing to print
    "dossiers/<str:code>/store": dossier(OFFICE),
    # a round of signing is its signer's
    "inbox/signing/<uuid:round_id>": signing_round(),
    "inbox/signing/<uuid:round_id>/progress": signing_round(),
    "inbox/signing/<uuid:round_id>/signature": signing_round(),
    "inbox/signing/<uuid:round_id>/<int:position>": signing_round(position=1),
    "inbox/signing/<uuid:round_id>/<int:position>/document": signing_round(position=1),
    # the data store: the owner's alone; agencies and systems by consent
    "my/vault/papers/<uuid:key>": stored(OWNER),
    "my/vault/papers/<uuid:key>/file": stored(OWNER),
    "my/vault/papers/<uuid:key>/hiding": stored(OWNER),
    "my/vault/papers/<uuid:key>/removal": stored(OWNER),
    "my/vault/papers/<uuid:key>/shares": stored(OWNER),
    "my/vault/shares/<uuid:key>/end": stored(OWNER, thing="share"),
    "my/vault/consents/<uuid:key>/<slug:act>": stored(OWNER, thing="consent_unit", act="withdrawal"),
    "my/vault/delegates": fixed(frozenset({"business"})),
    "my/vault/delegates/<uuid:key>/end": fixed(NOBODY, key="00000000-0000-0000-0000-000000000000"),
    "shared/<str:token>": shared(),
    "shared/<str:token>/file": shared(),
    # certified copies: those of the commune
    "certified-copies/<uuid:key>": copied(COPIES),
    "certified-copies/<uuid:key>/files/<slug:which>": copied(COPIES, which="scan"),
    "certified-copies/<uuid:key>/comparison": copied(frozenset({"desk"})),
    "certified-copies/<uuid:key>/correction": copied(frozenset({"desk"})),
    "certified-copies/<uuid:key>/return": copied(frozenset({"leader"})),
    "certified-copies/<uuid:key>/refusal": copied(COPIES),
    "certified-copies/<uuid:key>/signature": copied(frozenset({"leader"})),
    "certified-copies/<uuid:key>/seal": copied(frozenset({"clerk"})),
    "certified-copies/<uuid:key>/recall": copied(frozenset({"leader"})),
    "certified-copies/batches/<uuid:batch_id>": fixed(NOBODY, batch_id="00000000-0000-0000-0000-000000000000"),
    # verification: whoever holds the paper has its token
    "X/<str:token>": issued(),
    "X/<str:token>/file": issued(NOBODY),
    "X/<str:token>/offline.svg": issued(),
    "consented/<uuid:key>": stored(OFFICE, thing="consent_unit"),
    "consented/<uuid:key>/papers/<uuid:paper>": Sample(
        lambda world: {"key": world.things["consent_unit"], "paper": world.things["vault_paper"]}, OFFICE
    ),
    "issued/<uuid:key>/revocation": stored(frozenset({"leader"})),
    "api/v1/vault/consents/<key>": stored(None, thing="consent_system"),
    "api/v1/vault/consents/<key>/papers/<paper>": Sample(
        lambda world: {"key": world.things["consent_system"], "paper": world.things["vault_paper"]}
    ),
    # administration
    "admin/calendar/days/<int:day_id>/withdrawal": fixed(NOBODY, day_id=0),
    "admin/organization/units/<int:unit_id>": Sample(lambda world: {"unit_id": world.things["unit_id"]}),
    "admin/organization/units/<int:unit_id>/<slug:slug>": Sample(
        lambda world: {"unit_id": world.things["unit_id"], "slug": "khong-co"}, NOBODY
    ),
    "admin/procedures/<str:code>": fixed(code=PROCEDURE),
    "admin/procedures/<str:code>/clock": fixed(code=PROCEDURE),
    "admin/procedures/<str:code>/fees/<str:key>": fixed(NOBODY, code=PROCEDURE, key="khong-co"),
    "admin/procedures/<str:code>/process": fixed(code=PROCEDURE),
    "admin/procedures/<str:code>/reductions": fixed(code=PROCEDURE),
    "admin/processes/<str:key>": fixed(key="standard_commune"),
    "admin/certificates/<slug:kind>/<int:owner_id>": Sample(
        lambda world: {"kind": "seal", "owner_id": world.things["unit_id"]}
    ),
    # the studio
    "studio/new/<slug:kind>": fixed(kind="process"),
    "studio/open/<slug:kind>/<slug:key>": fixed(NOBODY, kind="process", key="khong-co"),
    "studio/drafts/<int:draft_id>": draft("process"),
    "studio/drafts/<int:draft_id>/acts/<slug:step>": draft("process", step="khong-co"),
    "studio/drafts/<int:draft_id>/file": draft("process"),
    "studio/drafts/<int:draft_id>/file/replacement": draft("process"),
    "studio/drafts/<int:draft_id>/table": draft("process"),
    "studio/drafts/<int:draft_id>/table/<slug:key>": draft("process", key="tiep_nhan"),
    "studio/drafts/<int:draft_id>/drawing": draft("process"),
    "studio/drafts/<int:draft_id>/trial": draft("process"),
    "studio/drafts/<int:draft_id>/replay": draft("process"),
    "studio/drafts/<int:draft_id>/simulation": draft("process"),
    "studio/drafts/<int:draft_id>/grid": draft("decision"),
    "studio/drafts/<int:draft_id>/decision-drawing": draft("decision"),
    "studio/drafts/<int:draft_id>/fields": draft("form"),
    "studio/drafts/<int:draft_id>/fields/<slug:part>": draft("form", part="part_001"),
    "studio/drafts/<int:draft_id>/preview": draft("form"),
    "studio/drafts/<int:draft_id>/print": draft("form"),
    "studio/drafts/<int:draft_id>/form-drawing": draft("form"),
    "studio/processes/<slug:key>": fixed(key="standard_commune"),
    "studio/processes/<slug:key>/versions/<int:number>": fixed(key="standard_commune", number=1),
    "studio/processes/<slug:key>/difference": fixed(key="standard_commune"),
    "studio/processes/<slug:key>/time": fixed(key="standard_commune"),
    "studio/processes/<slug:key>/migration": fixed(key="standard_commune"),
    "studio/migrations/<int:migration_id>": fixed(NOBODY, migration_id=0),
    "studio/packages/<str:code>.json": fixed(code=PROCEDURE),
}

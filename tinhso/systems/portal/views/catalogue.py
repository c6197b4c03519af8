"""Finding a procedure and reading it: home, search, browsing by field or by thing in life, one procedure."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from tinhso.design.province import province
from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import answers, figures, wording
from tinhso.systems.procedures import public as procedures
from tinhso.systems.vault import public as vault

LONGEST_QUERY = 200  # letters; the rest of a pasted letter is not searched
SUGGESTED = 6
FOUND_AT_FIRST = 20
MOST_FOUND = 60
PAGE = 30


def _query(request: AuthenticatedRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY]


@access("public")
@require_GET
def home(request: AuthenticatedRequest) -> HttpResponse:
    """The first page: what do you need to do?"""
    fields = procedures.fields()
    actor = request.actor
    mine = one_stop.my_dossiers(actor=actor, limit=3) if actor.account_id and not actor.is_official else []
    at = timezone.now()
    open_ones = [t for t in mine if t.state not in wording.CLOSED and t.state != "returned"]
    context = {
        "life_events": province().life_events,
        "questions": province().questions,
        "procedure_count": sum(f.procedures for f in fields),
        "online_count": sum(f.online for f in fields),
        "on_time": figures.on_time(),
        "name_of": answers.name_of,
        "mine": [(t, answers.badge(t, at)) for t in open_ones],
    }
    return render(request, "portal/home.html", context)


@access("public")
@require_GET
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Results for words or a question, narrowed by level, field or online filing."""
    text = _query(request)
    chosen = {"level": request.GET.get("level", ""), "field": request.GET.get("field", "")}
    online = request.GET.get("online") == "1"
    shown_all = request.GET.get("all") == "1"
    hits = procedures.search(text=text, limit=MOST_FOUND, online_only=online) if text else []
    narrowed = [hit for hit in hits if all(not value or getattr(hit, key) == value for key, value in chosen.items())]
    shown = narrowed if shown_all else narrowed[:FOUND_AT_FIRST]
    kept = {"q": text, **chosen, "online": "1" if online else ""}
    context = {
        "query": text,
        "hits": [(hit, wording.marked(hit.plain_name or hit.name, text)) for hit in shown],
        "found": len(narrowed),
        "is_full": len(hits) >= MOST_FOUND,
        "filters": _filters(hits, kept),
        "more": _address("portal:search", {**kept, "all": "1"}) if len(shown) < len(narrowed) else None,
        "plain": _address("portal:search", {"q": text}) if len(narrowed) < len(hits) or online else None,
        "levels": wording.levels(),
        "fields": procedures.fields()[:12] if not narrowed else [],
        "questions": province().questions,
    }
    return render(request, "portal/search.html", context)


def _address(view: str, query: dict[str, str]) -> str:
    kept = {key: value for key, value in query.items() if value}
    return reverse(view) + (f"?{urlencode(kept)}" if kept else "")


def _filters(hits: list[procedures.Hit], kept: dict[str, str]) -> list[tuple[str, str, bool, str | None]]:
    """Chips that narrow the results: online, the levels and the fields found, each with how many it leaves."""
    if len(hits) < 2 and not any(kept[key] for key in ("level", "field", "online")):
        return []

    def chip(label: str, key: str, value: str, icon: str | None = None) -> tuple[str, str, bool, str | None]:
        is_on = kept[key] == value
        return label, _address("portal:search", {**kept, key: "" if is_on else value}), is_on, icon

    names = wording.levels()
    counted_levels = {level: sum(hit.level == level for hit in hits) for level in names}
    by_field: dict[str, int] = {}
    for hit in hits:
        by_field[hit.field] = by_field.get(hit.field, 0) + 1
    fields = sorted(by_field.items(), key=lambda item: -item[1])[:5]
    return [
        chip(gettext("Nộp được trên mạng"), "online", "1"),
        *(
            chip(f"{names[k]} ({n})", "level", k)
            for k, n in counted_levels.items()
            if 0 < n < len(hits) or kept["level"] == k
        ),
        *(chip(f"{name} ({n})", "field", name) for name, n in fields if len(by_field) > 1),
    ]


@access("public")
@require_GET
def suggestions(request: AuthenticatedRequest) -> HttpResponse:
    """The few best results while a person types; a fragment of the page."""
    text = _query(request)
    hits = procedures.search(text=text, limit=SUGGESTED) if len(text) > 1 else []
    marked = [(hit, wording.marked(hit.plain_name or hit.name, text)) for hit in hits]
    response = render(request, "portal/_suggestions.html", {"query": text, "hits": marked, "levels": wording.levels()})
    response["Cache-Control"] = "private, max-age=60"
    return response


@access("public")
@require_GET
def browse(request: AuthenticatedRequest) -> HttpResponse:
    """All procedures, by field and level, commonest first; a page at a time."""
    chosen = {
        "field": request.GET.get("field", ""),
        "level": request.GET.get("level", ""),
        "online": "1" if request.GET.get("online") == "1" else "",
        "essential": "1" if request.GET.get("essential") == "1" else "",
    }
    after = request.GET.get("after", "")
    fields = procedures.fields()
    field = next((f for f in fields if f.slug == chosen["field"]), None)
    if chosen["field"] and field is None:
        raise Http404(gettext("Không có lĩnh vực này."))
    hits = procedures.browse(
        field=chosen["field"],
        level=chosen["level"],
        online_only=bool(chosen["online"]),
        essential_only=bool(chosen["essential"]),
        after=after,
        limit=PAGE + 1,
    )
    shown = hits[:PAGE]

    def chip(label: str, key: str, value: str) -> tuple[str, str, bool, str | None]:
        is_on = chosen[key] == value
        return label, _address("portal:procedures", {**chosen, key: "" if is_on else value}), is_on, None

    context = {
        "fields": fields,
        "field": field,
        "hits": shown,
        "levels": wording.levels(),
        "filters": [
            chip(gettext("Nộp được trên mạng"), "online", "1"),
            chip(gettext("Dịch vụ thiết yếu"), "essential", "1"),
            *(chip(label, "level", level) for level, label in list(wording.levels().items())[:3]),
        ],
        "first": _address("portal:procedures", chosen) if after else None,
        "following": _address("portal:procedures", {**chosen, "after": shown[-1].code}) if len(hits) > PAGE else None,
        "is_narrowed": any(chosen.values()) or bool(after),
        "chosen": chosen,
    }
    return render(request, "portal/procedures.html", context)


@access("public")
@require_GET
def life_event(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """What people need when something happens in their life, most needed first."""
    event = next((e for e in province().life_events if e.key == key), None)
    if event is None:
        raise Http404(gettext("Không có việc này."))
    found = []
    for code in event.codes:
        try:
            found.append(procedures.get_procedure(code=code))
        except LookupError:  # the catalogue of today has it no more
            continue
    return render(request, "portal/life_event.html", {"event": event, "found": found})


@access("public")
@require_GET
def procedure(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """One procedure: how long, how much, which papers, where, then how it goes and on what legal basis."""
    try:
        found = procedures.get_procedure(code=code)
    except LookupError as missing:
        raise Http404(str(missing)) from missing
    context: dict[str, Any] = {
        "procedure": found,
        "name": found.plain_name or found.name,
        "field_slug": next((f.slug for f in procedures.fields() if f.name == found.field), ""),
        "levels": [wording.levels()[level] for level in found.levels if level in wording.levels()],
        "paper_groups": _paper_groups(found),
        "held": _held(request, found),
        "waiting": figures.waiting(code),
        "filing": _filing_address(code) if found.is_online else None,
    }
    return render(request, "portal/procedure.html", context)


def _filing_address(code: str) -> str:
    return reverse("portal:filing", args=[code])


def _held(request: AuthenticatedRequest, found: procedures.Procedure) -> set[str]:
    """Keys of papers that the person's own store has in good form; nothing is asked of who is not signed in."""
    if request.actor.account_id is None:
        return set()
    wanted = [vault.Wanted(found.code, paper.key, paper.name) for paper in found.papers if not paper.is_shown_only]
    offers = vault.fits(actor=request.actor, wanted=wanted, at=timezone.now())
    return {key for key, held in offers.items() if any(one.stands for one in held)}


def _paper_groups(found: procedures.Procedure) -> list[tuple[str, list[procedures.Paper]]]:
    """Papers in the order of the catalogue, each case once: first what everybody needs, then the special cases."""
    groups: dict[str, list[procedures.Paper]] = {"": []}
    for paper in found.papers:
        groups.setdefault(paper.case, []).append(paper)
    return [(case, papers) for case, papers in groups.items() if papers]


@access("public")
@require_GET
def on_time(request: AuthenticatedRequest) -> HttpResponse:
    """Why the figure on the first page is what it is: formula, what is counted, the rows it is made of, its age."""
    rows = [(_name(pace.procedure_code), pace) for pace in figures.rows()]
    context = {"figure": figures.on_time(), "rows": rows, "days": figures.SPAN.days, "duration": figures.duration}
    return render(request, "portal/on_time.html", context)


def _name(code: str) -> str:
    try:
        found = procedures.get_procedure(code=code)
    except LookupError:  # in the catalogue no more
        return code
    return found.plain_name or found.name

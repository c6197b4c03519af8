"""Reads for the screens of digitisation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Count, Q, QuerySet, Sum

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.lib.vietnamese import fold
from tinhso.systems.digitisation.models import Batch, Document, Page
from tinhso.systems.digitisation.permissions import WORK, scope_of, why_not_work

LIST = 40
LOOK_BACK = timedelta(days=30)


def batches_for(*, actor: Actor, before: int | None = None, status: str = "") -> list[Batch]:
    """Batches of the units in which the actor works, newest first; before: number of the last one seen."""
    query = _within(Batch.objects.all(), actor)
    if before:
        query = query.filter(pk__lt=before)
    if status:
        query = query.filter(status=status)
    return list(query.order_by("-id")[:LIST])


def _within(query: QuerySet[Batch], actor: Actor) -> QuerySet[Batch]:
    scope = scope_of(actor, *WORK)
    return query if scope.everything else query.filter(unit_id__in=scope.unit_ids)


def batch_for(*, batch_id: int, actor: Actor) -> Batch:
    """Raises LookupError, PermissionError."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise LookupError("Không có lô quét này.")
    if why := why_not_work(actor, batch):
        raise PermissionError(why)
    return batch


def papers_of(batch: Batch) -> list[tuple[Document | None, list[Page]]]:
    """The strip of a batch: each paper with its pages; last, under None, the sheets that belong to no paper."""
    light = batch.pages.defer("text", "search_text", "words").order_by("position", "number")
    pages = list(light)
    groups: list[tuple[Document | None, list[Page]]] = [
        (document, [page for page in pages if page.document_id == document.pk]) for document in batch.documents.all()
    ]
    loose = [page for page in pages if page.document_id is None]
    return [*groups, (None, loose)] if loose else groups


def document_for(*, document_id: int, actor: Actor) -> Document:
    """Raises LookupError, PermissionError."""
    document = Document.objects.select_related("batch").filter(pk=document_id).first()
    if document is None:
        raise LookupError("Không có giấy này.")
    if why := why_not_work(actor, document.batch):
        raise PermissionError(why)
    return document


def page_for(*, page_id: int, actor: Actor) -> Page:
    """A page for whoever works on its batch or may read its dossier. Raises LookupError, PermissionError."""
    page = Page.objects.select_related("batch", "file", "document").filter(pk=page_id).first()
    if page is None:
        raise LookupError("Không có trang này.")
    if why := why_not_work(actor, page.batch):
        scope = scope_of(actor, Right.READ_DOSSIERS)
        may = page.document is not None and bool(set(page.document.unit_ids) & set(scope.unit_ids))
        if not (scope.everything or may):
            raise PermissionError(why)
    return page


def next_to_confirm(document: Document) -> Document | None:
    """The paper to look at after this one, in the same batch."""
    waiting = document.batch.documents.filter(status=Document.Status.READY).exclude(pk=document.pk)
    return waiting.filter(order__gt=document.order).first() or waiting.first()


@dataclass(frozen=True, slots=True)
class Hit:
    """A page found by its words."""

    page: Page
    document: Document
    excerpt: str


def search(*, text: str, actor: Actor, limit: int = 30) -> list[Hit]:
    """Pages that hold all the words, with or without marks, among papers the official may see; newest first."""
    words = re.findall(r"\w+", fold(text))[:12]
    if not words:
        return []
    query = Page.objects.annotate(found=SearchVector("search_text", config="simple")).filter(
        found=SearchQuery(" & ".join(words), config="simple", search_type="raw"),
        document__isnull=False,
        kind=Page.Kind.CONTENT,
    )
    works, reads = scope_of(actor, *WORK), scope_of(actor, Right.READ_DOSSIERS)
    if not (works.everything or reads.everything):
        query = query.filter(Q(batch__unit_id__in=works.unit_ids) | Q(document__unit_ids__overlap=list(reads.unit_ids)))
    pages = query.select_related("document").defer("words").order_by("-id")[:limit]
    return [Hit(page, page.document, excerpt(page.text, words)) for page in pages if page.document]


def excerpt(text: str, words: Sequence[str], around: int = 90) -> str:
    """The text about the first word found."""
    plain = re.sub(r"\s+", " ", text)
    folded = fold(plain)
    places = [place for word in words if (place := folded.find(word)) >= 0]
    start = max(0, min(places, default=0) - around)
    return ("…" if start else "") + plain[start : start + 2 * around + 60] + ("…" if len(plain) > start + 240 else "")


@dataclass(frozen=True, slots=True)
class Figures:
    """What digitisation did in thirty days, in the units of the actor."""

    batches: int
    pages: int
    blank: int
    papers: int
    confirmed: int
    waiting: int  # papers that wait for a person
    queued_pages: int  # pages not read yet
    seconds_a_page: float | None  # of one processor core
    pages_an_hour: int | None  # of one processor core
    pages_last_hour: int
    cost_a_paper: int | None  # đồng, by the prices set; None where none is set


def figures(*, actor: Actor, at: datetime) -> Figures:
    batches = _within(Batch.objects.filter(received_at__gte=at - LOOK_BACK), actor)
    pages = Page.objects.filter(batch__in=batches)
    sums = pages.aggregate(
        count=Count("id"),
        blank=Count("id", filter=Q(kind=Page.Kind.BLANK)),
        seconds=Sum("seconds"),
    )
    papers = Document.objects.filter(batch__in=batches)
    confirmed = papers.filter(status=Document.Status.CONFIRMED).count()
    total = batches.aggregate(pages=Sum("page_count"), read=Sum("pages_read"))
    seconds = float(sums["seconds"] or 0)
    each = seconds / sums["count"] if sums["count"] and seconds else None
    return Figures(
        batches=batches.count(),
        pages=sums["count"],
        blank=sums["blank"],
        papers=papers.count(),
        confirmed=confirmed,
        waiting=papers.exclude(status=Document.Status.CONFIRMED).count(),
        queued_pages=(total["pages"] or 0) - (total["read"] or 0),
        seconds_a_page=each,
        pages_an_hour=round(3600 / each) if each else None,
        pages_last_hour=pages.filter(batch__finished_at__gte=at - timedelta(hours=1)).count(),
        cost_a_paper=_cost(sums["count"], seconds, papers.count()),
    )


def _cost(pages: int, seconds: float, papers: int) -> int | None:
    prices = settings.PAGE_PRICE
    if not papers or not any(prices.values()):
        return None
    return round((pages * prices["page"] + seconds / 60 * prices["minute"]) / papers)

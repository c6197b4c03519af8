"""From pages to papers: split at our separators, blank pages marked, count and order checked, tied to paper lists.

Nothing is deleted: a page always belongs to its batch, blank pages keep their place, and a person can put each back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.systems.digitisation.models import Batch, Document, Page
from tinhso.systems.digitisation.reading.fields import LABELS
from tinhso.systems.digitisation.separators import Separator, read_code
from tinhso.systems.one_stop import public as one_stop

DOUBTFUL_PAGE = 0.6  # mean confidence under which a person should look whether the page is legible
_PRINTED = re.compile(r"^\W*(?:trang\s*)?(\d{1,3})(?:\s*/\s*\d{1,3})?\W*$", re.IGNORECASE)


@dataclass(slots=True)
class Part:
    """Pages in a row that are one paper."""

    separator: Separator | None
    pages: list[Page] = field(default_factory=list)


def parts_of(pages: Sequence[Page]) -> list[Part]:
    """Split at genuine separator sheets; pages before the first stand as a part of their own."""
    parts: list[Part] = [Part(None)]
    for page in pages:
        if page.kind == Page.Kind.SEPARATOR:
            parts.append(Part(_separator(page)))
        else:
            parts[-1].pages.append(page)
    return [part for part in parts if part.separator or any(page.kind == Page.Kind.CONTENT for page in part.pages)]


def _separator(page: Page) -> Separator | None:
    signs = (read_code(code["text"]) for code in page.codes)
    return next((sign for sign in signs if isinstance(sign, Separator)), None)


def arrange(*, batch_id: int, at: datetime) -> None:
    """Make the papers of a batch that is read; the same again where it was broken off."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.documents.exists():
            return
        for order, part in enumerate(parts_of(list(batch.pages.order_by("number"))), start=1):
            document = _made(batch, part, order)
            for page in part.pages:
                page.document = document
            Page.objects.bulk_update(part.pages, ["document"])
            judge(document)
        batch.finished_at = at
        settle(batch)


def _made(batch: Batch, part: Part, order: int) -> Document:
    separator = part.separator
    document = Document(
        batch=batch,
        order=order,
        dossier_code=separator.dossier_code if separator else batch.dossier_code,
        paper_key=separator.paper_key if separator else "",
        pages_expected=separator.pages if separator else 0,
    )
    _tie(document)
    document.save()
    return document


def _tie(document: Document) -> None:
    """What the dossier says of this paper; nothing where there is no such dossier."""
    document.name, document.unit_ids, document.owner_number, document.result_code = "", [], "", ""
    document.status = Document.Status.WAITING
    if not document.dossier_code:
        return
    try:
        wanted = one_stop.papers_wanted(code=document.dossier_code)
    except LookupError:
        return
    document.dossier_code = wanted.code
    document.unit_ids, document.owner_number = list(wanted.unit_ids), wanted.identity_number
    names = {paper.key: paper.name for paper in wanted.papers}
    if document.paper_key in names:
        document.name = names[document.paper_key]
        document.status = Document.Status.READY
        if document.paper_key == one_stop.RESULT_KEY:
            document.result_code = wanted.result_code


def judge(document: Document) -> None:
    """Fields of the whole paper and what a person should look at; written."""
    pages = list(document.pages.order_by("position", "number"))
    content = [page for page in pages if page.kind == Page.Kind.CONTENT]
    document.fields = _fields(content)
    document.doubts = [*_untied(document), *_count(document, content), *_order(content), *_legible(content)]
    document.copy_sha256 = ""  # made anew from the pages as they lie now
    document.save()


def _fields(pages: Sequence[Page]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for page in pages:
        for name, one in page.fields.items():
            if name in LABELS and (
                name not in found or one["confidence"] > float(str(found[name]["confidence"])) + 0.2
            ):
                found[name] = {**one, "page": page.number}
    return found


def _untied(document: Document) -> list[str]:
    if document.status != Document.Status.WAITING:
        return []
    if not document.dossier_code:
        return ["Không có tờ phân cách ở trước: chọn hồ sơ và thành phần cho giấy này."]
    if not document.owner_number:
        return [f"Không có hồ sơ mang mã {document.dossier_code}: chọn lại hồ sơ."]
    return ["Chưa biết giấy này là thành phần nào của hồ sơ: chọn thành phần."]


def _count(document: Document, content: Sequence[Page]) -> list[str]:
    if not content:
        return ["Sau tờ phân cách không có trang nào: kiểm tra máy quét có bỏ sót tờ không."]
    if document.pages_expected and document.pages_expected != len(content):
        return [f"Tờ phân cách ghi {document.pages_expected} trang, quét được {len(content)} trang có nội dung."]
    return []


def _order(content: Sequence[Page]) -> list[str]:
    """Numbers printed at the head or foot of pages must rise."""
    numbered = [(page.number, number) for page in content if (number := printed_number(page.text))]
    wrong = [late for (_, early), (late, number) in pairwise(numbered) if number <= early]
    if wrong:
        return [f"Số trang in trên giấy không tăng dần ở trang quét {', '.join(map(str, wrong))}: xem lại thứ tự."]
    gaps = [late for (_, early), (late, number) in pairwise(numbered) if number > early + 1]
    consecutive = {page.number for page in content}
    missing = [late for late in gaps if late - 1 in consecutive and _printed_before(content, late)]
    return [
        f"Số trang in trên giấy nhảy cách trước trang quét {', '.join(map(str, missing))}: có thể thiếu trang."
    ] * bool(missing)


def _printed_before(content: Sequence[Page], number: int) -> bool:
    return any(page.number == number - 1 and printed_number(page.text) for page in content)


def printed_number(text: str) -> int | None:
    """The page number alone in the first or last line; None where there is none."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in (*lines[:1], *lines[-1:]):
        if found := _PRINTED.match(line):
            return int(found[1])
    return None


def _legible(content: Sequence[Page]) -> list[str]:
    foreign = [page.number for page in content if page.foreign_code]
    dim = [page.number for page in content if page.source == "ocr" and page.confidence < DOUBTFUL_PAGE]
    dim = [number for number in dim if number not in foreign]  # a sheet of codes has no words to read
    unread = [page.number for page in content if page.source == "unread"]
    said = []
    if foreign:
        said.append(f"Trang {_list(foreign)} mang tờ phân cách của nơi khác hoặc bị sửa, không được làm theo: xem lại.")
    if dim:
        said.append(f"Trang {_list(dim)} khó đọc: so với bản giấy, quét lại nếu mờ.")
    if unread:
        said.append(f"Trang {_list(unread)} chưa đọc được chữ: xem bằng mắt.")
    return said


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + ("…" if len(numbers) > 8 else "")


def settle(batch: Batch) -> None:
    """The state of the batch from its papers; written."""
    states = set(batch.documents.values_list("status", flat=True))
    if not states:
        batch.status, batch.problem = (
            Batch.Status.WAITING,
            "Lô này không có trang nào có nội dung: kiểm tra lại giấy đã quét.",
        )
    elif Document.Status.WAITING in states:
        batch.status, batch.problem = Batch.Status.WAITING, _choice(batch)
    elif Document.Status.READY in states:
        batch.status, batch.problem = Batch.Status.READY, ""
    else:
        batch.status, batch.problem = Batch.Status.DONE, ""
    batch.save(update_fields=["status", "problem", "finished_at"])


def _choice(batch: Batch) -> str:
    """What a person has to choose, with the dossiers that the pages themselves name."""
    seen = sorted(
        {
            str(page["dossier_code"]["value"])
            for page in batch.pages.values_list("fields", flat=True)
            if "dossier_code" in page
        }
    )
    if len(seen) > 1:
        named = ", ".join(seen[:4])
        return f"Có giấy của {len(seen)} hồ sơ ({named}) mà thiếu tờ phân cách: tách và chọn hồ sơ cho từng giấy."
    if seen and not batch.dossier_code:
        return f"Thiếu tờ phân cách. Trên giấy có mã hồ sơ {seen[0]}: xác nhận hoặc chọn hồ sơ khác."
    if batch.dossier_code:
        return "Chọn thành phần hồ sơ cho từng giấy."
    return "Thiếu tờ phân cách: chọn hồ sơ và thành phần cho từng giấy."


def _changing(document_id: int) -> Document:
    """The paper, held until the end of the transaction. Raises PermissionError once it stands in its dossier."""
    document = Document.objects.select_for_update().select_related("batch").get(pk=document_id)
    if document.status == Document.Status.CONFIRMED:
        raise PermissionError("Giấy này đã đưa vào hồ sơ nên không xếp lại trang được nữa.")
    return document


def split_before(*, page_id: int, actor: Actor, at: datetime) -> Document:
    """Pages from this one on become a paper of their own, of the same dossier and no part of its list yet."""
    page = Page.objects.select_related("document").get(pk=page_id)
    document = _changing(page.document_id or 0)
    later = [
        one
        for one in document.pages.order_by("position", "number")
        if (one.position, one.number) >= (page.position, page.number)
    ]
    if len(later) == document.pages.count():
        raise ValueError("Trang này đã là trang đầu của giấy.")
    for other in document.batch.documents.filter(order__gt=document.order).order_by("-order"):
        other.order += 1
        other.save(update_fields=["order"])
    new = Document(batch=document.batch, order=document.order + 1, dossier_code=document.dossier_code)
    _tie(new)
    new.save()
    Page.objects.filter(pk__in=[one.pk for one in later]).update(document=new)
    _after(document, new, act="split", actor=actor, at=at, data={"page": page.number})
    return new


def merge_with_previous(*, document_id: int, actor: Actor, at: datetime) -> Document:
    """Its pages go behind those of the paper before it. Raises ValueError for the first."""
    document = _changing(document_id)
    before = document.batch.documents.filter(order__lt=document.order).order_by("-order").first()
    if before is None:
        raise ValueError("Đây là giấy đầu tiên của lô.")
    before = _changing(before.pk)
    last = max(before.pages.values_list("position", flat=True), default=0)
    for step, page in enumerate(document.pages.order_by("position", "number"), start=1):
        page.document, page.position = before, max(page.position, last + step)
        page.save(update_fields=["document", "position"])
    number = document.order
    document.delete()
    _after(before, act="merged", actor=actor, at=at, data={"order": number})
    return before


def move_page(*, page_id: int, earlier: bool, actor: Actor, at: datetime) -> None:
    """Change places with the page before (or after) it in the same paper."""
    page = Page.objects.get(pk=page_id)
    document = _changing(page.document_id or 0)
    pages = list(document.pages.order_by("position", "number"))
    here = next(index for index, one in enumerate(pages) if one.pk == page_id)
    there = here - 1 if earlier else here + 1
    if not 0 <= there < len(pages):
        return
    pages[here], pages[there] = pages[there], pages[here]
    for position, one in zip(sorted(one.position for one in pages), pages, strict=True):
        one.position = position
    Page.objects.bulk_update(pages, ["position"])
    _after(document, act="moved", actor=actor, at=at, data={"page": page.number})


def mark_page(*, page_id: int, is_blank: bool, actor: Actor, at: datetime) -> None:
    """Leave a page out of the paper as blank, or put it back; it stays in the batch either way."""
    page = Page.objects.get(pk=page_id)
    document = _changing(page.document_id or 0)
    page.kind = Page.Kind.BLANK if is_blank else Page.Kind.CONTENT
    page.save(update_fields=["kind"])
    _after(document, act="marked", actor=actor, at=at, data={"page": page.number, "blank": is_blank})


def assign(*, document_id: int, dossier_code: str, paper_key: str, actor: Actor, at: datetime) -> Document:
    """Tie a paper to a dossier's list. Raises LookupError, PermissionError, ValueError with a sentence."""
    document = _changing(document_id)
    if why := one_stop.why_not_scan(code=dossier_code, actor=actor):
        raise PermissionError(why)
    document.dossier_code, document.paper_key = dossier_code, paper_key
    _tie(document)
    if paper_key and document.status != Document.Status.READY:
        raise ValueError("Hồ sơ này không có thành phần ấy; chọn thành phần trong danh sách.")
    _after(document, act="assigned", actor=actor, at=at, data={"dossier": document.dossier_code, "paper": paper_key})
    return document


def _after(*documents: Document, act: str, actor: Actor, at: datetime, data: dict[str, object]) -> None:
    for document in documents:
        judge(document)
    batch = documents[0].batch
    settle(batch)
    audit.record(
        subject=f"batch:{batch.pk}",
        act=f"digitisation.{act}",
        actor=actor.key,
        actor_name=actor.name,
        data={"document": documents[0].order, **data},
        at=at,
    )

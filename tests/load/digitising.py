"""What digitisation costs: our reading against Tesseract alone, and a whole batch with nobody typing."""

import json
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np


def spent() -> float:
    """Processor seconds of this process and of what it started."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def different_pages(count: int) -> list[np.ndarray]:
    """Pages of print at 200 dpi as a scanner leaves them: some turned a little, one in twelve noisy or upside down."""
    import cv2

    from tinhso.systems.digitisation.tests import factories

    chance = np.random.default_rng(7)
    made = []
    for number in range(count):
        page = factories.prose(6, dpi=200, mark=f"Văn bản thứ {number + 1}. Ngày {number % 28 + 1} tháng 11 năm 2026.")
        height, width = page.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(chance.uniform(-1.2, 1.2)), 1.0)
        page = np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=255), np.uint8)  # type: ignore[call-overload]
        if number % 12 == 5:
            page = np.clip(page + chance.normal(0, 15, page.shape), 0, 255).astype(np.uint8)
        if number % 12 == 9:
            page = np.rot90(page, 2).copy()
        made.append(page)
    return made


def rate(pages: list[np.ndarray]) -> dict[str, float]:
    """CPU seconds a page: Tesseract alone on the picture files, and ours on the same files."""
    from tinhso.systems.digitisation import reading
    from tinhso.systems.digitisation.tests import factories

    alone = ours = 0.0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "page.jpg"
        for page in pages:
            place.write_bytes(factories.jpeg(page))
            began = spent()
            subprocess.run(
                ["tesseract", place, "stdout", "-l", "vie"],
                capture_output=True, check=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )  # fmt: skip
            alone += spent() - began
            began = spent()
            list(reading.read_pages(place, "image/jpeg"))
            ours += spent() - began
    return {"alone": alone / len(pages), "ours": ours / len(pages)}


def batch(pages: list[np.ndarray], *, code: str, total: int) -> dict[str, float]:
    """A batch of `total` sides (separators, print, blanks) from file to dossier; seconds and what became of it."""
    from django.db import transaction
    from django.utils import timezone

    from tinhso.foundation.accounts import public as accounts
    from tinhso.foundation.accounts.models import Account
    from tinhso.systems.digitisation import permissions, services
    from tinhso.systems.digitisation.models import Batch
    from tinhso.systems.digitisation.separators import Separator, code_of
    from tinhso.systems.digitisation.tests import factories

    desk = accounts.actor_of_account(account_id=Account.objects.get(username="motcua.xa").pk)
    at = timezone.now()
    sides: list[np.ndarray] = []
    while len(sides) < total - 1:
        follow = min(8, total - len(sides) - 1)
        sides.append(factories.sheet(code_of(Separator(code, "result", max(follow - 1, 0)))))
        sides += [pages[(len(sides) + n) % len(pages)] for n in range(follow - 1)] + [factories.blank()] * (follow > 0)
    sides += [factories.blank()] * (
        total - len(sides)
    )  # a sheet with nothing behind it would rightly wait for a person
    content = factories.scan(*sides)
    began, clock = spent(), time.perf_counter()
    stored = services.keep_scan(content=content, name="lo.pdf")
    with transaction.atomic():
        received = services.receive_batch(
            unit_id=permissions.unit_of(desk),
            scans=[("lo.pdf", stored)],
            name="lo.pdf",
            source="upload",
            actor=desk,
            at=at,
        )
    while not services.read_piece(batch_id=received.batch.pk, limit=10, at=at):
        pass
    read, papers = Batch.objects.get(pk=received.batch.pk), 0
    papers = services.confirm_plain(batch=read, actor=desk, at=at)
    read.refresh_from_db()
    return {
        "pages": read.pages.count(),
        "papers": papers,
        "of": read.documents.count(),
        "cpu": spent() - began,
        "seconds": time.perf_counter() - clock,
    }


def digitisation(total: str) -> None:
    """One line of JSON: rates and the batch."""
    from django.db import transaction

    from tinhso.systems.one_stop.tests.factories import Office

    pages = different_pages(24)
    with transaction.atomic():
        code = Office().received()
    print(json.dumps({**rate(pages[:12]), "batch": batch(pages, code=code, total=int(total))}))

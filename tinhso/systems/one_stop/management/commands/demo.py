"""manage.py demo: a year of sample dossiers."""

import os
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tinhso.systems.one_stop.demo.filling import Year


class Command(BaseCommand):
    help = "Dựng một năm hồ sơ mẫu của tỉnh bằng đúng quy trình, lịch và quy tắc đang dùng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dossiers", type=int, default=3000)
        parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
        parser.add_argument("--seed", type=int, default=20261120)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dossiers"] < 1:
            raise CommandError("Số hồ sơ phải lớn hơn 0.")
        began = time.monotonic()
        year = Year(count=options["dossiers"], seed=options["seed"], now=timezone.now(), pack=settings.PACK)
        if not year.kinds:
            raise CommandError("Chưa có thủ tục nào nhận hồ sơ. Chạy `manage.py pack load` trước.")
        written = year.fill(self._say if sys.stdout.isatty() else lambda done: None, options["workers"])
        spent = time.monotonic() - began
        self.stdout.write(f"{written} dossiers in {spent:.1f} s ({written / spent:.0f} per second)")

    def _say(self, done: int) -> None:
        self.stdout.write(f"  {done}", ending="\r")
        self.stdout.flush()

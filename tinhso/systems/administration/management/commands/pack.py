"""`manage.py pack load DIR`: load a province; `pack check DIR`: only look for mistakes."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from tinhso.systems.administration.packs import loading
from tinhso.systems.administration.packs.reading import PackRefusedError

MOST_SHOWN = 200


class Command(BaseCommand):
    """Load a pack whole or not at all; repeatable; says what it changed."""

    requires_system_checks = ()  # starts without loading every page of the house
    help = "Nạp gói dữ liệu của tỉnh (đơn vị, lịch, biểu mẫu, quy trình, thủ tục)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["load", "check"])
        parser.add_argument("folder", type=Path, nargs="?", default=settings.PACK)

    def handle(self, *args: Any, **options: Any) -> None:
        folder, began = options["folder"].resolve(), time.monotonic()
        try:
            if options["act"] == "check":
                loading.read(folder)
                self.stdout.write(f"Gói {folder.name}: không thấy lỗi trong các bảng.")
                return
            with transaction.atomic():
                report = loading.load(folder, at=timezone.now())
        except PackRefusedError as refused:
            for problem in refused.problems[:MOST_SHOWN]:
                self.stderr.write(f"  {problem}")
            count = len(refused.problems)
            raise CommandError(f"Gói {folder.name} có {count} lỗi. Không có gì được nạp.") from refused
        for change in report.changes:
            self.stdout.write(f"  {change}")
        spent = time.monotonic() - began
        done = "không có gì thay đổi" if report.unchanged else "đã nạp"
        self.stdout.write(f"Gói {report.name}: {done} ({spent:.1f} giây).")

"""manage.py vault collect: results from before the store was there come into their owners' stores."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from tinhso.systems.vault.services import keeping

BATCH = 500


class Command(BaseCommand):
    help = "Đưa kết quả có từ trước vào kho của người được cấp; chạy lại không thêm lần nữa."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["collect"])

    def handle(self, *args: Any, **options: Any) -> None:
        after, kept = 0, 0
        while True:
            with transaction.atomic():
                came, after = keeping.catch_up(after=after, limit=BATCH, at=timezone.now())
            kept += came
            if not after:
                break
        self.stdout.write(f"{kept} kết quả vào kho")

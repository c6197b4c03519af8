"""manage.py vault collect|samples: results from before the store was there; papers for the demo accounts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from tinhso.systems.vault.demo import samples
from tinhso.systems.vault.services import keeping

BATCH = 500


class Command(BaseCommand):
    help = (
        "collect: đưa kết quả có từ trước vào kho của người được cấp; "
        "samples: giấy tờ mẫu cho tài khoản dùng thử. Chạy lại không thêm lần nữa."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["collect", "samples"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "samples":
            self.stdout.write(f"{samples.fill(at=timezone.now())} giấy tờ mẫu trong kho")
            return
        after, kept = 0, 0
        while True:
            with transaction.atomic():
                came, after = keeping.catch_up(after=after, limit=BATCH, at=timezone.now())
            kept += came
            if not after:
                break
        self.stdout.write(f"{kept} kết quả vào kho")

"""`manage.py files check`: every file kept is hashed anew; exit 1 where one changed or is missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tinhso.foundation.files import public


class Command(BaseCommand):
    help = "Đọc lại từng byte của kho tệp và đối chiếu với dấu băm (check); thoát mã 1 nếu có tệp hỏng hoặc mất."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check"])

    def handle(self, *args: Any, **options: Any) -> None:
        found = public.check_store()
        for sha256 in found.changed:
            self.stderr.write(f"Bị đổi: {sha256}")
        for sha256 in found.missing:
            self.stderr.write(f"Không còn: {sha256}")
        self.stdout.write(f"{found.files} tệp, {found.size / 1_000_000:.1f} MB đã đọc lại.")
        if not found.is_whole:
            raise CommandError(
                f"{len(found.changed)} tệp bị đổi, {len(found.missing)} tệp không còn: lấy lại từ bản sao lưu."
            )
        self.stdout.write("Kho tệp nguyên vẹn.")

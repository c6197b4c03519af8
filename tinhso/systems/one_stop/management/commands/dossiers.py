"""`manage.py dossiers import FILE --source NAME`: take over the dossiers of another system."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tinhso.lib.line_files import UnreadableFileError
from tinhso.systems.one_stop import importing


class Command(BaseCommand):
    """Repeatable: a once-key of the same source taken over before gives its first code."""

    help = "Nhập hồ sơ của hệ thống khác từ tệp .jsonl hoặc .jsonl.gz, mỗi dòng như POST /api/v1/dossiers và «once»"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["import"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="tên hệ thống cũ, chữ thường, số và dấu gạch")

    def handle(self, *args: Any, **options: Any) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,39}", options["source"]):
            raise CommandError("--source chỉ gồm chữ thường không dấu, số và dấu gạch (2 đến 40 ký tự).")
        shown = 0

        def say(report: importing.Report) -> None:
            nonlocal shown
            for rejection in report.rejected[shown:]:
                self.stderr.write(f"  bỏ qua {rejection}")
            shown = len(report.rejected)

        try:
            report = importing.import_file(options["file"], source=options["source"], at=timezone.now(), say=say)
        except UnreadableFileError as problem:
            raise CommandError(
                f"{problem} Những dòng trước đó đã được nhập; chạy lại sẽ không nhập trùng."
            ) from problem
        self.stdout.write(str(report))

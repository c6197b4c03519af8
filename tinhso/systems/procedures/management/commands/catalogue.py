"""`manage.py catalogue import FILE`: take over a file of the national catalogue of procedures."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.lib.line_files import UnreadableFileError
from tinhso.systems.procedures import catalogue


class Command(BaseCommand):
    """Import procedures; repeatable; what changed becomes a version from today, dossiers keep theirs."""

    requires_system_checks = ()  # starts without loading every page of the house
    help = "Nhập danh mục thủ tục hành chính từ tệp .jsonl hoặc .jsonl.gz"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["import"])
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                report = catalogue.import_file(options["file"], on=timezone.localdate())
                audit.record(subject="catalogue", act="imported", actor="job:catalogue", data={"result": str(report)})
        except UnreadableFileError as problem:
            raise CommandError(f"{problem} Không có gì được nhập.") from problem
        for rejection in report.rejected:
            self.stderr.write(f"  bỏ qua {rejection}")
        self.stdout.write(str(report))

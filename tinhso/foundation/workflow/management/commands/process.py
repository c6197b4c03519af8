"""`manage.py process check FILE.bpmn …`: what keeps a process file from being published, a line each."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tinhso.foundation.workflow import plans


class Command(BaseCommand):
    help = "Kiểm tra tệp quy trình BPMN: mỗi lỗi một dòng (phần tử, sai gì, làm gì); thoát 1 khi không nhận."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check"], help="check: kiểm tra tệp, không ghi gì")
        parser.add_argument("file", type=Path, nargs="+", help="tệp .bpmn")

    def handle(self, *, action: str, file: list[Path], **options: Any) -> None:
        # A list, not a generator: every file is judged before the command says how it went.
        accepted = [self.check_file(one, name=f"{one}: " if len(file) > 1 else "") for one in file]
        if not all(accepted):
            raise SystemExit(1)

    def check_file(self, file: Path, name: str) -> bool:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"Không đọc được tệp {file}: {error.strerror}.") from error
        found = plans.judge(content)
        for element, wrong, remedy in found.problems:
            self.stdout.write(f"{name}lỗi: {element}: {wrong} {remedy}".rstrip())
        for element, wrong, remedy in found.warnings:
            self.stdout.write(f"{name}lưu ý: {element}: {wrong} {remedy}".rstrip())
        if found.problems:
            self.stdout.write(f"{name}không nhận: {len(found.problems)} lỗi, {len(found.warnings)} lưu ý")
            return False
        proof = f"{found.states} trạng thái đã xét" if found.is_proved else "chưa chứng minh hết"
        self.stdout.write(f"{name}nhận được: {proof}, {len(found.warnings)} lưu ý")
        return True

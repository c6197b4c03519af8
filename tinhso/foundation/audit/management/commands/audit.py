"""`manage.py audit verify` recomputes the trail; `manage.py audit seal` closes it over now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tinhso.foundation.audit import public


class Command(BaseCommand):
    help = "Kiểm tra (verify) hoặc niêm phong (seal) nhật ký."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify", "seal"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "seal":
            self._seal()
        else:
            self._verify()

    def _seal(self) -> None:
        made = public.seal()
        if made is None:
            self.stdout.write("Không có dòng nhật ký nào mới từ lần niêm phong trước.")
        else:
            self.stdout.write(f"Niêm phong số {made.epoch}: {made.rows} dòng, SHA-256 {made.hash}")

    def _verify(self) -> None:
        verdict = public.verify()
        for problem in verdict.problems:
            self.stderr.write(problem)
        self.stdout.write(f"{verdict.rows} dòng, {verdict.seals} niêm phong, {verdict.unsealed} dòng chưa niêm phong.")
        if verdict.problems:
            raise CommandError(f"Nhật ký đã bị thay đổi: {len(verdict.problems)} chỗ.")
        self.stdout.write("Nhật ký nguyên vẹn.")

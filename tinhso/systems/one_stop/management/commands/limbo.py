"""manage.py limbo: no open dossier without a person, a date and a reason."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.states import State


class Command(BaseCommand):
    help = "Kiểm tra mọi hồ sơ đang mở đều có người chịu trách nhiệm, mốc kế tiếp và lý do; thoát mã 1 nếu không."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=50, help="số hồ sơ in ra")

    def handle(self, *args: Any, **options: Any) -> None:
        found = limbo(at=timezone.now())
        for offender in found.offenders[: options["limit"]]:
            self.stdout.write(f"{offender.code}\t{State(offender.state).label}\t{offender.lacks}")
        self.stdout.write(f"{found.looked_at} open dossiers, {len(found.offenders)} in limbo")
        if found.offenders:
            raise SystemExit(1)

"""`manage.py worker`: deliver events, run regular jobs, work off the queue, until SIGTERM."""

from typing import Any

from django.core.management.base import BaseCommand

from tinhso.foundation.outbox.worker import Worker


class Command(BaseCommand):
    help = "Giao sự kiện, chạy việc định kỳ và việc nền cho tới khi được bảo dừng."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        Worker().run()

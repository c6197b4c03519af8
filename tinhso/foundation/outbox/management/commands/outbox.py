"""`manage.py outbox status|deliver|replay|reconcile`: look at the outbox and mend it."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tinhso.foundation.outbox import selectors, services


class Command(BaseCommand):
    help = "Xem và chữa hộp thư đi: status, deliver, replay (lượt giao hỏng), reconcile (đối chiếu hai đầu)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["status", "deliver", "replay", "reconcile"])
        parser.add_argument("--handler", default="", help="chỉ của một người nhận")
        parser.add_argument("--event", type=int, default=None, help="chỉ của một sự kiện")
        parser.add_argument("--days", type=int, default=7, help="đối chiếu mấy ngày gần nhất")
        parser.add_argument("--mend", action="store_true", help="giao lại những gì thiếu")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        getattr(self, verb)(**options)

    def status(self, **_: Any) -> None:
        state = selectors.health(at=timezone.now())
        self.stdout.write(
            f"{state.events_waiting} chờ giao (lâu nhất {state.oldest_event_seconds:.0f} s), "
            f"{state.events_dead} giao hỏng; {state.jobs_waiting} việc nền chờ, {state.jobs_failed} hỏng"
        )
        for label in state.silent:
            self.stdout.write(f"im lặng: {label}")
        for letter in selectors.dead_letters():
            self.stdout.write(f"hỏng: {letter.event_id} {letter.kind} {letter.key} → {letter.handler}: {letter.error}")

    def deliver(self, **_: Any) -> None:
        self.stdout.write(f"{services.deliver_pending(limit=100_000)} lượt giao")

    def replay(self, handler: str, event: int | None, **_: Any) -> None:
        self.stdout.write(f"{services.replay(handler=handler, event_id=event)} lượt giao được thử lại")

    def reconcile(self, days: int, mend: bool, **_: Any) -> None:
        """Ends in an error where something is missing."""
        missing = 0
        for b in selectors.reconcile(since=timezone.now() - timedelta(days=days)):
            missing += b.missing
            self.stdout.write(
                f"{b.kind} → {b.handler}: {b.published} ghi, {b.done} giao, {b.waiting} chờ, {b.dead} hỏng, "
                f"{b.missing} thiếu"
            )
        if missing and mend:
            self.stdout.write(f"{services.deliver_missing()} lượt được chia lại")
        elif missing:
            raise CommandError(f"{missing} lượt giao thiếu; thêm --mend để giao lại")

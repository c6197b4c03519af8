"""`manage.py demo_ca set_up|serve|revoke SERIAL`: a certification authority for the demonstration, on loopback."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ops import demo_authority
from tinhso.foundation.signing.demo import folder, issuing, server


class Command(BaseCommand):
    """Makes the authority, issues to whoever signs, answers for timestamps, OCSP and revocation lists."""

    requires_system_checks = ()  # starts without loading every page of the house
    help = "CA, dấu thời gian, OCSP, CRL mô phỏng trên máy này (set_up: lập và cấp chứng thư; serve: trả lời)"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("set_up", help="lập CA mô phỏng, cấp chứng thư cho người ký và cơ quan; làm lại được")
        verbs.add_parser("serve", help="trả lời dấu thời gian, OCSP, CRL cho tới khi bị dừng")
        revoke = verbs.add_parser("revoke", help="thu hồi một chứng thư")
        revoke.add_argument("serial", help="số sê-ri, hệ mười sáu")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"do_{options['verb']}")(**options)

    def do_set_up(self, **_: Any) -> None:
        at = timezone.now()
        try:
            with transaction.atomic():
                made = issuing.set_up(Path(settings.VAR), at)
                counts = issuing.issue_all(made, at)
        except issuing.DemoRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"CA mô phỏng: cấp {counts['people']} chứng thư cá nhân, {counts['seals']} con dấu cơ quan.")

    def do_serve(self, **_: Any) -> None:
        try:
            running = server.start(Path(settings.VAR))
        except FileNotFoundError:
            raise CommandError("Chưa có CA mô phỏng: chạy `manage.py demo_ca set_up` trước.") from None
        except OSError as error:
            raise CommandError(f"Không mở được cổng của CA mô phỏng: {error.strerror}.") from error
        self.stdout.write(f"CA mô phỏng trả lời ở cổng {running.server_port}; dừng bằng Ctrl+C.")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            running.shutdown()

    def do_revoke(self, serial: str, **_: Any) -> None:
        try:
            number = int(serial, 16)
            folder.read(demo_authority.place(Path(settings.VAR))).revoke(number, timezone.now())
        except ValueError:
            raise CommandError("Số sê-ri phải viết ở hệ mười sáu.") from None
        except FileNotFoundError:
            raise CommandError("Chưa có CA mô phỏng: chạy `manage.py demo_ca set_up` trước.") from None
        self.stdout.write(f"Đã thu hồi {number:x}.")

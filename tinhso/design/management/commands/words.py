"""`manage.py words`: gather what citizens read, keep the English there is, compile, name what is missing."""

from typing import Any

from django.core.management.base import BaseCommand

from tinhso.design import words


class Command(BaseCommand):
    help = "Gom chữ trên trang của dân, giữ bản tiếng Anh đã có, dịch sang .mo và kể những chữ chưa có tiếng Anh"

    def handle(self, *_args: Any, **_options: Any) -> None:
        words.renew()
        lacking = words.missing()
        for word in lacking:
            self.stdout.write(f"  chưa có: {word}")
        self.stdout.write(f"{len(lacking)} chữ chưa có tiếng Anh; danh mục ở {words.PO.relative_to(words.ROOT)}")

"""`manage.py papers read FILE`: text and fields; `papers verdict FILE [--trust DIR]`: what a signature is worth.

Both print JSON and write nothing. Exit 0: read, valid; 1: not.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.utils import timezone

from tinhso.foundation.files.public import FileRefusedError
from tinhso.foundation.signing import public as signing


class Command(BaseCommand):
    """Look at papers from the command line; nothing is asked of any network."""

    requires_system_checks = ()  # starts without loading every page of the house
    help = "Xem giấy tờ: chữ và các mục của một tệp, kết quả kiểm tra chữ ký số"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        read = verbs.add_parser("read", help="chữ, độ tin cậy và các mục của từng trang, dạng JSON")
        read.add_argument("file", type=Path, help="tệp PDF, JPG, PNG hoặc TIFF")
        verdict = verbs.add_parser("verdict", help="kết quả kiểm tra chữ ký số, dạng JSON; thoát 0 hợp lệ, 1 không")
        verdict.add_argument("file", type=Path, help="PDF, XML, gói ASiC-E hoặc CMS (.p7s cần tệp nội dung ở bên cạnh)")
        verdict.add_argument("--trust", type=Path, metavar="DIR", help="thư mục chứng thư gốc (PEM) và CRL (DER)")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[..., None]] = {"read": self.read, "verdict": self.verdict}
        verbs[options["verb"]](**options)

    def read(self, file: Path, **_: Any) -> None:
        from tinhso.systems.digitisation.shown import paper_shown  # a verdict need not load the eyes

        try:
            answer = paper_shown(file)
        except FileRefusedError as error:
            self._refuse(file, error.problems[0].code, error.problems[0].sentence)
        except OSError as error:
            self._refuse(file, "unreadable", f"Không mở được tệp: {os.strerror(error.errno or 0)}.")
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _refuse(self, file: Path, code: str, sentence: str) -> NoReturn:
        error = {"file": file.name, "error": {"code": code, "sentence": sentence}}
        self.stdout.write(json.dumps(error, ensure_ascii=False))
        sys.exit(1)

    def verdict(self, file: Path, trust: Path | None, **_: Any) -> None:
        try:
            listed = signing.trust_folder(folder=trust) if trust else self._own_list()
        except OSError as error:
            raise CommandError(f"Không đọc được thư mục danh sách tin cậy {trust}: {error.strerror or error}") from None
        found = signing.judge_file(path=file, trust=listed, at=timezone.now())
        self.stdout.write(json.dumps(signing.as_json(found), ensure_ascii=False, indent=1))
        if not found.is_valid:
            sys.exit(1)

    def _own_list(self) -> signing.TrustList:
        """The province's list; with no database at hand nobody is trusted, and what else is wrong is still said."""
        place = connection.settings_dict
        try:
            psycopg.connect(
                dbname=place["NAME"], user=place["USER"], password=place["PASSWORD"], host=place["HOST"],
                port=place["PORT"] or None, connect_timeout=3,
            ).close()  # fmt: skip
            return signing.trust_list()
        except (psycopg.Error, DatabaseError):
            self.stderr.write("Không mở được danh sách tin cậy của tỉnh (cơ sở dữ liệu không chạy hoặc chưa lập bảng).")
            return signing.TrustList(source="không có")

"""`make doctor`: what this machine has and lacks, and what each lack costs. Nothing here is needed to start."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ops import demo_authority, postgres, supervisor

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TINHSO_VAR") or ROOT / "var").resolve()
PORT = int(os.environ.get("TINHSO_PORT") or 8000)

GOOD, MISSING, BAD = "có", "thiếu", "LỖI"
Line = tuple[str, str, str]

NO_OCR = (
    "Chưa cài tesseract-ocr (vie): bản quét vẫn được lưu và ký, nhưng chưa tìm kiếm được theo nội dung. "
    "Cài: apt-get install tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd"
)

# name | programs | package | what its absence costs
PROGRAMS = """
pdfsig, OpenSSL | pdfsig | poppler-utils openssl | không có ý kiến thứ hai về dấu băm chữ ký khi thử
SoftHSM | softhsm2-util | softhsm2 | các bài thử thiết bị ký PKCS#11 bị bỏ qua
Chromium | chromium chromium-browser google-chrome | chromium | các bài thử trên trình duyệt bị bỏ qua
"""


def has_vietnamese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=vi", "family"], text=True, capture_output=True)
    return bool(found.stdout.strip())


def tesseract() -> Line:
    """With its Vietnamese data; without them digitised papers are kept and signed, but their words are not found."""
    name, place = "Tesseract (OCR)", shutil.which("tesseract")
    said = subprocess.run([place, "--list-langs"], text=True, capture_output=True).stdout.split() if place else []
    if place and {"vie", "osd"} <= set(said):
        return GOOD, name, f"{place}, có tiếng Việt"
    return MISSING, name, NO_OCR


def programs() -> Iterator[Line]:
    for line in PROGRAMS.strip().splitlines():
        name, names, package, cost = (part.strip() for part in line.split("|"))
        place = next((path for program in names.split() if (path := shutil.which(program))), None)
        yield (GOOD, name, place) if place else (MISSING, name, f"{cost} (apt install {package})")
    yield tesseract()
    if has_vietnamese_font():
        yield GOOD, "Phông chữ tiếng Việt", "cho ảnh chụp trang khi thử"
    else:
        cost = "ảnh chụp trang khi thử có thể thiếu dấu; người dùng không bị"
        yield MISSING, "Phông chữ tiếng Việt", f"{cost} (apt install fonts-noto-core)"


def machine() -> Iterator[Line]:
    version = sys.version_info
    yield (GOOD if version >= (3, 11) else BAD), "Python", sys.version.split()[0]
    place = next(parent for parent in (VAR, *VAR.parents) if parent.exists())
    free = shutil.disk_usage(place).free / 1e9
    yield (
        (GOOD if free > 5 else BAD if free < 0.5 else MISSING),
        "Đĩa",
        f"{free:.1f} GB trống cho {VAR}; một năm của tỉnh cần chừng 5 GB và giấy tờ quét",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    yield (GOOD if memory > 3.5 else MISSING), "Bộ nhớ", f"{memory:.1f} GB; dưới 4 GB thì chậm khi nhiều người dùng"
    yield GOOD, "Bộ xử lý", f"{os.cpu_count()} nhân"


def installation() -> Iterator[Line]:
    running = supervisor.running(VAR)
    yield GOOD, "Tỉnh Số", f"đang chạy (số {running})" if running else "không chạy"
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", PORT)) == 0
    if taken and not running:
        yield BAD, f"Cổng {PORT}", "chương trình khác đang dùng: đặt TINHSO_PORT"
    else:
        yield GOOD, f"Cổng {PORT}", "đang phục vụ" if taken else "còn trống"
    if os.environ.get("DATABASE_URL"):
        yield GOOD, "Cơ sở dữ liệu", "bên ngoài, theo DATABASE_URL"
        return
    data = postgres.data_dir(VAR)
    if not (data / "PG_VERSION").exists():
        yield GOOD, "Cơ sở dữ liệu", f"chưa có; sẽ được tạo trong {data}"
        return
    version = (data / "PG_VERSION").read_text().strip()
    if version != postgres.MAJOR:
        yield BAD, "Cơ sở dữ liệu", f"dữ liệu của PostgreSQL {version}, cần {postgres.MAJOR} (xem docs/operators.md)"
    else:
        yield GOOD, "Cơ sở dữ liệu", f"PostgreSQL {version}, {'đang chạy' if postgres.is_running(VAR) else 'đang dừng'}"
    if os.environ.get("TINHSO_SMTP_URL"):
        yield GOOD, "Thư điện tử", "gửi qua TINHSO_SMTP_URL"
    else:
        yield MISSING, "Thư điện tử", f"chưa đặt TINHSO_SMTP_URL: thư được đặt vào {VAR / 'mail'}, không gửi đi đâu"


def signing() -> Iterator[Line]:
    """Services that signing stands on."""
    if demo_authority.port(VAR):
        yield GOOD, "Ký số", "CA, dấu thời gian mô phỏng trên máy này"
        return
    address = os.environ.get("TINHSO_TIMESTAMP_URL")
    if address:
        yield GOOD, "Dấu thời gian", address
    else:
        yield MISSING, "Dấu thời gian", "chưa đặt TINHSO_TIMESTAMP_URL: chữ ký chưa chứng minh được giờ ký"


def main() -> int:
    lines = [*machine(), *installation(), *signing(), *programs()]
    for mark, name, words in lines:
        print(f"{mark:6} {name:22} {words}")
    faults = [name for mark, name, _ in lines if mark == BAD]
    print(
        f"\nPhải sửa: {', '.join(faults)}" if faults else "\nMáy này chạy được; mục «thiếu» chỉ mất điều ghi bên cạnh."
    )
    return bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())

"""Why a file cannot be used: one sentence each, that says how to mend it."""

from dataclasses import dataclass

SAVE_AS_PDF = "Mở tệp rồi chọn In, Lưu thành PDF, và gửi tệp mới"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be used, in a Vietnamese sentence that says how to mend it."""

    code: str  # empty | encrypted | active_content | wrong_type | too_large | damaged | …
    sentence: str


class FileRefusedError(Exception):
    """Raised by `keep` with the problems found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(p.sentence for p in problems))
        self.problems = problems


def refuse(code: str, sentence: str) -> FileRefusedError:
    return FileRefusedError((Problem(code, sentence),))


def readable(size: int) -> str:
    """50 MB."""
    return f"{size / 1_000_000:.0f} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} KB"


def empty() -> FileRefusedError:
    return refuse("empty", "Tệp trống, không có nội dung. Chọn lại tệp, hoặc chụp hay quét lại giấy tờ")


def too_large(size: int, limit: int) -> FileRefusedError:
    return refuse(
        "too_large",
        f"Tệp nặng {readable(size)}, nhiều nhất {readable(limit)}. Chụp lại ở cỡ vừa, hoặc tách thành nhiều tệp",
    )


def no_space() -> FileRefusedError:
    return refuse("no_space", "Máy chủ tạm hết chỗ chứa nên chưa nhận được tệp. Bạn không mất gì, thử lại sau ít phút")

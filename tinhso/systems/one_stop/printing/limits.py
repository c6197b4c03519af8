"""A legal limit in words: «5 ngày làm việc», «nửa ngày làm việc», «trong ngày»."""

from decimal import Decimal

from tinhso.lib.working_time import Limit

UNITS = {"working_hours": "giờ làm việc", "working_days": "ngày làm việc", "calendar_days": "ngày"}


def limit_in_words(limit: Limit | None) -> str:
    """As printed on the receipt; an interlinked dossier has no limit of its own."""
    if limit is None:
        return "theo từng thủ tục thành phần"
    if limit.unit == "working_days" and limit.value == 0:
        return "trong ngày làm việc"
    if limit.unit == "working_days" and limit.value == Decimal("0.5"):
        return "nửa ngày làm việc"
    value = f"{limit.value.normalize():f}".replace(".", ",")
    return f"{value} {UNITS[limit.unit]}"

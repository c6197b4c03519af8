"""The Jinja2 environment of our pages: an unknown name is an error, Vietnamese dates and numbers are filters."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import jinja2
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation

from tinhso.design import navigation
from tinhso.design.components import Components, one_of
from tinhso.design.icons import icon, mark
from tinhso.design.province import province

WEEKDAYS = (
    translation.gettext_noop("thứ Hai"),
    translation.gettext_noop("thứ Ba"),
    translation.gettext_noop("thứ Tư"),
    translation.gettext_noop("thứ Năm"),
    translation.gettext_noop("thứ Sáu"),
    translation.gettext_noop("thứ Bảy"),
    translation.gettext_noop("Chủ nhật"),
)


def day(value: date | datetime | None) -> str:
    """thứ Năm 26/11/2026, the weekday in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{translation.gettext(WEEKDAYS[value.weekday()])} {value:%d/%m/%Y}"


def short_day(value: date | datetime | None) -> str:
    """26/11/2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return f"{value:%d/%m/%Y}"


def clock(value: datetime | None) -> str:
    """16:30."""
    return "" if value is None else f"{timezone.localtime(value):%H:%M}"


def moment(value: datetime | None) -> str:
    """16:30 thứ Năm 26/11/2026."""
    return "" if value is None else f"{clock(value)} {day(value)}"


def number(value: int | float | Decimal | None, places: int = 0) -> str:
    """1.818 · 91,3."""
    if value is None:
        return ""
    return f"{value:,.{places}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def in_few_digits(count: int) -> str:
    """A count beside a name: «7», and «99+» above, where counting stops."""
    return str(count) if count < 100 else "99+"


def money(value: int | Decimal | None) -> str:
    """8.000 đồng."""
    return "" if value is None else f"{number(value)} đồng"


def size(value: int | None) -> str:
    """84 KB."""
    if value is None:
        return ""
    if value < 1000:
        return f"{value} byte"
    return f"{number(value / 1000)} KB" if value < 1_000_000 else f"{number(value / 1_000_000, 1)} MB"


def mask(value: str | None) -> str:
    """072198••••17: a personal number whose opening is logged."""
    if not value or len(value) < 6:
        return "••••"
    return f"{value[:6]}••••{value[-2:]}" if len(value) > 9 else f"{value[:2]}•• ••• {value[-3:]}"


def url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def actor_of(request: Any) -> Any:
    """Who is reading the page; None before the middleware has said so (error pages)."""
    return getattr(request, "actor", None)


def initials(name: str) -> str:
    """TP for Trần Thị Bích Phượng: first letters of the family and the given name."""
    words = name.split()
    return (words[0][0] + words[-1][0] if len(words) > 1 else name[:1]).upper()


def plain_name(name: str) -> str:
    """«Thủ tục đăng ký khai sinh» as people say it: «Đăng ký khai sinh»."""
    rest = name.removeprefix("Thủ tục ")
    return rest[:1].upper() + rest[1:]


def lower_first(text: str) -> str:
    """«Đang thẩm định» inside a sentence: «đang thẩm định»."""
    return text[:1].lower() + text[1:]


def environment(**options: Any) -> jinja2.Environment:
    env = jinja2.Environment(  # noqa: S701  # Django passes autoescape=True in the options
        **{**options, "undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    env.globals.update(
        static=static,
        url=url,
        now=timezone.now,
        get_messages=get_messages,
        language=translation.get_language,
        ui=Components(env),
        one_of=one_of,
        icon=icon,
        mark=mark,
        province=province,
        navigation=navigation.shown,
        actor_of=actor_of,
    )
    env.filters.update(
        day=day,
        short_day=short_day,
        clock=clock,
        moment=moment,
        number=number,
        in_few_digits=in_few_digits,
        money=money,
        size=size,
        mask=mask,
        initials=initials,
        lower_first=lower_first,
        plain_name=plain_name,
    )
    return env

"""What the worker does regularly for dossiers; each run is harmless when repeated."""

import logging
from datetime import time, timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.outbox.public import periodic
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import holders, reminders
from tinhso.systems.one_stop.signatures import rounds

log = logging.getLogger(__name__)


@periodic(label="Nhắc hồ sơ trực tuyến chờ quá 2 giờ", every=timedelta(minutes=10))
def remind_desks() -> None:
    with transaction.atomic():
        reminders.remind_desks(at=timezone.now())


@periodic(label="Nhắc xin lỗi, hẹn lại trước hạn một ngày", at=time(8, 0))
def remind_of_apologies() -> None:
    with transaction.atomic():
        reminders.remind_of_apologies(at=timezone.now())


@periodic(label="Báo hồ sơ quá hạn", at=time(7, 30))
def tell_of_overdue() -> None:
    with transaction.atomic():
        reminders.tell_of_overdue(at=timezone.now())


@periodic(label="Báo cơ quan được hỏi chưa trả lời", at=time(7, 45))
def tell_of_silence() -> None:
    with transaction.atomic():
        reminders.tell_of_silence(at=timezone.now())


@periodic(label="Nhắc người nộp bổ sung trước khi đóng", at=time(8, 15))
def remind_of_supplements() -> None:
    with transaction.atomic():
        reminders.remind_of_supplements(at=timezone.now())


@periodic(label="Hồ sơ theo người giữ vị trí", every=timedelta(hours=1))
def follow_posts() -> None:
    with transaction.atomic():
        holders.follow_posts(at=timezone.now())


@periodic(label="Tìm hồ sơ không ai giữ", every=timedelta(hours=1))
def look_for_limbo() -> None:
    found = limbo(at=timezone.now())
    for offender in found.offenders[:100]:
        log.error("limbo: %s (%s): %s", offender.code, offender.state, offender.lacks)


@periodic(label="Hồ sơ theo kết quả đã ký", every=timedelta(minutes=1))
def follow_signatures() -> None:
    rounds.settle_all(timezone.now())

"""Writing a message in the act that causes it; sending it from the worker."""

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.notifications import channels, texts
from tinhso.foundation.notifications.models import Delivery, Message
from tinhso.foundation.statements import prepared

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
LEASE = timedelta(seconds=90)  # a worker killed while sending: somebody else tries after this
LONGEST_RUN_SECONDS = 20.0

# Message and first delivery in one round trip: this runs in the act that causes the message.
WRITE = """
with message as (
    insert into notifications_message (once, template, subject, account_id, title, body, details)
    values (%(once)s, %(template)s, %(subject)s, %(account)s, %(title)s, %(body)s, %(details)s)
    on conflict (once) do nothing returning id
), delivery as (
    insert into notifications_delivery (message_id, channel, address, others, next_try_at)
    select id, %(channel)s::text, %(address)s, %(others)s::jsonb, %(next_try_at)s
    from message where %(channel)s::text <> ''
)
select id from message
"""


def write(
    *, template: str, context: Mapping[str, Any], subject: str, once: str, account: accounts.AccountInfo | None,
    recipient: channels.Recipient, at: datetime,
) -> bool:  # fmt: skip
    """Write the message and its first delivery; False where this `once` was written before."""
    text = texts.words(template, context)
    ways = [(c.name, address) for c in channels.in_order() if (address := c.address_of(recipient).strip())]
    channel, address = ways[0] if ways else ("", "")
    values = {
        "once": once,
        "template": template,
        "subject": subject,
        "account": account.id if account else None,
        "title": text.title,
        "body": text.body,
        "details": text.details,
        "channel": channel,
        "address": address,
        "others": json.dumps(ways[1:]),
        "next_try_at": channels.after_quiet(channels.named(channel).quiet, at) if channel else at,
    }
    return bool(prepared(WRITE, values))


def plan(*, message_id: int, ways: Sequence[Sequence[str]], at: datetime) -> None:
    """Have the first of the ways (channel, address) tried; the others follow where it fails."""
    if not ways:
        return
    (name, address), *others = ways
    Delivery.objects.create(
        message_id=message_id,
        channel=name,
        address=address,
        others=[list(way) for way in others],
        next_try_at=channels.after_quiet(channels.named(name).quiet, at),
    )


def send_waiting(*, limit: int = 500) -> int:
    """Send what is due, one by one, for at most twenty seconds; how many were sent."""
    sent, until = 0, time.monotonic() + LONGEST_RUN_SECONDS
    for _ in range(limit):
        delivery = _claim()
        if delivery is None or time.monotonic() > until:
            break
        sent += _send(delivery)
    return sent


def _claim() -> Delivery | None:
    """Take one delivery for ninety seconds, committed before anything leaves the house."""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True)
            .filter(state=Delivery.State.WAITING, next_try_at__lte=timezone.now())
            .order_by("next_try_at")
            .first()
        )
        if delivery is not None:
            delivery.attempts += 1
            delivery.next_try_at = timezone.now() + LEASE
            delivery.save(update_fields=["attempts", "next_try_at"])
    return delivery


def _send(delivery: Delivery) -> bool:
    message = delivery.message
    outgoing = channels.Outgoing(message.once, message.title, message.body, message.created_at)
    try:
        proof = channels.named(delivery.channel).send(delivery.address, outgoing)
    except channels.RefusedError as error:
        _give_up(delivery, str(error))
        return False
    except Exception as error:  # one letter that breaks a channel must not hold up the others
        if not isinstance(error, channels.TryLaterError | OSError):
            log.exception("message %s", delivery.message_id)
        _put_off(delivery, str(error))
        return False
    Delivery.objects.filter(id=delivery.id).update(
        state=Delivery.State.SENT, sent_at=timezone.now(), proof=proof[:300], error=""
    )
    return True


def _put_off(delivery: Delivery, why: str) -> None:
    """Again after 30 s, 1 min, 2 min … 1 hour; after eight attempts the next channel."""
    if delivery.attempts >= MOST_ATTEMPTS:
        _give_up(delivery, why)
        return
    wait = min(timedelta(seconds=15 * 2**delivery.attempts), timedelta(hours=1))
    quiet = channels.named(delivery.channel).quiet
    Delivery.objects.filter(id=delivery.id).update(
        next_try_at=channels.after_quiet(quiet, timezone.now() + wait), error=why[:2000]
    )


def _give_up(delivery: Delivery, why: str) -> None:
    log.warning("message %s could not be sent by %s: %s", delivery.message_id, delivery.channel, why)
    with transaction.atomic():
        Delivery.objects.filter(id=delivery.id).update(state=Delivery.State.FAILED, error=why[:2000])
        plan(message_id=delivery.message_id, ways=delivery.others, at=timezone.now())


def mark_read(*, account_id: int, message_ids: Iterable[int] | None, at: datetime) -> int:
    unread = Message.objects.filter(account_id=account_id, read_at=None)
    if message_ids is not None:
        unread = unread.filter(id__in=list(message_ids))
    return unread.update(read_at=at)

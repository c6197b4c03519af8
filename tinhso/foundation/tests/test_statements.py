"""Prepared statements give what the ORM gives, and are really prepared."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tinhso.foundation.notifications.models import Message
from tinhso.foundation.statements import prepared, prepared_rows, update_row
from tinhso.foundation.workflow.models import MessageInbox

pytestmark = pytest.mark.django_db


def early(once: str = "a") -> MessageInbox:
    return MessageInbox.objects.create(
        kind="dossier",
        subject="1",
        name="paid",
        once=once,
        variables={"tên": "Ánh", "n": [1, None]},
        received_at=timezone.now(),
    )


def test_a_row_is_what_the_orm_would_give():
    made = early()
    (found,) = prepared_rows(MessageInbox, "WHERE once = %s", [made.once])
    same = MessageInbox.objects.get(pk=made.pk)
    for field in MessageInbox._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(same, field.attname), field.attname
    assert not found._state.adding


def test_columns_are_written_and_read_back():
    made = early()
    made.variables, made.delivered_at, made.name = {"x": "đ"}, timezone.now(), "other"
    update_row(made, ["variables", "delivered_at"])
    again = MessageInbox.objects.get(pk=made.pk)
    assert (again.variables, again.delivered_at, again.name) == ({"x": "đ"}, made.delivered_at, "paid")


def test_a_statement_is_prepared_by_the_server_the_first_time():
    text = "SELECT count(*) FROM notifications_message WHERE subject = %s AND 7 = 7"
    assert prepared(text, ["nobody"]) == [(0,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%AND 7 = 7'")
        assert cursor.fetchone() == (1,)


def test_it_stands_in_the_transaction_of_the_connection():
    counted = "SELECT count(*) FROM workflow_messageinbox WHERE once = %s"
    with transaction.atomic():
        early("gone")
        assert prepared(counted, ["gone"]) == [(1,)]
        transaction.set_rollback(True)
    assert prepared(counted, ["gone"]) == [(0,)]


def test_faults_are_those_of_django():
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared("INSERT INTO notifications_message (once) VALUES (NULL)")
    assert not Message.objects.exists()

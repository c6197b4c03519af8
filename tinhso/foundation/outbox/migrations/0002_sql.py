"""The SQL door: an event is one insert, without NOTIFY (which would make commits wait for each other)."""

from django.db import migrations

PUBLISH = """
create or replace function outbox_publish(kind text, key text, payload jsonb) returns bigint
language sql volatile as $$
    insert into outbox_storedevent (kind, key, payload) values ($1, $2, $3) returning id
$$;
alter table outbox_storedevent set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);
alter table outbox_delivery set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [migrations.RunSQL(PUBLISH, "drop function outbox_publish(text, text, jsonb)")]

"""How acts are written, guarded, sealed and checked, in SQL: one way for Python and for the functions of the systems."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "audit.sql").read_text(encoding="utf-8")

REVERSE = """
DROP FUNCTION audit_refuse() CASCADE;
DROP FUNCTION audit_digest(bytea, text, integer, text, text, text, jsonb, timestamptz, timestamptz, integer);
DROP FUNCTION audit_append(text, text, text, text, jsonb, timestamptz);
DROP FUNCTION audit_append_many(text[], text[], text[], text[], jsonb[], timestamptz[]);
DROP FUNCTION audit_digest_of_epoch(integer, bigint, bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]

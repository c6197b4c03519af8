"""Readings and overrides are proof: rows are only ever added."""

from django.db import migrations

SQL = """
CREATE OR REPLACE TRIGGER vault_reading_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_reading
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER vault_askedagain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_askedagain
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
UNDONE = """
DROP TRIGGER vault_reading_append_only ON vault_reading;
DROP TRIGGER vault_askedagain_append_only ON vault_askedagain;
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial"), ("audit", "0002_sql")]
    operations = [migrations.RunSQL(SQL, UNDONE)]

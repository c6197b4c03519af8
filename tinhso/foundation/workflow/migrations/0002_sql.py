"""How a change of a case is written, and what can never be rewritten, in SQL."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "workflow.sql").read_text(encoding="utf-8")

REVERSE = """
DROP FUNCTION workflow_start(text, jsonb);
DROP FUNCTION workflow_begin(text, jsonb, bigint, bigint);
DROP FUNCTION workflow_apply(bigint, jsonb);
DROP FUNCTION workflow_refuse() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]

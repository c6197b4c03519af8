"""A published decision table never changes; neither does the state a migrated case had before."""

from django.db import migrations

SQL = """
CREATE TRIGGER workflow_decisionversion_immutable BEFORE UPDATE OR DELETE ON workflow_decisionversion
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse();
"""
REVERSE = "DROP TRIGGER workflow_decisionversion_immutable ON workflow_decisionversion;"


class Migration(migrations.Migration):
    dependencies = [("workflow", "0003_decisions_migrations")]
    operations = [migrations.RunSQL(SQL, REVERSE)]

"""What the ORM does not say: word search, numbering, and the submission of a dossier in one round trip."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "one_stop.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("one_stop", "0001_initial"),
        ("audit", "0002_sql"),
        ("outbox", "0002_sql"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]

"""Folding of Vietnamese inside PostgreSQL, the numbers of revisions, and rows in force on the same day that exclude each other.

GiST of core PostgreSQL has no operator class for numbers and texts, only for ranges: a number as the range of itself
serves without the extension btree_gist.
"""

from django.db import migrations

from tinhso.lib.vietnamese import VN_NORM_SQL

ONE_AT_A_TIME = """
ALTER TABLE procedures_{table} ADD CONSTRAINT procedures_{table}_one_at_a_time
EXCLUDE USING gist ({equal} WITH &&, daterange(valid_from, valid_to) WITH &&)
"""
SAME_PROCEDURE = "int8range(procedure_id, procedure_id, '[]')"
SAME_KEY = "int8range(hashtextextended(key, 0), hashtextextended(key, 0), '[]')"


def one_at_a_time(table, *equal):
    return migrations.RunSQL(
        ONE_AT_A_TIME.format(table=table, equal=" WITH &&, ".join(equal)),
        f"ALTER TABLE procedures_{table} DROP CONSTRAINT procedures_{table}_one_at_a_time",
    )


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]

    operations = [
        migrations.RunSQL(VN_NORM_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE SEQUENCE procedures_revision_numbers", "DROP SEQUENCE procedures_revision_numbers"
        ),
        one_at_a_time("procedureversion", SAME_PROCEDURE),
        one_at_a_time("fee", SAME_PROCEDURE, SAME_KEY),
        one_at_a_time("binding", SAME_PROCEDURE),
    ]

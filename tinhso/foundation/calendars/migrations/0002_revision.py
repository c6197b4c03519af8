"""Every change of the calendar gives the one row of the revision a new number, whoever made it."""

from django.db import migrations

WATCHED = ("calendarday", "slotset")

FUNCTION = """
INSERT INTO calendars_revision (id, number) VALUES (1, 1) ON CONFLICT DO NOTHING;
CREATE SEQUENCE IF NOT EXISTS calendars_revision_number START 2;
CREATE OR REPLACE FUNCTION calendars_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO calendars_revision (id, number) VALUES (1, nextval('calendars_revision_number'))
  ON CONFLICT (id) DO UPDATE SET number = excluded.number;
  RETURN NULL;
END $$;
"""

TRIGGERS = "".join(
    f"CREATE OR REPLACE TRIGGER calendars_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE "
    f"ON calendars_{table} FOR EACH STATEMENT EXECUTE FUNCTION calendars_changed();\n"
    for table in WATCHED
)

DROPS = "".join(f"DROP TRIGGER calendars_changed ON calendars_{table};\n" for table in WATCHED) + (
    "DROP FUNCTION calendars_changed();\nDROP SEQUENCE calendars_revision_number;\n"
)


class Migration(migrations.Migration):
    dependencies = [("calendars", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION + TRIGGERS, DROPS)]

"""Every change of the organisation gives the one row of the revision a new number, whoever made it."""

from django.db import migrations

WATCHED = (
    "unit", "unitname", "agencycode", "person", "post", "assignment", "delegation", "absence",
    "place", "placesuccession",
)

FUNCTION = """
INSERT INTO organizations_revision (id, number) VALUES (1, 1) ON CONFLICT DO NOTHING;
CREATE SEQUENCE IF NOT EXISTS organizations_revision_number START 2;
CREATE OR REPLACE FUNCTION organizations_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO organizations_revision (id, number) VALUES (1, nextval('organizations_revision_number'))
  ON CONFLICT (id) DO UPDATE SET number = excluded.number;
  RETURN NULL;
END $$;
"""

TRIGGERS = "".join(
    f"CREATE OR REPLACE TRIGGER organizations_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE "
    f"ON organizations_{table} FOR EACH STATEMENT EXECUTE FUNCTION organizations_changed();\n"
    for table in WATCHED
)

DROPS = "".join(f"DROP TRIGGER organizations_changed ON organizations_{table};\n" for table in WATCHED) + (
    "DROP FUNCTION organizations_changed();\nDROP SEQUENCE organizations_revision_number;\n"
)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION + TRIGGERS, DROPS)]

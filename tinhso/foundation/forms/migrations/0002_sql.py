"""A published version of a form is never changed or deleted."""

from django.db import migrations

FORWARD = """
create function forms_version_is_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'Phiên bản biểu mẫu % đã ban hành, không sửa, không xoá được: ban hành phiên bản mới', old.id
        using errcode = 'restrict_violation';
end $$;
create trigger forms_version_is_immutable before update or delete on forms_formversion
    for each row execute function forms_version_is_immutable();
"""
BACKWARD = """
drop trigger forms_version_is_immutable on forms_formversion;
drop function forms_version_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("forms", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

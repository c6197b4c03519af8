"""Tables of forms: definitions, immutable versions, and the lists their questions choose from."""

from django.db import models


class FormDefinition(models.Model):
    """One form under its stable key (mẫu đơn, tờ khai)."""

    key = models.SlugField("Khoá", max_length=80, unique=True)
    name = models.CharField("Tên", max_length=300)

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """A published version. Never changed: drafts and dossiers keep the version they were filled on (see 0002_sql)."""

    definition = models.ForeignKey(FormDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("Số")
    schema = models.JSONField("Lược đồ form-js")
    data_schema = models.JSONField("JSON Schema của dữ liệu")
    sha256 = models.CharField("Dấu", max_length=64)
    published_at = models.DateTimeField("Ban hành lúc")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="forms_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id}/{self.number}"


class CodeList(models.Model):
    """A list of answers shared by forms (dân tộc, quốc tịch, tỉnh…); a change takes effect within a minute."""

    name = models.SlugField("Tên", max_length=60, unique=True)
    rows = models.JSONField("Các mục", help_text="[[giá trị, nhãn], …] theo thứ tự hiện")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

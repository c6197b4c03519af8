"""Reading form versions. A version never changes, so its compiled form is kept in the process."""

from functools import lru_cache

from tinhso.foundation.forms.compile import compile_form
from tinhso.foundation.forms.models import FormVersion
from tinhso.foundation.forms.schema import Form


@lru_cache(maxsize=512)
def compiled(version_id: int) -> Form:
    """Raises LookupError."""
    return compile_form(version(version_id).schema, name=version(version_id).definition.name)


@lru_cache(maxsize=512)
def version(version_id: int) -> FormVersion:
    """Raises LookupError."""
    try:
        return FormVersion.objects.select_related("definition").get(pk=version_id)
    except FormVersion.DoesNotExist:
        raise LookupError(f"Không có phiên bản biểu mẫu {version_id}") from None


def latest_version(key: str) -> FormVersion:
    """Raises LookupError."""
    found = FormVersion.objects.select_related("definition").filter(definition__key=key).order_by("-number").first()
    if found is None:
        raise LookupError(f"Không có biểu mẫu «{key}»")
    return found


def latest_versions() -> list[FormVersion]:
    rows = FormVersion.objects.select_related("definition").order_by("definition_id", "-number")
    return sorted(rows.distinct("definition_id"), key=lambda one: one.definition.name)


def versions_of(key: str) -> list[FormVersion]:
    return list(FormVersion.objects.select_related("definition").filter(definition__key=key).order_by("-number"))


def forget() -> None:
    """Tests that roll back their versions forget the compiled ones."""
    compiled.cache_clear()
    version.cache_clear()

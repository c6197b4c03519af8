"""Whether every byte kept is still what it was: each file hashed anew, each row looked for on the disk."""

from dataclasses import dataclass
from pathlib import Path

from tinhso.foundation.files import store
from tinhso.foundation.files.models import Blob


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What reading the whole store showed. changed, missing: SHA-256 of the files concerned."""

    files: int
    size: int  # bytes
    changed: tuple[str, ...]  # its bytes are no longer those it is named by
    missing: tuple[str, ...]  # a row points at it and it is not there

    @property
    def is_whole(self) -> bool:
        return not self.changed and not self.missing


def changed(place: Path) -> list[Path]:
    """Files whose bytes are not those they are named by. Reads all of them."""
    return [path for path in _kept(place) if store.hash_of(path) != path.name]


def check() -> StoreCheck:
    there = _kept(store.root())
    names = {path.name for path in there}
    return StoreCheck(
        files=len(there),
        size=sum(path.stat().st_size for path in there),
        changed=tuple(path.name for path in changed(store.root())),
        missing=tuple(sha for sha in Blob.objects.order_by("pk").values_list("pk", flat=True) if sha not in names),
    )


def _kept(place: Path) -> list[Path]:
    """Every file kept in a store (its folder `files`), by name."""
    return sorted((place / "sha256").glob("??/??/*"))

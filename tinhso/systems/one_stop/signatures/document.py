"""What a leader signs: the file of the draft where one was handed in, else the paper made of its text."""

from dataclasses import dataclass

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.public import Appearance
from tinhso.systems.one_stop import printing
from tinhso.systems.one_stop.models import Dossier

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Document:
    """A stored PDF. keeps_places: ours, with places for number, date, signature and seal."""

    sha256: str
    name: str
    keeps_places: bool

    @property
    def appearance(self) -> Appearance:
        """Where the signature goes; a box the paper keeps counts before it."""
        return signing.default_appearance(kind="personal")


def document_of(dossier: Dossier, signer: Actor) -> Document | None:
    """The document this person would sign; None where the draft is a picture, which only paper can follow."""
    draft = dossier.result_draft or {}
    name = f"ket-qua-{dossier.code}.pdf"
    if sha256 := str(draft.get("sha256") or ""):
        is_pdf = files.stored(sha256=sha256).media_type == PDF
        return Document(sha256, str(draft.get("file_name") or name), keeps_places=False) if is_pdf else None
    kept = files.keep(content=printing.result(dossier, signer=signer), name=name)
    return Document(kept.sha256, name, keeps_places=True)

"""Identifiers (mã số): read leniently, generate strictly, and say why in reasons a screen can show.

`check(kind, text, context)` judges dossier, agency and procedure codes, personal and tax numbers, phones and document
ids of the national exchange; `sentence_of` says a reason in Vietnamese; `parse_card` reads the QR of an identity card.
No text whatever makes them raise.
"""

from tinhso.lib.identifiers.agencies import check_agency_code, check_dossier_code, check_procedure_code
from tinhso.lib.identifiers.cards import Card, parse_card
from tinhso.lib.identifiers.checking import KINDS, check
from tinhso.lib.identifiers.code_lists import BIRTH_PROVINCES, LEVEL1_CODES, MINISTRY_CODES, PROVINCE_CODES
from tinhso.lib.identifiers.documents import check_document_id
from tinhso.lib.identifiers.numbers import check_personal_id, check_phone, check_tax_code
from tinhso.lib.identifiers.verdicts import Verdict, sentence_of

__all__ = [
    "BIRTH_PROVINCES",
    "KINDS",
    "LEVEL1_CODES",
    "MINISTRY_CODES",
    "PROVINCE_CODES",
    "Card",
    "Verdict",
    "check",
    "check_agency_code",
    "check_document_id",
    "check_dossier_code",
    "check_personal_id",
    "check_phone",
    "check_procedure_code",
    "check_tax_code",
    "parse_card",
    "sentence_of",
]

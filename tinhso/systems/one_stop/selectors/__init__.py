"""Reads for screens and for the door: rows, never querysets."""

from tinhso.systems.one_stop.selectors.lists import DossierRow, Filter, Page, dossier_page, figures, my_page
from tinhso.systems.one_stop.selectors.one import (
    consultations_for,
    dossier_by_code,
    dossier_for_official,
    dossiers_by_ids,
    history_of,
    paper_list,
    questions_of,
)
from tinhso.systems.one_stop.selectors.search import search_dossiers

__all__ = [
    "DossierRow",
    "Filter",
    "Page",
    "consultations_for",
    "dossier_by_code",
    "dossier_for_official",
    "dossier_page",
    "dossiers_by_ids",
    "figures",
    "history_of",
    "my_page",
    "paper_list",
    "questions_of",
    "search_dossiers",
]

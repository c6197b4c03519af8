"""Vietnamese as a library: folding, true alphabetical order, names, numbers in words, the lunar calendar."""

from tinhso.lib.vietnamese.letters import VN_NORM_SQL, canonical, fold, nfc, sort_key
from tinhso.lib.vietnamese.lunar import LunarDate, lunar_new_year, lunar_to_solar, solar_to_lunar
from tinhso.lib.vietnamese.names import PersonName, abridged_name, split_name, title_name
from tinhso.lib.vietnamese.numbers import money_in_words, number_in_words

__all__ = [
    "VN_NORM_SQL",
    "LunarDate",
    "PersonName",
    "abridged_name",
    "canonical",
    "fold",
    "lunar_new_year",
    "lunar_to_solar",
    "money_in_words",
    "nfc",
    "number_in_words",
    "solar_to_lunar",
    "sort_key",
    "split_name",
    "title_name",
]

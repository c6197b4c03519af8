"""Decision tables (bảng quyết định): DMN 1.3 in and out, judged at publish, decided with row and law."""

from tinhso.lib.decisions.analysis import Finding, analyse
from tinhso.lib.decisions.compiling import Compiled, DecisionProblem, compile_table
from tinhso.lib.decisions.deciding import Decision, DecisionError, decide
from tinhso.lib.decisions.reading import DecisionRefusedError, read_dmn
from tinhso.lib.decisions.table import HIT_POLICIES, ROUNDINGS, DecisionTable, Input, Output, Rule
from tinhso.lib.decisions.writing import write_dmn

__all__ = [
    "HIT_POLICIES",
    "ROUNDINGS",
    "Compiled",
    "Decision",
    "DecisionError",
    "DecisionProblem",
    "DecisionRefusedError",
    "DecisionTable",
    "Finding",
    "Input",
    "Output",
    "Rule",
    "analyse",
    "compile_table",
    "decide",
    "read_dmn",
    "write_dmn",
]

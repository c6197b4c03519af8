"""FEEL subset: the one expression language of gateways, decision tables and forms (biểu thức).

`parse` turns text into a JSON tree once, at publish; `evaluate` is closed: no attribute of a Python object, no call of
anything but the functions listed here, bounded in steps and sizes. Logic has three values: true, false, null. A
gateway flow, a shown field, a passed rule are taken only on exactly TRUE.
"""

from tinhso.lib.feel.errors import FeelError
from tinhso.lib.feel.evaluator import evaluate, is_true
from tinhso.lib.feel.parser import names, parse

__all__ = ["FeelError", "evaluate", "is_true", "names", "parse"]

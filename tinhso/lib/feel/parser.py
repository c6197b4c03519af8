"""Tokens → a tree of JSON lists, `[kind, …]`; its grammar is in README.md."""

from collections.abc import Iterator
from typing import Any

from tinhso.lib.feel.errors import FeelError
from tinhso.lib.feel.functions import ARITY, LONG_NAMES
from tinhso.lib.feel.tokens import Token, tokenize

MAX_DEPTH = 60

Ast = list[Any]

_STRENGTH = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5}
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "between", "in"})
_COMPARING = 3
_NEGATION = 6


def parse(text: str) -> Ast:
    """The tree of an expression, as plain JSON. Raises FeelError with a Vietnamese sentence and the position."""
    parser = _Parser(tokenize(text))
    ast = parser.expression()
    if parser.now.kind != "end":
        raise FeelError(f"Thừa «{parser.now.value}» sau biểu thức.", parser.now.position)
    _check(ast, 1, range_allowed=False)
    return ast


def names(ast: Ast) -> tuple[str, ...]:
    """The variables an expression reads, without those it binds itself, in alphabetical order."""
    found: set[str] = set()
    _collect(ast, frozenset(), found)
    return tuple(sorted(found))


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def sees(self, *signs: str) -> bool:
        return self.now.kind == "sign" and self.now.value in signs

    def take(self) -> Token:
        token = self.now
        self.place += 1
        return token

    def accept(self, sign: str) -> bool:
        if self.sees(sign):
            self.place += 1
            return True
        return False

    def expect(self, sign: str) -> Token:
        if not self.sees(sign):
            found = f"«{self.now.value}»" if self.now.kind != "end" else "hết biểu thức"
            raise FeelError(f"Cần «{sign}» nhưng gặp {found}.", self.now.position)
        return self.take()

    def expression(self, strength: int = 0) -> Ast:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelError(f"Biểu thức lồng nhau quá {MAX_DEPTH} tầng.", self.now.position)
        left = self.operand()
        while self.now.kind == "sign":
            sign = self.now.value
            if sign in _COMPARISONS and strength < _COMPARING:
                left = self.comparison(left)
            elif _STRENGTH.get(sign, 0) > strength:
                self.take()
                left = [sign, left, self.expression(_STRENGTH[sign])]
            else:
                break
        self.depth -= 1
        return left

    def comparison(self, left: Ast) -> Ast:
        sign = self.take().value
        if sign == "between":
            low = self.expression(_COMPARING)
            self.expect("and")
            return ["between", left, low, self.expression(_COMPARING)]
        if sign == "in":
            return ["in", left, self.tests()]
        return [sign, left, self.expression(_COMPARING)]

    def tests(self) -> list[Ast]:
        """After `in`: one test, or several in brackets (`(1, 2, >= 5)`); `(1..5]` is a range."""
        start = self.place
        if not self.accept("("):
            return [self.test()]
        found = [self.test()]
        while self.accept(","):
            found.append(self.test())
        if len(found) == 1 and not self.sees(")"):
            self.place = start
            return [self.test()]
        self.expect(")")
        return found

    def test(self) -> Ast:
        if self.sees("<", "<=", ">", ">=", "=", "!="):
            return ["test", self.take().value, self.expression(_COMPARING)]
        return self.expression(_COMPARING)

    def operand(self) -> Ast:
        if self.sees("-"):
            self.take()
            return ["neg", self.expression(_NEGATION)]
        return self.tail(self.primary())

    def tail(self, ast: Ast) -> Ast:
        while True:
            if self.accept("."):
                if self.now.kind != "name":
                    raise FeelError("Sau dấu chấm phải là tên.", self.now.position)
                ast = ["path", ast, self.take().value]
            elif self.accept("["):
                ast = ["filter", ast, self.expression()]
                self.expect("]")
            else:
                return ast

    def primary(self) -> Ast:
        token = self.take()
        if token.kind == "number":
            return ["num", token.value]
        if token.kind == "text":
            return ["lit", token.value]
        if token.kind == "name":
            return self.name(token)
        reader = _READERS.get(token.value) if token.kind == "sign" else None
        if reader is None:
            found = f"gặp «{token.value}»" if token.kind != "end" else "biểu thức đã hết"
            raise FeelError(f"Cần một giá trị nhưng {found}.", token.position)
        return reader(self, token)

    def name(self, token: Token) -> Ast:
        long = self.long_name(token.value)
        if not self.sees("("):
            return ["name", token.value]
        arity = ARITY.get(long)
        if arity is None:
            raise FeelError(f"Không có hàm «{long}».", token.position)
        arguments = self.arguments()
        if not arity[0] <= len(arguments) <= arity[1]:
            wanted = str(arity[0]) if arity[0] == arity[1] else f"{arity[0]}–{arity[1]}"
            raise FeelError(f"Hàm «{long}» cần {wanted} đối số, đang có {len(arguments)}.", token.position)
        return ["call", long, arguments]

    def long_name(self, first: str) -> str:
        """Functions of FEEL have names of several words (`string length`); moves past the further words."""
        for words in LONG_NAMES.get(first, ()):
            ahead = self.tokens[self.place : self.place + len(words) + 1]
            if [t.value for t in ahead] == [*words, "("]:
                self.place += len(words)
                return " ".join([first, *words])
        return first

    def arguments(self) -> list[Ast]:
        self.expect("(")
        found: list[Ast] = []
        if not self.sees(")"):
            found.append(self.expression())
            while self.accept(","):
                found.append(self.expression())
        self.expect(")")
        return found

    def bindings(self) -> list[list[Any]]:
        found = []
        while True:
            if self.now.kind != "name":
                raise FeelError("Cần tên biến của vòng lặp.", self.now.position)
            name = self.take().value
            self.expect("in")
            source = self.expression()
            if self.accept(".."):
                source = ["range", True, source, self.expression(), True]
            found.append([name, source])
            if not self.accept(","):
                return found


def _bracket(parser: _Parser, token: Token) -> Ast:
    """`(a)`, `(a..b)`, `(a..b]`."""
    inner = parser.expression()
    if parser.sees(".."):
        return _range(parser, inner, closed=False)
    parser.expect(")")
    return inner


def _square(parser: _Parser, token: Token) -> Ast:
    """`[]`, `[a, b]`, `[a..b]`, `[a..b)`."""
    if parser.accept("]"):
        return ["list", []]
    items = [parser.expression()]
    if parser.sees(".."):
        return _range(parser, items[0], closed=True)
    while parser.accept(","):
        items.append(parser.expression())
    parser.expect("]")
    return ["list", items]


def _range(parser: _Parser, low: Ast, *, closed: bool) -> Ast:
    parser.expect("..")
    high = parser.expression()
    if parser.accept("]"):
        return ["range", closed, low, high, True]
    parser.expect(")")
    return ["range", closed, low, high, False]


def _choice(parser: _Parser, token: Token) -> Ast:
    condition = parser.expression()
    parser.expect("then")
    yes = parser.expression()
    parser.expect("else")
    return ["if", condition, yes, parser.expression()]


def _quantified(parser: _Parser, token: Token) -> Ast:
    bound = parser.bindings()
    parser.expect("return" if token.value == "for" else "satisfies")
    return [token.value, bound, parser.expression()]


def _literal(value: Any) -> Any:
    return lambda parser, token: ["lit", value]


def _at(parser: _Parser, token: Token) -> Ast:
    if parser.now.kind != "text":
        raise FeelError('Sau «@» phải là chuỗi ngày, giờ hoặc thời hạn, ví dụ @"2026-11-18".', token.position)
    return ["call", "@", [["lit", parser.take().value]]]


_READERS = {
    "(": _bracket,
    "[": _square,
    "if": _choice,
    "some": _quantified,
    "every": _quantified,
    "for": _quantified,
    "true": _literal(True),
    "false": _literal(False),
    "null": _literal(None),
    "@": _at,
}


def _children(ast: Ast) -> Iterator[tuple[Ast, bool]]:
    """Sub-expressions, and whether a range may stand there."""
    kind = ast[0]
    if kind in ("lit", "num", "name"):
        return
    if kind in ("some", "every", "for"):
        yield from ((source, True) for _, source in ast[1])
        yield ast[2], False
    elif kind == "in":
        yield ast[1], False
        yield from ((test, True) for test in ast[2])
    elif kind in ("list", "call"):
        yield from ((item, False) for item in ast[-1])
    else:
        yield from ((item, False) for item in ast[1:] if isinstance(item, list))


def _check(ast: Ast, depth: int, *, range_allowed: bool) -> None:
    if depth > MAX_DEPTH:
        raise FeelError(f"Biểu thức lồng nhau quá {MAX_DEPTH} tầng.")
    if ast[0] == "range" and not range_allowed:
        raise FeelError("Khoảng giá trị chỉ dùng được sau «in».")
    for child, may_range in _children(ast):
        _check(child, depth + 1, range_allowed=may_range)


def _collect(ast: Ast, bound: frozenset[str], found: set[str]) -> None:
    if ast[0] == "name":
        if ast[1] not in bound:
            found.add(ast[1])
    elif ast[0] in ("some", "every", "for"):
        for name, source in ast[1]:
            _collect(source, bound, found)
            bound = bound | {name}
        _collect(ast[2], bound, found)
    elif ast[0] == "filter":
        _collect(ast[1], bound, found)
        _collect(ast[2], bound | {"item"}, found)
    else:
        for child, _ in _children(ast):
            _collect(child, bound, found)

"""Text of an expression → tokens."""

import re
import unicodedata
from dataclasses import dataclass

from tinhso.lib.feel.errors import FeelError

MAX_TEXT = 2000

_VALUES = {"true", "false", "null"}
_JOINTS = {"and", "or", "in", "between", "if", "then", "else", "some", "every", "for", "satisfies", "return"}
KEYWORDS = frozenset(_VALUES | _JOINTS)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>\.\.|!=|<=|>=|[-+*/=<>.,()\[\]@])""",
    re.VERBOSE,
)

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "/": "/"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # number | text | name | sign | end (a keyword is a sign)
    value: str
    position: int  # 1-based


def tokenize(text: str) -> list[Token]:
    """Raises FeelError; the text is taken in Unicode normal form C, so that typed and stored names are the same."""
    if not isinstance(text, str):
        raise FeelError("Biểu thức phải là chuỗi ký tự.")
    if len(text) > MAX_TEXT:
        raise FeelError(f"Biểu thức dài {len(text)} ký tự, tối đa {MAX_TEXT} ký tự.")
    text = unicodedata.normalize("NFC", text)
    tokens = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise FeelError(_why(text[place]), place + 1)
        kind = match.lastgroup or ""
        if kind != "space":
            tokens.append(_token(kind, match.group(), place + 1))
        place = match.end()
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _token(kind: str, value: str, position: int) -> Token:
    if kind == "text":
        return Token("text", _unescape(value[1:-1], position), position)
    if kind == "name" and value in KEYWORDS:
        return Token("sign", value, position)
    return Token(kind, value, position)


def _unescape(body: str, position: int) -> str:
    def plain(match: re.Match[str]) -> str:
        if match.group(1):
            return chr(int(match.group(1), 16))
        known = _ESCAPES.get(match.group(2))
        if known is None:
            raise FeelError(f"Dấu «\\{match.group(2)}» trong chuỗi không hiểu được.", position)
        return known

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", plain, body, flags=re.DOTALL)


def _why(character: str) -> str:
    if character == '"':
        return "Chuỗi thiếu dấu ngoặc kép đóng."
    return f"Ký tự «{character}» không dùng được trong biểu thức."

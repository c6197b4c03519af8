"""Printed papers: a typst template and plain data in, PDF/A-2a bytes out, the same on every machine.

Data enters only as JSON through `sys.inputs`, never as source text, so that nothing a citizen types can become markup.
"""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

ROOT = Path(__file__).resolve().parents[2]
FONTS = Path(__file__).parent / "fonts"

_here = threading.local()


def _compiler() -> typst.Compiler:
    """One compiler a thread: fonts are read once, a paper then costs about 10 ms instead of 30."""
    if not hasattr(_here, "compiler"):
        _here.compiler = typst.Compiler(root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True)
    return _here.compiler  # type: ignore[no-any-return]


def typeset(template: Path, data: Mapping[str, Any], *, dated: datetime) -> bytes:
    """PDF/A-2a of `template` (a .typ file under the `tinhso` folder) filled with `data` (JSON-ready).

    dated: the document's own date, so that the same paper printed twice is the same bytes.
    Raises typst.TypstError when template and data do not fit.
    """
    result = _compiler().compile(
        input=str(template),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
        pdf_standards=["a-2a"],
        timestamp=int(dated.astimezone(UTC).timestamp()),
    )
    if not isinstance(result, bytes):
        raise TypeError("typst gave no single PDF")
    return result

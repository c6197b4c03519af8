"""The seven printed forms of the desk (TT 03/2025/TT-VPCP, annex I) and the result itself, as PDF/A-2a."""

from tinhso.systems.one_stop.printing.papers import (
    apology,
    control_slip,
    receipt,
    refusal,
    register,
    stop_notice,
    supplement_request,
)
from tinhso.systems.one_stop.printing.result import result

__all__ = ["apology", "control_slip", "receipt", "refusal", "register", "result", "stop_notice", "supplement_request"]

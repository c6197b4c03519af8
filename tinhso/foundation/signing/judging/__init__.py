"""Verdicts on signed files: pure functions of bytes, a trust list and a moment; no tables, no network."""

from tinhso.foundation.signing.judging.files import judge, unreadable
from tinhso.foundation.signing.judging.records import Finding, Reason, Verdict
from tinhso.foundation.signing.judging.trust import Anchor, TrustList, read_folder

__all__ = ["Anchor", "Finding", "Reason", "TrustList", "Verdict", "judge", "read_folder", "unreadable"]

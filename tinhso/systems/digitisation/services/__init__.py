"""One function = one thing a person, a scanner or the queue does with a batch."""

from tinhso.systems.digitisation.services.arranging import (
    assign,
    mark_page,
    merge_with_previous,
    move_page,
    split_before,
)
from tinhso.systems.digitisation.services.confirming import confirm, confirm_plain, make_copy
from tinhso.systems.digitisation.services.depositing import deposit_result
from tinhso.systems.digitisation.services.folder import collect
from tinhso.systems.digitisation.services.pages import read_piece
from tinhso.systems.digitisation.services.queue import enqueue, urge
from tinhso.systems.digitisation.services.receiving import Received, keep_scan, receive_batch
from tinhso.systems.digitisation.services.signing_papers import (
    note_failed,
    note_signed,
    note_strengthened,
    seal,
    sealing_post,
    sign,
    to_seal,
    to_sign,
)
from tinhso.systems.digitisation.services.taking_back import take_back

__all__ = [
    "Received",
    "assign",
    "collect",
    "confirm",
    "confirm_plain",
    "deposit_result",
    "enqueue",
    "keep_scan",
    "make_copy",
    "mark_page",
    "merge_with_previous",
    "move_page",
    "note_failed",
    "note_signed",
    "note_strengthened",
    "read_piece",
    "receive_batch",
    "seal",
    "sealing_post",
    "sign",
    "split_before",
    "take_back",
    "to_seal",
    "to_sign",
    "urge",
]

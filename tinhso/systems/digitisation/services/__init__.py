"""One function = one thing a person, a scanner or the queue does with a batch."""

from tinhso.systems.digitisation.services.arranging import (
    assign,
    mark_page,
    merge_with_previous,
    move_page,
    split_before,
)
from tinhso.systems.digitisation.services.confirming import confirm, confirm_plain, make_copy
from tinhso.systems.digitisation.services.folder import collect
from tinhso.systems.digitisation.services.pages import read_piece
from tinhso.systems.digitisation.services.queue import enqueue, urge
from tinhso.systems.digitisation.services.receiving import Received, keep_scan, receive_batch

__all__ = [
    "Received",
    "assign",
    "collect",
    "confirm",
    "confirm_plain",
    "enqueue",
    "keep_scan",
    "make_copy",
    "mark_page",
    "merge_with_previous",
    "move_page",
    "read_piece",
    "receive_batch",
    "split_before",
    "urge",
]

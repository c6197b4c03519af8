"""How often one address may ask without signing in: codes looked up, shared links tried."""

from collections import deque
from threading import Lock
from time import monotonic

SPAN_SECONDS = 60.0
MOST_IN_SPAN = 30
MOST_ADDRESSES = 10_000


class RateLimit:
    """Counts in the memory of one process: no address is ever written down, and a restart forgets.

    With several web processes an address gets at most that many times more, which still stops nobody from asking and
    everybody from copying all codes.
    """

    def __init__(self, most: int = MOST_IN_SPAN, span_seconds: float = SPAN_SECONDS) -> None:
        self.most = most
        self.span_seconds = span_seconds
        self._asked: dict[str, deque[float]] = {}
        self._lock = Lock()

    def allows(self, address: str, at: float | None = None) -> bool:
        """Note one more question of this address; whether it may be answered."""
        moment = monotonic() if at is None else at
        with self._lock:
            if len(self._asked) >= MOST_ADDRESSES:
                self._forget_before(moment - self.span_seconds)
            asked = self._asked.setdefault(address, deque())
            while asked and asked[0] <= moment - self.span_seconds:
                asked.popleft()
            if len(asked) >= self.most:
                return False
            asked.append(moment)
            return True

    def _forget_before(self, moment: float) -> None:
        for address in [a for a, asked in self._asked.items() if not asked or asked[-1] <= moment]:
            del self._asked[address]
        if len(self._asked) >= MOST_ADDRESSES:  # all of them still asking: begin anew
            self._asked.clear()

"""The database backend of the settings; see the package."""

import select
from typing import Any, ClassVar

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool
from psycopg_pool.base import AttemptWithBackoff

# The pool would double its wait between attempts (1, 2, 4 … 16 s) and so miss a server that is back for seconds.
AttemptWithBackoff.DELAY_BACKOFF = 1.0  # type: ignore[misc]


def still_open(connection: psycopg.Connection[Any]) -> None:
    """Raise where the server closed the connection while it lay in the pool.

    An idle connection has nothing to read unless the server said goodbye, so one poll of the socket (about 1 µs) tells,
    where the pool's own check costs a round trip for every request.
    """
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)


class DatabaseWrapper(base.DatabaseWrapper):
    _connection_pools: ClassVar[dict[str, ConnectionPool]] = {}

    @property
    def pool(self) -> ConnectionPool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if not options or self.alias == NO_DB_ALIAS:
            return None
        if self.alias not in self._connection_pools:
            pool = ConnectionPool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,  # type: ignore[attr-defined]
                check=still_open,
                **options,
            )
            self._connection_pools.setdefault(self.alias, pool)
        return self._connection_pools[self.alias]

"""Statements to PostgreSQL with next to nothing around them: straight to libpq's pipeline, as psycopg wraps it.

psycopg's cursors, and more so its own pipeline, do more around a statement than the statement costs. Parameters and
rows are written and read by psycopg all the same. Parameters go as text without a type: the server knows from where they
stand what they are, and so has one plan for a statement and not one for each size of its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from select import POLLIN, POLLOUT, poll
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.datetime import TimestamptzLoader

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]
FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)
MOST_KEPT = 200  # plans of one connection; with more it begins anew


def line_of(connection: Connection[Any]) -> Line:
    """Return the line to the server that belongs to `connection`, for as long as that lives."""
    found: Line | None = vars(connection).get("allears_line")
    if found is None:
        found = vars(connection)["allears_line"] = Line(connection)
    return found


class Line:
    """What goes to the server over one connection, and what the server has planned for it."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection, self._server = connection, connection.pgconn
        self._adapted = Transformer(_Adapting(connection))
        self._plans: dict[str, bytes] = {}
        self._ready = poll()

    def answers(self, statements: Sequence[Statement], *, planned: bool) -> list[list[Row]]:
        """Run statements, with %s where parameters go, one after the other with one trip; return what each answers.

        `planned`: the server keeps its plans of them. Raises psycopg's errors: that of the first statement that fails,
        after which none is done.
        """
        values = [self._as_text(parameters) for _sql, parameters in statements]
        names = self._planned([sql for sql, _parameters in statements]) if planned else None
        begins = not self._connection.autocommit and self._server.transaction_status == TransactionStatus.IDLE
        try:
            self._server.enter_pipeline_mode()
            if begins:  # as psycopg does before a transaction's first statement
                self._server.send_query_params(b"BEGIN", None)
            for at, (sql, _parameters) in enumerate(statements):
                if names:
                    self._server.send_query_prepared(names[at], values[at])
                else:
                    self._server.send_query_params(_numbered(sql), values[at])
            self._server.pipeline_sync()
            self._push()
            results = list(self._results(begins + len(statements)))
            self._server.exit_pipeline_mode()
        except BaseException:  # who knows how far it came
            self._connection.close()
            raise
        return [self._rows(result) for result in results][begins:]

    def _as_text(self, parameters: Sequence[Any]) -> Sequence[Any]:
        return self._adapted.dump_sequence(parameters, [PyFormat.TEXT] * len(parameters)) if parameters else ()

    def _planned(self, statements: Sequence[str]) -> list[bytes]:
        """Have the server plan what it has not planned before; return what it calls the plans."""
        if len(self._plans) + len(statements) > MOST_KEPT:
            self._plans.clear()
            self._check(self._server.exec_(b"DEALLOCATE ALL"))
        for sql in statements:
            if sql not in self._plans:
                name = b"allears_%d" % len(self._plans)
                self._check(self._server.prepare(name, _numbered(sql)))
                self._plans[sql] = name
        return [self._plans[sql] for sql in statements]

    def _push(self) -> None:
        """Send it all, and take in meanwhile what comes back, or both sides would wait for each other."""
        while self._server.flush():
            self._ready.register(self._server.socket, POLLIN | POLLOUT)
            self._ready.poll()
            self._server.consume_input()

    def _results(self, count: int) -> Iterator[PGresult]:
        for _ in range(count):
            yield self._next()
            self._next()  # that was all
        self._next()  # the end of the pipeline

    def _next(self) -> Any:
        """The next result; other threads work while it is not there."""
        if self._server.is_busy():
            self._ready.register(self._server.socket, POLLIN)
            while self._server.is_busy():
                self._ready.poll()
                self._server.consume_input()
        return self._server.get_result()

    def _rows(self, result: PGresult) -> list[Row]:
        self._check(result)
        if not result.nfields:
            return []
        self._adapted.set_pgresult(result)
        return self._adapted.load_rows(0, result.ntuples, tuple)

    def _check(self, result: PGresult) -> None:
        if result.status in FAILED:
            if self._server.status == ConnStatus.BAD:
                raise OperationalError(self._server.get_error_message())
            raise error_from_result(result)


class _Adapting:
    """How parameters and rows are written and read: as Django has it, but that moments are read by psycopg itself. It does
    so in a fifteenth of the time; both say UTC, which Django's connections are set to.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self.adapters = AdaptersMap(connection.adapters)
        self.adapters.register_loader("timestamptz", TimestamptzLoader)


@lru_cache(maxsize=512)
def _numbered(sql: str) -> bytes:
    """The statement as the server reads it: $1, $2 and so on where parameters go."""
    first, *others = sql.split("%s")
    return "".join([first, *(f"${at}{part}" for at, part in enumerate(others, 1))]).encode()

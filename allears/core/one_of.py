"""Whether a column holds one of many ids, said in one parameter: thousands of placeholders take longer to write than to answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func


class IsOneOf(Func):
    """A condition for `filter`: `column` holds one of `ids`."""

    output_field = BooleanField()

    def __init__(self, column: str, ids: Iterable[int]) -> None:
        super().__init__(F(column))
        self.ids = ",".join(map(str, ids))

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, _params = compiler.compile(self.get_source_expressions()[0])
        if connection.vendor == "postgresql":  # as an array it goes along the index, from one to the next
            return f"{column} = ANY(%s::bigint[])", [f"{{{self.ids}}}"]
        return f"{column} IN (SELECT value FROM json_each(%s))", [f"[{self.ids}]"]  # noqa: S608

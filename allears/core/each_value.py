"""Every value that a column holds, each found along the column's index, however many rows hold it."""

from __future__ import annotations


def each_value(table: str, column: str) -> str:
    """Return the beginning of a statement, which goes on with SELECT: a common table `each_value` whose one column, `value`, has
    every value of the indexed `column` once, and at the end NULL.
    """
    return f"""WITH RECURSIVE each_value(value) AS (
        SELECT min({column}) FROM {table}
        UNION ALL
        SELECT (SELECT min({column}) FROM {table} WHERE {column} > each_value.value)
        FROM each_value WHERE each_value.value IS NOT NULL
    )"""  # noqa: S608

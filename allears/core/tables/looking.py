"""How a table was read, for whoever looks at it before anything is taken from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from .encodings import ENCODINGS
from .reading import Table
from .rows import Row

SHOWN = 200  # characters of a row


@dataclass(frozen=True, slots=True)
class Reading:
    """The encoding and what else it could be, each with what it makes of the file's own words; the first row where it
    looks like data; what stands above the headings. `guessed`: nothing in the file says which encoding it is.
    """

    encoding: str
    guessed: bool
    choices: list[tuple[str, str]]
    first_row: str = ""
    above: str = ""


def reading_of(table: Table) -> Reading:
    """Return how `table` was read. There are no choices where every letter is plain, and for workbooks."""
    first = _written(table.head[:1]) if table.seems_unheaded else ""
    shown = table.readings()
    encoding = table.encoding.removesuffix("-sig")
    if shown and encoding not in shown:
        shown = {encoding: "", **shown} if encoding in ENCODINGS else {}
    choices = [(name, f"{ENCODINGS[name]} · {words}" if words else ENCODINGS[name]) for name, words in shown.items()]
    return Reading(encoding, table.guessed, choices, first, _written(table.above))


def _written(rows: Iterable[Row]) -> str:
    return " · ".join(cell.strip() for row in rows for cell in row.cells if cell.strip())[:SHOWN]

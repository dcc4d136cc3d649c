"""How a table was read, for whoever looks at it before anything is taken from it."""

from dataclasses import dataclass

from .encodings import ENCODINGS
from .reading import Table

SHOWN = 200  # characters of the first row


@dataclass(frozen=True, slots=True)
class Reading:
    """The encoding and what else it could be, each with what it makes of the file's own words; the first row where it
    looks like data. `guessed`: nothing in the file says which encoding it is.
    """

    encoding: str
    guessed: bool
    choices: list[tuple[str, str]]
    first_row: str = ""


def reading_of(table: Table) -> Reading:
    """Return how `table` was read. There are no choices where every letter is plain, and for workbooks."""
    first = " · ".join(cell for cell in table.head[0].cells if cell.strip())[:SHOWN] if table.seems_unheaded else ""
    shown = table.readings()
    encoding = table.encoding.removesuffix("-sig")
    if shown and encoding not in shown:
        shown = {encoding: "", **shown} if encoding in ENCODINGS else {}
    choices = [(name, f"{ENCODINGS[name]} · {words}" if words else ENCODINGS[name]) for name, words in shown.items()]
    return Reading(encoding, table.guessed, choices, first)

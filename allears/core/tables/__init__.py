"""Tables from outside: CSV, XLSX and XLS, read as a stream, safely, word for word.

Nothing that a stranger puts into a file may end the process, fill the memory, or change a customer's words.
A file that cannot be read is a `TableError`; a cell that cannot is a `CellProblem` in its row, with the place
named as a person sees it, and everything around it is read.
"""

from .cells import restore_cell, safe_cell
from .columns import Column, columns_of, letter_of
from .encodings import ENCODINGS
from .errors import CellProblem, TableError
from .limits import DEFAULT_LIMITS, Limits
from .looking import Reading, reading_of
from .reading import Table, read_table
from .rows import Row

__all__ = [
    "DEFAULT_LIMITS",
    "ENCODINGS",
    "CellProblem",
    "Column",
    "Limits",
    "Reading",
    "Row",
    "Table",
    "TableError",
    "columns_of",
    "letter_of",
    "read_table",
    "reading_of",
    "restore_cell",
    "safe_cell",
]

"""What can go wrong with a table, named: a code for programs, a plain sentence for people.

A `TableError` means that nothing of the file can be read. A `CellProblem` is about one place in it:
the rest is read all the same, and the problem belongs in the report.
"""

from dataclasses import dataclass
from typing import Any


class TableError(Exception):
    """The file cannot be read as a table. `code` is stable, `message` says what to do next."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something in one row that was not taken as it stands.

    `row` counts as a spreadsheet program does (the first row is 1), `column` is its letter or heading.
    """

    row: int
    column: str
    code: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """The four fields, ready for JSON."""
        return {"row": self.row, "column": self.column, "code": self.code, "reason": self.reason}


def empty_file() -> TableError:
    return TableError("empty", "The file is empty. Export it again, with at least a row of headings.")


def too_large(limit: int) -> TableError:
    return TableError("too-large", f"The file is larger than {limit // 1_000_000:,} MB. Split it.")


def too_many_columns(limit: int) -> TableError:
    return TableError("too-many-columns", f"The first row has more than {limit:,} columns; we read no more.")


def not_a_table(what: str) -> TableError:
    return TableError("not-a-table", f"This is {what}, not a table. Save it as CSV or XLSX and try again.")


def encrypted() -> TableError:
    return TableError("encrypted", "This workbook is locked by a password. Save it without one.")


def broken_workbook() -> TableError:
    return TableError(
        "broken-workbook",
        "This workbook is damaged. Open it in your spreadsheet program, save it again, and try that file.",
    )


def unpacks_too_large() -> TableError:
    return TableError(
        "unpacks-too-large",
        "This workbook unpacks to far more than its size promises, so we did not open it. "
        "Save the sheet as CSV and try again.",
    )


def no_such_sheet(name: str, names: list[str]) -> TableError:
    return TableError("no-such-sheet", f"There is no sheet “{name}”. The workbook has: {', '.join(names)}.")

"""Cells: from a workbook's values to faithful text, and out again without harm.

A CSV cell that begins with = + - @, a tab or a carriage return is run as a formula by spreadsheet
programs. `safe_cell` puts one apostrophe before such a cell, and `restore_cell` takes exactly that one away:

    =1+1   <->  '=1+1        '=1+1  <->  ''=1+1        it's  <->  it's        -5  <->  -5

Cells of apostrophes and then such a sign gain one apostrophe too, so the way back is always exact. Plain
numbers stay numbers.
"""

import datetime as dt
import re

RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def safe_cell(text: str) -> str:
    """The same words, harmless in a spreadsheet program."""
    return "'" + text if _is_risky(text) else text


def restore_cell(text: str) -> str:
    """What `safe_cell` was given."""
    return text[1:] if text.startswith("'") and _is_risky(text) else text


def text_of(value: object) -> str:
    """What a person reads in the cell: dates in ISO 8601, numbers as short as they are exact."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    return _moment(value)


def _is_risky(text: str) -> bool:
    return RISKY.match(text) is not None and PLAIN_NUMBER.fullmatch(text.lstrip("'")) is None


def _number(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    # Spreadsheet programs show 15 digits: 0.1 + 0.2 is 0.3 to the person who looks at it.
    return f"{value:.15g}"


def _moment(value: object) -> str:
    if isinstance(value, dt.datetime):
        return str(value.date()) if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, dt.time):
        return value.isoformat("seconds")
    return str(value)

"""What cuts this text into cells? Tried out on the file's own first rows.

Each candidate delimiter reads a sample; the one under which most rows are as wide as the first row wins, the
wider if two agree. Text without any is one column, however many commas people wrote in it.
"""

import re

from .limits import Limits
from .records import Record, Shape, records

CANDIDATES = (",", ";", "\t", "|")
NONE = "\x1f"  # the ASCII unit separator: nobody types it, so nothing is cut
SAMPLE_ROWS = 60
AGREEMENT = 0.34
ANNOUNCED = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


def detect_shape(sample: str, limits: Limits) -> Shape:
    """The shape of a text file, from its first characters (some hundred thousand of them)."""
    line_end = "\n" if "\n" in sample or "\r" not in sample else "\r"
    quote = "'" if _quoted_by_apostrophes(sample) else '"'
    if announced := announced_delimiter(sample):
        return Shape(announced, quote, line_end)
    tried = [_try(sample, Shape(delimiter, quote, line_end), limits) for delimiter in CANDIDATES]
    several = [found for found in tried if found[1] > 1 and found[0] >= AGREEMENT]
    if several:
        return max(several, key=lambda found: found[:2])[2]
    return tried[0][2] if tried[0][:2] == (1.0, 1) else Shape(NONE, quote, line_end)


def announced_delimiter(sample: str) -> str | None:
    """Excel's own first line `sep=;`, which is not a row."""
    found = ANNOUNCED.match(sample)
    return found.group(1) if found else None


def _try(sample: str, shape: Shape, limits: Limits) -> tuple[float, int, Shape]:
    """(share of the rows that are as wide as the first, its width, the shape)."""
    rows = _first_rows(sample, shape, limits)
    if not rows:
        return 0.0, 0, shape
    width = len(rows[0].cells)
    share = sum(_agreement(row.cells, width) for row in rows) / len(rows)
    return round(share, 1), width, shape


def _agreement(cells: list[str], width: int) -> float:
    """1 if as wide as the first row, but for blanks at its end; half if cut short, as some programs do."""
    if len(cells) >= width:
        return float(not any(cell.strip() for cell in cells[width:]))
    return 0.5 if len(cells) > 1 else 0.0


def _first_rows(sample: str, shape: Shape, limits: Limits) -> list[Record]:
    found: list[Record] = []
    for record in records(iter([sample]), shape, limits):
        if record.cells:
            found.append(record)
        if len(found) > SAMPLE_ROWS:
            break
    # The last row of a sample is usually cut short.
    return found[:-1] if len(found) > 2 else found


def _quoted_by_apostrophes(sample: str) -> bool:
    first = sample.partition("\n")[0].strip()
    cuts = "'" + r"\s*[,;\t|]\s*" + "'"
    return '"' not in first and first[:1] == "'" and first[-1:] == "'" and re.search(cuts, first) is not None

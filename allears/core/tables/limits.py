"""How much a table may ask of us before we say no.

Every figure guards memory or time against a file that was made to hurt; none of them is reached by an
honest export. A caller with other needs hands over its own `Limits`.
"""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest table that is read; sizes of cells and rows in characters, of files in bytes."""

    cell_chars: int = MEBIBYTE
    row_chars: int = 16 * MEBIBYTE
    columns: int = 4096
    file_bytes: int = 8 * 1024 * MEBIBYTE
    # Workbooks are ZIP archives: what counts is what they unpack to.
    unpacked_bytes: int = 768 * MEBIBYTE
    shared_text_bytes: int = 192 * MEBIBYTE
    unpacking_ratio: int = 400
    archive_entries: int = 4096
    old_workbook_bytes: int = 48 * MEBIBYTE
    rows: int = 1_048_576  # of a worksheet: the most that spreadsheet programs know


DEFAULT_LIMITS = Limits()

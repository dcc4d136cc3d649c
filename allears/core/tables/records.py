"""From characters to records: CSV as RFC 4180 has it, and kinder.

The standard library's reader keeps a whole record in memory and loses its place when a field is larger than
its limit; a file of one endless field would end the process or turn a customer's paragraph into rows. This
one reads in bounded pieces: a cell over the limit is skipped to its own end, reported, and the next cell
is read as if nothing had happened. Ordinary lines still go through the standard library, at its speed.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from .limits import DEFAULT_LIMITS, Limits

PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Shape:
    """How a text file is cut: what ends a cell, what quotes it, what ends a line."""

    delimiter: str = ","
    quote: str = '"'
    line_end: str = "\n"


@dataclass(slots=True)
class Record:
    """One row of cells, with (index of the cell, what was wrong) for each cell that could not be kept."""

    cells: list[str] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)


def records(blocks: Iterator[str], shape: Shape, limits: Limits = DEFAULT_LIMITS) -> Iterator[Record]:
    """Every record, blank lines included (they have no cells), in constant memory."""
    open_record: _Assembly | None = None
    for piece, ends_line in _pieces(blocks, shape.line_end):
        if open_record is None:
            quick = _quick(piece, shape, limits) if ends_line else None
            if quick is not None:
                yield quick
                continue
            open_record = _Assembly(shape, limits)
        if open_record.feed(piece, ends_line):
            yield open_record.record
            open_record = None
    if open_record is not None:
        yield open_record.close()


def _pieces(blocks: Iterator[str], line_end: str) -> Iterator[tuple[str, bool]]:
    """Lines with their ends; a line longer than `PIECE` comes in several pieces, the last one marked True."""
    rest = ""
    for block in blocks:
        lines = (rest + block).split(line_end)
        rest = lines.pop()
        for line in lines:
            yield line + line_end, True
        while len(rest) > PIECE:
            # A carriage return stays with the line feed that may follow it.
            cut = PIECE - 1 if rest[PIECE - 1] == "\r" else PIECE
            yield rest[:cut], False
            rest = rest[cut:]
    if rest:
        yield rest, True


def _quick(line: str, shape: Shape, limits: Limits) -> Record | None:
    """The record of an ordinary whole line; None if it takes more care."""
    line = _without_end(line, shape.line_end)
    if not line:
        return Record()
    if len(line) > PIECE or len(line) > limits.cell_chars:
        return None
    if shape.quote not in line:
        cells = line.split(shape.delimiter)
    else:
        try:
            cells = next(csv.reader([line], strict=True, delimiter=shape.delimiter, quotechar=shape.quote))
        except csv.Error:
            return None
    return Record(cells) if len(cells) <= limits.columns else None


def _without_end(line: str, line_end: str) -> str:
    line = line.removesuffix(line_end)
    return line.removesuffix("\r") if line_end == "\n" else line


class _At(Enum):
    START = auto()
    PLAIN = auto()
    QUOTED = auto()
    AFTER_QUOTE = auto()


class _Assembly:
    """A record under way, fed piece by piece."""

    def __init__(self, shape: Shape, limits: Limits) -> None:
        self.shape, self.limits = shape, limits
        self.record = Record()
        self.at = _At.START
        self.parts: list[str] = []
        self.cell_size = self.row_size = self.count = 0

    def feed(self, piece: str, ends_line: bool) -> bool:
        """Takes one piece; True when the record is complete."""
        end = len(_without_end(piece, self.shape.line_end)) if ends_line else len(piece)
        position = 0
        while position < end or (self.at is _At.QUOTED and position < len(piece)):
            position = self._step(piece, position, end)
        if not ends_line or self.at is _At.QUOTED:
            return False
        self._end_cell()
        return True

    def close(self) -> Record:
        """The record at the end of the file, when its last quotation mark never closed."""
        if self.at is _At.QUOTED:
            self.record.wrong.append((self.count, "quote-never-closes"))
        self._end_cell()
        return self.record

    def _step(self, piece: str, position: int, end: int) -> int:
        if self.at is _At.QUOTED:
            return self._quoted(piece, position)
        if self.at is _At.START and piece[position] == self.shape.quote:
            self.at = _At.QUOTED
            return position + 1
        if self.at is _At.AFTER_QUOTE and piece[position] == self.shape.quote:
            self._take(self.shape.quote)
            self.at = _At.QUOTED
            return position + 1
        return self._plain(piece, position, end)

    def _quoted(self, piece: str, position: int) -> int:
        closing = piece.find(self.shape.quote, position)
        self._take(piece[position:] if closing < 0 else piece[position:closing])
        if closing < 0:
            return len(piece)
        self.at = _At.AFTER_QUOTE
        return closing + 1

    def _plain(self, piece: str, position: int, end: int) -> int:
        stop = piece.find(self.shape.delimiter, position, end)
        words = piece[position:end] if stop < 0 else piece[position:stop]
        if self.at is _At.AFTER_QUOTE and words.strip():
            self.record.wrong.append((self.count, "words-behind-quote"))
        self.at = _At.PLAIN
        self._take(words)
        if stop < 0:
            return end
        self._end_cell()
        return stop + 1

    def _take(self, text: str) -> None:
        self.cell_size += len(text)
        self.row_size += len(text)
        if self.cell_size <= self.limits.cell_chars and self.row_size <= self.limits.row_chars:
            self.parts.append(text)
        else:
            self.parts.clear()

    def _end_cell(self) -> None:
        if self.cell_size > self.limits.cell_chars:
            self.record.wrong.append((self.count, "cell-too-large"))
        elif self.row_size > self.limits.row_chars and self.cell_size:
            self.record.wrong.append((self.count, "row-too-large"))
            self.parts.clear()
        if self.count < self.limits.columns:
            self.record.cells.append("".join(self.parts))
        elif self.count == self.limits.columns:
            self.record.wrong.append((self.count, "too-many-cells"))
        self.count += 1
        self.parts, self.cell_size, self.at = [], 0, _At.START

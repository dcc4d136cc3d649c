"""Records of text files: CSV, and what other programs call CSV."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from .encodings import Guess, decoder_errors, detect_encoding, readings_of
from .limits import Limits
from .records import Record, Shape, records
from .shapes import announced_delimiter, detect_shape

BLOCK = 1 << 18


class TextSource:
    """A CSV file, or one like it; `encoding` and `delimiter` overrule what is detected."""

    kind = "csv"
    sheet = ""

    def __init__(
        self, file: BinaryIO, *, encoding: str | None, delimiter: str | None, limits: Limits
    ) -> None:
        self.file, self.limits = file, limits
        self.sheets: list[str] = []
        said = "utf-8-sig" if encoding == "utf-8" else encoding  # its mark is no letter
        guess = Guess(said, True) if said else detect_encoding(file)
        self.encoding, self.guessed = guess.encoding, not guess.sure
        self.errors = decoder_errors(self.encoding) if encoding is None else "replace"
        self.may_be_undecodable = self.errors == "replace"  # then U+FFFD stands for what did not fit
        sample = next(self._blocks())
        found = detect_shape(sample, limits)
        self.shape = Shape(delimiter, found.quote, found.line_end) if delimiter else found
        self.announced = announced_delimiter(sample) is not None

    def records(self) -> Iterator[tuple[int, Record]]:
        """(row number, record) from the first row on; Excel's line `sep=;` is no row."""
        found = records(self._blocks(), self.shape, self.limits)
        if self.announced:
            next(found)
        yield from enumerate(found, start=1)

    def readings(self) -> dict[str, str]:
        """What other encodings make of its letters: see `readings_of`."""
        return readings_of(self.file)

    def _blocks(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)(self.errors)
        position = 0
        while True:
            # Several readers may share the file: each keeps its own place.
            self.file.seek(position)
            block = self.file.read(BLOCK)
            position += len(block)
            yield decoder.decode(block, final=not block)
            if not block:
                return

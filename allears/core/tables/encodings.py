"""Which letters do these bytes mean?

A byte order mark decides; then zero bytes in every second place (UTF-16); then the whole file is tried as
UTF-8, because a survey in English may meet its first accent in its last row. What is not UTF-8 is judged
by its own non-ASCII lines: Windows-1252 unless another alphabet explains them clearly better. That is a guess, and
whoever hands the file in sees what it makes of their words, and what the others would.
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from charset_normalizer import from_bytes

CHUNK = 1 << 20
SAMPLE = 1 << 16
BEYOND_ASCII = bytes(range(128, 256))
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHER_ALPHABETS = [
    "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1250", "mac_roman",
    "cp932", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "cp949", "cp874",
]  # fmt: skip
WESTERN = "cp1252"
# Of non-ASCII bytes: other encodings hardly ever happen to be UTF-8, so UTF-8 with some foreign bytes pasted in is
# still UTF-8.
STRAY_SHARE = 0.2
MARGIN = 0.1  # by which another alphabet must look more like a language: on little text the measure wavers


# What somebody may say that a file is written in: Python's name, what people call it.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)", "utf-16": "Unicode (UTF-16)", "cp1252": "Western European (Windows)",
    "cp1250": "Central European (Windows)", "cp1254": "Turkish (Windows)", "cp1257": "Baltic (Windows)",
    "mac_roman": "Western European (old Mac)", "mac_latin2": "Central European (old Mac)",
    "iso8859_2": "Central European (ISO)", "iso8859_15": "Western European (ISO)", "cp850": "Western European (DOS)",
    "cp852": "Central European (DOS)", "cp1251": "Cyrillic (Windows)", "koi8_r": "Cyrillic (KOI8-R)", "cp1253": "Greek",
    "cp1255": "Hebrew", "cp1256": "Arabic", "cp932": "Japanese (Shift-JIS)", "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese, simplified", "big5": "Chinese, traditional", "cp949": "Korean", "cp874": "Thai",
}  # fmt: skip
SHOWN = 60  # characters of a line
LONGEST_SHOWN = 10_000  # bytes


class Guess(NamedTuple):
    """An encoding by its Python name, and whether the file says so itself."""

    encoding: str
    sure: bool


def detect_encoding(file: BinaryIO) -> Guess:
    """The encoding of a seekable binary file; leaves it at its start."""
    file.seek(0)
    head = file.read(SAMPLE)
    marked = _by_mark(head) or _by_zeros(head)
    guess = Guess(marked, True) if marked else _by_trial(file)
    file.seek(0)
    return guess


def readings_of(file: BinaryIO) -> dict[str, str]:
    """What each of `ENCODINGS` makes of the line among the file's first that has the most letters beyond ASCII, around
    the first of these; without those that cannot read it. {}: every letter is plain, or no line is of a size to show.
    """
    line = _telling_line(file)
    file.seek(0)
    return {name: shown for name in ENCODINGS if (shown := _shown(line, name))} if line else {}


def _telling_line(file: BinaryIO) -> bytes:
    """Of the first block with letters beyond ASCII the line that has the most of them."""
    block = next((block for block in _blocks_of_lines(file) if not block.isascii()), b"")
    lines = (line for line in block.split(b"\n") if len(line) < LONGEST_SHOWN and not line.isascii())
    return max(lines, key=lambda line: len(line) - len(line.translate(None, BEYOND_ASCII)), default=b"")


def _shown(line: bytes, encoding: str) -> str:
    if encoding == "utf-16":  # its lines end elsewhere; its mark or its zeros have said so
        return ""
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        return ""
    first = next((at for at, letter in enumerate(text) if not letter.isascii()), 0)
    start = max(0, first - SHOWN // 3)
    shown = " ".join(text[start : start + SHOWN].split())
    return shown if shown.isprintable() else ""


def decoder_errors(encoding: str) -> str:
    """How `encoding` is decoded so that no letter is lost; see `lenient`."""
    return "allears-lenient" if encoding in {"utf-8", "utf-8-sig", WESTERN} else "replace"


def lenient(error: UnicodeError) -> tuple[str, int]:
    """A foreign byte inside UTF-8 is read as Windows-1252; one that means nothing there keeps its number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_one_byte(byte) for byte in wrong), error.end


codecs.register_error("allears-lenient", lenient)


def _one_byte(byte: int) -> str:
    try:
        return bytes([byte]).decode(WESTERN)
    except UnicodeDecodeError:
        return chr(byte)


def _by_mark(head: bytes) -> str | None:
    return next((name for mark, name in MARKS if head.startswith(mark)), None)


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 without its mark: text in Latin letters has a zero in every second byte."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if not odd:
        return None
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _by_trial(file: BinaryIO) -> Guess:
    wrong, foreign, sample = _survey(file)
    if not wrong or wrong <= STRAY_SHARE * foreign:
        return Guess("utf-8", sure=not wrong)
    return Guess(_by_letters(sample), sure=False)


def _survey(file: BinaryIO) -> tuple[int, int, bytes]:
    """Over the whole file: bytes that are not UTF-8, bytes beyond ASCII, a sample of their lines."""
    wrong = foreign = 0
    sample = bytearray()
    for lines in _blocks_of_lines(file):
        if lines.isascii():
            continue
        foreign += len(lines) - len(lines.translate(None, BEYOND_ASCII))
        wrong += len(lines) - len(lines.decode("utf-8", "ignore").encode())
        if len(sample) < SAMPLE:
            sample += b"\n".join(line for line in lines.split(b"\n") if not line.isascii())[:SAMPLE]
    return wrong, foreign, bytes(sample)


def _blocks_of_lines(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    rest = b""
    while block := file.read(CHUNK):
        block = rest + block
        cut = block.rfind(b"\n") + 1 or _safe_cut(block)
        rest = block[cut:]
        yield block[:cut]
    if rest:
        yield rest


def _safe_cut(block: bytes) -> int:
    """Where a block without line ends may be cut: never inside a UTF-8 letter."""
    cut = len(block)
    while cut > len(block) - 4 and cut > 1 and block[cut - 1] & 0xC0 == 0x80:
        cut -= 1
    return cut - 1 if cut > 1 and block[cut - 1] >= 0xC0 else cut


def _by_letters(sample: bytes) -> str:
    matches = from_bytes(sample, cp_isolation=[WESTERN, *OTHER_ALPHABETS])
    best = matches.best()
    western = next((match for match in matches if WESTERN in match.could_be_from_charset), None)
    if best is None or (western and western.chaos <= best.chaos + 0.02 and western.coherence >= best.coherence - MARGIN):
        return WESTERN
    return best.encoding

"""Which letters do these bytes mean?

A byte order mark decides; then zero bytes in every second place (UTF-16); then the whole file is tried as
UTF-8, because a survey in English may meet its first accent in its last row. What is not UTF-8 is judged
by its own non-ASCII lines: Windows-1252 unless another alphabet explains them clearly better.
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

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
    "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1250",
    "cp932", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "cp949", "cp874",
]  # fmt: skip
WESTERN = "cp1252"
# Of non-ASCII bytes: other encodings hardly ever happen to be UTF-8, so UTF-8 with some foreign bytes pasted in is
# still UTF-8.
STRAY_SHARE = 0.2
MARGIN = 0.1  # by which another alphabet must look more like a language: on little text the measure wavers


def detect_encoding(file: BinaryIO) -> str:
    """The Python name of the encoding of a seekable binary file; leaves it at its start."""
    file.seek(0)
    head = file.read(SAMPLE)
    encoding = _by_mark(head) or _by_zeros(head) or _by_trial(file)
    file.seek(0)
    return encoding


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


def _by_trial(file: BinaryIO) -> str:
    wrong, foreign, sample = _survey(file)
    if not wrong or wrong <= STRAY_SHARE * foreign:
        return "utf-8"
    return _by_letters(sample)


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
    western = next((match for match in matches if match.encoding == WESTERN), None)
    if best is None or (western and western.chaos <= best.chaos + 0.02 and western.coherence >= best.coherence - MARGIN):
        return WESTERN
    return best.encoding

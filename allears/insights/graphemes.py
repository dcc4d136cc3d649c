"""Where a text may be cut without tearing apart what its reader sees as one character.

Pure. Offsets count Unicode code points. The rules are those of extended grapheme clusters (Unicode Standard Annex 29)
in the form that is needed here: at one given place, does the character after it belong to the one before?
"""

from __future__ import annotations

import unicodedata

JOINER = "\u200d"
_EXTENDING = {"Mn", "Me", "Mc"}
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)
_HANGUL_LEAD, _HANGUL_VOWEL, _HANGUL_TAIL = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_HANGUL_WHOLE = range(0xAC00, 0xD7A4)
_VIRAMA = 9  # the canonical combining class of signs that bind the next consonant


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Return [start, end) widened until neither of its ends stands inside a cluster; brought inside the text first."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    while 0 < start < len(text) and _joins(text, start):
        start -= 1
    while 0 < end < len(text) and _joins(text, end):
        end += 1
    return start, end


def _joins(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` are one cluster."""
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return True
    if _extends(after):
        return before not in "\r\n"
    return (
        _after_a_joiner(before, after)
        or _second_half_of_a_flag(text, at)
        or _binds_the_next(before, after)
        or _hangul(ord(before), ord(after))
    )


def _extends(after: str) -> bool:
    return (
        unicodedata.category(after) in _EXTENDING
        or after == JOINER
        or after == "\u200c"
        or ord(after) in _SKIN
        or ord(after) in _TAGS
    )


def _after_a_joiner(before: str, after: str) -> bool:
    return before == JOINER and unicodedata.category(after) in {"So", "Sk", "Sm"}


def _second_half_of_a_flag(text: str, at: int) -> bool:
    """Regional indicators pair up from the left: an odd number of them before means that the pair is not whole."""
    if ord(text[at]) not in _FLAGS:
        return False
    run = at
    while run > 0 and ord(text[run - 1]) in _FLAGS:
        run -= 1
    return (at - run) % 2 == 1


def _binds_the_next(before: str, after: str) -> bool:
    return unicodedata.combining(before) == _VIRAMA and unicodedata.category(after) == "Lo"


def _hangul(before: int, after: int) -> bool:
    if before in _HANGUL_LEAD:
        return after in _HANGUL_LEAD or after in _HANGUL_VOWEL or after in _HANGUL_WHOLE
    has_no_tail = before in _HANGUL_WHOLE and (before - 0xAC00) % 28 == 0
    if before in _HANGUL_VOWEL or has_no_tail:
        return after in _HANGUL_VOWEL or after in _HANGUL_TAIL
    return (before in _HANGUL_TAIL or before in _HANGUL_WHOLE) and after in _HANGUL_TAIL

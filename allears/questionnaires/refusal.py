"""Why a form or a file was not taken, as the log says it."""

from __future__ import annotations

from enum import Enum


class Refusal(Enum):
    """A kind of refusal; its value is the line in the log, which names nobody and quotes nothing."""

    LONG_FORM = "A participant's form was refused: it is longer than we take."
    BROKEN_FORM = "A participant's form was refused: it cannot be read."
    LARGE_FILE = "A participant's file was refused: it is larger than we take."
    BOMB = "A participant's picture was refused: it has more pixels than we unpack."
    BROKEN_PICTURE = "A participant's picture was refused: it cannot be read."
    MANY_FILES = "A participant's file was refused: there are more of one response than we keep."
    OTHER_FILE = "A participant's file was refused: it is of a kind that we do not take."

"""What a dialect reads from the headings: for each column its question and its part in it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum

from .plan import Role


class Part(StrEnum):
    """What a column is within its question, if the heading says so."""

    WHOLE = "whole"
    SOME = "some"  # a box, a row or a choice: the answers will tell
    OTHER = "other"  # the words that go with "Other"


@dataclass(slots=True)
class Head:
    """One column's heading, understood: the question's key and text, and the label of the part."""

    index: int
    heading: str
    question: str
    key: str
    code: str = ""
    part: Part = Part.WHOLE
    label: str = ""
    role: Role | None = None
    note: str = ""
    coded: bool = False  # the tool writes numbers for choices


OTHER = re.compile(
    r"\b(other|otro|otra|otros|otras|autre|autres|andere[sr]?|sonstige[sr]?|altro|outro|anders)\b",
    re.IGNORECASE,
)
OTHER_CODE = "-oth-"  # what LimeSurvey writes for it
WRITE_IN = re.compile(r"write[ -]?in|specify|please|word|text|angeben|especif|précis|comment", re.IGNORECASE)


def is_other(label: str) -> bool:
    """Whether a label offers "Other" (in one of several languages, or as a code)."""
    return label.strip().casefold() == OTHER_CODE or (OTHER.search(label) is not None and len(label) <= 80)


def is_write_in(label: str) -> bool:
    """Whether a label names the box for the words that go with "Other"."""
    return is_other(label) and WRITE_IN.search(label) is not None


def tidy(heading: str) -> str:
    """A heading as it should be shown: no entities or tags of HTML, single spaces."""
    text = html.unescape(heading) if "&" in heading else heading
    text = re.sub(r"</?(?:p|br|b|i|u|em|strong|span|div|font|a)\b[^<>]{0,300}>", " ", text, flags=re.IGNORECASE)
    return " ".join(text.split())

"""What components are made of: small frozen values that a view hands to a template.

Every component also takes any object or dict with the same attributes; these classes are the declared form.
"""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["neutral", "voice", "accent", "kept", "dissent", "surprise", "wrong"]


@dataclass(frozen=True)
class Link:
    """A place to go: rail items, tabs, breadcrumbs, menus."""

    label: str
    url: str = ""
    current: bool = False
    badge: str = ""


@dataclass(frozen=True)
class Chip:
    """A small label; its tone says what kind of thing it is, its words say it again."""

    label: str
    tone: Tone = "neutral"
    href: str = ""
    remove: str = ""


@dataclass(frozen=True)
class LoopCell:
    """One cell of the loop's strip. `count` is already written as people read it: "1,706", "64%"."""

    count: str | int
    label: str
    tone: Tone = "voice"
    href: str = ""


@dataclass(frozen=True)
class Waiting:
    """One line of what waits for the reader."""

    text: str
    href: str
    when: str = ""
    due: bool = False


@dataclass(frozen=True)
class Fact:
    """One line of a definition list."""

    term: str
    value: object
    href: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a table. `sort` is the value of `?sort=` that orders by it, empty when nobody can."""

    label: str
    sort: str = ""
    numeric: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what it shows, where it leads, and a quieter second line."""

    text: object
    href: str = ""
    note: str = ""
    tone: Tone | Literal[""] = ""


@dataclass(frozen=True)
class Step:
    """One step of something done in order."""

    label: str
    state: Literal["done", "current", "ahead"] = "ahead"
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class Option:
    """One way of choosing in a row of choices (sort orders, themes)."""

    label: str
    value: str
    chosen: bool = False

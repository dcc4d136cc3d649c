"""Qualtrics: names in the first row, questions in the second, and in newer exports ImportIds in the third."""

from __future__ import annotations

import re
from dataclasses import replace

from .heads import Head, Part, tidy
from .plan import Role
from .roles import TIMINGS, folded, role_of
from .surveys import Reading, Rows, cell, with_role

KNOWN = frozenset(
    [
        "responseid",
        "startdate",
        "enddate",
        "recordeddate",
        "ipaddress",
        "finished",
        "responseset",
        "externaldatareference",
        "recipientemail",
        "locationlatitude",
        "distributionchannel",
        "userlanguage",
        "progress",
    ]
)
ROLES = {
    "responseid": Role.EXTERNAL_ID,
    "startdate": Role.STARTED,
    "enddate": Role.SUBMITTED,
    "recordeddate": Role.IGNORED,
    "finished": Role.STATUS,
    "status": Role.IGNORED,  # how it was collected, not whether it is complete
    "responseset": Role.IGNORED,
    "name": Role.NAME,
    "emailaddress": Role.EMAIL,
    "externaldatareference": Role.IGNORED,
}
IMPORT_ID = re.compile(r"""^\{?\s*['"]?ImportId['"]?\s*:\s*['"]([^'"]+)['"]""")
NUMBERED = re.compile(r"(?:[_#-]-?\d+|_x\d+)+$|(?:_TEXT)$")


class Qualtrics:
    """Exports of Qualtrics, old (two rows of headings) and new (three)."""

    name = "qualtrics"

    def recognise(self, rows: Rows) -> float:
        if len(rows) < 2:
            return 0.0
        if any(IMPORT_ID.match(text) for text in (rows[2] if len(rows) > 2 else ())):
            return 1.0
        names = [{folded(text) for text in row} for row in rows[:2]]
        return 0.9 if max(len(KNOWN & found) for found in names) >= 4 and KNOWN & names[1] else 0.0

    def read(self, rows: Rows) -> Reading:
        with_ids = len(rows) > 2 and any(IMPORT_ID.match(text) for text in rows[2])
        width = max(len(row) for row in rows[: 3 if with_ids else 2])
        groups = [_group(cell(rows, 2, n) if with_ids else "", cell(rows, 0, n)) for n in range(width)]
        stems = _stems(groups, [tidy(cell(rows, 1, index)) for index in range(width)])
        heads = [_head(rows, index, groups[index], stems[groups[index]]) for index in range(width)]
        headings = [cell(rows, 1, index) or cell(rows, 0, index) for index in range(width)]
        return Reading(3 if with_ids else 2, heads, headings)


def _head(rows: Rows, index: int, group: str, stem: str) -> Head:
    name, text = cell(rows, 0, index), tidy(cell(rows, 1, index))
    label = text[len(stem) :].strip(" -") if stem else ""
    question = stem.rstrip(" -") or text.removesuffix(" - Selected Choice") or name
    head = Head(index, cell(rows, 1, index) or name, question, key=str(index), code=name, coded=True)
    if role := next((found for found in map(_role, (name, text)) if found), None):
        return with_role(head, role)
    if TIMINGS.search(name) and TIMINGS.search(text):
        return with_role(head, Role.IGNORED)
    head = replace(head, key=group)
    if stem and (name.endswith("_TEXT") or label.casefold().endswith("text")):
        return replace(head, part=Part.OTHER, label=label.removesuffix("Text").strip(" -") or "Other")
    return replace(head, part=Part.SOME, label=label) if label and label != "Selected Choice" else head


def _role(text: str) -> Role | None:
    return ROLES.get(folded(text)) or role_of(text)


def _group(import_id: str, name: str) -> str:
    """What the columns of one question share: the QID of newer exports, else the name without its numbers."""
    if found := IMPORT_ID.match(import_id):
        return re.sub(r"(?:[-_](?:\d+|TEXT|x\d+))+$", "", found.group(1))
    return NUMBERED.sub("", name.removesuffix("_TEXT"))


def _stems(groups: list[str], texts: list[str]) -> dict[str, str]:
    """For each group the question: what all its texts share, up to a dash; empty if it has one column."""
    shared: dict[str, list[str]] = {}
    for group, text in zip(groups, texts, strict=True):
        shared.setdefault(group, []).append(text)
    return {group: _stem(found) for group, found in shared.items()}


def _stem(texts: list[str]) -> str:
    if len(texts) < 2:
        return ""
    common = _common(texts)
    end = common.rfind("-")
    # Texts that are all the same, or differ before any dash, are questions of their own.
    return common[: end + 1] if end > 0 and any(text != common for text in texts) else ""


def _common(texts: list[str]) -> str:
    """What all texts begin with, letter by letter."""
    first, last = min(texts), max(texts)
    alike = next((place for place, letter in enumerate(first) if last[place : place + 1] != letter), len(first))
    return first[:alike]

"""LimeSurvey: "code[sub]. Question [label]", or codes alone, or questions alone."""

from __future__ import annotations

import re
from dataclasses import replace

from .heads import Head, Part, tidy
from .plan import Role
from .roles import folded
from .surveys import Reading, Rows, cell, plain_head, private_or_timing, with_role

CODED = re.compile(
    r"^(?P<code>[A-Za-z]\w*)(?:\[(?P<sub>[^\]]+)\])?(?:\[[^\]]+\])?\s*(?:\._?\.|\.)\s+(?P<text>\S.*)$",
    re.DOTALL,
)
BARE = re.compile(r"^(?P<code>[A-Za-z]\w*)\[(?P<sub>[^\]]+)\](?:\[[^\]]+\])?$")
LABEL = re.compile(r"^(?P<text>.*?)\s*\[(?P<label>[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]$", re.DOTALL)
OWN = frozenset(["submitdate", "lastpage", "startlanguage", "last page", "start language", "date submitted"])
ROLES = {
    "id": Role.EXTERNAL_ID,
    "response id": Role.EXTERNAL_ID,
    "submitdate": Role.SUBMITTED,
    "date submitted": Role.SUBMITTED,
    "startdate": Role.STARTED,
    "date started": Role.STARTED,
    "startlanguage": Role.LANGUAGE,
    "start language": Role.LANGUAGE,
    "lastpage": Role.IGNORED,
    "last page": Role.IGNORED,
    "datestamp": Role.IGNORED,
    "date last action": Role.IGNORED,
    "seed": Role.IGNORED,
    "token": Role.IGNORED,
    "interviewtime": Role.DURATION,
    "total time": Role.DURATION,
}


class LimeSurvey:
    """Exports of LimeSurvey, whichever way the headings were asked for."""

    name = "limesurvey"

    def recognise(self, rows: Rows) -> float:
        headings = [heading for heading in rows[0] if heading.strip()]
        names = {folded(heading) for heading in headings}
        coded = sum(CODED.match(heading) is not None for heading in headings)
        if len(OWN & names) >= 2 and "time started" not in names:
            return 0.95
        return 0.85 if headings and coded > 0.6 * len(headings) else 0.0

    def read(self, rows: Rows) -> Reading:
        heads = [_head(index, cell(rows, 0, index)) for index in range(len(rows[0]))]
        return Reading(1, heads, list(rows[0]))


def _head(index: int, heading: str) -> Head:
    if role := ROLES.get(folded(_without_code(heading))):
        return with_role(Head(index, heading, tidy(heading), key=str(index)), role)
    if found := CODED.match(heading):
        return private_or_timing(_coded(index, heading, found["code"], found["sub"] or "", found["text"]))
    if found := BARE.match(heading):
        label = found["sub"]
        part = Part.OTHER if label == "other" else Part.SOME
        return Head(index, heading, found["code"], found["code"], found["code"], part, label)
    head = _labelled(index, heading)
    return private_or_timing(head or plain_head(index, heading))


def _coded(index: int, heading: str, code: str, sub: str, text: str) -> Head:
    found = LABEL.match(text) if sub else None
    question, label = (tidy(found["text"]), tidy(found["label"])) if found else (tidy(text), "")
    head = Head(index, heading, question, key=code, code=f"{code}[{sub}]" if sub else code)
    if not sub:
        return head
    if sub.casefold() in {"other", "comment"} or sub.casefold().endswith("comment"):
        return replace(head, part=Part.OTHER, label=label or "Other")
    # An array of one row has an empty label: it is the question itself.
    return replace(head, part=Part.SOME, label=label) if label else replace(head, key=f"{code}[{sub}]")


def _labelled(index: int, heading: str) -> Head | None:
    """A heading without a code: "Question [label]"."""
    found = LABEL.match(heading)
    if not found or not found["text"].strip() or not found["label"].strip():
        return None
    question, label = tidy(found["text"]), tidy(found["label"])
    part = Part.OTHER if folded(label) == "other" else Part.SOME
    return Head(index, heading, question, key=question, part=part, label=label)


def _without_code(heading: str) -> str:
    found = CODED.match(heading)
    return found["text"] if found and not found["sub"] else heading

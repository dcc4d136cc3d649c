"""How fast people answer what they are asked: by what the minutes that participants read are corrected.

The time that each of the newest who sent took is set against the estimate for what that person was asked. Set against the
whole version, what rules hid from most people would be taken off twice: once from the time that was measured, and once
more from the pages of who is not asked it either. The median of these proportions is the pace, in all and by device.

What was asked of somebody is worked out anew from what they sent. A rule that looks at facets sees the ones that the
person has now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from allears.people.queries import facets_of
from allears.questionnaires import answering_logic as logic
from allears.questionnaires.answering_asked import Asking, Cell, Given, asking
from allears.questionnaires.logic import Known
from allears.questionnaires.measuring import ENOUGH, NEWEST, bounded, earlier, sent_of
from allears.questionnaires.models import Answer, Response, Version

# Where not everybody is asked everything, their answers are read, too: fewer people will do.
NEWEST_RULED = 500


@dataclass(frozen=True)
class Pace:
    """What the computed minutes are multiplied by: for everybody, and on each device on which enough were measured."""

    all: float = 1.0
    by_device: Mapping[str, float] = field(default_factory=dict)

    def on(self, device: str) -> float:
        """Return the pace on "phone" or "desktop"; everybody's where that says nothing yet."""
        return self.by_device.get(device, self.all)


def pace_of(version_id: int) -> Pace:
    """Return the pace of a version; that of the newest one before where fewer than ten have sent; else 1."""
    version = Version.objects.filter(pk=version_id).first()
    candidates = [version, *earlier(version)] if version else []
    return next((pace for one in candidates if (pace := _measured(one.pk))), Pace())


def _measured(version_id: int) -> Pace | None:
    sent = sent_of(version_id)
    if sent[:ENOUGH].count() < ENOUGH:
        return None
    asked = asking(version_id)
    rows = list(sent[: NEWEST_RULED if asked.is_ruled else NEWEST])
    proportions = [(row.seconds / seconds, row.device) for row, seconds in zip(rows, _expected(asked, rows), strict=True) if seconds]
    whole = _median(proportion for proportion, _device in proportions)
    if whole is None:
        return None
    by = {name: _median(p for p, device in proportions if device == name) for name in ("phone", "desktop")}
    return Pace(whole, {name: found for name, found in by.items() if found is not None})


def _median(proportions: Iterable[float]) -> float | None:
    found = list(proportions)
    return bounded(median(found)) if len(found) >= ENOUGH else None


def _expected(asked: Asking, rows: Sequence[Response]) -> Iterator[float]:
    """The seconds that the questions let expect of each of these people."""
    if not asked.is_ruled:
        return iter([sum(page.seconds for page in asked.pages)] * len(rows))
    return (logic.seconds_asked(asked, known) for known in _known(asked, rows))


def _known(asked: Asking, rows: Sequence[Response]) -> Iterator[Known]:
    given = _given(asked, rows)
    people = facets_of({row.person_id for row in rows if row.person_id}) if asked.looks_at_people else {}
    for row in rows:
        facets = logic.by_key(people.get(row.person_id or 0, ()))
        yield Known(logic.answers_in(asked, given.get(row.pk, {})), facets, row.language)


def _given(asked: Asking, rows: Sequence[Response]) -> dict[int, dict[int, Given]]:
    """By response and question, the answers that rules look at. Words that were sent are only known to be there."""
    looked_at = {key for question in asked.questions() if question.rule for key in question.rule.looks_at}
    wanted = [question.id for question in asked.questions() if question.key in looked_at]
    found: dict[int, dict[int, Given]] = {}
    answers = Answer.objects.filter(response__in=[row.pk for row in rows], question__in=wanted).order_by("question", "box")
    for response, question, box, choice, number, text, verbatim in answers.values_list(
        "response_id", "question_id", "box", "choice_id", "number", "text", "verbatim_id"
    ):
        cell = Cell(box, choice, number, text or ("…" if verbatim else ""))
        cells = found.setdefault(response, {})
        cells[question] = (*cells.get(question, ()), cell)
    return found

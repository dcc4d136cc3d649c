"""What Ana's study of late orders asks, in one section or several."""

from __future__ import annotations

from typing import Any

from allears.people.models import Person
from allears.questionnaires import authoring
from allears.questionnaires.models import Question, Response, Version
from allears.studies import actions as studies
from allears.studies.models import Invitation, Study
from tests import cast

EVERY_KIND: list[dict[str, Any]] = [
    {"kind": "statement", "text": "Think of your last order."},
    {"kind": "long_text", "text": "What happened?", "required": True},
    {"kind": "scale", "text": "Would you order again?", "minimum": 0, "maximum": 10, "low_label": "never",
     "high_label": "surely", "required": True},
    {"kind": "single", "text": "Who called first?", "choices": ["You", "I", authoring.ChoiceWords("Other", True)],
     "required": True},
    {"kind": "multiple", "text": "What did you do?", "choices": ["Waited", "Called", "Wrote"]},
    {"kind": "number", "text": "How many days late?", "minimum": 0, "maximum": 365, "required": True},
    {"kind": "short_text", "text": "Three words for it", "boxes": 3},
    {"kind": "date", "text": "When did it come?", "required": True},
]  # fmt: skip
ALL_KINDS: list[dict[str, Any]] = [
    *EVERY_KIND,
    {"kind": "matrix", "text": "How good was ...", "choices": ["the parcel", "the letter"], "minimum": 1, "maximum": 5,
     "low_label": "poor", "high_label": "great", "required": True, "shuffled": True},
    {"kind": "ranking", "text": "What matters most?", "choices": ["Speed", "Price", "Care"], "required": True},
    {"kind": "multiple", "text": "Whom did you tell?", "choices": ["Friends", "Family",
     authoring.ChoiceWords("Nobody", exclusive=True, anchored=True)], "shuffled": True},
    {"kind": "scale", "text": "Would you recommend us?", "minimum": 0, "maximum": 10, "low_label": "no",
     "high_label": "yes", "preset": "nps"},
    {"kind": "file", "text": "Show us how it came.", "accepts": "any", "boxes": 2},
    {"kind": "consent", "text": "You may use my answers for research.", "required": True},
]  # fmt: skip


# Two remarks of the wording check: one side only, and two things in one.
BADLY_ASKED: dict[str, Any] = {
    "kind": "scale", "text": "How satisfied are you with the speed and quality?", "minimum": 0, "maximum": 10,
    "low_label": "very dissatisfied", "high_label": "very satisfied",
}  # fmt: skip


def asking(questions: list[dict[str, Any]] | None = None, sections: int = 1, **study: Any) -> Version:
    """Publish questions to late orders, dealt out over so many sections."""
    where = cast.late_orders(**study)
    draft = authoring.draft_of(where, cast.ana())
    pages = [draft.sections.get(), *(authoring.add_section(version=draft) for _ in range(sections - 1))]
    questions = EVERY_KIND if questions is None else questions
    for number, page in enumerate(pages):
        there = [told for at, told in enumerate(questions) if at * sections // len(questions) == number]
        authoring.add_questions(section=page, questions=there)
    return authoring.publish(version=draft, by=cast.ana())


def question(version: Version, text: str) -> Question:
    return Question.objects.get(version=version, text=text)


def only_who_chose(question: Question, label: str) -> dict[str, Any]:
    """A rule for who is asked something: those who chose `label` before."""
    key = question.choices.get(label=label).key
    return {"join": "all", "conditions": [{"about": "answer", "of": str(question.key), "verb": "is", "value": str(key)}]}


def invited(person: Person, study: Study | None = None) -> str:
    """Invite `person` and return the path of their link."""
    study = study or cast.late_orders()
    invitation, _ = Invitation.objects.get_or_create(study=study, person=person)
    return f"/a/{studies.issue_link(invitation=invitation)}/"


def public() -> str:
    """The path of the public link of late orders."""
    return f"/a/{studies.make_public_link(study=cast.late_orders(), by=cast.ana()).token}/"


def said_to(question: Question, response: Response | None = None) -> list[Any]:
    """The values given to a question: choices, numbers or words, the ledger's where they are there."""
    rows = question.answers.order_by("response", "box").select_related("choice", "verbatim")
    rows = rows.filter(response=response) if response else rows
    return [
        row.verbatim.text if row.verbatim else row.text or (row.choice.label if row.choice else row.number)
        for row in rows
    ]

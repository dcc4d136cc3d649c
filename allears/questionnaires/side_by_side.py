"""What a question, a page or a rule says, field by field: plainly, to be compared, and in words, to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allears.people.models import Purpose
from allears.questionnaires.forms import QuestionForm, SectionForm, fields_of, offered_as, written
from allears.questionnaires.models import Accepts, Choice, Preset, Question, QuestionKind, Section

NAMED = {
    "kind": {**dict(QuestionKind.choices), **dict(Preset.choices)},
    "purpose": dict(Purpose.choices),
    "accepts": dict(Accepts.choices),
}


@dataclass(frozen=True)
class Wording:
    """The fields of one thing, by their names: as they are compared, as they are read, and what they are called."""

    plain: Mapping[str, str]
    said: Mapping[str, str]
    labels: Mapping[str, str]


def of_question(question: Question) -> Wording:
    """Return the wording of a question whose choices are loaded; who is asked it is not part of it."""
    form = QuestionForm(kind=offered_as(question))
    fields = {"kind": offered_as(question), **_fields(question)}
    plain = {name: _plain(value) for name, value in fields.items()}
    said = {name: _said(name, value) for name, value in fields.items()}
    labels = {name: str(form.fields[name].label) for name in fields if name in form.fields}
    labels |= {"kind": _("Kind of question")}
    if question.has_list:
        rows = list(question.choices.all())
        plain["choices"], said["choices"] = ("\n".join(map(words, rows)) for words in (_plain_choice, _said_choice))
        labels["choices"] = _("The choices")
    return Wording(plain, said, labels)


def _fields(question: Question) -> dict[str, Any]:
    """In the order in which the form asks for them; a scale that has a name keeps its ends."""
    names, values = fields_of(QuestionKind(question.kind)), written(question)
    names -= {"minimum", "maximum"} if question.preset else set()
    return {name: values.get(name) for name in QuestionForm.base_fields if name in names}


def _plain(value: Any) -> str:
    return "" if value in (None, "") else f"{value:g}" if isinstance(value, float) else str(value)


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    return str(NAMED.get(name, {}).get(value, _plain(value)))


def _plain_choice(choice: Choice) -> str:
    return f"{choice.label}\t{choice.asks_text:d}{choice.exclusive:d}{choice.anchored:d}"


def _said_choice(choice: Choice) -> str:
    marks = [
        (choice.asks_text, _("asks for their own words")), (choice.exclusive, _("goes with no other")),
        (choice.anchored, _("stays last")),
    ]  # fmt: skip
    told = [words for marked, words in marks if marked]
    return f"{choice.label} ({', '.join(told)})" if told else choice.label


def of_section(section: Section) -> Wording:
    """Return the wording of a page."""
    words = {"title": section.title, "text": section.text}
    return Wording(words, words, {name: str(SectionForm.base_fields[name].label) for name in words})


def of_rule(stored: Mapping[str, Any], sentence: str) -> Wording:
    """Return the wording of a rule as it is stored and as it reads (nothing: everybody is asked)."""
    plain = "" if not stored else repr([stored["join"], [sorted(row.items()) for row in stored["conditions"]]])
    return Wording({"rule": plain}, {"rule": sentence or _("Everybody is asked.")}, {"rule": _("Who is asked")})

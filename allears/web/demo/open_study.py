"""The demo's open study: ten questions that a newcomer can answer at once, in English, Arabic or German."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from allears.core.clock import today
from allears.core.models import User
from allears.decisions.queries import hear_back
from allears.questionnaires import authoring
from allears.questionnaires.models import QuestionKind, Section, Version
from allears.questionnaires.translatable import texts_of
from allears.studies.actions import create_study, make_public_link, open_study
from allears.studies.models import Study
from allears.studies.translating import offer, translate
from allears.web.demo import in_arabic, in_german

SLUG = "notebooks-today"
WORDS = {"ar": in_arabic.WORDS, "de": in_german.WORDS}


@transaction.atomic
def make(by: User, past: Study) -> Study:
    """Return the open study with its published questionnaire and its public link; made once, whole or not at all.

    `past` is the study it follows: what is known is what its contributors said.
    """
    found = Study.objects.filter(slug=SLUG).first()
    if found:
        return found
    study = create_study(
        by=by,
        title="Notebooks today",
        slug=SLUG,
        problem="In 2015 people told us what got in the way of their work with notebooks. We want to know"
        " what has become of it since, and what gets in your way today.",
        decision="What to work on first next year: the order in which cells run, working together, or speed",
        options="The order in which cells run\nWorking together\nSpeed with large data",
        known=f"What {hear_back(past).contributors:,} people said in 2015",
        unknown="What still holds, what is new, and for whom",
        promise_on=today() + timedelta(days=45),
        touchpoints=["Daily work", "Sharing"],
        example=True,
    )
    authoring.publish(version=_questionnaire(study, by), by=by)
    for language, words in WORDS.items():
        _translate(study, language, words, by)
    open_study(study=study, by=by)
    make_public_link(study=study, by=by)
    return study


def _translate(study: Study, language: str, words: Mapping[str, str], by: User) -> None:
    """Say all that participants read of `study` in `words`, and offer it. Raises `KeyError` for a text without one."""
    texts = texts_of(study)
    translate(study=study, language=language, texts=texts, said={text.sign: words[text.source] for text in texts}, by=by)
    offer(study=study, language=language, by=by)


def _questionnaire(study: Study, by: User) -> Version:
    draft = authoring.draft_of(study, by)
    first = draft.sections.order_by("position").first()
    section = first or authoring.add_section(version=draft, by=by)
    _your_work(section, by)
    _in_your_way(authoring.add_section(version=draft, title="What gets in your way", by=by), by)
    return draft


def _your_work(section: Section, by: User) -> None:
    authoring.change_section(section=section, title="Your work with notebooks", text="", by=by)
    authoring.add_question(
        section=section, kind=QuestionKind.SINGLE, text="How often do you work with a notebook?", code="often",
        required=True, choices=["Daily", "Weekly", "Monthly", "Less often", "Not any more"], by=by,
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.NUMBER, text="For how many years have you used notebooks?", code="years",
        minimum=0, maximum=60, by=by,
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.MULTIPLE, text="What do you use them for?", code="uses", by=by,
        choices=[
            "Exploring data", "Teaching or learning", "Writing reports", "Building models",
            authoring.ChoiceWords("Something else", asks_text=True),
        ],
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.SHORT_TEXT, text="In a word or two: what is your role?", code="role",
        help="For example: teacher, astronomer, analyst.", by=by,
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.SCALE, text="How easy is it to come back to a notebook after a month?",
        code="return", minimum=1, maximum=5, low_label="very hard", high_label="very easy", by=by,
    )  # fmt: skip


def _in_your_way(section: Section, by: User) -> None:
    authoring.add_question(
        section=section, kind=QuestionKind.LONG_TEXT, text="What gets in your way when you work with notebooks?",
        code="hinders", help="Tell it as it happened, in your own words.", required=True, touchpoint="Daily work", by=by,
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.SINGLE, text="Where does it hurt most?", code="where", by=by,
        choices=["While writing", "While running", "While sharing", "While reviewing others’ work", "Nowhere in particular"],
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.SCALE, text="How easy is it to work on one notebook with others?",
        code="together", minimum=1, maximum=5, low_label="very hard", high_label="very easy", touchpoint="Sharing", by=by,
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.LONG_TEXT, text="What should never change about notebooks?", code="keep", by=by,
    )  # fmt: skip
    authoring.add_question(
        section=section, kind=QuestionKind.SCALE, text="How likely are you to recommend notebooks to a colleague?",
        code="recommend", minimum=0, maximum=10, low_label="not at all", high_label="very likely", by=by,
    )  # fmt: skip

"""The analysts' own themes for the survey of 2015, brought in as codings by the people who made them."""

from __future__ import annotations

from django.db import transaction

from allears.core.models import User
from allears.insights.importing import RowThemes, bring_codings, read_row_themes
from allears.insights.models import Theme
from allears.questionnaires.importing import keys_of
from allears.questionnaires.models import Question
from allears.studies.models import Study
from allears.web.demo.files import FILES

LABEL = "the survey’s analysts, 2016"
# Which question each file of themes is about: words that only its text has.
QUESTIONS = {
    "hinderances": "hinders you",
    "integrations": "tightly integrated",
    "workflow_needs_addressed": "Jupyter Notebook address",
    "workflow_needs_not_addressed": "Jupyter Notebook not address",
    "pleasant_aspects": "make it pleasant",
    "difficult_aspects": "make it difficult",
    "features_changes": "new features or changes",
    "first_experience_enhancements": "first started using",
}


@transaction.atomic
def make(study: Study, by: User) -> None:
    """Code the study's words as its analysts did; made once, whole or not at all."""
    if Theme.objects.filter(study=study).exists():
        return
    with open(FILES / "responses.csv", "rb") as file:
        keys = keys_of(file)
    sets = {_code(study, words): _themes(name) for name, words in QUESTIONS.items()}
    bring_codings(study=study, sets=sets, keys=keys, by=by, label=LABEL)


def _code(study: Study, words: str) -> str:
    return Question.objects.get(version__questionnaire__study=study, text__contains=words).code


def _themes(name: str) -> list[RowThemes]:
    with open(FILES / f"{name}_themes.csv", "rb") as file:
        return read_row_themes(file)

"""What of a version can be said in another language, each text under a key that it keeps through all versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from allears.questionnaires.models import Question, Version
from allears.questionnaires.structure import draft_version, published_version, sections_of
from allears.studies.models import Study
from allears.studies.translating import Text, own_texts

PARTS = ("text", "help", "low_label", "high_label")


def key_of(question_key: object, part: str) -> str:
    """Return the key of a part (one of `PARTS`) of a question."""
    return f"question.{question_key}.{part}"


def choice_key(choice: object) -> str:
    """Return the key of a choice's label."""
    return f"choice.{choice}"


def texts_of_prompts(sources: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return what was asked at each of `sources` (their numbers), as (key, text); without those at which no question
    was. One query.
    """
    asked = Question.objects.filter(source__in=list(sources)).order_by("pk").values_list("source", "key", "text")
    return {source: (key_of(key, "text"), text) for source, key, text in asked}


def texts_of(study: Study) -> list[Text]:
    """Return what participants read of `study`, in its order: of the draft where there is one, with what is asked
    now behind it where that differs, so that nobody who answers today loses by tomorrow's version.
    """
    draft, asked = draft_version(study), published_version(study)
    texts = own_texts(study)
    for version in (draft, asked):
        if version is not None:
            known = {(text.key, text.source) for text in texts}
            texts += [text for text in _of_version(version) if (text.key, text.source) not in known]
    return texts


def _of_version(version: Version) -> list[Text]:
    found: dict[tuple[str, str], Text] = {}
    number = 0
    for place, section in enumerate(sections_of(version), 1):
        for part, words in (("title", section.title), ("text", section.text)):
            text = Text(f"page.{part}", words, _("Page %(page)d") % {"page": place})
            found.setdefault((text.key, words), text)
        for question in section.questions.all():
            number += 1
            for text in _of_question(question, number):
                found.setdefault((text.key, text.source), text)
    return [text for text in found.values() if text.source.strip()]


def _of_question(question: Question, number: int) -> Iterator[Text]:
    names = (_("question"), _("help"), _("low end"), _("high end"))
    for part, name in zip(PARTS, names, strict=True):
        yield Text(key_of(question.key, part), getattr(question, part), f"{number} · {name}")
    if question.has_list:
        name = _("choice")
        for choice in question.choices.all():
            yield Text(choice_key(choice.key), choice.label, f"{number} · {name}")

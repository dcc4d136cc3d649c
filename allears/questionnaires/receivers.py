"""What this room does on news from below."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from allears.people.models import Person
from allears.people.queries import all_of
from allears.people.signals import person_erased
from allears.questionnaires import files
from allears.questionnaires.models import Answer, EarlierAnswer, QuestionKind, SentFile


@receiver(person_erased)
def forget_what_is_not_in_the_ledger(sender: Any, person: Person, **kwargs: Any) -> None:
    """Words that were never sent, and what answers were before they changed, go with the person.

    Files and photos go, too. Choices and numbers stay, and belong to nobody who can be named.
    """
    theirs = all_of(person)
    files.remove(SentFile.objects.filter(response__person__in=theirs))
    Answer.objects.filter(response__person__in=theirs, question__kind=QuestionKind.FILE).delete()
    EarlierAnswer.objects.filter(response__person__in=theirs).delete()
    Answer.objects.filter(response__person__in=theirs).exclude(text="").update(text="")

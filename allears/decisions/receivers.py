"""What this room does when the rooms below have news."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext

from allears.core import mail
from allears.core.models import Message, User
from allears.decisions import overtaking
from allears.decisions.actions import draft_update
from allears.decisions.models import Digest, Ground, HeldTelling, Update
from allears.insights.models import Citation, Insight
from allears.insights.signals import insight_restored, insight_withdrawn, words_cited
from allears.people.erasing import forget_mails
from allears.people.models import Person, Purpose
from allears.people.queries import all_of
from allears.people.signals import consent_changed, person_erased


@receiver(words_cited, dispatch_uid="decisions.draft_what_was_understood")
def draft_what_was_understood(*, citation: Citation, by: User | None, **_: Any) -> None:
    """Words now hold an insight: draft what their speakers are told of it, unless more than that is known already."""
    insight = citation.insight
    known = Ground.objects.filter(insight=insight).exists() or Update.objects.filter(insight=insight).exists()
    if not known:
        draft_update(insight=insight, by=by)


@receiver(insight_withdrawn, dispatch_uid="decisions.tell_nobody_else_what_is_withdrawn")
def tell_nobody_else_what_is_withdrawn(*, insight: Insight, by: User | None, **_: Any) -> None:
    """An insight is held no longer: what waits to be told of it, or rests on it, is read anew or told to nobody."""
    overtaking.by_withdrawal(insight, by)


@receiver(insight_restored, dispatch_uid="decisions.read_anew_what_is_held_again")
def read_anew_what_is_held_again(*, insight: Insight, by: User | None, **_: Any) -> None:
    """An insight is held again, with the words that it cites."""
    overtaking.by_restoring(insight, by)


@receiver(person_erased, dispatch_uid="decisions.forget_the_digests")
def forget_the_digests(*, person: Person, **_: Any) -> None:
    """Digests quote the words of whom they went to: they go with the person, also those to an earlier address."""
    digests = Digest.objects.filter(person__in=all_of(person), message__isnull=False)
    forget_mails(Message.objects.filter(pk__in=digests.values("message")))
    HeldTelling.objects.filter(person__in=all_of(person)).delete()


@receiver(consent_changed, dispatch_uid="decisions.call_digests_back")
def call_digests_back(*, person: Person, purpose: str, given: bool, **_: Any) -> None:
    """Who wants no mail gets no digest that was still waiting; what it says stands on their own page."""
    if purpose == Purpose.HEAR and not given:
        digests = Digest.objects.filter(person__in=all_of(person), message__isnull=False)
        why = gettext("They said that they want no mail about their words.")
        mail.call_back(Message.objects.filter(pk__in=digests.values("message")), why=why)

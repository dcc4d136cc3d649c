"""What a contributor says to an update: did it help? Their words go into the ledger like any others."""

from __future__ import annotations

from django.db import transaction

from allears.core import audit
from allears.core.clock import now
from allears.decisions.models import Helped, Telling, Update
from allears.people.models import Person
from allears.people.queries import all_of
from allears.verbatims.actions import keep
from allears.verbatims.models import Source, Verbatim

PROMPT = "Did it help?"


@transaction.atomic
def answer_helped(*, person: Person, update: Update, helped: bool, words: str = "") -> Helped:
    """Record whether an update helped, with the person's words if there are any; asking again keeps both answers.

    The same answer sent twice in a row (a double click) is kept once.
    """
    last = Helped.objects.filter(person__in=all_of(person), update=update).order_by("-pk").first()
    if last and last.helped == helped and (not words.strip() or _same_words(last, words)):
        return last
    said = _keep(person, update, words) if words.strip() else None
    mark_seen(person=person, updates=[update.pk])
    audit.record(by="a contributor", verb="decisions.helped_answered", target=update, helped=helped)
    return Helped.objects.create(person=person, update=update, helped=helped, verbatim=said)


def _same_words(last: Helped, words: str) -> bool:
    return last.verbatim is not None and last.verbatim.text == words


def _keep(person: Person, update: Update, words: str) -> Verbatim:
    source, _ = Source.objects.get_or_create(
        collection=update.study.collection, kind="helped", prompt=PROMPT, defaults={"position": 999}
    )
    return keep(
        collection=update.study.collection, source=source, person=person, text=words, language=person.language,
        spoken_at=now(),
    )  # fmt: skip


@transaction.atomic
def mark_seen(*, person: Person, updates: list[int]) -> int:
    """Note that the person has seen these updates on their page; returns how many were new to them."""
    new = Telling.objects.filter(person__in=all_of(person), update__in=updates, seen_at=None).update(seen_at=now())
    if new:
        audit.record(by="a contributor", verb="decisions.updates_seen", updates=new)
    return new

"""Letting every contributor hear back: who has not been told yet, and sending one digest a person, never twice.

Whoever has no address, or does not want mail, is told on their own page; that counts as heard only once they have
seen it. Sending may be killed at any point: each chunk of people is one transaction that writes the tellings and puts
the mails, so a second run goes on with whoever is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from allears.core import mail
from allears.core.progress import Progress
from allears.decisions.chain import contributors, insights_behind, quoted_by_person
from allears.decisions.digests import Part, compose, parts_for
from allears.decisions.models import Digest, Telling, Update
from allears.decisions.queries import HEARER
from allears.people import addresses
from allears.people.links import page_link
from allears.people.models import Person
from allears.studies.models import Study

CHUNK = 200


@dataclass(frozen=True)
class Reach:
    """Whom a sending would reach: how many by mail, how many on their page only, how many were told before.

    `held` are those whose new address waits for its two days (`people.addresses`): a later sending tells them.
    """

    by_mail: int
    on_page: int
    told_before: int
    held: int = 0


def approved(study: Study) -> list[Update]:
    """Return the study's approved updates, oldest step first."""
    return _with_steps(Update.objects.filter(study=study, approved_at__isnull=False, discarded_at=None))


def _with_steps(updates: QuerySet[Update]) -> list[Update]:
    return list(updates.select_related("study", "decision", "change_step__change", "insight").order_by("drafted_at"))


def untold(study: Study) -> dict[int, set[int]]:
    """Return, for every contributor who can be told now, the ids of the approved updates that are new to them."""
    return _free(_untold(approved(study), contributors(study)))


def _free(waiting: dict[int, set[int]]) -> dict[int, set[int]]:
    """Leave out whose new address is held: nothing with their words goes there yet."""
    held = addresses.held()
    return {person_id: updates for person_id, updates in waiting.items() if person_id not in held}


def _untold(updates: Sequence[Update], people: dict[int, datetime]) -> dict[int, set[int]]:
    told = _told(Telling.objects.filter(update__in=updates))
    waiting: dict[int, set[int]] = {}
    for update in updates:
        for person_id in _recipients(update, people):
            if (person_id, update.pk) not in told:
                waiting.setdefault(person_id, set()).add(update.pk)
    return waiting


def _told(tellings: QuerySet[Telling]) -> set[tuple[int, int]]:
    """Who was told what, as (person, update); what a merged row was told, the person that stayed has heard."""
    return set(tellings.annotate(hearer=HEARER).values_list("hearer", "update_id"))


def _recipients(update: Update, people: dict[int, datetime]) -> Sequence[int]:
    if update.text_general.strip():
        return list(people)
    return [person_id for person_id in quoted_by_person(insights_behind(update)) if person_id in people]


def reach(study: Study) -> Reach:
    """Return whom the next sending reaches, for the page that asks for confirmation."""
    people = contributors(study)
    waiting = _untold(approved(study), people)
    held = addresses.held() & set(waiting)
    now_told = [person_id for person_id in waiting if person_id not in held]
    by_mail = sum(_mailable(person) for person in Person.objects.in_bulk(now_told).values())
    return Reach(by_mail, len(now_told) - by_mail, len(people) - len(waiting), len(held))


def _mailable(person: Person) -> bool:
    return bool(person.email) and person.contactable and person.erased_at is None


def send(study: Study, progress: Progress | None = None) -> int:
    """Tell everybody what is approved and new to them; return how many people were told."""
    updates, spoke = approved(study), contributors(study)
    waiting = _free(_untold(updates, spoke))
    before = progress.job.done if progress else 0  # by a run of the same job that was cut off
    told = 0
    for chunk in _chunks(sorted(waiting)):
        with transaction.atomic():
            now_told = _tell(chunk, _still_approved(updates), spoke)
            if progress:
                progress.keep(before + told + now_told, told=now_told)
        told += now_told
        if progress:
            progress.wrote(before + told, before + len(waiting))
    return told


def _still_approved(updates: Sequence[Update]) -> dict[int, Update]:
    """The updates as they are worded now, locked: an edit made a moment ago took its approval back and waits."""
    ids = [update.pk for update in updates]
    list(Update.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    ready = _with_steps(Update.objects.filter(pk__in=ids, approved_at__isnull=False, discarded_at=None))
    return {update.pk: update for update in ready}


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))


def _tell(chunk: list[int], updates: dict[int, Update], spoke: dict[int, datetime]) -> int:
    # The lock on the people makes two sendings at once take turns; the second finds nobody left to tell.
    locked = Person.objects.select_for_update().filter(pk__in=chunk).order_by("pk")
    held = addresses.held()
    people = {p.pk: p for p in locked if p.pk not in held}
    theirs = Q(person__in=chunk) | Q(person__merged_into__in=chunk)
    told = _told(Telling.objects.filter(theirs, update__in=updates))
    parts = parts_for(people, list(updates.values()))
    tellings: list[Telling] = []
    for pk, person in people.items():
        new = [p for p in parts[pk] if (pk, p.update.pk) not in told]
        tellings += _tell_one(person, new, spoke[pk]) if person.erased_at is None else []
    Telling.objects.bulk_create(tellings)
    return len({telling.person_id for telling in tellings})


def _tell_one(person: Person, parts: list[Part], spoke_at: datetime) -> list[Telling]:
    digest = _mail(person, parts) if parts and _mailable(person) else None
    return [
        Telling(update=part.update, person=person, cited=part.cited, digest=digest, spoke_at=spoke_at) for part in parts
    ]


def _mail(person: Person, parts: list[Part]) -> Digest:
    digest = Digest.objects.create(person=person)
    letter = compose(person, parts, page_link(person))
    digest.message = mail.put(
        to=person.email, to_name=person.name, subject=letter.subject, text=letter.text, html=letter.html,
        key=f"digest:{digest.ref}", kind="update",
    )  # fmt: skip
    digest.save(update_fields=["message"])
    return digest

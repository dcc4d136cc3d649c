"""Letting every contributor hear back: who has not been told yet, and sending one digest a person, never twice.

Whoever has no address, or wants no mail about their words, is told on their own page; that counts as heard only once
they have seen it. Who does not want to be asked still hears: these are two things (docs/adr/0014). A mail waits for the
end of their quiet hours. Whose new address waits for its two days (`people.addresses`) is written down and told by itself afterwards: nobody has to send a second time. Sending may be killed at any point: each
chunk of people is one transaction that writes the tellings and puts the mails, so a second run goes on with whoever is
left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from allears.core import audit, mail
from allears.core.clock import now
from allears.core.progress import HALF, Progress
from allears.decisions.chain import contributors, insights_behind, quoted_by_person
from allears.decisions.digests import Part, compose, parts_for
from allears.decisions.models import Digest, HeldTelling, Telling, Update
from allears.decisions.queries import HEARER
from allears.people import addresses, budget
from allears.people.links import leaving_headers, leaving_link, page_link
from allears.people.models import Person, Purpose
from allears.people.queries import who_wants_no_mail
from allears.studies.models import Study

CHUNK = 200


def approved(study: Study) -> list[Update]:
    """Return the study's approved updates, oldest step first; none whose decision has changed since it was told."""
    return _with_steps(_may_go().filter(study=study))


def _may_go() -> QuerySet[Update]:
    return Update.objects.filter(approved_at__isnull=False, discarded_at=None, overtaken_at=None)


def _with_steps(updates: QuerySet[Update]) -> list[Update]:
    return list(updates.select_related("study", "decision", "change_step__change", "insight").order_by("drafted_at"))


def untold(study: Study) -> dict[int, set[int]]:
    """Return, for every contributor, the ids of the approved updates that are new to them.

    What was sent before and waits for an address is not among them.
    """
    return _untold(approved(study), contributors(study))


def _untold(updates: Sequence[Update], people: dict[int, datetime]) -> dict[int, set[int]]:
    held = addresses.held()
    told = _heard(updates, Q())
    told |= {pair for pair in sent_to(updates) if pair[0] in held}
    waiting: dict[int, set[int]] = {}
    for update in updates:
        for person_id in _recipients(update, people):
            if (person_id, update.pk) not in told:
                waiting.setdefault(person_id, set()).add(update.pk)
    return waiting


def _heard(updates: Iterable[Update], people: Q) -> set[tuple[int, int]]:
    """Who of `people` was told these, or what they go out instead of, as (person, update)."""
    stands_for: dict[int, list[int]] = defaultdict(list)
    for update in updates:
        for before in (update.pk, *earlier(update)):
            stands_for[before].append(update.pk)
    told = _told(Telling.objects.filter(people, update__in=list(stands_for)))
    return {(person, pk) for person, before in told for pk in stands_for[before]}


def earlier(update: Update) -> Iterator[int]:
    """Return the ids of what the update goes out instead of."""
    while update.instead_of:
        update = update.instead_of
        yield update.pk


def concerned(update: Update, people: Iterable[int]) -> list[int]:
    """Return whom of `people` the update is for: not who was told what it goes out instead of; what is withdrawn, only
    who was told.
    """
    if update.insight_id and update.corrects_id:
        hearers = {person for person, _update in _told(Telling.objects.filter(update=update.corrects_id))}
        return [person for person in people if person in hearers]
    before = {person for person, _update in _told(Telling.objects.filter(update__in=list(earlier(update))))}
    return [person for person in people if person not in before]


def sent_and_held() -> QuerySet[HeldTelling]:
    """Return what was sent and waits for an address; what was worded anew since then was not sent."""
    return HeldTelling.objects.filter(update__in=_may_go(), update__approved_at__lte=F("at"))


def sent_to(updates: Sequence[Update]) -> set[tuple[int, int]]:
    """Return to whom which of these was sent that waits for an address, as (person, update)."""
    return _told(sent_and_held().filter(update__in=updates))


def _told(tellings: QuerySet[Telling] | QuerySet[HeldTelling]) -> set[tuple[int, int]]:
    """Who was told what, as (person, update); what a merged row was told, the person that stayed has heard."""
    return set(tellings.annotate(hearer=HEARER).values_list("hearer", "update_id"))


def _recipients(update: Update, people: dict[int, datetime]) -> Sequence[int]:
    if update.text_general.strip():
        return concerned(update, people)
    cited = concerned(update, quoted_by_person(insights_behind(update)))
    return [person_id for person_id in cited if person_id in people]


def addressed(people: Iterable[Person]) -> set[int]:
    """Return the ids of those of `people` to whom mail can go."""
    return {person.pk for person in people if person.email and person.erased_at is None}


def send(study: Study, progress: Progress | None = None) -> int:
    """Tell everybody what is approved and new to them; return how many people were told."""
    updates, spoke = approved(study), contributors(study)
    waiting = _untold(updates, spoke)
    before = progress.job.done if progress else 0  # by a run of the same job that was cut off
    told = done = 0
    for chunk in _chunks(waiting):
        with transaction.atomic():
            now_told, held = _tell(chunk, _still_approved(updates), spoke)
            told, done = told + now_told, done + now_told + held
            if progress:
                progress.keep(before + done, told=now_told, held=held)
        if progress:
            progress.wrote(before + done, before + len(waiting), pause=HALF)
    return told


def send_what_was_held() -> int:
    """Tell what was sent while an address was held to everybody whose address is not held any more.

    Return how many people were told. What was worded anew or put aside since then is not told: it is sent anew.
    """
    free = HeldTelling.objects.annotate(hearer=HEARER).exclude(hearer__in=addresses.held())
    return sum(map(_send_what_was_held, Study.objects.filter(pk__in=free.values("update__study"))))


def _send_what_was_held(study: Study) -> int:
    held, told = addresses.held(), 0
    waiting: dict[int, set[int]] = {}
    for person, update in _told(HeldTelling.objects.filter(update__study=study)):
        if person not in held:
            waiting.setdefault(person, set()).add(update)
    updates, spoke = _with_steps(Update.objects.filter(pk__in=set().union(*waiting.values()))), contributors(study)
    for chunk in _chunks(waiting):
        with transaction.atomic():
            ready = _still_approved(updates)
            sent = set(sent_and_held().filter(update__in=ready).values_list("update", flat=True))
            ready = {pk: update for pk, update in ready.items() if pk in sent}
            now_told, _held = _tell(chunk, ready, spoke)
            if now_told:
                audit.record(by=None, verb="decisions.held_updates_sent", target=study, people=now_told)
        told += now_told
    return told


def _still_approved(updates: Sequence[Update]) -> dict[int, Update]:
    """The updates as they are worded now, locked: an edit, or a decision that changed, took its approval back."""
    ids = [update.pk for update in updates]
    list(Update.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    ready = _with_steps(_may_go().filter(pk__in=ids))
    return {update.pk: update for update in ready}


def _chunks(waiting: dict[int, set[int]]) -> Iterator[dict[int, set[int]]]:
    ids = sorted(waiting)
    return ({pk: waiting[pk] for pk in ids[at : at + CHUNK]} for at in range(0, len(ids), CHUNK))


def _tell(chunk: dict[int, set[int]], updates: dict[int, Update], spoke: dict[int, datetime]) -> tuple[int, int]:
    """Tell each of `chunk` those of `updates` that are new to them; whose address is held, later.

    Return how many people were told, and how many are told later.
    """
    # The lock on the people makes two sendings at once take turns; the second finds nobody left to tell.
    locked = Person.objects.select_for_update().filter(pk__in=chunk).order_by("pk")
    known, held = {p.pk: p for p in locked}, addresses.held()
    people = {pk: person for pk, person in known.items() if pk not in held}
    theirs = Q(person__in=chunk) | Q(person__merged_into__in=chunk)
    told = _heard(updates.values(), theirs)
    parts = parts_for(people, list(updates.values()))
    tellings: list[Telling] = []
    moments, by_mail = budget.Moments(), _told_by_mail(people.values())
    for pk, person in people.items():
        new = [p for p in parts[pk] if p.update.pk in chunk[pk] and (pk, p.update.pk) not in told]
        told_now = new if person.erased_at is None and pk in spoke else []
        digest = _mail(person, told_now, moments.for_(person)) if told_now and pk in by_mail else None
        tellings += [
            Telling(update=part.update, person=person, cited=part.cited, digest=digest, spoke_at=spoke[pk]) for part in told_now
        ]
    Telling.objects.bulk_create(tellings)
    _waits_no_longer({pk: chunk[pk] for pk in people})
    later = {pk: chunk[pk] & updates.keys() for pk in known if pk in held}
    _hold_back(later)
    return len({telling.person_id for telling in tellings}), len(later)


def _told_by_mail(people: Iterable[Person]) -> set[int]:
    reachable = addressed(people)
    return reachable - who_wants_no_mail(reachable)


def _hold_back(later: dict[int, set[int]]) -> None:
    rows = [HeldTelling(update_id=update, person_id=pk) for pk, updates in later.items() for update in sorted(updates)]
    HeldTelling.objects.bulk_create(rows, update_conflicts=True, unique_fields=["update", "person"], update_fields=["at"])


def _waits_no_longer(waited: dict[int, set[int]]) -> None:
    waiting = HeldTelling.objects.filter(Q(person__in=waited) | Q(person__merged_into__in=waited)).annotate(hearer=HEARER)
    over = [pk for pk, person, update in waiting.values_list("pk", "hearer", "update_id") if update in waited[person]]
    HeldTelling.objects.filter(pk__in=over).delete()


@dataclass(frozen=True)
class Held:
    """Somebody for whom updates wait, and until when: then they go out by themselves."""

    person: Person
    until: datetime


def held_back(study: Study) -> list[Held]:
    """Return for whom updates of the study wait, the first to be told first."""
    until = addresses.holds()
    waiting = {person for person, _update in _told(sent_and_held().filter(update__study=study))}
    people = Person.objects.filter(pk__in=waiting, erased_at=None)
    return sorted((Held(p, until.get(p.pk, now())) for p in people), key=lambda held: (held.until, held.person.pk))


def _mail(person: Person, parts: list[Part], not_before: datetime) -> Digest:
    digest = Digest.objects.create(person=person)
    stop = leaving_link(person, Purpose.HEAR)
    letter = compose(person, parts, page_link(person), stop)
    digest.message = mail.put(
        to=person.email, to_name=person.name, subject=letter.subject, text=letter.text, html=letter.html,
        key=f"digest:{digest.ref}", kind="update", not_before=not_before,
        headers=leaving_headers(stop),
    )  # fmt: skip
    digest.save(update_fields=["message"])
    return digest

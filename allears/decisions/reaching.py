"""Whom updates are for and have reached, at once however many they are: contributors, and who was told, as crowds
(`people.crowds`).

Of very many, contributors and addresses are as they were counted some minutes before, who was told as of now. Sending
looks at everybody anew (`telling`): nobody is told twice, and nobody is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from allears.core import ahead
from allears.decisions import telling
from allears.decisions.chain import insights_behind, quoted_by_person
from allears.decisions.models import Telling, Update
from allears.decisions.queries import HEARER, spoken
from allears.people import addresses, crowds
from allears.people.crowds import Growing, crowd_of, ids_of
from allears.people.models import Person
from allears.people.queries import who_wants_no_mail
from allears.studies.models import Study

# Who gave at least one answer to a study; with a response that they had begun before it was counted, once it is again.
CONTRIBUTORS = Growing("contributors", spoken(), "study", ("speaker",))
# Whom an update has reached, merged people once; without whom was erased.
_HEARD = Telling.objects.filter(person__erased_at=None).annotate(hearer=HEARER)
TOLD = Growing("told", _HEARD, "update", ("hearer",))
TOLD_BESIDE = Growing("told beside their words", _HEARD.filter(cited=True), "update", ("hearer",))


@dataclass(frozen=True)
class Reach:
    """Whom a sending would reach: how many by mail, how many on their page only and why, how many were told before.

    `held` are those whose new address waits for its two days (`people.addresses`): they are told by themselves then.
    `at`: as of when the people were counted, where they are very many.
    """

    by_mail: int
    no_address: int
    no_mail: int  # they said that they want none
    told_before: int
    held: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Audience:
    """Whom an update has reached, or is for: whose words it rests on (ids), and the others as a crowd."""

    cited: list[int]
    others: int
    told: bool


def how_many_wait(study: Study) -> int:
    """Return for how many people something approved is new."""
    updates = telling.approved(study)
    return _waiting(updates, CONTRIBUTORS.now(study.pk)).bit_count() if updates else 0


def reach(study: Study) -> Reach:
    """Return whom the next sending reaches, for the page that asks for confirmation."""
    people = CONTRIBUTORS.now(study.pk)
    waiting = _waiting(telling.approved(study), people)
    held = crowd_of(addresses.held()) & waiting
    addressed, silent, at = _by_mail(study, waiting & ~held)
    no_address = waiting & ~held & ~addressed
    return Reach(
        by_mail=(addressed & ~silent).bit_count(), no_address=no_address.bit_count(), no_mail=silent.bit_count(),
        told_before=(people & ~waiting).bit_count(), held=held.bit_count(), at=at,
    )  # fmt: skip


def audience(update: Update) -> Audience:
    """Return whom the update has reached; of one that nobody was told, whom it is for."""
    told = TOLD.now(update.pk)
    if told:
        beside = TOLD_BESIDE.now(update.pk)
        return Audience(list(ids_of(beside)), told & ~beside, told=True)
    cited = telling.concerned(update, quoted_by_person(insights_behind(update)))
    people = _concerned(update, CONTRIBUTORS.now(update.study_id), TOLD.of_each(_about(update)))
    return Audience(cited, people & ~crowd_of(cited), told=False)


def _waiting(updates: Sequence[Update], people: int) -> int:
    """To whom of `people` one of these is new; what was sent and waits for an address is not."""
    held, waiting = addresses.held(), 0
    sent = [pair for pair in telling.sent_to(updates) if pair[0] in held] if held else []
    told = TOLD.of_each(pk for update in updates for pk in _about(update))
    for update in updates:
        known = told[update.pk] | crowd_of(person for person, pk in sent if pk == update.pk)
        waiting |= _recipients(update, people, told) & ~known
    return waiting


def _about(update: Update) -> list[int]:
    """The update, what it goes out instead of, and what it corrects."""
    return [pk for pk in (update.pk, *telling.earlier(update), update.corrects_id) if pk]


def _recipients(update: Update, people: int, told: Mapping[int, int]) -> int:
    if not update.text_general.strip():
        people &= crowd_of(quoted_by_person(insights_behind(update)))
    return _concerned(update, people, told)


def _concerned(update: Update, people: int, told: Mapping[int, int]) -> int:
    """What `telling.concerned` returns, of a crowd; `told`: who was told what the update is `_about`."""
    if update.insight_id and update.corrects_id:
        return people & told[update.corrects_id]
    for earlier in telling.earlier(update):
        people &= ~told[earlier]
    return people


def _by_mail(study: Study, people: int) -> tuple[int, int, datetime | None]:
    """Of these people: who has an address; who of them wants no mail; when that was counted, None for now."""
    kept, counted = crowds.the_crowds(), ahead.kept(CONTRIBUTORS.kind, study.pk)
    if kept and counted:
        addressed = people & kept.of(crowds.ADDRESSED)
        return addressed, addressed & kept.of(crowds.NO_MAIL), min(kept.at, counted.at)
    ids = telling.addressed(Person.objects.in_bulk(list(ids_of(people))).values())
    return crowd_of(ids), crowd_of(who_wants_no_mail(ids)), None

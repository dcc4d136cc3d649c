"""Rounds of invitations in the background: begun, stopped before their end, and gone on with.

Whom a round asks is fixed when it is begun. One that somebody stopped, or that the worker gave up, keeps its list:
whoever had no turn yet is asked when somebody lets the round go on, through the gates of that day. What goes on is a
round of its own, of exactly those who were left; the earlier one has nobody left then, so that it goes on once. After
thirty days the list is thrown away by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from allears.core import audit, progress
from allears.core.clock import now
from allears.core.models import Job, User
from allears.people import crowds
from allears.people.models import Person
from allears.studies.inviting import NotOpen
from allears.studies.models import RoundList, Selection, Study
from allears.studies.rules import can_work_on
from allears.studies.selection.queries import standing

KIND = "studies.invite"


class NothingLeft(Exception):
    """The round is under way, has come to its end, or somebody let the others be."""

    def __init__(self) -> None:
        super().__init__(_("This round is under way, or nobody is left of it."))


def ask_to_invite(
    *,
    study: Study,
    people: QuerySet[Person],
    by: User,
    minutes: float | Decimal,
    override_reason: str = "",
    next_url: str = "",
    next_words: str = "",
    selection: Selection | None = None,
) -> Job:
    """Invite `people` in the background and return the job. Who they are is fixed now: of those who hold a seat of
    `selection`, whoever holds none any more when a round goes on is asked no longer. Raises `NotOpen`.
    """
    if not study.is_open:
        raise NotOpen
    bits = crowds.bits_of(people)
    with transaction.atomic():
        job = _begun(
            study, bits, by, minutes=str(minutes), override_reason=override_reason, next_url=next_url,
            next_words=next_words or _("See who was asked"), **({"selection": selection.pk} if selection else {}),
        )  # fmt: skip
        audit.record(by=by, verb="studies.round_asked", target=study, people=job.total, override=override_reason)
        return job


@transaction.atomic
def go_on(*, job: Job, by: User) -> Job:
    """Ask, in the background, exactly those who are left of a round that stopped before its end; return the job that
    does. Raises `NothingLeft`, also to who presses second, and `NotOpen`.
    """
    kept = _held(job)
    study, wanted = Study.objects.get(pk=kept.job.parameters["study"]), kept.job.parameters
    if not study.is_open:
        raise NotOpen
    same = {name: wanted[name] for name in ("minutes", "override_reason", "selection") if name in wanted}
    bits = crowds.as_bits(left_of(kept))
    onward = _begun(study, bits, by, next_url=kept.job.next_url, next_words=kept.job.next_words, **same)
    kept.delete()
    reason = wanted.get("override_reason", "")
    audit.record(by=by, verb="studies.round_gone_on", target=study, people=onward.total, round=job.ref, override=reason)
    return onward


@transaction.atomic
def let_be(*, job: Job, by: User | None) -> int:
    """Ask nobody who is left of a round that stopped before its end; return how many they were. `by` is None when its time
    is over. Raises `NothingLeft`.
    """
    kept = _held(job)
    study = Study.objects.get(pk=kept.job.parameters["study"])
    kept.delete()
    audit.record(by=by, verb="studies.round_let_be", target=study, people=kept.left, round=job.ref)
    return kept.left


def let_old_ones_be() -> int:
    """Throw away the lists of rounds that stopped long ago: nobody goes on with them, and they say whom we meant to ask.
    Return how many there were.
    """
    old = Job.objects.filter(pk__in=RoundList.objects.filter(job__ended_at__lt=now() - RoundList.KEPT).values("job"))
    return sum(_let_be_unless_done(job) for job in old)


def _let_be_unless_done(job: Job) -> int:
    try:
        let_be(job=job, by=None)
    except NothingLeft:
        return RoundList.objects.filter(job=job, job__done__gte=F("job__total")).delete()[0]
    return 1


def _held(job: Job) -> RoundList:
    """What is left of the round, for nobody else until the transaction is through."""
    kept = RoundList.objects.select_for_update(of=("self",)).select_related("job").filter(job=job).first()
    if kept is None or not kept.can_go_on:
        raise NothingLeft
    return kept


def _begun(study: Study, bits: bytes, by: User, *, next_url: str, next_words: str, **wanted: Any) -> Job:
    from allears.studies.tasks import send_invitations

    job = progress.ask_for(
        send_invitations, kind=KIND, title=_("Invitations to “%(title)s”") % {"title": study.title}, by=by,
        unit=_("people"), total=int.from_bytes(bits, "little").bit_count(), next_url=next_url, next_words=next_words,
        study=study.pk, letters=True, **wanted,
    )  # fmt: skip
    RoundList.objects.create(job=job, bits=bits)
    return job


def cut_off(study: Study | None = None) -> QuerySet[RoundList]:
    """Return what is left of rounds that stopped before their end, newest first; of one study, or of all."""
    found = RoundList.objects.defer("bits").select_related("job").filter(job__ended_at__isnull=False).order_by("-job")
    return found.filter(job__parameters__study=study.pk) if study else found


def left_over(study: Study) -> list[RoundList]:
    """Return those of the study that can go on."""
    return [kept for kept in cut_off(study) if kept.can_go_on]


def left_of(kept: RoundList) -> int:
    """Return, as a crowd, whoever had no turn yet; as they stand today if rows were merged meanwhile."""
    ids = islice(crowds.ids_of(int.from_bytes(kept.bits, "little")), kept.job.done, None)
    return crowds.crowd_of(_as_they_stand(ids)) & _seated(kept.job.parameters.get("selection"))


def _as_they_stand(ids: Iterable[int]) -> Iterable[int]:
    merged = dict(Person.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into"))
    return (merged.get(pk) or pk for pk in ids)


def _seated(selection: int | None) -> int:
    """Whoever holds a seat that was drawn: it may have been drawn again meanwhile. Everybody, where no lots were drawn."""
    from allears.studies.selection.actions import holders

    found = Selection.objects.filter(pk=selection).first() if selection else None
    return crowds.crowd_of(holders(standing(found))) if found else -1


@progress.goes_on(KIND)
def way_on(job: Job, user: User) -> progress.WayOn | None:
    """Where the people who are left are shown, to who works on the study."""
    kept = cut_off().filter(job=job).first()
    study = Study.objects.filter(pk=job.parameters.get("study")).first() if kept and kept.can_go_on else None
    if study is None or not can_work_on(user, study):
        return None
    return progress.WayOn(_("See who is left"), reverse("studies:rest", args=[study.slug, job.ref]))

"""Asking people: invitations with links of their own, reminders, and the answer "I would rather not".

Whoever is asked pays with minutes, so every invitation and every reminder passes the budget gate of `people`.
Large rounds run in the background in chunks. A chunk is one transaction: the budget, the invitation, its link
and its mail come into being together or not at all, so that a round that was cut off can simply be run again
and nobody is asked twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from allears.core import audit, mail
from allears.core.clock import now
from allears.core.models import Message, User
from allears.core.queries import the_organisation
from allears.people import bounces, budget
from allears.people.models import Contact, Person
from allears.studies import links, mails
from allears.studies.models import Decline, Invitation, InvitationLink, InvitationMail, State, Study
from allears.studies.recognising import recognise

CHUNK = 100  # people in one transaction; others wait for its end
# Reading a reminder takes a moment; the answering itself was counted with the invitation.
REMINDER_MINUTES = Decimal("0.5")

Why = Literal["no_budget", "not_contactable", "no_address"]


class NotOpen(Exception):
    """The study takes no answers now, so nobody can be asked for any."""

    def __init__(self) -> None:
        super().__init__(_("This study takes no answers now. Open it again first."))


class NotInvitable(Exception):
    """This person cannot be asked; `why` is one of "no_budget", "not_contactable", "no_address"."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class SaidLater(Exception):
    """They told us when they want to be asked; nothing reminds them before."""


class HasPaused(Exception):
    """They stopped on purpose and come back by themselves; nothing reminds them unless they ask for it."""


class AlreadyReminded(Exception):
    """One reminder is all that people get, unless they asked for another."""


@dataclass
class Round:
    """What came of inviting some people: who is invited now, how many were before, and why others were not."""

    invitations: list[Invitation] = field(default_factory=list)
    before: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: Round) -> None:
        self.invitations += other.invitations
        self.before += other.before
        self.refused += other.refused


def invite(
    *,
    study: Study,
    people: QuerySet[Person] | Iterable[Person],
    by: User | None,
    minutes: float | Decimal,
    override_reason: str = "",
    by_mail: bool = True,
) -> list[Invitation]:
    """Invite `people` at once and return their new invitations; who was invited before is left alone.

    Who cannot be asked (no budget left, no consent, no address) is skipped; use `invite_one` to be told why.
    `override_reason` lets the round pass the budget, and goes on record. Raises `NotOpen`.
    """
    whole = Round()
    for some in _chunks(people):
        whole.add(invite_some(study, some, by=by, minutes=minutes, override_reason=override_reason, by_mail=by_mail))
    return whole.invitations


def invite_one(
    *,
    study: Study,
    person: Person,
    by: User | None,
    minutes: float | Decimal,
    override_reason: str = "",
    by_mail: bool = True,
) -> Invitation:
    """Return the person's invitation, made now if there is none. Raises `NotOpen`, `NotInvitable`."""
    found = Invitation.objects.filter(_of_them([person.pk]), study=study).first()
    if found:
        return found
    done = invite_some(study, [person], by=by, minutes=minutes, override_reason=override_reason, by_mail=by_mail)
    if done.invitations:
        return done.invitations[0]
    raise NotInvitable(next(iter(done.refused)))  # type: ignore[arg-type]


def _chunks(people: QuerySet[Person] | Iterable[Person]) -> Iterator[list[Person]]:
    rows = people.iterator(chunk_size=CHUNK) if isinstance(people, QuerySet) else iter(people)
    while some := list(islice(rows, CHUNK)):
        yield some


@transaction.atomic
def invite_some(
    study: Study,
    people: Sequence[Person],
    *,
    by: User | None,
    minutes: float | Decimal,
    override_reason: str = "",
    by_mail: bool = True,
) -> Round:
    """Invite one chunk: the whole of it or nothing. Raises `NotOpen`."""
    # The lock makes two rounds for the same study wait for each other, so that nobody is asked by both.
    if Study.objects.select_for_update().values_list("state", flat=True).get(pk=study.pk) != State.OPEN:
        raise NotOpen
    invited_before = _invited_before(study, people)
    fresh = [person for person in people if person.pk not in invited_before]
    dead = bounces.not_working(fresh) if by_mail else set()
    reachable = [p for p in fresh if not by_mail or (mails.is_address(p.email) and p.pk not in dead)]
    asked = budget.ask_minutes_of(
        people=[person.pk for person in reachable],
        minutes=minutes,
        subject=study.title,
        topic=f"study:{study.ref}",
        by=by,
        override_reason=override_reason,
    )
    chosen = [person for person in reachable if person.pk in asked.contacts]
    done = Round(before=len(people) - len(fresh), refused=Counter(map(why, asked.refused.values())))
    done.refused["no_address"] = len(fresh) - len(reachable)
    done.refused += Counter()  # takes away what is 0
    done.invitations = [_invitation(study, person, by, minutes) for person in chosen]
    _save(study, done.invitations, by, by_mail)
    return done


def _invitation(study: Study, person: Person, by: User | None, minutes: float | Decimal) -> Invitation:
    return Invitation(study=study, person=person, minutes=Decimal(str(minutes)), invited_by=by)


def _of_them(people: Iterable[int]) -> Q:
    """Invitations to these people, or to somebody who has turned out to be one of them."""
    return Q(person__in=people) | Q(person__merged_into__in=people)


def _invited_before(study: Study, people: Sequence[Person]) -> set[int]:
    invitations = Invitation.objects.filter(_of_them([p.pk for p in people]), study=study)
    pairs = invitations.values_list("person_id", "person__merged_into_id")
    return {pk for pair in pairs for pk in pair if pk}


def why(refusal: Exception) -> Why:
    """Return in one word why the gate refused somebody."""
    return "no_budget" if isinstance(refusal, budget.BudgetSpent) else "not_contactable"


def _save(study: Study, invitations: list[Invitation], by: User | None, by_mail: bool) -> None:
    if not invitations:
        return
    Invitation.objects.bulk_create(invitations)
    recognise(study.pk, invitations)
    if by_mail:
        _mail_all(study, invitations)
    audit.record(by=by, verb="studies.invited", target=study, people=len(invitations), by_mail=by_mail)


def _mail_all(study: Study, invitations: list[Invitation]) -> None:
    letters, moments = mails.Letters(study, the_organisation()), budget.Moments()
    made = [(invitation, *links.fresh(invitation)) for invitation in invitations]
    messages = mail.put_many(
        [
            mail.Letter(
                **letters.invitation(invitation, token),
                key=f"invite:{invitation.ref}:1",
                not_before=moments.for_(invitation.person),
            )
            for invitation, token, _link in made
        ]
    )
    InvitationLink.objects.bulk_create([link for _invitation, _token, link in made])
    InvitationMail.objects.bulk_create(
        InvitationMail(invitation=invitation, message=message, kind="invite")
        for invitation, message in zip(invitations, messages, strict=True)
    )


@transaction.atomic
def issue_link(*, invitation: Invitation, by: User | str | None = None) -> str:
    """Return the token of a fresh link; earlier links of the invitation go on working."""
    token, link = links.fresh(invitation)
    link.save()
    audit.record(by=by, verb="studies.link_issued", target=invitation)
    return token


@transaction.atomic
def revoke_links(*, invitation: Invitation, by: User) -> int:
    """Stop every link of the invitation, because one got into other hands; return how many there were."""
    stopped = invitation.links.filter(revoked_at=None).update(revoked_at=now())
    audit.record(by=by, verb="studies.links_revoked", target=invitation, links=stopped)
    return stopped


@transaction.atomic
def remind(*, invitation: Invitation, by: User | None, they_asked: bool = False) -> Message:
    """Send one reminder and return its mail; `by` is None when it goes out by itself.

    Raises `NotOpen`, `NotInvitable` and, unless `they_asked` for it, `AlreadyReminded`, `SaidLater` and `HasPaused`.
    """
    study, person = invitation.study, invitation.person
    if Study.objects.select_for_update().values_list("state", flat=True).get(pk=study.pk) != State.OPEN:
        raise NotOpen
    earlier = invitation.mails.filter(kind="remind").count()
    if earlier and not they_asked:
        raise AlreadyReminded
    if invitation.laters.filter(asked_at=None, over_at=None).exists() and not they_asked:
        raise SaidLater
    if Invitation.objects.filter(pk=invitation.pk, paused_at__isnull=False).exists() and not they_asked:
        raise HasPaused
    pass_the_gate(study, person, by)
    token = issue_link(invitation=invitation, by=by)
    letter = mails.Letters(study, the_organisation()).reminder(invitation, token)
    message = mail.put(**letter, key=f"remind:{invitation.ref}:{earlier + 1}", not_before=budget.good_moment(person))
    InvitationMail.objects.create(invitation=invitation, message=message, kind="remind")
    audit.record(by=by, verb="studies.reminded", target=invitation, they_asked=they_asked)
    return message


def pass_the_gate(study: Study, person: Person, by: User | None) -> Contact:
    """Take the moment that reading a further letter takes, and return the record of it. Raises `NotInvitable`."""
    if not mails.is_address(person.email) or bounces.marks(person).exists():
        raise NotInvitable("no_address")
    try:
        return budget.ask_minutes(
            person=person,
            minutes=REMINDER_MINUTES,
            subject=study.title,
            topic=f"study:{study.ref}",
            by=by,
        )
    except (budget.BudgetSpent, budget.NotContactable) as refusal:
        raise NotInvitable(why(refusal)) from refusal


@transaction.atomic
def decline(*, invitation: Invitation, kind: str = "rather_not", reason: str = "") -> Decline:
    """Keep that the invited person would rather not; said again, the last word counts."""
    row, _new = Decline.objects.update_or_create(
        invitation=invitation, defaults={"kind": kind, "reason": reason.strip(), "at": now()}
    )
    invitation.laters.filter(asked_at=None, over_at=None).update(over_at=now())
    audit.record(by="a participant", verb="studies.declined", target=invitation, kind=kind)
    return row


@transaction.atomic
def take_back_decline(*, invitation: Invitation) -> None:
    """They answer after all."""
    gone, _rows = Decline.objects.filter(invitation=invitation).delete()
    if gone:
        audit.record(by="a participant", verb="studies.decline_taken_back", target=invitation)


def mark_opened(*, invitation: Invitation) -> None:
    """Note that somebody acted on the link (a POST or the page's beacon; never a mere GET, which scanners
    do).
    """
    Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now())


def may_be_asked_now(invitation_id: int) -> bool:
    """Whether showing this invitation's question again asks nothing of a person that they have not agreed to: they may
    be contacted, have not put it off or paused, and their minutes are not overdrawn.
    """
    invitation = Invitation.objects.select_related("person").filter(pk=invitation_id, paused_at=None).first()
    if invitation is None or not invitation.person.contactable:
        return False
    if invitation.laters.filter(asked_at=None, over_at=None).exists():
        return False
    return not budget.is_overdrawn(invitation.person)


def mark_paused(*, invitation_id: int) -> None:
    """Note that they stopped on purpose: they come back by themselves, and nothing reminds them."""
    Invitation.objects.filter(pk=invitation_id).update(paused_at=now())

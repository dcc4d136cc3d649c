"""Ask somebody else: an invited person names who would know, and that somebody decides.

Whoever is named gets one mail that says by whom they were named, why, what it is about and how long it takes.
Agreeing makes them a person with an invitation of their own. Refusing, or silence for `KEPT`, makes us forget
their name and address; what stays is a keyed hash of the address, so that nobody writes to them again. With one mail, and
never a second, nobody whom we do not know can be asked beyond a budget.

What the namer reads is the same whether we know the address or not: nobody learns here who is our customer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from allears.core import audit, mail
from allears.core.clock import now
from allears.core.links import hash_token, new_token
from allears.core.models import Message
from allears.core.queries import the_organisation
from allears.people import budget, forgotten
from allears.people.actions import add_person, record_consent
from allears.people.erasing import NOBODY, forget_mails
from allears.people.folding import email_key, plain
from allears.people.models import Kind, Person, Purpose
from allears.people.queries import all_of
from allears.studies import asking, inviting, mails
from allears.studies.models import Invitation, Referral, State, Study
from allears.studies.recognising import address_hash, recognise

KEPT = timedelta(days=mails.KEPT_DAYS)
MOST_NAMED = 3  # by one person in one study
LONGEST_NOTE = 400
# A note goes out in a mail of the house: it carries no links and no further addresses.
LINK = re.compile(r"https?:|www\.|\S@\S|\b[\w-]+\.(?:com|net|org|info|biz|io|ru|cn|top|xyz)\b", re.IGNORECASE)


class NotNamed(Exception):
    """This cannot be taken; `wrong` says what to do, by field: "name", "email" or "note"."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(" ".join(wrong.values()))
        self.wrong = wrong


class Over(Exception):
    """The study is closed, or the question whether they agree has run out."""


@dataclass(frozen=True)
class Named:
    """What the team of a study reads of naming: how many, what became of it, and who was named again and again."""

    counts: Counter[str]
    known: list[tuple[Invitation, int]]  # who is invited and was named by two people or more: by how many
    others: int  # further addresses that two people or more named


@transaction.atomic
def name_somebody(*, invitation: Invitation, name: str, email: str, note: str = "") -> Referral:
    """Ask the named person, by one mail, whether they agree; or note why nobody is written to.

    Named by the same person again: the same row, unchanged. Raises `NotNamed`, `Over`.
    """
    Study.objects.select_for_update().get(pk=invitation.study_id)
    if Study.objects.values_list("state", flat=True).get(pk=invitation.study_id) != State.OPEN:
        raise Over
    name, email, note = plain(name), plain(email), note.replace("\0", "").strip()
    _must_be_fit(name, email, note)
    if email_key(email) in _own_addresses(invitation.person):
        raise NotNamed({"email": _("This is your own address. Name somebody else, or answer yourself.")})
    hashed = address_hash(email)
    before = invitation.referrals.filter(address_hash=hashed).first()
    if before:
        return before
    if invitation.referrals.count() >= MOST_NAMED:
        raise NotNamed({"email": _("You have named three people already. That is plenty: thank you.")})
    person = _known(email)
    row = Referral(invitation=invitation, address_hash=hashed, name=name, email=email, note=note)
    row.minutes = Decimal(str(asking.minutes_of(invitation.study)))
    # Who asked to be erased asked not to be written to, too.
    erased = bool(forgotten.among([email]))
    row.unasked = "left" if erased else _why_not(invitation.study, person, hashed, row.minutes)
    if row.unasked:
        row.name = row.email = row.note = ""
        row.forgotten_at = now()
    row.save()
    if row.unasked == "invited" and person:
        recognise(invitation.study_id, list(Invitation.objects.filter(study=invitation.study_id, person__in=all_of(person))))
    if not row.unasked:
        _ask(row, person)
    inviting.mark_opened(invitation=invitation)
    audit.record(by="a participant", verb="studies.named_somebody", target=invitation, unasked=row.unasked)
    return row


def _must_be_fit(name: str, email: str, note: str) -> None:
    wrong = {}
    if not name:
        wrong["name"] = _("Say what they are called, so that we can greet them.")
    elif len(name) > 200 or LINK.search(name):
        wrong["name"] = _("Only a name, please: no links, and at most 200 characters.")
    try:
        validate_email(email)
        email.encode("ascii")
    except (ValidationError, UnicodeEncodeError):
        wrong["email"] = _("This is not a mail address. Write it like name@example.org.")
    if len(email) > 320:
        wrong["email"] = _("This address is too long. Look whether a piece was pasted twice.")
    if len(note) > LONGEST_NOTE or LINK.search(note):
        wrong["note"] = _("A few plain words, please: at most 400 characters, no links and no addresses.")
    if wrong:
        raise NotNamed(wrong)


def _own_addresses(person: Person) -> set[str]:
    return {key for key in Person.objects.filter(pk__in=all_of(person)).values_list("email_key", flat=True) if key}


def _known(email: str) -> Person | None:
    found = Person.objects.filter(email_key=email_key(email), erased_at=None).select_related("merged_into")
    person = found.order_by("merged_into").first()
    return (person.merged_into or person) if person else None


def _why_not(study: Study, person: Person | None, hashed: str, minutes: Decimal) -> str:
    """Why nobody writes to them, as `Referral.unasked` has it; empty: we do."""
    if person:
        rows = all_of(person)
        if Invitation.objects.filter(study=study, person__in=rows).exists():
            return "invited"
        if not person.contactable:
            return "left"
    written_to = Referral.objects.filter(address_hash=hashed, unasked="")
    if (written_to.filter(agreed_at=None) if person else written_to).exists():
        return "before"
    return "" if person is None or _has_minutes(person, minutes + inviting.REMINDER_MINUTES) else "no_budget"


def _has_minutes(person: Person, minutes: Decimal) -> bool:
    return budget.free_for(Person.objects.filter(pk=person.pk), minutes).exists()


def _ask(row: Referral, person: Person | None) -> None:
    study = row.invitation.study
    if person:
        row.contact = inviting.pass_the_gate(study, person, by=None)
    token = new_token()
    link = settings.BASE_URL + reverse("studies:named", args=[token])
    letter = mails.Letters(study, the_organisation()).naming(row, link, person.language if person else "")
    message = mail.put(**letter, key=f"named:{row.ref}", not_before=budget.good_moment(person or Person()))
    row.token_hash, row.message = hash_token(token), message
    row.save(update_fields=["token_hash", "message", "contact"])


def named_by(token: str) -> Referral | None:
    """Return what a link in such a mail stands for while it can be answered; None when it no longer can."""
    found = Referral.objects.filter(token_hash=hash_token(token), refused_at=None, forgotten_at=None)
    return found.select_related("invitation__study__owner", "invitation__person", "agreed").first()


@transaction.atomic
def agree(*, referral: Referral) -> str:
    """They agree: they become a person with an invitation. Return the token of its link.

    The moment that our mail took counts among their minutes from now on, as of when they were named: until then nobody was
    here to count it for. Said again, a fresh link to the same invitation. Raises `Over`, and `NotInvitable` when they have
    no minutes left by now.
    """
    row = Referral.objects.select_for_update(of=("self",)).select_related("invitation__study__owner").get(pk=referral.pk)
    if row.agreed:
        return inviting.issue_link(invitation=row.agreed)
    study = row.invitation.study
    if row.forgotten_at or row.refused_at or study.state != State.OPEN:
        raise Over
    forgotten.let_in(email=row.email, by="the person", reason="agreed to take part again")
    person = add_person(by="a participant", kind=Kind.CUSTOMER, name=row.name, email=row.email)
    record_consent(
        person=person, purpose=Purpose.CONTACT, given=True, source="agreed after somebody named them",
        wording=_("%(organisation)s may ask me about this.") % {"organisation": the_organisation().name},
    )  # fmt: skip
    if row.contact_id is None:
        row.contact = budget.count(
            person=person, minutes=inviting.REMINDER_MINUTES, subject=study.title, topic=f"study:{study.ref}", at=row.named_at
        )
        row.save(update_fields=["contact"])
    invitation = inviting.invite_one(study=study, person=person, by=None, minutes=row.minutes, by_mail=False)
    if hasattr(invitation, "named_by"):
        return inviting.issue_link(invitation=invitation)
    row.agreed, row.agreed_at, row.name, row.email = invitation, now(), "", ""
    row.save(update_fields=["agreed", "agreed_at", "name", "email"])
    audit.record(by="a participant", verb="studies.named_agreed", target=invitation)
    return inviting.issue_link(invitation=invitation)


@transaction.atomic
def refuse(*, referral: Referral) -> None:
    """They would rather not: forget them at once. Does nothing to who has agreed before."""
    row = Referral.objects.select_for_update().get(pk=referral.pk)
    if row.agreed_at or row.forgotten_at:
        return
    row.refused_at = now()
    row.save(update_fields=["refused_at"])
    _forget([row.pk])
    audit.record(by="a participant", verb="studies.named_refused", target=row)


@transaction.atomic
def forget_the_silent() -> int:
    """Forget whoever has not answered for `KEPT`; return how many."""
    silent = Referral.objects.filter(agreed_at=None, forgotten_at=None, named_at__lte=now() - KEPT)
    ids = list(silent.values_list("pk", flat=True)[:500])
    if ids:
        _forget(ids)
        audit.record(by=None, verb="studies.named_forgotten", people=len(ids))
    return len(ids)


def _forget(ids: list[int]) -> None:
    """Name, address, note, the mail and its link go; the hash stays."""
    forget_mails(Message.objects.filter(pk__in=Referral.objects.filter(pk__in=ids).values("message")))
    Referral.objects.filter(pk__in=ids).update(name="", email="", note="", token_hash=None, forgotten_at=now())


def forget_erased(theirs: Sequence[int]) -> None:
    """Forget the rows `theirs`, whose mails were emptied: whoever was named and has not answered, and in our mails to whom
    they named, who named them and why. A mail of these that has not left never does.
    """
    named = Referral.objects.filter(message__to=NOBODY, agreed=None, forgotten_at=None)
    others = Referral.objects.filter(invitation__person__in=theirs, message__isnull=False)
    not_left = others.filter(message__sent_at=None, message__claimed_at=None, agreed=None, forgotten_at=None)
    _forget([*named.values_list("pk", flat=True), *not_left.values_list("pk", flat=True)])
    Message.objects.filter(pk__in=others.values("message")).update(subject="", text="", html="", headers={})


def named_in(study: Study) -> Named:
    """Return what became of naming in `study`.

    Whoever is invited is known, whether they agreed to being named or were invited otherwise. Whoever said no to being
    named, and whoever is not invited, is only counted.
    """
    rows = _in(study)
    counts = Counter(rows.aggregate(
        named=Count("pk"),
        agreed=Count("pk", filter=Q(agreed_at__isnull=False)),
        refused=Count("pk", filter=Q(refused_at__isnull=False)),
        silent=Count("pk", filter=Q(forgotten_at__isnull=False, refused_at=None, unasked="")),
        waiting=Count("pk", filter=Q(forgotten_at=None, agreed_at=None)),
        unasked=Count("pk", filter=~Q(unasked="")),
    ))  # fmt: skip
    namers = _named_often(rows)
    refused = rows.filter(refused_at__isnull=False).values("address_hash")
    agreed = rows.filter(address_hash__in=namers, agreed__isnull=False).values_list("address_hash", "agreed")
    invited = {hashed: pk for hashed, pk in agreed if pk}
    about = rows.filter(about__isnull=False).exclude(address_hash__in=refused).values_list("address_hash", "about")
    invited |= {hashed: pk for hashed, pk in about if pk and hashed in namers and hashed not in invited}
    by: dict[int, set[int]] = {}
    for hashed, pk in invited.items():
        by.setdefault(pk, set()).update(namers[hashed])
    found = Invitation.objects.filter(pk__in=by).select_related("person")
    known = sorted(((row, len(by[row.pk])) for row in found), key=lambda pair: (-pair[1], pair[0].pk))
    return Named(counts, known, len(namers) - len(invited))


def _in(study: Study) -> QuerySet[Referral]:
    """Who was named in a study: looked for among those who were named, who are few, and not among all who are invited."""
    return Referral.objects.filter(Exists(Invitation.objects.filter(pk=OuterRef("invitation"), study=study)))


def _named_often(rows: QuerySet[Referral]) -> dict[str, set[int]]:
    """By whom (their invitations) each address was named that two people or more named."""
    often = rows.values("address_hash").annotate(n=Count("invitation", distinct=True)).filter(n__gte=2)
    namers: dict[str, set[int]] = {}
    for hashed, pk in rows.filter(address_hash__in=often.values("address_hash")).values_list("address_hash", "invitation"):
        namers.setdefault(hashed, set()).add(pk)
    return namers


@mail.last_look("study-named")
def still_to_be_asked(messages: Sequence[Message]) -> dict[int, str]:
    """The mail does not leave when the study is closed, or they told us otherwise that they want no mails."""
    return {message.pk: _why_no_more(message) for message in messages}


def _why_no_more(message: Message) -> str:
    row = Referral.objects.filter(message=message).select_related("invitation__study").first()
    if row is None or not row.invitation.study.is_open:
        return _("The study takes no more answers.")
    person = _known(row.email)
    return "" if person is None or person.contactable else _("They do not want to be asked.")


@mail.hold
def strangers_in_the_morning(messages: Sequence[Message]) -> mail.NotYet:
    """Return the function that says when somebody may be written to whom we do not know: outside of the house's quiet
    hours, as it is for people we know (`people.quiet`).
    """
    moments = budget.Moments()

    def not_yet(message: Message) -> datetime | None:
        stranger = message.kind == "study-named" and _known(message.to) is None
        return moments.for_(Person()) if stranger else None

    return not_yet

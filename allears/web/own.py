"""What a participant's own page knows and does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.core import mail
from allears.core.clock import now
from allears.core.languages import best, spoken
from allears.core.models import Message
from allears.core.short_mails import both_ways
from allears.decisions.models import Helped, Telling
from allears.people import actions, addresses, holdings, links
from allears.people.folding import email_key
from allears.people.models import Person, Purpose
from allears.people.queries import all_of, consents
from allears.questionnaires.own_answers import OwnResponse
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from allears.verbatims.queries import said_by
from allears.web.line import OwnWords

MOST_CHARACTERS = 20_000
TEN_MINUTES_A_DAY, MOST_A_DAY = 144, 8


@dataclass(frozen=True)
class Group:
    """One study on a person's page: what they said in it and what they were told about it."""

    study: Study
    words: list[OwnWords]
    elsewhere: list[Telling]  # told because they took part, not because of a sentence of theirs
    helped: dict[int, Helped]  # the newest answer by update
    added: dict[int, list[Verbatim]]  # what they said to whether it helped, by update, as they said it
    responses: list[OwnResponse]  # all they answered, newest first

    @property
    def waiting(self) -> list[OwnWords]:
        """What they said and nobody has told them anything about yet."""
        return [own for own in self.words if not own.tellings]

    @property
    def followed(self) -> bool:
        """Whether they were told what followed from words of theirs."""
        return any(own.tellings for own in self.words)

    @property
    def told(self) -> bool:
        """Whether they were told anything about this study."""
        return bool(self.elsewhere) or self.followed


def whose(token: str, scope: str = "page") -> Person | None:
    """Return whom this link stands for today."""
    return links.person_for(token, scope)


def words_of(person: Person) -> list[Verbatim]:
    """Return everything the person said, newest first, as it stands in the ledger."""
    return list(said_by(person).select_related("source", "collection", "stone", "leaf__block", "undated"))


def tellings_of(person: Person) -> list[Telling]:
    """Return what the person was told, oldest first."""
    told = Telling.objects.filter(person__in=all_of(person))
    return list(
        told.select_related(
            "update__study", "update__decision", "update__insight", "update__change_step__change__decision"
        ).order_by("told_at", "pk")
    )


def by_study(
    person: Person, words: Sequence[OwnWords], tellings: Sequence[Telling], responses: Sequence[OwnResponse]
) -> list[Group]:
    """Group words, tellings and answers by study, the one spoken in last first; in each, words as they were spoken."""
    studies = {
        s.collection_id: s for s in Study.objects.filter(collection__in={w.verbatim.collection_id for w in words})
    }
    told = {t.update.study_id: t.update.study for t in tellings}
    said = list(Helped.objects.filter(person__in=all_of(person)).select_related("verbatim").order_by("pk"))
    answers = {h.update_id: h for h in said}
    added: dict[int, list[Verbatim]] = {h.update_id: [] for h in said}
    for one in said:
        if one.verbatim:
            added[one.update_id].append(one.verbatim)
    under = {t.pk for w in words for t in w.tellings}
    answered = {one.study.pk: one.study for one in responses}
    found = {s.pk: Group(s, [], [], answers, added, []) for s in [*studies.values(), *told.values(), *answered.values()]}
    for response in responses:
        found[response.study.pk].responses.append(response)
    for own in reversed(words):
        if own.verbatim.source.kind != "helped" and own.verbatim.collection_id in studies:
            found[studies[own.verbatim.collection_id].pk].words.append(own)
    for telling in tellings:
        if telling.pk not in under:
            found[telling.update.study_id].elsewhere.append(telling)
    return [group for group in found.values() if group.words or group.elsewhere or group.responses]


def as_read(groups: Iterable[Group]) -> dict[int, str]:
    """Return what was asked at each source as this person read it; without what they read in two ways, in two responses."""
    read: dict[int, set[str]] = {}
    for response in (response for group in groups for response in group.responses):
        for answer in response.answers:
            if answer.source is not None:
                read.setdefault(answer.source, set()).add(answer.asked)
    return {source: texts.pop() for source, texts in read.items() if len(texts) == 1}


def allowed(person: Person) -> set[str]:
    """Return the purposes that the person allows today."""
    said = consents([person.pk]).get(person.pk, {})
    unless_refused = {Purpose.CONTACT: person.contactable, Purpose.HEAR: True}
    return {purpose.value for purpose in Purpose if said.get(purpose, unless_refused.get(purpose, False))}


def may_be_allowed(person: Person) -> list[tuple[str, str, bool]]:
    """Return (purpose, in words, whether it is allowed) of what the person can say on their page.

    What was agreed to in a questionnaire is asked there; here it can be taken back. Without an address nothing can be
    allowed that is not yet: nobody could tell that it was them.
    """
    given = allowed(person)
    can_add = {p for p in Purpose.values if p != Purpose.STATEMENT} if person.email else set()
    shown = (given | can_add) - (set() if person.email else {Purpose.HEAR.value})
    return [(value, str(label), value in given) for value, label in Purpose.choices if value in shown]


def take_back(person: Person, given: set[str], shown: set[str]) -> tuple[set[str], set[str]]:
    """Record what the person does not allow any more of what they were `shown`; return it, and what they would allow
    beyond what they do.

    That is for `set_consents`, behind a fresh mail: links get forwarded, and nobody else may allow it in their name.
    """
    before = allowed(person)
    taken = (before & shown) - given
    with transaction.atomic():
        _record(person, taken, given=False, source=_("their own page"))
    return taken, given & set(Purpose.values) - before - {Purpose.STATEMENT.value}


def set_consents(person: Person, given: set[str], shown: set[str]) -> None:
    """Record what the person allows of what they were `shown`, and what not; only what changes becomes an entry of their
    history.
    """
    with transaction.atomic():
        _taken, more = take_back(person, given, shown)
        _record(person, more, given=True, source=_("their own page, behind a link mailed afresh"))


def _record(person: Person, purposes: set[str], *, given: bool, source: str) -> None:
    for purpose, label in Purpose.choices:
        if purpose in purposes:
            actions.record_consent(person=person, purpose=purpose, given=given, source=source, wording=str(label))


def choose_language(person: Person, language: str) -> None:
    """Keep the language in which the person wants to read; one that the product does not speak changes nothing."""
    if language in spoken() and language != person.language:
        actions.set_language(person=person, language=language)


def send_fresh_link(person: Person, query: str = "") -> bool:
    """Mail a link that holds for an hour; asked again within ten minutes, nothing more is sent. `query`: what the page
    behind it is to be filled with.

    Returns False, and sends none, while a new address waits for its two days (`people.addresses`). Without an address
    nothing is sent.
    """
    if addresses.held_until(person):
        return False
    _send(
        person, "fresh", gettext_lazy("Your link to what we hold about you"),
        gettext_lazy(
            "With this link you can say what we may do, take along everything we hold about you, or have it erased. It"
            " works for one hour."
        ),
        lambda: settings.BASE_URL + reverse("web:personal", args=[links.issue(person, "fresh")]) + (f"?{query}" if query else ""),
        gettext_lazy("All that we hold about you"),
    )  # fmt: skip
    return True


def send_page_link(email: str) -> None:
    """Mail a new link to their page to whoever has this address, if anybody; sets no trace otherwise."""
    key = email_key(email)
    person = Person.objects.filter(email_key=key, merged_into=None, erased_at=None).first() if key else None
    until = addresses.held_until(person) if person else None
    if person and until:
        _send_later(person, until)
    elif person:
        _send(
            person, "page", gettext_lazy("Your own page"),
            gettext_lazy("Here stands everything you told us, and what became of it."), lambda: links.page_link(person),
            gettext_lazy("Your own page"),
        )  # fmt: skip


def _send_later(person: Person, until: datetime) -> None:
    """To an address that staff wrote down a moment ago goes no link yet: the one before may object."""
    with translation.override(_language_of(person)):
        day = date_format(localtime(until), "DATETIME_FORMAT")
        text = _(
            "Somebody wrote down this address for you a short while ago. To keep what you told us from strangers, links to"
            " your own page are sent here from %(day)s on. Please ask again then: nothing is lost."
        ) % {"day": day}
        subject = _("Your own page, in a little while")
        again = _("Ask for my link again")
    _send(person, "held", subject, text, lambda: settings.BASE_URL + reverse("web:new_link"), again)


def _language_of(person: Person) -> str:
    return best((person.language,), spoken()) or translation.get_language() or settings.LANGUAGE_CODE


def _send(
    person: Person, kind: str, subject: str | Promise, words: str | Promise, link: Callable[[], str], button: str | Promise
) -> None:
    """Mail what `link` issues, which the `button` names, once in ten minutes and so many times a day: strangers may type
    anybody's address.
    """
    today = [_key(kind, person, ago) for ago in range(TEN_MINUTES_A_DAY)]
    sent = set(Message.objects.filter(key__in=today).values_list("key", flat=True))
    if not person.email or today[0] in sent or len(sent) >= MOST_A_DAY:
        return
    with translation.override(_language_of(person)):
        mail.put(
            to=person.email, to_name=person.name, subject=str(subject), key=today[0], kind="own",
            **both_ways(str(words), link=link(), button=str(button)),
        )  # fmt: skip


def _key(kind: str, person: Person, ago: int) -> str:
    """The mail's name in the outbox: one for each ten minutes, `ago` of them back."""
    moment = int(now().timestamp()) // 600 - ago
    return "own:" + hashlib.sha256(f"{kind}:{person.ref}:{moment}".encode()).hexdigest()[:32]


def everything_held(person: Person) -> str:
    """Return all that every room holds about the person, as JSON; that they took it along is recorded."""
    return holdings.as_json(holdings.hand_over(person=person, by=None))


def erase(person: Person) -> None:
    """Erase the person at their own wish."""
    actions.erase(person=person, by=None, reason="person")

"""What somebody agreed to while they answered, and what would let us do more than before, is asked once more at their own
address: a link to answer may have been forwarded, and nobody else may allow it in their name.

Until then it is an answer and no consent. The link behind which they say yes stands for the response, the question and
the address; it says nothing once the answer was taken back, another address stands, or they have said no since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.core import mail
from allears.core.clock import now
from allears.core.doors import open_door
from allears.core.languages import best, for_reader, spoken
from allears.core.models import Message
from allears.core.short_mails import QUOTED, both_ways
from allears.people import addresses, budget
from allears.people.actions import record_consent
from allears.people.models import Consent, Person, Purpose
from allears.people.queries import all_of, survivor
from allears.questionnaires.answering_asked import Asked, asking
from allears.questionnaires.models import Answer, Response
from allears.studies import piping

HOLDS = timedelta(days=14)
MOST_A_DAY = 3  # mails about one statement; a box can be ticked and unticked for ever
_agreeing = TimestampSigner(salt="questionnaires.agreed", sep=".")


@dataclass(frozen=True)
class Agreement:
    """What somebody agreed to: whose word it would be, what for, in which words, and where it was said."""

    person: Person
    purpose: str
    wording: str
    source: str

    @property
    def allows(self) -> str:
        """What they agree to, in words."""
        return str(Purpose(self.purpose).label)

    @property
    def said(self) -> str:
        """The words that were agreed to, without places for what differs from person to person."""
        return piping.general(self.wording)


def wording_of(question: Asked) -> str:
    """Return the words that were agreed to."""
    return f"{question.text}\n\n{question.help}".strip()


def source_of(title: str, version: int) -> str:
    """Return where it was said, as the consent history names it."""
    return (_("“%(study)s”, version %(number)d of its questions") % {"study": title[:120], "number": version})[:200]


def allows_more(person: Person, purpose: str) -> bool:
    """Whether a yes lets us do what `person` does not allow today; each statement of its own stands for itself."""
    if purpose == Purpose.STATEMENT:
        return False
    last = Consent.objects.filter(person__in=all_of(person), purpose=purpose).order_by("-at", "-pk").first()
    allowed = {Purpose.CONTACT: person.contactable, Purpose.HEAR: True}  # until they say otherwise
    return not (last.given if last else allowed.get(Purpose(purpose), False))


def ask_once_more(agreement: Agreement, response_id: int, question_id: int) -> None:
    """Mail the link to the person's own address, a few times a day at most; none without an address.

    To an address that staff wrote down a moment ago it leaves once that one has stood for two days. It respects quiet
    hours, though somebody has just answered: they asked for no mail, it may have been somebody else by a forwarded link,
    and the link in it holds for days.
    """
    person, keys = agreement.person, _keys(response_id, question_id)
    given = Answer.objects.filter(response=response_id, question=question_id).order_by("-at").first()
    sent = dict(Message.objects.filter(key__in=keys).values_list("key", "put_at"))
    free = next((key for key in keys[:MOST_A_DAY] if key not in sent), None)
    if not person.email or given is None or free is None or any(at >= given.at for at in sent.values()):
        return
    with translation.override(best((person.language,), spoken()) or translation.get_language()):
        token = _agreeing.sign_object([response_id, question_id, _print(person)])
        text = _(
            "While questions were answered by your link, somebody, most likely you, agreed to this:\n\n%(wording)s\n\nThat"
            " is: I agree to %(allows)s.\n\nLinks get forwarded, so it counts once you say so here, within 14 days. If it was not"
            " you, do nothing: it does not count."
        ) % {"wording": QUOTED, "allows": agreement.allows}
        link = settings.BASE_URL + reverse("answering:agreed", args=[token])
        mail.put(
            to=person.email, to_name=person.name, subject=_("Did you agree to this?"), kind="own", key=free,
            not_before=budget.good_moment(person, addresses.held_until(person)),
            **both_ways(text, link=link, button=_("Say so once more"), quoted=agreement.said),
        )  # fmt: skip


def was_asked(response_id: int, questions: Iterable[Asked]) -> bool:
    """Whether one of the statements agreed to in this response was asked once more by mail, by a link that works."""
    keys = [key for question in questions for key in _keys(response_id, question.id)]
    return Message.objects.filter(key__in=keys).exists()


def _keys(response_id: int, question_id: int) -> list[str]:
    """What mails about a statement are called in the outbox, today's first, as far back as their links work."""
    today = now().toordinal()
    days = range(today, today - HOLDS.days - 1, -1)
    return [f"agreed:{response_id}:{question_id}:{day}:{n}" for day in days for n in range(MOST_A_DAY)]


def _print(person: Person) -> str:
    return hashlib.sha256((person.email_key or "").encode()).hexdigest()[:16]


def agreement_behind(token: str) -> Agreement | None:
    """Return what a mailed link stands for; None where it is not ours, too old, or does not hold any more."""
    try:
        response_id, question_id, address = _agreeing.unsign_object(token, max_age=HOLDS)
    except (BadSignature, ValueError):
        return None
    rows = Response.objects.select_related("study", "version", "person")
    response = rows.filter(pk=response_id, person__isnull=False).first()
    answer = Answer.objects.filter(response=response_id, question=question_id).order_by("-at").first()
    if response is None or response.person is None or answer is None:
        return None
    person = survivor(response.person)
    found = _agreement(response, question_id, person)
    if person.erased_at or _print(person) != address or found is None or _said_no_since(person, found.purpose, answer):
        return None
    return found


def _agreement(response: Response, question_id: int, person: Person) -> Agreement | None:
    study = response.study
    language = response.language or study.language
    asked = asking(response.version_id, *(("", 0) if language == study.language else (language, study.wording)))
    question = next((one for one in asked.consents if one.id == question_id), None)
    if question is None:
        return None
    title = asked.words.told("study.title", study.title) if asked.words else study.title_as_told
    with translation.override(language):
        source = source_of(title, response.version.number)
    return Agreement(person, question.purpose or Purpose.STATEMENT, wording_of(question), source)


def _said_no_since(person: Person, purpose: str, answer: Answer) -> bool:
    said = Consent.objects.filter(person__in=all_of(person), purpose=purpose, given=False)
    return said.filter(at__gt=answer.at).exists()


@open_door
@csrf_exempt  # the token in the address is the only credential: no session, no cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agreed(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the mail: GET shows what was agreed to and a button, POST makes it a consent; a second time changes nothing."""
    found = agreement_behind(token)
    if found is None:
        with translation.override(for_reader(request)):
            return render(request, "questionnaires/answering/agreed.html", {"gone": True}, status=404)
    person = found.person
    if request.method == "POST" and allows_more(person, found.purpose):
        record_consent(person=person, purpose=found.purpose, given=True, source=found.source, wording=found.wording)
    with translation.override(for_reader(request, person.language)):
        context = {"agreement": found, "done": not allows_more(person, found.purpose)}
        return render(request, "questionnaires/answering/agreed.html", context)

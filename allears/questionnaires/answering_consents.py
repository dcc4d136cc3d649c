"""What people agree to while they answer goes into their consent history: the very words, the version that asked.

An agreement counts from the moment its page is saved. One that is taken back on the same page is written down, too.
Who came without a name has no history; their answer to a version that never changes is the record.

What the person took back elsewhere is not allowed again from here: links get forwarded. News of the wish goes up, so that
they are asked at their own address.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from allears.people.actions import record_consent
from allears.people.models import Consent, Person, Purpose
from allears.people.queries import all_of, survivor
from allears.people.signals import more_wished
from allears.questionnaires.answering_asked import Asked
from allears.questionnaires.answering_store import Saving
from allears.questionnaires.models import Answer, Version


def write_consents(saving: Saving, response_id: int) -> None:
    """Write down what `saving` changed about the agreements of its person; to be called in its transaction."""
    asked = [question for question in saving.asking.consents if question.id in saving.given]
    if not asked or saving.way.person_id is None:
        return
    person = survivor(Person.objects.get(pk=saving.way.person_id))
    agreed = set(
        Answer.objects.filter(response=response_id, question__in=[q.id for q in asked]).values_list("question", flat=True)
    )
    number = Version.objects.values_list("number", flat=True).get(pk=saving.asking.version_id)
    source = _("“%(study)s”, version %(number)d of its questions") % {"study": saving.way.title[:120], "number": number}
    for question in asked:
        _write(person, question, source, question.id in agreed)


def _write(person: Person, question: Asked, source: str, agrees: bool) -> None:
    """Only news is written: measured against what this very statement was last answered with, so that saving a page
    again does not overrule what the person said elsewhere since.
    """
    purpose = question.purpose or Purpose.STATEMENT
    wording = f"{question.text}\n\n{question.help}".strip()
    before = Consent.objects.filter(person=person, purpose=purpose, wording=wording, source=source[:200])
    last = before.order_by("-at", "-pk").first()
    if agrees is (last is not None and last.given):
        return
    if agrees and _taken_back_elsewhere(person, purpose, wording, source[:200]):
        more_wished.send(sender=Consent, person=person)
    else:
        record_consent(person=person, purpose=purpose, given=agrees, source=source, wording=wording)


def _taken_back_elsewhere(person: Person, purpose: str, wording: str, source: str) -> bool:
    """Whether the last word on `purpose`, said anywhere but to this very statement, is a no."""
    if purpose == Purpose.STATEMENT:
        return False  # each statement stands for itself
    said = Consent.objects.filter(person__in=all_of(person), purpose=purpose).exclude(wording=wording, source=source)
    last = said.order_by("-at", "-pk").first()
    return not last.given if last else purpose == Purpose.CONTACT and not person.contactable

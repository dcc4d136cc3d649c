"""What people agree to while they answer goes into their consent history: the very words, the version that asked.

An agreement counts from the moment its page is saved. One that is taken back on the same page is written down, too.
Who came without a name has no history; their answer to a version that never changes is the record.

What lets us do more than before is not allowed from here: links get forwarded. It stays an answer until they say so once
more at their own address (see `answering_agreed`). Taking back holds at once.
"""

from __future__ import annotations

from allears.people.actions import record_consent
from allears.people.models import Consent, Person, Purpose
from allears.people.queries import survivor
from allears.questionnaires.answering_agreed import Agreement, allows_more, ask_once_more, source_of, wording_of
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
    source = source_of(saving.way.title, number)
    for question in asked:
        said = Agreement(person, question.purpose or Purpose.STATEMENT, wording_of(question), source)
        _write(said, response_id, question, question.id in agreed)


def _write(said: Agreement, response_id: int, question: Asked, agrees: bool) -> None:
    """Only news is written: measured against what this very statement was last answered with, so that saving a page
    again does not overrule what the person said elsewhere since.
    """
    before = Consent.objects.filter(person=said.person, purpose=said.purpose, wording=said.wording, source=said.source)
    last = before.order_by("-at", "-pk").first()
    if agrees is (last is not None and last.given):
        return
    if agrees and allows_more(said.person, said.purpose):
        ask_once_more(said, response_id, question.id)
    else:
        record_consent(
            person=said.person, purpose=said.purpose, given=agrees, source=said.source, wording=said.wording
        )

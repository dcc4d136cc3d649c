"""Replies become responses, answers and words in the ledger: a chunk at a time, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from allears.core.clock import now
from allears.people.actions import value_of
from allears.people.models import FacetValue, Person
from allears.questionnaires.dialects import OWN, Given, Plan, Problem, Reply
from allears.questionnaires.importing.fitting import Fitted, one_at_a_time
from allears.questionnaires.importing.persons import persons_of
from allears.questionnaires.importing.writing import write_answers, write_facets
from allears.questionnaires.models import Response
from allears.studies.models import Study
from allears.verbatims.actions import keep_many, mark_undated
from allears.verbatims.ledger import LONGEST, Words

Numbered = tuple[int, Reply]
LANGUAGE = 12


@dataclass
class Stored:
    """What a chunk brought that was not there before."""

    responses: int = 0
    verbatims: int = 0


class Store:
    """A study, ready to take the replies of a plan."""

    def __init__(self, study: Study, plan: Plan, fitted: Fitted) -> None:
        self.study, self.plan, self.fitted = study, plan, fitted
        self.facets = _facets(plan)
        self.today = now()

    @transaction.atomic
    def keep(self, numbered: Sequence[Numbered]) -> Stored:
        """Store the replies that are not in yet. Their problems are completed on the way."""
        one_at_a_time(self.study)
        there = self._there([reply.key for _number, reply in numbered])
        new = [(number, reply) for number, reply in numbered if reply.key not in there]
        for _number, reply in new:
            self._drop_what_is_too_long(reply)
        people = persons_of(self.study, new, own=self.plan.dialect == OWN)
        pairs = [(self._response(reply, who), reply) for (_, reply), who in zip(new, people, strict=True)]
        Response.objects.bulk_create([response for response, _ in pairs], batch_size=500)
        verbatims = self._answers(pairs)
        self._give_facets(pairs)
        return Stored(len(new), verbatims)

    def _there(self, keys: list[str]) -> set[str]:
        found = Response.objects.filter(study=self.study, import_key__in=keys)
        return {key for key in found.values_list("import_key", flat=True) if key}

    def _response(self, reply: Reply, person: Person) -> Response:
        began = reply.started or reply.submitted or self.today
        ended = max(reply.submitted or began, began) if reply.started else reply.submitted or began
        return Response(
            study=self.study,
            version=self.fitted.version,
            person=person,
            language=self._language(reply),
            started_at=began,
            changed_at=ended,
            submitted_at=ended if reply.complete else None,
            import_key=reply.key,
            day_known=bool(reply.started or reply.submitted),
        )

    def _language(self, reply: Reply) -> str:
        return (reply.language or self.study.language).casefold()[:LANGUAGE]

    def _answers(self, pairs: list[tuple[Response, Reply]]) -> int:
        """Write every answer; words go to the ledger first. Returns how many words there were."""
        given = [(response, answer) for response, reply in pairs for answer in reply.given]
        speaking = [(response, answer) for response, answer in given if answer.text]
        words = keep_many([self._words(response, answer) for response, answer in speaking])
        mark_undated(said for said, (response, _) in zip(words, speaking, strict=True) if not response.day_known)
        kept = iter(words)
        write_answers(
            (response, self.fitted.placed[answer.question], answer, next(kept) if answer.text else None)
            for response, answer in given
        )
        return len(speaking)

    def _words(self, response: Response, given: Given) -> Words:
        source = self.fitted.placed[given.question].question.source_id
        if source is None:  # pragma: no cover - publishing gives a source to whatever takes words
            raise AssertionError("a question that takes words has no place in the ledger")
        return Words(
            collection_id=self.study.collection_id,
            source_id=source,
            person_id=response.person_id,
            text=given.text,
            language=response.language,
            spoken_at=response.changed_at,
        )

    def _give_facets(self, pairs: list[tuple[Response, Reply]]) -> None:
        """What people said of themselves; what was known of them before stays."""
        write_facets(
            (response.person_id, value)
            for response, reply in pairs
            for given in reply.given
            if given.choice is not None and (value := self.facets.get((given.question, given.choice)))
        )

    def _drop_what_is_too_long(self, reply: Reply) -> None:
        """The ledger takes a megabyte of words at once; more is reported, and the rest of the row taken."""
        for given in list(reply.given):
            if len(given.text) * 4 > LONGEST and len(given.text.encode()) > LONGEST:
                reply.given.remove(given)
                heading = self.plan.headings[self.plan.questions[given.question].columns[0]]
                words = _("These words are longer than a megabyte; they were left out.")
                reply.problems.append(Problem(reply.row, heading, words))


def _facets(plan: Plan) -> dict[tuple[int, int], FacetValue]:
    """The value of a facet that a choice stands for, by the positions of question and choice in the plan."""
    return {
        (place, position): value_of(question.facet_name or question.text[:200], choice.label[:200])
        for place, question in enumerate(plan.questions)
        if question.facet and question.include
        for position, choice in enumerate(question.choices)
    }

"""The whole of an import, from its file to its report; may be stopped at any moment and run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.questionnaires.dialects import Plan, Problem, Reply, apply_plan, noting_empty, rows_of
from allears.questionnaires.importing.errors import NoRows
from allears.questionnaires.importing.fitting import fit
from allears.questionnaires.importing.storing import Numbered, Store, Stored
from allears.questionnaires.importing.taking import opened
from allears.questionnaires.imports import Import, ImportProblem

CHUNK = 500
Told = Callable[[int, int], None]


@dataclass
class Counts:
    """What a file held, and how much of it was new to the study."""

    rows: int = 0
    responses: int = 0
    partial: int = 0
    verbatims: int = 0
    problems: int = 0
    new_responses: int = 0
    new_verbatims: int = 0
    questions: dict[str, int] = field(default_factory=dict)
    read_as_empty: list[dict[str, Any]] = field(default_factory=list)  # column, words, cells

    def as_dict(self) -> dict[str, Any]:
        """Plain data for reports."""
        return asdict(self)


def bring(bringing: Import, *, by: User | str | None, told: Told = lambda done, total: None) -> Counts:
    """Bring the rows of a file into its study, by its plan. Calling it again changes nothing.

    `told(done, total)` hears how far it has come. Raises TableError, `NoRows`, and what `fit` raises.
    """
    if bringing.ended_at is not None:
        return Counts(**bringing.result)
    if not bringing.rows:
        raise NoRows
    plan = Plan.from_json(bringing.plan or {})
    fitted = fit(study=bringing.study, plan=plan, by=by)
    with transaction.atomic():
        store = Store(bringing.study, plan, fitted)
        # A second run goes through all rows again and meets the same problems again.
        bringing.problems.all().delete()
    counts = Counts(questions=plan.count_by_kind(), **_new_before(bringing))
    empty: Counter[tuple[int, str]] = Counter()
    with opened(bringing) as table:
        rows = noting_empty(plan, rows_of(table, plan), empty)
        replies = _once_each(apply_plan(plan, rows), counts)
        for chunk in _chunks(enumerate(replies, start=bringing.first_number)):
            _bring_chunk(bringing, store, chunk, counts)
            told(counts.rows, bringing.rows)
    counts.read_as_empty = [
        {"column": plan.headings[column], "words": words, "cells": cells} for (column, words), cells in sorted(empty.items())
    ]
    _end(bringing, counts, by)
    return counts


def _new_before(bringing: Import) -> dict[str, Any]:
    """What a run that was cut off had brought: it is new to the study, though this run finds it there."""
    return {name: bringing.result.get(name, 0) for name in ("new_responses", "new_verbatims")}


def _bring_chunk(bringing: Import, store: Store, chunk: list[Numbered], counts: Counts) -> None:
    taken = [(number, reply) for number, reply in chunk if reply.key]
    try:
        stored = _stored(bringing, store, chunk, counts)
    except IntegrityError:  # somebody with one of these addresses came in by another way at this moment
        stored = _stored(bringing, store, chunk, counts)
    counts.new_responses += stored.responses
    counts.new_verbatims += stored.verbatims
    counts.responses += len(taken)
    counts.partial += sum(not reply.complete for _, reply in taken)
    counts.verbatims += sum(1 for _, reply in taken for given in reply.given if given.text)
    counts.problems += sum(len(reply.problems) for _, reply in chunk)


@transaction.atomic
def _stored(bringing: Import, store: Store, chunk: list[Numbered], counts: Counts) -> Stored:
    """Store a chunk with its report and how far it came, whole or not at all."""
    stored = store.keep([(number, reply) for number, reply in chunk if reply.key])
    _report(bringing, [problem for _, reply in chunk for problem in reply.problems])
    bringing.result = {
        "new_responses": counts.new_responses + stored.responses,
        "new_verbatims": counts.new_verbatims + stored.verbatims,
    }
    bringing.save(update_fields=["result"])
    return stored


def _report(bringing: Import, problems: Iterable[Problem]) -> None:
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(bringing=bringing, row=found.row, column=found.column[:400], reason=found.reason)
            for found in problems
        ],
        batch_size=500,
    )


def _once_each(replies: Iterable[Reply], counts: Counts) -> Iterator[Reply]:
    """The replies; one whose id stood in an earlier row loses its key and is only reported."""
    seen: set[str] = set()
    for reply in replies:
        counts.rows += 1
        if reply.key.startswith("id:"):
            if reply.key in seen:
                words = _("The id “%(id)s” stands in an earlier row too; this row was not taken.")
                reply.problems.append(Problem(reply.row, "id", words % {"id": reply.external_id[:80]}))
                reply.key = ""
            seen.add(reply.key)
        yield reply


def _chunks(numbered: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    while chunk := list(islice(numbered, CHUNK)):
        yield chunk


@transaction.atomic
def _end(bringing: Import, counts: Counts, by: User | str | None) -> None:
    """Write down what came of it; the file has served and goes."""
    bringing.ended_at, bringing.result = now(), counts.as_dict()
    bringing.save(update_fields=["ended_at", "result"])
    audit.record(
        by=by,
        verb="questionnaires.responses_imported",
        target=bringing.study,
        rows=counts.rows,
        responses=counts.new_responses,
        verbatims=counts.new_verbatims,
        problems=counts.problems,
    )
    file = bringing.file
    transaction.on_commit(lambda: file.delete(save=False) if file else None)

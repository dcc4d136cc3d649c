"""Bringing a file of people: upload, say what the columns are, start, and the work itself, chunk by chunk."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from allears.core import audit, strays
from allears.core.clock import now
from allears.core.models import Job, User
from allears.core.progress import Progress, ask_for
from allears.core.tables import Limits, Reading, Row, Table, TableError, read_table, reading_of
from allears.people import folding, forgotten
from allears.people.details import Details, Problem, checked
from allears.people.errors import PeopleError
from allears.people.importing import chunks, columns
from allears.people.models import Facet, Import, ImportProblem

CHUNK = 500
SHOWN_ROWS = 12
LOOKED_AT = 200  # rows from which it is told what a column says
KEPT = timedelta(days=7)
FOLDER = "people-imports"
LIMITS = Limits(file_bytes=256 * 1024 * 1024, columns=300, cell_chars=100_000, row_chars=1_000_000)
# Without these a row is nobody, or somebody else: the whole row is left. Anything else is left out of its
# row.
WHOLE_ROW = {"name", "email", "external_id", "kind", "label", "consent:contact"}


class NotTaken(PeopleError):
    """The file, or what its columns are said to hold, cannot be used."""


@dataclass(frozen=True)
class Preview:
    """The first rows as they would be taken. `each`: the headings of new facets that say something else of each."""

    headings: list[str]
    samples: list[list[str]]  # a few cells of each column
    rows: list[tuple[int, Details, list[Problem]]]
    reading: Reading
    each: list[str]


def upload(*, file: File[Any], name: str, by: User) -> Import:
    """Keep an uploaded file under a random name and guess what its columns hold. Raises `NotTaken`."""
    stored = default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}", file)
    try:
        with _table(stored, "", headed=True) as table:
            mapping = columns.guess([column.name for column in table.columns], Facet.objects.all())
    except TableError as error:
        default_storage.delete(stored)
        raise NotTaken(error.message) from error
    title = folding.plain(PurePath(name).name)[:200] or _("a file")
    with transaction.atomic():
        made = Import.objects.create(title=title, file=stored, by=by, mapping=mapping)
        audit.record(by=by, verb="people.import-uploaded", target=made)
    return made


@contextmanager
def _table(stored: str, encoding: str, *, headed: bool) -> Iterator[Table]:
    with default_storage.open(stored) as kept:
        file = cast(BinaryIO, kept)
        with read_table(file, limits=LIMITS, encoding=encoding or None, headed=headed) as table:
            yield table


def _opened(bringing: Import) -> AbstractContextManager[Table]:
    return _table(bringing.file, bringing.encoding, headed=bringing.headed)


def preview(bringing: Import) -> Preview:
    """Return the first rows as the mapping would take them. Raises `NotTaken` when the file has gone."""
    try:
        with _opened(bringing) as table:
            reading = reading_of(table)
            headings = [column.name for column in table.columns]
            rows = list(islice(table.rows(), LOOKED_AT))
    except (TableError, OSError) as error:
        raise NotTaken(_("The file is no longer there. Upload it again.")) from error
    samples = [[row.cells[n][:80] for row in rows[:3] if row.cells[n].strip()] for n in range(len(headings))]
    taken = [(row.number, *_details(row, bringing)) for row in rows[:SHOWN_ROWS]]
    new = [n for n, target in enumerate(bringing.mapping[: len(headings)]) if target.startswith("new-facet:")]
    each = [headings[n] for n in new if columns.says_of_each(row.cells[n] for row in rows)]
    return Preview(headings, samples, taken, reading, each)


@transaction.atomic
def describe(*, bringing: Import, mapping: Sequence[str], kind: str, known: str, by: User) -> None:
    """Say what each column holds. Raises `NotTaken` with what is wrong with it."""
    _refuse_started(bringing)
    if wrong := columns.problems_of(mapping):
        raise NotTaken(" ".join(wrong))
    bringing.mapping, bringing.kind, bringing.known = list(mapping), kind, known
    bringing.save(update_fields=["mapping", "kind", "known"])
    audit.record(by=by, verb="people.import-described", target=bringing)


@transaction.atomic
def read_as(*, bringing: Import, encoding: str, headed: bool, by: User) -> None:
    """Say how the file is to be read: its encoding ("": as it is recognised), and whether its first row holds headings.
    Where headings come, columns that nobody has named are guessed by them. Raises `NotTaken`.
    """
    _refuse_started(bringing)
    bringing.encoding, bringing.headed = encoding, headed
    try:
        with _opened(bringing) as table:
            names = [column.name for column in table.columns]
    except (TableError, OSError) as error:
        raise NotTaken(_("The file is no longer there. Upload it again.")) from error
    said = [*bringing.mapping, *[""] * len(names)][: len(names)]
    bringing.mapping = said if any(said) else columns.guess(names, Facet.objects.all())
    bringing.save(update_fields=["encoding", "headed", "mapping"])
    audit.record(by=by, verb="people.import-read-anew", target=bringing, encoding=encoding, headed=headed)


@transaction.atomic
def start(*, bringing: Import, by: User) -> Job:
    """Bring the people in the background. Raises `NotTaken` when it was started before or cannot be."""
    bringing = Import.objects.select_for_update().get(pk=bringing.pk)
    _refuse_started(bringing)
    if wrong := columns.problems_of(bringing.mapping):
        raise NotTaken(" ".join(wrong))
    job = _asked_for(bringing, by)
    audit.record(by=by, verb="people.import-started", target=bringing)
    return job


@transaction.atomic
def go_on(*, bringing: Import, by: User) -> Job:
    """Bring the rest of a file whose work was given up or stopped, in the background. Raises `NotTaken` where it is under
    way, has come to its end, or the file is gone.
    """
    bringing = Import.objects.select_for_update(of=("self",)).select_related("job").get(pk=bringing.pk)
    if not bringing.can_go_on:
        raise NotTaken(_("This file is being brought already, or there is nothing left of it to bring."))
    job = _asked_for(bringing, by)
    audit.record(by=by, verb="people.import-gone-on", target=bringing, rows=bringing.position)
    return job


def _asked_for(bringing: Import, by: User) -> Job:
    from allears.people.tasks import bring_people

    title = _("Bringing people from %(file)s") % {"file": bringing.title}
    page = reverse("people:import", args=[bringing.ref])
    bringing.job = ask_for(
        bring_people, kind="people.import", title=title, by=by, unit=_("rows"), next_url=page,
        next_words=_("See what came in"), bringing=bringing.pk,
    )  # fmt: skip
    bringing.save(update_fields=["job"])
    return bringing.job


def _refuse_started(bringing: Import) -> None:
    if bringing.job_id or bringing.ended_at:
        raise NotTaken(_("This file has been brought already. Upload it again to bring it once more."))


@transaction.atomic
def drop(*, bringing: Import, by: User) -> None:
    """Delete an upload that was never started."""
    _refuse_started(bringing)
    audit.record(by=by, verb="people.import-dropped", target=bringing)
    default_storage.delete(bringing.file)
    bringing.delete()


def forget_old_uploads() -> int:
    """Delete files that nobody started within a week, those whose work was stopped or failed, and those that a kill
    left behind: they are people's data. Return how many there were. The report of what was begun stays.
    """
    never = list(Import.objects.filter(job=None, ended_at=None, at__lt=now() - KEPT)[:100])
    broken = list(Import.objects.filter(job__ended_at__lt=now() - KEPT, ended_at=None)[:100])
    for bringing in (*never, *broken):
        default_storage.delete(bringing.file)
        if bringing in never:
            bringing.delete()
        else:
            Import.objects.filter(pk=bringing.pk).update(file="", ended_at=now())
    return len(never) + len(broken) + strays.sweep(FOLDER, strays.by_path(FOLDER, Import.objects.all()))


def run(bringing: Import, progress: Progress) -> None:
    """Bring what has not been brought yet; safe to run again after a crash. Memory does not grow with the
    file.
    """
    if bringing.ended_at:
        return
    with _opened(bringing) as table:
        total = bringing.position + sum(1 for _row in _rest(table, bringing.position))
        names = [column.name for column in table.columns]
        progress.to(bringing.position, total)
        for rows in _chunked(_rest(table, bringing.position)):
            _bring_or_again(bringing, rows, names)
            progress.wrote(bringing.position, total)
    _end(bringing)


def _rest(table: Table, position: int) -> Iterator[Row]:
    return islice(table.rows(), position, None)


def _chunked(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _bring_or_again(bringing: Import, rows: list[Row], names: list[str]) -> None:
    """Once more when somebody added one of these people in the same moment: then they are found."""
    try:
        _bring(bringing, rows, names)
    except IntegrityError:
        bringing.refresh_from_db()
        _bring(bringing, rows, names)


@transaction.atomic
def _bring(bringing: Import, rows: list[Row], names: list[str]) -> None:
    """One chunk: its people, its problems and how far we have come are written together or not at all."""
    fit, problems = [], []
    read = [(row, *_details(row, bringing)) for row in rows]
    book = chunks.book_of([details for _row, details, _wrong in read])
    gone = forgotten.among(details.email for _row, details, _wrong in read)
    for row, details, wrong in read:
        wrong += [forgotten.problem()] if details.email in gone else []
        taken = not any(problem.field in WHOLE_ROW for problem in wrong)
        if taken:
            fit.append((row.number, details))
        else:
            bringing.refused += 1
        problems += [_problem(bringing, row.number, problem, taken, names) for problem in wrong]
    source = _("the file %(file)s") % {"file": bringing.title}
    outcome = chunks.take(
        [details for _number, details in fit], book, known=bringing.known, source=source[:200], by=bringing.by
    )
    problems += [_problem(bringing, fit[place][0], _taken_address(), True, names) for place in outcome.taken]
    problems += [_problem(bringing, fit[place][0], _other_name(), True, names) for place in outcome.misnamed]
    ImportProblem.objects.bulk_create(problems, batch_size=500)
    bringing.added += outcome.added
    bringing.changed += outcome.changed
    bringing.unchanged += outcome.unchanged
    bringing.position += len(rows)
    bringing.save(update_fields=["added", "changed", "unchanged", "refused", "position"])


def _details(row: Row, bringing: Import) -> tuple[Details, list[Problem]]:
    details, problems = checked(columns.raw_of(row.cells, bringing.mapping, bringing.kind))
    if not details.says_who and not any(p.field in WHOLE_ROW for p in problems):
        problems.append(Problem("name", "nobody", _("There is no name, address or number: this row is nobody.")))
    return details, [*problems, *(_reading(p) for p in row.problems)]


def _reading(problem: Any) -> Problem:
    return Problem(f"column:{problem.column}", problem.code, problem.reason)


def _taken_address() -> Problem:
    reason = _("Another person has this address, so it was left out. If they are one person, merge them.")
    return Problem("email", "address-taken", reason)


def _other_name() -> Problem:
    reason = _("This address is in your books under another name, so the row was taken as that person’s. If they are two people, give one of them an address of their own.")
    return Problem("name", "other-name", reason)


def _problem(bringing: Import, number: int, problem: Problem, taken: bool, names: Sequence[str]) -> ImportProblem:
    place = problem.field.removeprefix("column:")
    column = place if problem.field.startswith("column:") else columns.column_of(place, bringing.mapping, names)
    return ImportProblem(
        bringing=bringing, row=number, column=column[:200], code=problem.code, reason=problem.reason, row_taken=taken
    )


@transaction.atomic
def _end(bringing: Import) -> None:
    """Keep the report, let the file go."""
    stored, bringing.file, bringing.ended_at = bringing.file, "", now()
    bringing.save(update_fields=["file", "ended_at"])
    counts = {name: getattr(bringing, name) for name in ("added", "changed", "unchanged", "refused")}
    audit.record(by=bringing.by, verb="people.imported", target=bringing, **counts)
    transaction.on_commit(lambda: default_storage.delete(stored))

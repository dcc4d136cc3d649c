"""A file is handed in, looked at, and thrown away when it has served."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from allears.core import audit, strays
from allears.core.clock import now
from allears.core.models import User
from allears.core.tables import Reading, Table, TableError, read_table, reading_of
from allears.questionnaires.dialects import OWN, Plan, apply_plan, propose, rows_of
from allears.questionnaires.importing.recalling import recalled
from allears.questionnaires.imports import Import
from allears.questionnaires.models import Response
from allears.studies.models import Study

KEPT = timedelta(days=7)
UNHEADED = "plain"  # every other dialect is known by its headings


def look(
    *,
    study: Study,
    file: BinaryIO,
    name: str,
    by: User | None,
    time_zone: str = "UTC",
    sheet: str = "",
    encoding: str = "",
    headed: bool = True,
) -> Import:
    """Take a file in and propose a plan for it. Raises TableError, and keeps nothing then.

    `encoding` is what somebody says it is written in ("": as it is recognised), `headed` whether its first row holds
    headings.
    """
    with read_table(file, sheet=sheet or None, encoding=encoding or None, headed=headed) as table:
        plan = propose(table, time_zone=time_zone, dialect=None if headed else UNHEADED)
        _refuse_what_came_from(study, table, plan)
        reading = looked_at(table, plan)
    with transaction.atomic():
        bringing = take_in(study=study, file=file, name=name, by=by, sheet=sheet)
        bringing.encoding, bringing.headed, bringing.reading = encoding, headed, reading
        return _with_plan(bringing, plan)


@transaction.atomic
def take_in(*, study: Study, file: BinaryIO, name: str, by: User | None, sheet: str = "") -> Import:
    """Keep a file for import into `study`, without looking at it yet."""
    file.seek(0)
    bringing = Import(study=study, name=name[-255:], made_by=by, sheet=sheet)
    bringing.file.save(f"{bringing.ref}.table", File(file), save=False)
    bringing.first_number = Response.objects.filter(study=study).count() + 1
    bringing.save()
    audit.record(by=by, verb="questionnaires.import_taken_in", target=bringing)
    return bringing


def look_again(
    bringing: Import,
    *,
    by: User | None,
    time_zone: str = "UTC",
    dialect: str | None = None,
    encoding: str | None = None,
    headed: bool | None = None,
) -> Import:
    """Propose a plan for a file that was taken in; None leaves `encoding` and `headed` as they are. Raises TableError."""
    bringing.encoding = bringing.encoding if encoding is None else encoding
    bringing.headed = bringing.headed if headed is None else headed
    with opened(bringing) as table:
        plan = propose(table, dialect=dialect if bringing.headed else UNHEADED, time_zone=time_zone)
        bringing.reading = looked_at(table, plan)
    with transaction.atomic():
        read = {"encoding": bringing.reading.encoding, "headed": bringing.headed, "dialect": plan.dialect}
        audit.record(by=by, verb="questionnaires.import_read_anew", target=bringing, **read)
        return _with_plan(bringing, plan)


def looked_at(table: Table, plan: Plan) -> Reading:
    """Return how the table was read. Whose headings a dialect knows, nobody is asked whether they are headings."""
    reading = reading_of(table)
    return reading if plan.dialect == UNHEADED else replace(reading, first_row="")


def opened(bringing: Import) -> Table:
    """The table in the file; close it after use."""
    return read_table(
        bringing.file.path, sheet=bringing.sheet or None, encoding=bringing.encoding or None, headed=bringing.headed
    )


@transaction.atomic
def throw_away(*, bringing: Import, by: User | None) -> None:
    """Forget a file that was never imported."""
    audit.record(by=by, verb="questionnaires.import_thrown_away", target=bringing)
    file = bringing.file
    bringing.delete()
    transaction.on_commit(lambda: file.delete(save=False) if file else None)


def forget_old_files() -> int:
    """Delete files that nobody started within a week, those whose work was stopped or failed, and those that a kill
    left behind: they hold what people said. Return how many there were. The report of what was begun stays.
    """
    long_ago = now() - KEPT
    alone = Import.objects.filter(job=None, ended_at=None, made_at__lt=long_ago)  # never started, or on the command line
    never, cut_off = alone.filter(result={}), alone.exclude(result={})
    stopped = Q(job__ended_at__lt=long_ago) | Q(pk__in=cut_off)
    broken = Import.objects.filter(stopped, ended_at=None).exclude(file="")
    needed = Import.objects.filter(ended_at=None)  # those whose rows are not in yet
    stray = strays.sweep("imports", strays.by_path("imports", needed))
    return stray + sum(map(_forget_never_started, never[:100])) + sum(map(_forget_file, broken[:100]))


def _forget_never_started(bringing: Import) -> int:
    bringing.file.delete(save=False)
    bringing.delete()
    return 1


def _forget_file(bringing: Import) -> int:
    bringing.file.delete(save=False)
    Import.objects.filter(pk=bringing.pk).update(file="")
    return 1


def _refuse_what_came_from(study: Study, table: Table, plan: Plan) -> None:
    """Responses that were taken out of a study are in it. Raises TableError."""
    refs = [row.cells[0] for row in table.head[plan.header_rows :]] if plan.dialect == OWN else []
    if Response.objects.filter(study=study, ref__in=refs).exists():
        words = _("This file was taken out of this very study: what it holds is here. Bring it into another study.")
        raise TableError("here-already", words)


def _with_plan(bringing: Import, plan: Plan) -> Import:
    plan = recalled(plan, bringing.study)
    bringing.plan = plan.to_json()
    bringing.rows = plan.rows
    bringing.save(update_fields=["plan", "rows", "encoding", "headed"])
    return bringing


def keys_of(file: BinaryIO) -> list[str]:
    """The key that each data row of a file has in a study, in order: by it what refers to rows finds responses."""
    with read_table(file) as table:
        plan = propose(table)
        return [reply.key for reply in apply_plan(plan, rows_of(table, plan))]

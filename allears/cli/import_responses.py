"""Bring what customers have already said into a study: CSV or XLSX, as a survey tool exports it.

The same file, or the same row, never comes in twice. Prints what the file held; whatever was not understood is
named by row and column.
"""

from __future__ import annotations

import argparse
import codecs
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.timezone import localdate

from allears.cli.errors import CannotDo
from allears.core import statistics
from allears.core.models import Role, User
from allears.core.tables import ENCODINGS, Reading, TableError
from allears.questionnaires.dialects import DIALECTS, TITLES, Plan, two_days
from allears.questionnaires.importing import (
    AsksSomethingElse,
    Counts,
    DraftInTheWay,
    NothingToImport,
    bring,
    change_plan,
    check,
    look,
    look_again,
)
from allears.questionnaires.imports import Import
from allears.studies.actions import create_study
from allears.studies.models import Study

SHOWN = 20
_EMPTY = "{cells:,} cells of “{column}” say “{words}”: they were read as no answer."
NOBODY = "command-line@allears.invalid"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--study", required=True, metavar="SLUG")
    parser.add_argument("--create", action="store_true", help="make the study if there is none of this name")
    parser.add_argument("--title", default="", help="of a study that is made; by default the file's name")
    parser.add_argument("--by", default="", metavar="EMAIL", help="who does it, and owns a study that is made")
    parser.add_argument("--dialect", choices=[dialect.name for dialect in DIALECTS], help="what wrote the file")
    parser.add_argument("--sheet", default="", help="of a workbook; by default its first")
    parser.add_argument("--encoding", default="", help="of a text file, such as cp1250; by default as it is recognised")
    parser.add_argument("--no-headings", action="store_true", help="the first row is an answer, too")
    parser.add_argument("--time-zone", default="UTC", help="of the times in the file, such as America/Chicago")
    parser.add_argument(
        "--dates", choices=["day-first", "month-first"], help="what 1/2/2024 begins with; by default as the file shows it"
    )
    parser.add_argument(
        "--said-on", type=_day, metavar="YYYY-MM-DD", help="when, or about when, all of it was said that bears no day"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _day(typed: str) -> date:
    """The day that was typed. Raises ArgumentTypeError for what is none, or one that is still to come."""
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{typed}” is not a day such as 2016-05-21") from error
    if day > localdate():
        raise argparse.ArgumentTypeError(f"{typed} is still to come")
    return day


def run(args: argparse.Namespace) -> int:
    by = _who(args.by)
    try:
        bringing = _taken_in(args, by)
        counts = bring(bringing, by=by or "the command line", told=_tell)
        statistics.keep_up()
    except TableError as error:
        raise CannotDo(error.message) from error
    except (AsksSomethingElse, DraftInTheWay, NothingToImport) as error:
        raise CannotDo(str(error)) from error
    reading = bringing.reading
    assert reading is not None
    told = json.dumps(_report(bringing, counts, reading), ensure_ascii=False) if args.json else _in_words(bringing, counts, reading)
    print(told)
    return 0


@transaction.atomic
def _taken_in(args: argparse.Namespace, by: User | None) -> Import:
    """The file, looked at; what is refused leaves neither a study nor a file behind."""
    study = _study(args, by)
    bringing = _look(args, study, by)
    try:
        check(study=study, plan=Plan.from_json(bringing.plan or {}))
    except Exception:
        bringing.file.delete(save=False)
        raise
    return bringing


def _who(email: str) -> User | None:
    if not email:
        return None
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CannotDo(f"nobody signs in as {email}.")
    return user


def _study(args: argparse.Namespace, by: User | None) -> Study:
    found = Study.objects.filter(slug=args.study).select_related("owner").first()
    if found:
        return found
    if not args.create:
        raise CannotDo(f"there is no study “{args.study}”. Add --create to make it.")
    try:
        validate_slug(args.study)
    except ValidationError as error:
        raise CannotDo("a study's short name holds letters, figures and hyphens only.") from error
    title = args.title or Path(args.file).stem.replace("_", " ").replace("-", " ").strip().capitalize()
    with _file(args.file):
        try:
            with transaction.atomic():
                return create_study(by=by or _owner(), title=title or args.study, slug=args.study)
        except IntegrityError:  # somebody made it at this moment
            return Study.objects.select_related("owner").get(slug=args.study)


def _owner() -> User:
    """Who owns what is made on the command line: a researcher, an administrator, else a name nobody can sign in by."""
    users = User.objects.filter(is_active=True).order_by("pk")
    for role in (Role.RESEARCHER, Role.ADMINISTRATOR, Role.LEADER):
        if user := users.filter(role=role).first():
            return user
    return User.objects.filter(email=NOBODY).first() or User.objects.create_user(
        NOBODY, None, name="The command line", role=Role.RESEARCHER, is_active=False
    )


def _look(args: argparse.Namespace, study: Study, by: User | None) -> Import:
    if args.dialect and args.no_headings:
        raise CannotDo("what wrote a file is known by its headings: leave out --dialect or --no-headings.")
    with _file(args.file) as file:
        bringing = look(
            study=study, file=file, name=Path(args.file).name, by=by, time_zone=args.time_zone, sheet=args.sheet,
            encoding=_known(args.encoding), headed=not args.no_headings,
        )  # fmt: skip
    if args.dialect:
        look_again(bringing, by=by, dialect=args.dialect, time_zone=args.time_zone)
    if args.dates:
        plan = Plan.from_json(bringing.plan or {}).with_day_first(args.dates == "day-first")
        change_plan(bringing=bringing, plan=replace(plan, unsure_date=""), by=by)
    if args.said_on:
        plan = Plan.from_json(bringing.plan or {})
        change_plan(bringing=bringing, plan=replace(plan, said_on=args.said_on.isoformat()), by=by)
    return bringing


def _known(encoding: str) -> str:
    """The encoding by the name that Python gives it. Raises `CannotDo` for one that is none."""
    try:
        found = codecs.lookup(encoding) if encoding else None
    except LookupError:
        found = None
    if encoding and (found is None or not found._is_text_encoding):
        raise CannotDo(f"“{encoding}” is no encoding. Known are: {', '.join(ENCODINGS)}.")
    return found.name if found else ""


def _file(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise CannotDo(f"{name} cannot be read: {error.strerror}.") from error


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} of {total:,} rows", end="" if done < total else "\n", file=sys.stderr, flush=True)


def _report(bringing: Import, counts: Counts, reading: Reading) -> dict[str, Any]:
    plan = Plan.from_json(bringing.plan or {})
    problems = bringing.problems.order_by("row", "pk").values("row", "column", "reason")
    return {
        "rows": counts.rows,
        "responses": counts.responses,
        "partial": counts.partial,
        "verbatims": counts.verbatims,
        "questions": counts.questions,
        "problems": list(problems),
        "new": {"responses": counts.new_responses, "verbatims": counts.new_verbatims},
        "study": bringing.study.slug,
        "dialect": plan.dialect,
        "encoding": reading.encoding,
        "encoding_guessed": reading.guessed,
        "first_row_like_data": bool(reading.first_row),
        "unsure_date": plan.unsure_date,
        "said_on": plan.said_on,
        "read_as_empty": counts.read_as_empty,
        "left_out": [{"column": name, "why": why} for why, names in plan.left_out.items() for name in names],
    }


def _doubts(plan: Plan, reading: Reading) -> Iterator[str]:
    """What was taken for granted and may be otherwise."""
    if not (plan.says_when or plan.said_on):
        yield "No column says when it was said, so the day is unknown. If you know it, drop the study and say --said-on."
    if days := two_days(plan.unsure_date):
        day = date_format(days[plan.day_first], "DATE_FORMAT")
        yield f"Dates such as {plan.unsure_date} were read as {day}. If that is wrong, drop the study and say --dates."
    if reading.guessed:
        shown = dict(reading.choices).get(reading.encoding, reading.encoding)
        yield f"Its letters were guessed to be {reading.encoding} ({shown}). If that is wrong, drop the study and say --encoding."
    if reading.first_row:
        yield f"Its first row looks like an answer: {reading.first_row}. If it is one, drop the study and say --no-headings."


def _in_words(bringing: Import, counts: Counts, reading: Reading) -> str:
    plan = Plan.from_json(bringing.plan or {})
    lines = [
        f"{bringing.name}, as {TITLES[plan.dialect]} writes it: {counts.rows:,} rows.",
        f"{counts.responses:,} responses ({counts.partial:,} partial), {counts.new_responses:,} of them new.",
        f"{counts.verbatims:,} open answers, {counts.new_verbatims:,} of them new.",
        f"{counts.problems:,} problems.",
        *_doubts(plan, reading),
        *(_EMPTY.format(**told) for told in counts.read_as_empty),
        *(f"{', '.join(name or '(no heading)' for name in names)}: {why}" for why, names in plan.left_out.items()),
    ]
    for problem in bringing.problems.order_by("row", "pk")[:SHOWN]:
        lines.append(f"  row {problem.row}, {problem.column}: {problem.reason}")
    if counts.problems > SHOWN:
        lines.append("  ... (all of them with --json)")
    return "\n".join(lines)

"""A first look at a table: which tool wrote it, what its columns are, how they become questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from allears.core.tables import Row, Table, restore_cell

from .applying import COMPLETE, PARTIAL
from .grouping import questions_of
from .heads import Head
from .kinds import is_sentence, taken
from .languages import guess_language
from .limesurvey import LimeSurvey
from .moments import day_comes_first, day_mostly_first, moment_of, two_days
from .own import OWN, Own
from .plan import Kind, MetaColumn, Plan, Role
from .profiles import Profile, profile_columns
from .qualtrics import Qualtrics
from .roles import ROW_NUMBERS, folded
from .surveys import Alchemer, Dialect, GoogleForms, Plain, Reading, Rows, SurveyMonkey

DIALECTS: tuple[Dialect, ...] = (
    Own(),
    Qualtrics(),
    SurveyMonkey(),
    Alchemer(),
    LimeSurvey(),
    GoogleForms(),
    Plain(),
)
TITLES = {
    "allears": "Allears",
    "qualtrics": "Qualtrics",
    "surveymonkey": "SurveyMonkey",
    "alchemer": "Alchemer (SurveyGizmo)",
    "limesurvey": "LimeSurvey",
    "google_forms": "Google Forms",
    "plain": "a plain table",
}
UTC = ZoneInfo("UTC")
DATES_MOSTLY = 0.8
DATED = frozenset([Role.STARTED, Role.SUBMITTED])
MONTH_FIRST = frozenset(["", "en"])
ONLY_ONCE = frozenset(Role) - {Role.IGNORED}


def propose(table: Table, *, dialect: str | None = None, time_zone: str = "UTC") -> Plan:
    """The plan for a table, after one reading of all its rows; `dialect` overrules what is detected."""
    rows = [row.cells for row in table.head]
    chosen = _named(dialect) if dialect else detect(rows)
    reading = chosen.read(rows)
    profiles = profile_columns(_rows(table, chosen.name, reading.header_rows), len(table.columns))
    return plan_of(chosen.name, reading, profiles, time_zone=time_zone)


def detect(rows: Rows) -> Dialect:
    """The dialect that is surest of the first rows."""
    return max(DIALECTS, key=lambda dialect: dialect.recognise(rows))


def plan_of(name: str, reading: Reading, profiles: list[Profile], *, time_zone: str) -> Plan:
    """The plan for headings that were read and columns that were counted."""
    heads = _settle_roles(reading.heads[: len(profiles)], profiles)
    plan = Plan(
        dialect=name,
        header_rows=reading.header_rows,
        headings=reading.headings[: len(profiles)],
        language=guess_language(head.question for head in heads if is_sentence(head.question)),
        time_zone=time_zone,
        rows=max((profile.rows for profile in profiles), default=0),
        meta=[_meta(head) for head in heads if head.role is not None],
        questions=[taken(question) if name == OWN else question for question in questions_of(heads, profiles)],
    )
    return _dated(plan, profiles)


def _dated(plan: Plan, profiles: list[Profile]) -> Plan:
    """The plan with the order of day and month: as the file's dates show it; where none does, as its language has it.

    Where a file mixes both, as nearly all its dates show it; that stays unsure, and is asked about.
    """
    columns = [column.column for column in plan.meta if column.role in DATED]
    columns += [question.columns[0] for question in plan.questions if question.kind is Kind.DATE]
    shown = {day_comes_first(profiles[column].counts) for column in columns} - {None}
    if len(shown) == 1:
        return plan.with_day_first(True in shown)
    counts = sum((profiles[column].counts for column in columns), Counter[str]())
    unsure = next((value for value in counts if two_days(value)), "")
    mostly = day_mostly_first(counts)
    first = plan.language not in MONTH_FIRST if mostly is None else mostly
    return replace(plan.with_day_first(first), unsure_date=unsure)


def rows_of(table: Table, plan: Plan) -> Iterable[Row]:
    """The rows of responses below the headings, with the words as they were before they were made harmless."""
    return _rows(table, plan.dialect, plan.header_rows)


def _rows(table: Table, dialect: str, header_rows: int) -> Iterator[Row]:
    for row in table.rows(header_rows=header_rows):
        yield Row(row.number, [restore_cell(cell) for cell in row.cells], row.problems) if dialect == OWN else row


def _named(name: str) -> Dialect:
    return next(dialect for dialect in DIALECTS if dialect.name == name)


def _settle_roles(heads: list[Head], profiles: list[Profile]) -> list[Head]:
    """Roles that the cells bear out, each at most once; what they do not is a question or left out."""
    settled: list[Head] = []
    taken: set[Role] = set()
    for head in heads:
        head = _checked(head, profiles[head.index])
        if head.role in taken:
            head = replace(head, role=Role.IGNORED, note="Left out: another column says the same.")
        if head.role in ONLY_ONCE:
            taken.add(head.role)
        settled.append(head)
    return settled if Role.EXTERNAL_ID in taken else _with_id(settled, profiles)


def _checked(head: Head, profile: Profile) -> Head:
    if not head.heading.strip() and not profile.filled:
        return replace(head, role=Role.IGNORED, note="Left out: an empty column.")
    if head.role is None and folded(head.heading) in ROW_NUMBERS and _are_row_numbers(profile):
        return replace(head, role=Role.IGNORED, note="Left out: it numbers the rows.")
    if head.role in DATED and profile.filled and not _are_dates(profile):
        return replace(head, role=None, note="")
    if head.role is Role.STATUS and not _are_statuses(profile):
        return replace(head, role=None, note="")
    if head.role is Role.EXTERNAL_ID and not _are_unique(profile):
        return replace(head, role=Role.PERSON_ID if profile.distinct > 1 else Role.IGNORED)
    if head.role is Role.LANGUAGE and profile.longest > 12:
        return replace(head, role=None, note="")
    return head


def _with_id(heads: list[Head], profiles: list[Profile]) -> list[Head]:
    """Without a column that is called an id, a nameless one of numbers or one called "... ID" will do."""
    for place, head in enumerate(heads):
        named = head.heading.strip().casefold()
        may_be = head.role is None and (not named or named.endswith((" id", "_id", ".id")))
        if may_be and _are_unique(profiles[head.index]):
            return [*heads[:place], replace(head, role=Role.EXTERNAL_ID), *heads[place + 1 :]]
    return heads


def _are_unique(profile: Profile) -> bool:
    complete = profile.filled == profile.rows > 0 and profile.longest <= 100
    # Beyond the values that are remembered, those that are must all differ.
    return complete and profile.single_times == profile.distinct


def _are_row_numbers(profile: Profile) -> bool:
    return _are_unique(profile) and profile.numbers == profile.filled


def _are_dates(profile: Profile) -> bool:
    values = list(profile.counts)[:500]
    return sum(moment_of(value, zone=UTC) is not None for value in values) >= DATES_MOSTLY * len(values)


def _are_statuses(profile: Profile) -> bool:
    return all(value.casefold() in COMPLETE | PARTIAL for value in profile.counts)


def _meta(head: Head) -> MetaColumn:
    return MetaColumn(column=head.index, heading=head.heading, role=head.role or Role.IGNORED, note=head.note)

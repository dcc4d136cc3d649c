"""The two statements of which an import makes millions, written by hand.

Making a model of every answer takes ten times as long as storing it. What stands here says the same to both
databases; the columns are asked of the models, so that a field that is renamed fails at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from allears.people.models import FacetValue, PersonFacet
from allears.questionnaires.dialects import Given
from allears.questionnaires.importing.fitting import Placed
from allears.questionnaires.models import Answer, Response
from allears.verbatims.models import Verbatim

ANSWER = ("response", "question", "box", "choice", "number", "text", "verbatim", "at")


def write_answers(rows: Iterable[tuple[Response, Placed, Given, Verbatim | None]]) -> None:
    """Store answers; words stand in the ledger, so the answer's own text stays empty."""
    moment = connection.ops.adapt_datetimefield_value
    values = [
        (
            response.pk,
            placed.question.pk,
            given.box,
            None if given.choice is None else placed.choices[given.choice],
            given.number,
            "",
            verbatim.pk if verbatim else None,
            moment(response.changed_at),
        )
        for response, placed, given, verbatim in rows
    ]
    _insert(Answer, ANSWER, values)


def write_facets(rows: Iterable[tuple[int | None, FacetValue]]) -> None:
    """Give people values of facets; what is known of them already stays."""
    values = [(person, value.facet_id, value.pk) for person, value in rows if person is not None]
    _insert(PersonFacet, ("person", "facet", "value"), values, " ON CONFLICT DO NOTHING")


def _insert(
    model: type[models.Model], fields: tuple[str, ...], values: Sequence[tuple[Any, ...]], end: str = ""
) -> None:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(_column(model, name)) for name in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places}){end}"  # noqa: S608
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field) or field.column is None:
        raise TypeError(f"{name} has no column")
    return field.column

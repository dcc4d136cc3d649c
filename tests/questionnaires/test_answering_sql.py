"""One statement to the database, with next to nothing around it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from allears.questionnaires import answering_sql as sql
from tests import cast

pytestmark = pytest.mark.django_db


def test_rows_come_back_as_tuples_and_one_row_or_none() -> None:
    cast.bob()

    assert sql.rows("SELECT name FROM people_person WHERE name = %s", ["Bob Hale"]) == [("Bob Hale",)]
    assert sql.row("SELECT name FROM people_person WHERE name = %s", ["Bob Hale"]) == ("Bob Hale",)
    assert sql.row("SELECT name FROM people_person WHERE name = %s", ["nobody"]) is None


def test_parameters_are_never_read_as_sql() -> None:
    said = "'); DROP TABLE people_person; -- %s ?"

    assert sql.row("SELECT CAST(%s AS text)", [said]) == (said,)


def test_a_broken_constraint_is_djangos_error_and_is_rolled_back_with_its_transaction() -> None:
    bob = cast.bob()

    @transaction.atomic
    def broken() -> None:
        sql.rows("UPDATE people_person SET name = 'changed' WHERE id = %s", [bob.pk])
        sql.rows("UPDATE people_person SET kind = 'none' WHERE id = %s", [bob.pk])

    with pytest.raises(IntegrityError):
        broken()
    bob.refresh_from_db()
    assert bob.name == "Bob Hale"


def test_a_statement_that_cannot_be_read_is_djangos_error() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        sql.rows("SELEKT", [])


def test_who_listens_to_statements_hears_these_too() -> None:
    with CaptureQueriesContext(connection) as heard:
        sql.rows("SELECT 1", [])

    assert [query["sql"] for query in heard] == ["SELECT 1"]

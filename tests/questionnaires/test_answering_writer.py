"""Several people's answers with one commit: what fails takes only itself back."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from allears.people.models import Person
from allears.questionnaires import answering_writer as writer
from tests import cast

pytestmark = pytest.mark.django_db


def outcomes(*works: Any) -> list[Any]:
    """What comes of these works when they are written together: their results or their errors."""
    some: list[tuple[Any, Future[Any]]] = [(work, Future()) for work in works]
    writer._together(some)
    return [future.exception() or future.result() for _work, future in some]


def renamed(name: str) -> str:
    Person.objects.update(name=name)
    return name


def breaks_a_constraint() -> None:
    renamed("Never Seen")
    Person.objects.create(name="Nobody", kind="none")


def passes_over_a_failure() -> None:
    renamed("Never Seen")
    with suppress(DatabaseError):
        Person.objects.create(name="Nobody", kind="none")


def test_a_work_that_fails_takes_only_itself_back() -> None:
    cast.bob()

    before, failed, after = outcomes(
        lambda: renamed("Bob H."), breaks_a_constraint, lambda: Person.objects.get().name
    )

    assert (before, after) == ("Bob H.", "Bob H.")
    assert isinstance(failed, IntegrityError)


def test_a_failure_that_a_work_passes_over_is_never_acknowledged() -> None:
    cast.bob()

    before, failed = outcomes(lambda: renamed("Bob H."), passes_over_a_failure)

    assert before == "Bob H."
    assert isinstance(failed, transaction.TransactionManagementError)
    assert Person.objects.get().name == "Bob H."
    with pytest.raises(transaction.TransactionManagementError):
        writer.write_down(passes_over_a_failure)


def test_when_the_whole_cannot_be_committed_each_is_written_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.bob()
    told: list[str] = []

    def cannot_be_kept_apart(_work: Any) -> Any:
        raise DatabaseError("the disk is full for a moment")

    monkeypatch.setattr(writer, "_kept_apart", cannot_be_kept_apart)

    assert outcomes(lambda: told.append("one"), lambda: renamed("Bob H.")) == [None, "Bob H."]
    assert told == ["one"]

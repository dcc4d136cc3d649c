"""Work is done by a copy of this process where that is safe, and here where it is not; its result is the same."""

from __future__ import annotations

import os
from functools import partial

import pytest

from allears.core.beside import beside
from allears.core.models import User
from tests import cast


def counted(emails: str) -> tuple[int, int]:
    return os.getpid(), User.objects.filter(email__contains=emails).count()


def fails() -> None:
    raise FileNotFoundError("no such folder")


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_this_process_sees_what_is_kept_and_both_go_on() -> None:
    kept = cast.ana()
    with beside(partial(counted, kept.email)) as result:
        assert User.objects.filter(pk=kept.pk).exists()
        process, count = result()
    assert count == 1
    assert process != os.getpid()
    assert User.objects.filter(pk=kept.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_beside_goes_wrong_here() -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"), beside(fails) as result:
        result()


@pytest.mark.django_db
def test_within_a_transaction_it_is_done_here_where_it_sees_what_nobody_else_does() -> None:
    kept = cast.ana()
    with beside(partial(counted, kept.email)) as result:
        assert result() == (os.getpid(), 1)

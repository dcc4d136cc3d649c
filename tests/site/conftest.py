"""What the tests of the whole site share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.site import house


@pytest.fixture(scope="module")
def things(in_every_test: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, dict[str, Any]]]:
    """The furnished house: what stands in for the parameters of its addresses.

    It is furnished once for the tests of a file. Whatever one of them does is taken back before the next, since each
    runs within a transaction of its own, and in the end the furniture goes, too.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield house.furnish()
        transaction.set_rollback(True)

"""Addresses that are made without asking Django each time are those that it makes."""

from __future__ import annotations

import pytest
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, reverse

from allears.core import by_ref


@pytest.mark.parametrize("prefix", ["/", "/house/"])
@pytest.mark.parametrize("ref", ["0123456789", "0000000000", "zzzzzzzzzz"])
@pytest.mark.parametrize(
    ("page", "others"),
    [("insights:verbatim", {}), ("people:person", {}), ("web:sight", {"kind": "verbatim"}), ("web:sight", {"kind": "insight"})],
)
def test_an_address_is_the_one_that_django_makes(page: str, ref: str, others: dict[str, str], prefix: str) -> None:
    for _time in range(2):
        with override_script_prefix(prefix):
            assert by_ref.address(page, ref, **others) == reverse(page, kwargs={"ref": ref, **others})


def test_a_page_that_is_not_there_is_said_so_each_time() -> None:
    for _time in range(2):
        with pytest.raises(NoReverseMatch):
            by_ref.address("insights:nowhere", "0123456789")

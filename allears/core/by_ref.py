"""Addresses of what has a ref, for pages that hold very many of them: Django is asked once for each kind of page, not once
for each address.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

from allears.core.ids import REF_LENGTH

_A_REF = "0" * REF_LENGTH


def address(page: str, ref: str, **others: str) -> str:
    """Return the address of the page with this name about what has this `ref`, as `reverse` does; `others` are what else
    stands in it, from a handful of words. Raises `NoReverseMatch` where there is no such page.
    """
    before, after = _around(page, tuple(others.items()), get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)
    return f"{before}{ref}{after}"


@lru_cache(maxsize=256)
def _around(page: str, others: tuple[tuple[str, str], ...], _prefix: str, _addresses: str) -> tuple[str, str]:
    before, _ref, after = reverse(page, kwargs={"ref": _A_REF, **dict(others)}).partition(_A_REF)
    return before, after

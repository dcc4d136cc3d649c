"""The pages above an address: where somebody goes on who finds nothing there."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import Resolver404, resolve


def pages_above(path: str) -> Iterator[str]:
    """Yield the addresses above `path` that are known here, the nearest first, without the first page."""
    parts = path.strip("/").split("/")
    for count in range(len(parts) - 1, 0, -1):
        above = "/" + "/".join(parts[:count]) + "/"
        try:
            resolve(above)
        except Resolver404:
            continue
        yield above

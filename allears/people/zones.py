"""Time zones as people choose them."""

from __future__ import annotations

from functools import lru_cache

from allears.people.details import known_time_zones


@lru_cache(maxsize=1)
def places() -> list[tuple[str, str]]:
    """Return (name, as shown) by place, UTC first; names without a place ("EST") are left out."""
    named = sorted(name for name in known_time_zones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ").replace("/", " / ")) for name in named)]

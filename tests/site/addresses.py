"""Every address of the site, found by walking the URL resolver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """A named pattern: `people:person`, the view behind it, and the parameters that its path takes."""

    name: str
    view: Callable[..., Any]
    parameters: tuple[str, ...]

    @property
    def door(self) -> Any:
        """What the view says about who may come in: a rule, "open", or None."""
        return getattr(self.view, "door", None)

    @property
    def of_a_library(self) -> bool:
        """Sign-in pages come from a library, whose views guard themselves."""
        return self.view.__module__.startswith("allauth.")


def addresses() -> list[Address]:
    """Return every address, by name."""
    return sorted(_walk(get_resolver(), "", ()), key=lambda address: address.name)


def _walk(resolver: URLResolver, namespace: str, taken: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        parameters = taken + tuple(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inner, parameters)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{namespace}{pattern.name}", pattern.callback, parameters)

"""What the list of people is narrowed down to, as it stands in the address: read, said in chips, offered in
menus.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from allears.core.typed import whole_number
from allears.design.parts import Chip
from allears.people.models import Account, Facet, Kind

LONGEST_QUERY = 200
MOST_OFFERED = 40  # values a menu offers; more than that is better searched for


@dataclass(frozen=True)
class Menu:
    """A filter that can be added: its name and (label, address) for each choice."""

    label: str
    choices: list[tuple[str, str]]


@dataclass
class Filters:
    """The filters of one address. Anything unknown in the address is left out."""

    query: QueryDict
    q: str = ""
    kind: str = ""
    contactable: bool | None = None
    account: Account | None = None
    facets: dict[str, list[str]] = field(default_factory=dict)

    @property
    def criteria(self) -> dict[str, Any]:
        """What `queries.matching` and `listing.list_page` take."""
        return {
            "q": self.q,
            "kind": self.kind,
            "contactable": self.contactable,
            "account": self.account.pk if self.account else None,
            "facets": self.facets,
        }

    @property
    def active(self) -> bool:
        return any(value not in ("", None, {}) for value in self.criteria.values())

    def with_(self, name: str, value: str) -> str:
        """The address with this filter set (facets: added)."""
        query = self._without_pages()
        if name == "facet":
            query.appendlist("facet", value)
        else:
            query[name] = value
        return "?" + query.urlencode()

    def without(self, name: str, value: str = "") -> str:
        """The address with this filter taken away."""
        query = self._without_pages()
        left = [v for v in query.getlist(name) if value and v != value]
        query.setlist(name, left)
        return "?" + query.urlencode()

    def _without_pages(self) -> QueryDict:
        query = self.query.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        return query


def read(query: QueryDict) -> Filters:
    """Return the filters that stand in the query of an address."""
    filters = Filters(query, q=query.get("q", "").strip()[:LONGEST_QUERY])
    kind = query.get("kind", "")
    if kind in Kind.values:
        filters.kind = kind
    filters.contactable = {"yes": True, "no": False}.get(query.get("contactable", ""))
    if account := whole_number(query.get("account")):
        filters.account = Account.objects.filter(pk=account).first()
    for chosen in query.getlist("facet"):
        facet, _colon, value = chosen.partition(":")
        if facet and value and "\0" not in chosen:
            filters.facets.setdefault(facet, []).append(value)
    return filters


def facets_with_values() -> list[Facet]:
    """Return all facets in order, each with its values at hand; two queries."""
    return list(Facet.objects.prefetch_related("values"))


def chips(filters: Filters, facets: Iterable[Facet]) -> list[Chip]:
    """Return what is filtered by, in words, each with the address that takes it away."""
    found = []
    if filters.q:
        found.append(Chip(f"“{filters.q}”", "accent", remove=filters.without("q")))
    if filters.kind:
        found.append(Chip(str(Kind(filters.kind).label), "accent", remove=filters.without("kind")))
    if filters.account:
        found.append(Chip(filters.account.name, "accent", remove=filters.without("account")))
    if filters.contactable is not None:
        found.append(Chip(_may(filters.contactable), "accent", remove=filters.without("contactable")))
    for facet in facets:
        for value in facet.values.all():
            if value.key in filters.facets.get(facet.key, []):
                away = filters.without("facet", f"{facet.key}:{value.key}")
                found.append(Chip(f"{facet.label}: {value.label}", "accent", remove=away))
    return found


def menus(filters: Filters, facets: Iterable[Facet]) -> list[Menu]:
    """Return what can be filtered by further."""
    found = []
    if not filters.kind:
        found.append(Menu(_("Kind"), [(str(k.label), filters.with_("kind", k.value)) for k in Kind]))
    if filters.contactable is None:
        ways = [(_may(may), filters.with_("contactable", "yes" if may else "no")) for may in (True, False)]
        found.append(Menu(_("Asking"), ways))
    for facet in facets:
        chosen = filters.facets.get(facet.key, [])
        values = [v for v in facet.values.all() if v.key not in chosen][:MOST_OFFERED]
        if values:
            choices = [(v.label, filters.with_("facet", f"{facet.key}:{v.key}")) for v in values]
            found.append(Menu(facet.label, choices))
    return found


def _may(may: bool) -> str:
    return _("May be asked") if may else _("Does not want to be asked")

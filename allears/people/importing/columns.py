"""What a column of a file holds: guessed from its heading, chosen by a person, applied to each row. Pure.

A mapping has one entry a column: "" (leave it out), a field of `Details`, "facet:<key>", "new-facet:<label>",
"consent:<purpose>", or "lived:<touchpoint>", whose cells are days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.people import folding
from allears.people.models import Facet, Purpose

FIELDS = {
    "name": gettext_lazy("Name"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "account_name": gettext_lazy("Account"),
    "phone": gettext_lazy("Telephone"),
    "external_id": gettext_lazy("Number elsewhere"),
    "label": gettext_lazy("Called (where no name may stand)"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "joined_on": gettext_lazy("Customer since"),
}
LEAST_TO_TELL = 20  # cells
# Headings that mean a field, in words that exports use. Who wants a newsletter has not agreed to be asked.
KNOWN = {
    "name": "name fullname contactname customername nom nombre kunde vorundnachname vornamename vornamenachname",
    "first_name": "firstname givenname forename vorname prenom",
    "last_name": "lastname surname familyname nachname familienname",
    "email": "email emailaddress emailadresse mail mailaddress mailadresse courriel",
    "account_name": "account accountname company companyname organisation organization firma unternehmen employer household haushalt",
    "phone": "phone telephone mobile phonenumber mobilephone tel telefon telefonnummer mobil handy cell",
    "external_id": "id externalid customerid contactid customernumber crmid clientid kundennummer kundennr kdnr mitgliedsnummer number",
    "kind": "kind persontype",
    "language": "language lang locale sprache",
    "time_zone": "timezone tz",
    "joined_on": "joined joinedon since customersince created createdat signupdate startdate kundeseit mitgliedseit",
    "consent:contact": "consent maycontact optin optedin emailoptin contactable",
}
IN_BRACKETS = re.compile(r"[(\[].*?[)\]]", re.DOTALL)  # “E-mail (private)”
BY_HEADING = {word: field for field, words in KNOWN.items() for word in words.split()}


def guess(headings: Iterable[str], facets: Iterable[Facet]) -> list[str]:
    """Return a mapping for these headings: what is known by its name, each field once; the rest is left
    out.
    """
    by_label = {folding.folded(facet.label): f"facet:{facet.key}" for facet in facets}
    mapping: list[str] = []
    for heading in headings:
        word = re.sub(r"[^a-z]", "", folding.folded(IN_BRACKETS.sub("", heading) or heading))
        found = by_label.get(folding.folded(heading)) or BY_HEADING.get(word, "")
        mapping.append("" if found in mapping else found)
    return mapping


def choices(heading: str, facets: Iterable[Facet], touchpoints: Iterable[str] = ()) -> list[tuple[str, Any]]:
    """Return what a column may be said to hold, for a select; `touchpoints` are those that are known by name."""
    new = " ".join(heading.split())[:200]
    lived = list(dict.fromkeys([*touchpoints, *([new] if new else [])]))
    return [
        ("", _("Leave it out")),
        (_("About the person"), list(FIELDS.items())),
        (_("Consent (yes or no)"), [(f"consent:{p.value}", p.label) for p in Purpose]),
        (
            _("Facet"),
            [(f"facet:{f.key}", f.label) for f in facets]
            + ([(f"new-facet:{new}", _("New facet “%(label)s”") % {"label": new})] if new else []),
        ),
        (_("Day on which they went through"), [(f"lived:{label}", label) for label in lived]),
    ]


def says_of_each(values: Iterable[str]) -> bool:
    """Whether these cells of a column are different for most people, as days of birth are: no facet, which is for
    groups, and where a name may not stand it would point at somebody.
    """
    said = [folding.folded(value) for value in values if value.strip()]
    return len(said) >= LEAST_TO_TELL and len(set(said)) * 2 > len(said)


def problems_of(mapping: Sequence[str]) -> list[str]:
    """Return what is wrong with a mapping as a whole, in words."""
    found = []
    if not set(mapping) & {"name", "first_name", "last_name", "email", "external_id", "label"}:
        found.append(_("Say which column holds the name, the e-mail or a number elsewhere."))
    chosen = [target for target in mapping if target]
    for target in sorted({t for t in chosen if chosen.count(t) > 1}):
        found.append(_("Two columns are said to hold “%(what)s”. Leave one of them out.") % {"what": shown(target)})
    return found


def shown(target: str) -> str:
    """Return what a target is called on pages."""
    if target in FIELDS:
        return str(FIELDS[target])
    name = target.partition(":")[2]
    return str(Purpose(name).label) if target.startswith("consent:") and name in Purpose.values else name


def raw_of(cells: Sequence[str], mapping: Sequence[str], kind: str) -> dict[str, Any]:
    """Return a row's cells as `details.checked` takes them."""
    raw: dict[str, Any] = {"kind": kind, "facets": {}, "consents": {}, "lived": {}}
    for cell, target in zip(cells, mapping, strict=False):
        if not target or not cell.strip():
            continue
        group, _colon, name = target.partition(":")
        if group in ("facet", "new-facet"):
            raw["facets"][name] = cell
        elif group == "lived":
            raw["lived"][name] = cell
        elif group == "consent":
            raw["consents"][name] = cell
        else:
            raw[target] = cell
    if not raw.get("name"):
        raw["name"] = " ".join(raw[part] for part in ("first_name", "last_name") if raw.get(part))
    return raw


def column_of(problem_field: str, mapping: Sequence[str], names: Sequence[str]) -> str:
    """Return the heading of the column from which a field's problem came."""
    also = {"name": ("name", "first_name", "last_name")}.get(problem_field, (problem_field,))
    for name, target in zip(names, mapping, strict=False):
        if target in also or target.replace("new-facet:", "facet:") in also:
            return name[:200]
    return ""

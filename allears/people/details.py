"""What is said about a person when they are added, changed or imported, checked field by field. No database
here.

Whatever comes from a form, a file or another program passes `checked`, so that all of them refuse the same
things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from allears.core.clock import known_time_zones, today
from allears.core.languages import may_be_language
from allears.people import folding
from allears.people.models import Kind, Purpose

LENGTHS = {"name": 200, "label": 60, "email": 320, "phone": 40, "external_id": 120, "account_name": 200}
FACET_LENGTH = 200
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8}){0,2}")
PHONE = re.compile(r"[+()\d\s./-]*\d[+()\d\s./-]*((ext\.?|x)\s*\d{1,6})?", re.IGNORECASE)
DATE_SHAPES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y")


@dataclass(frozen=True)
class Problem:
    """Something that was not taken: the field (or "facet:<key>"), a stable code, and what to do, in words."""

    field: str
    code: str
    reason: str


@dataclass
class Details:
    """What is known of a person, clean. Empty means: not said."""

    kind: str = Kind.CUSTOMER
    name: str = ""
    label: str = ""
    email: str = ""
    phone: str = ""
    external_id: str = ""
    account_name: str = ""
    language: str = ""
    time_zone: str = ""
    joined_on: date | None = None
    facets: dict[str, str] = field(default_factory=dict)  # facet's key or label -> value's label
    consents: dict[str, bool] = field(default_factory=dict)  # purpose -> given
    lived: dict[str, date] = field(default_factory=dict)  # touchpoint lived through -> the day

    @property
    def says_who(self) -> bool:
        """Whether there is anything by which to know this person again, or to call them."""
        return bool(self.name or self.email or self.external_id or self.label)


_Check = Callable[[Details, str], Problem | None]


def checked(raw: Mapping[str, object]) -> tuple[Details, list[Problem]]:
    """Return clean details and what was wrong with them.

    `raw` maps the names of the fields of `Details` to what was typed. A field with a problem is left empty.
    """
    details, problems = Details(), []
    for name, check in _CHECKS.items():
        text = folding.plain(str(raw.get(name) or ""))
        problem = _too_long(name, text) or (check(details, text) if text else None)
        problems += [problem] if problem else []
    for key, value in _mapping(raw.get("facets")).items():
        problems += _facet(details, str(key), folding.plain(str(value or "")))
    for touchpoint, day in _mapping(raw.get("lived")).items():
        problems += _lived(details, folding.plain(str(touchpoint)), folding.plain(str(day or "")))
    for purpose, given in _mapping(raw.get("consents")).items():
        problems += _consent(details, str(purpose), given)
    return details, problems


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, Mapping) else {}


def _too_long(name: str, text: str) -> Problem | None:
    most = LENGTHS.get(name, 200)
    if len(text) <= most:
        return None
    reason = _("This is %(length)s characters long; we keep at most %(most)s. Shorten it.")
    return Problem(name, "too-long", reason % {"length": f"{len(text):,}", "most": most})


def _kind(details: Details, text: str) -> Problem | None:
    by_word = {str(word).casefold(): value for value in Kind.values for word in (value, Kind(value).label)}
    by_word["neighbor"] = Kind.NEIGHBOUR
    if text.casefold() not in by_word:
        return Problem("kind", "unknown-kind", _("Say customer, staff or neighbour."))
    details.kind = by_word[text.casefold()]
    return None


def _text(name: str) -> _Check:
    def take(details: Details, text: str) -> Problem | None:
        setattr(details, name, text)
        return None

    return take


def _email(details: Details, text: str) -> Problem | None:
    try:
        validate_email(text)
    except ValidationError:
        return Problem("email", "no-address", _("This is not a mail address. Write it like name@example.org."))
    details.email = text
    return None


def _phone(details: Details, text: str) -> Problem | None:
    if not PHONE.fullmatch(text):
        reason = _("This is not a telephone number. Use figures, spaces and a leading +.")
        return Problem("phone", "no-phone", reason)
    details.phone = text
    return None


def _language(details: Details, text: str) -> Problem | None:
    if not LANGUAGE.fullmatch(text) or not may_be_language(text):
        return Problem("language", "no-language", _("Use a language code such as en, de or pt-BR."))
    details.language = text.replace("_", "-")
    return None


def _time_zone(details: Details, text: str) -> Problem | None:
    if text not in known_time_zones():
        reason = _("There is no such time zone. Use a name such as Europe/Vienna.")
        return Problem("time_zone", "no-time-zone", reason)
    details.time_zone = text
    return None


def _joined_on(details: Details, text: str) -> Problem | None:
    day = _date(text)
    if day is None or not 1900 <= day.year <= 2200:
        return Problem("joined_on", "no-date", _("Write the date as year-month-day, such as 2024-05-31."))
    details.joined_on = day
    return None


def _date(text: str) -> date | None:
    """Dates whose order cannot be mistaken; 03/04/2024 could be two days and is refused."""
    for shape in DATE_SHAPES:
        try:
            return datetime.strptime(text[:10] if shape == DATE_SHAPES[0] else text, shape).date()
        except ValueError:
            continue
    return None


def _facet(details: Details, key: str, value: str) -> list[Problem]:
    if len(value) > FACET_LENGTH or len(key) > FACET_LENGTH:
        reason = _("A value of a facet has at most %(most)s characters. Shorten it.") % {"most": FACET_LENGTH}
        return [Problem(f"facet:{key[:FACET_LENGTH]}", "too-long", reason)]
    if value:
        details.facets[key] = value
    return []


def _lived(details: Details, touchpoint: str, text: str) -> list[Problem]:
    if not touchpoint or len(touchpoint) > FACET_LENGTH:
        reason = _("Name the touchpoint, in at most %(most)s characters.") % {"most": FACET_LENGTH}
        return [Problem(f"lived:{touchpoint[:FACET_LENGTH]}", "no-touchpoint", reason)]
    day = _date(text)
    if day is None or day.year < 1900:
        return [Problem(f"lived:{touchpoint}", "no-date", _("Write the date as year-month-day, such as 2024-05-31."))]
    if day > today():
        return [Problem(f"lived:{touchpoint}", "to-come", _("This day is still to come. Write down what has happened."))]
    details.lived[touchpoint] = day
    return []


YES = {"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí", "on", "agreed", "opted in", "نعم"}
NO = {"no", "n", "false", "0", "nein", "non", "off", "refused", "opted out", "unsubscribed", "لا"}


def _consent(details: Details, purpose: str, given: object) -> list[Problem]:
    if purpose not in Purpose.values:
        return [Problem(f"consent:{purpose}", "no-purpose", _("We keep no consent of this kind."))]
    word = folding.folded(str(given)) if given is not None else ""
    if word and word not in YES | NO:
        return [Problem(f"consent:{purpose}", "neither-yes-nor-no", _("Say yes or no."))]
    if word:
        details.consents[purpose] = word in YES
    return []


_CHECKS = {
    "kind": _kind,
    "name": _text("name"),
    "label": _text("label"),
    "email": _email,
    "phone": _phone,
    "external_id": _text("external_id"),
    "account_name": _text("account_name"),
    "language": _language,
    "time_zone": _time_zone,
    "joined_on": _joined_on,
}

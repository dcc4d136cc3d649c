"""Ranges of numbers, money, times and dates in the labels of choices: where two overlap, or leave something out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# No label of a range is longer; what is longer is read no further.
LONGEST = 120
_NUMBER = r"\d{1,3}(?:[,\u00a0\u202f' ]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)?"
_FACTOR = r"(?:k|mn?|thousand|million)(?![a-z0-9])"
_UNIT = re.compile(r"\b(minute|min|hour|hr|day|week|month|year|yr)s?\b")
_TO = r"\s*(?:-|\u2013|\u2014|\bto\b|\bthrough\b|\buntil\b|\band\b|\.\.)\s*"
_TWO = re.compile(rf"({_NUMBER})\s*({_FACTOR})?\s*[a-z]{{0,8}}{_TO}({_NUMBER})\s*({_FACTOR})?")
_ONE = re.compile(rf"({_NUMBER})\s*({_FACTOR})?")
_FEWER = re.compile(r"^(?:(?:<|less|fewer|under|below|before|younger|lower|smaller)(?: than)?)\s*(?:the )?(?:age of )?\d")
_AT_MOST = re.compile(r"^(?:up to|at most|no more than|not more than|maximum|max|until|\u2264|<=)\s*\d")
_MORE = re.compile(r"^(?:(?:>|more|over|above|after|older|greater|larger|higher|longer)(?: than)?)\s*(?:the )?(?:age of )?\d")
_AT_LEAST = re.compile(r"^(?:at least|from|since|minimum|min|\u2265|>=)\s*\d")
_OR_MORE = re.compile(r"\d\s*(?:k|m)?\s*(?:\+|[a-z ]{0,20}(?:or|and|&) (?:more|over|above|older|up|later|higher|longer)\b|plus\b)")
_OR_LESS = re.compile(r"\d\s*(?:k|m)?\s*[a-z ]{0,20}(?:or|and|&) (?:less|fewer|under|below|younger|earlier|lower|shorter)\b")
_SIGNS = re.compile(r"[$\u20ac\u00a3\u00a5\u20b9]|\b(?:usd|eur|gbp|chf|aud|cad)\b")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTHS = {name: place for place, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: (\d{4}))?")
_WORDS = re.compile(r"[a-z]+")
_TIMES = {"thousand": 1000, "k": 1000, "million": 1_000_000, "m": 1_000_000, "mn": 1_000_000}
# What a label of a range may say beside its numbers.
_SAID = frozenset(
    ["a", "about", "above", "after", "age", "aged", "and", "approximately", "at", "before", "below", "between", "cents", "day", "days", "dollar", "dollars", "each", "employees", "euro", "euros", "fewer", "from", "greater", "higher", "hour", "hours", "hr", "hrs", "in", "income", "items", "km", "later", "least", "less", "lower", "mile", "miles", "min", "minute", "minutes", "month", "months", "more", "most", "no", "not", "of", "older", "or", "orders", "over", "people", "per", "percent", "persons", "plus", "pound", "pounds", "since", "smaller", "staff", "than", "the", "time", "times", "to", "under", "until", "up", "week", "weeks", "year", "years", "younger", "yr", "yrs", "old", "k", "m", "mn", "thousand", "million", "through", "hectares", "larger", "longer", "max", "maximum", "minimum", "shorter", "earlier", "usd", "eur", "gbp", "chf", "aud", "cad", "customers", "children", "rooms", "ha", "kg", "acres", "litres"]
)


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, both included; None is open. `step` is the smallest difference that its numbers show."""

    low: Decimal | None
    high: Decimal | None
    step: Decimal
    unit: str = ""

    @property
    def closed(self) -> bool:
        return self.low is not None and self.high is not None and self.low < self.high


@dataclass(frozen=True)
class Clash:
    """Two labels (by place) that overlap (`overlap`) or leave something between them (`gap`), and where."""

    kind: str
    first: int
    second: int
    at: str


def clashes(labels: Sequence[str]) -> Iterator[Clash]:
    """Return what is wrong between neighbouring ranges, by size. Labels that are no ranges are passed over."""
    read = [(range_of(label), place) for place, label in enumerate(labels)]
    found = [(known, place) for known, place in read if known]
    if len(found) < 2 or not any(known.closed for known, _place in found):
        return
    step = min(known.step for known, _place in found)
    found.sort(key=lambda row: (row[0].low is not None, row[0].low or 0, row[0].high is None, row[0].high or 0))
    pairs = [(_between(one[0], two[0], step), one, two) for one, two in itertools.pairwise(found)]
    joins = any(kind == "join" for kind, _one, _two in pairs)
    for kind, (one, first), (two, second) in pairs:
        if kind == "overlap" or (kind == "gap" and (joins or _is_small(one, two, step))):
            yield Clash(kind, first, second, _at(kind, one, two, step))


def _is_small(one: Range, two: Range, step: Decimal) -> bool:
    """Whether what lies between is small beside the ranges: otherwise they may be no parts of one whole."""
    assert one.high is not None
    assert two.low is not None
    widths = [known.high - known.low + step for known in (one, two) if known.high is not None and known.low is not None]
    return 2 * (two.low - one.high - step) <= min(widths, default=Decimal(0))


def _between(one: Range, two: Range, step: Decimal) -> str:
    same_unit = (one.unit or two.unit) == (two.unit or one.unit)
    if not same_unit or (one.low, one.high) == (two.low, two.high):
        return ""
    if one.high is None or two.low is None or two.low <= one.high:
        return "overlap"
    return "gap" if two.low - one.high > step else "join"


def _at(kind: str, one: Range, two: Range, step: Decimal) -> str:
    if one.unit == "date" or one.high is None or two.low is None:
        return ""
    if kind == "overlap":
        ends = (two.low, min(one.high, two.high) if two.high is not None else one.high)
    else:
        ends = (one.high + step, two.low - step)
    return "\u2013".join(dict.fromkeys(f"{end:,f}" if abs(end) >= 10_000 else f"{end:f}" for end in ends))


def range_of(label: str) -> Range | None:
    """Return the range that a label speaks of, None where it speaks of something else."""
    if len(label) > LONGEST:
        return None
    text = _SIGNS.sub("", label.casefold()).strip(" .()")
    dated = _dates(text)
    if dated:
        return dated
    if ":" in text or not set(_WORDS.findall(text)) <= _SAID:
        return None
    return _numbers(text.replace("%", ""))


def _dates(text: str) -> Range | None:
    days = [_day(*found) for found in _ISO.findall(text)]
    if len(days) == 2 and None not in days:
        return Range(days[0], days[1], Decimal(1), "date")
    months = _MONTH.findall(text)
    rest = set(_WORDS.findall(_MONTH.sub("", text))) - {"to", "until", "through"}
    if len(months) != 2 or rest or bool(months[0][1]) != bool(months[1][1]):
        return None
    low, high = (Decimal(int(year or 0) * 12 + _MONTHS[name]) for name, year in months)
    return Range(low, high, Decimal(1), "date") if low <= high else None


def _day(year: str, month: str, day: str) -> Decimal | None:
    try:
        return Decimal(date(int(year), int(month), int(day)).toordinal())
    except ValueError:
        return None


def _numbers(text: str) -> Range | None:
    unit = _UNIT.search(text)
    name = {"min": "minute", "hr": "hour", "yr": "year"}.get(unit[1], unit[1]) if unit else ""
    two = _TWO.search(text)
    if two:
        rest = text[: two.start()] + text[two.end() :]
        return None if any(sign.isdigit() for sign in rest) else _closed(two, name)
    ones = list(_ONE.finditer(text))
    return _open(text, ones[0], name) if len(ones) == 1 else None


def _closed(match: re.Match[str], unit: str) -> Range | None:
    low_digits, low_times, high_digits, high_times = match.groups(default="")
    low, step = _amount(low_digits, low_times or high_times)
    high, other = _amount(high_digits, high_times)
    return Range(low, high, min(step, other), unit) if low <= high else None


def _open(text: str, match: re.Match[str], unit: str) -> Range | None:
    value, step = _amount(match[1], match[2] or "")
    if _FEWER.search(text):
        return Range(None, value - step, step, unit)
    if _AT_MOST.search(text) or _OR_LESS.search(text):
        return Range(None, value, step, unit)
    if _MORE.search(text):
        return Range(value + step, None, step, unit)
    if _AT_LEAST.search(text) or _OR_MORE.search(text):
        return Range(value, None, step, unit)
    return Range(value, value, step, unit)


def _amount(digits: str, times: str) -> tuple[Decimal, Decimal]:
    """Return a number and the smallest difference that its way of writing shows."""
    plain = re.sub(r"[\u00a0\u202f' ]", "", digits)
    plain = plain.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain) else plain.replace(",", ".")
    value, factor = Decimal(plain), _TIMES.get(times, 1)
    places = value.as_tuple().exponent
    step = Decimal(1).scaleb(places) if isinstance(places, int) else Decimal(1)
    return value * factor, step * factor

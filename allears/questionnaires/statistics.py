"""The figures that stand beside answers, and when none may stand. Pure: counts in, figures out.

Below `ENOUGH` answers there is no percentage and no interval: counts and words say more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt

ENOUGH = 10
FEWEST_IN_GROUP = 5
FEWEST_FOR_COMMENTS = 10
Z = 1.959963984540054  # the 97.5th percentile of the standard normal distribution: intervals of 95%


@dataclass(frozen=True)
class Interval:
    """A share with its 95% interval; all from 0 to 1."""

    share: float
    low: float
    high: float


def wilson(count: int, total: int, z: float = Z) -> Interval:
    """Return the share `count / total` with Wilson's score interval.

    Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22. Raises `ValueError` unless 0 <= count <= total and total > 0.
    """
    _must_be_share(count, total)
    share = count / total
    shrunk = 1 + z * z / total
    middle = (share + z * z / (2 * total)) / shrunk
    half = z / shrunk * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    # Rounding must not put the share outside its own interval, as it would for all or nothing.
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def _must_be_share(count: int, total: int) -> None:
    if not 0 <= count <= total or total == 0:
        raise ValueError(f"{count} of {total} is no share")


def quantile(counts: Mapping[float, int], share: float) -> float | None:
    """Return the value below which `share` (0 to 1) of the answers lie; between two values, their middle.

    `counts` says how often each value was given. Type 2 of R. J. Hyndman and Y. Fan (1996), "Sample quantiles in
    statistical packages", The American Statistician 50; for 0.5 it is the ordinary median. None without answers.
    """
    values = sorted((value, count) for value, count in counts.items() if count)
    total = sum(count for _value, count in values)
    if not total:
        return None
    place = share * total
    first = _value_at(values, max(1, ceil(place)))
    if place != int(place) or place == 0:
        return first
    return (first + _value_at(values, min(total, int(place) + 1))) / 2


def _value_at(values: Sequence[tuple[float, int]], rank: int) -> float:
    """Return the value of the answer at `rank`, counted from 1."""
    passed = 0
    for value, count in values:
        passed += count
        if passed >= rank:
            return value
    return values[-1][0]


def median(counts: Mapping[float, int]) -> float | None:
    """Return the median of values with how often each was given; None without answers."""
    return quantile(counts, 0.5)


@dataclass(frozen=True)
class Bin:
    """Values from `low` (included) to `high` (excluded, but for the last bin) and how many there are."""

    low: float
    high: float
    count: int


def bins(counts: Mapping[float, int], most: int = 12) -> list[Bin]:
    """Return at most about `most` bins of a round width (1, 2 or 5 times a power of ten) that hold all values."""
    if not counts:
        return []
    low, high = min(counts), max(counts)
    width = _round_up((high - low) / most) if high > low else 1.0
    start = floor(low / width) * width
    number = floor((high - start) / width) + 1
    found = [0] * number
    for value, count in counts.items():
        found[min(number - 1, floor((value - start) / width))] += count
    return [Bin(start + n * width, start + (n + 1) * width, count) for n, count in enumerate(found)]


def _round_up(width: float) -> float:
    power = 10.0 ** floor(log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))


def mean(counts: Mapping[float, int]) -> float:
    """Return the mean of values with how often each was given. Raises `ValueError` without answers."""
    total = sum(counts.values())
    if not total:
        raise ValueError("nothing has no mean")
    return sum(value * count for value, count in counts.items()) / total


def mean_interval(counts: Mapping[float, int]) -> Interval:
    """Return the mean (as `share`) with its 95% interval by Student's t. Raises `ValueError` below two answers.

    The quantile of t is the expansion 26.7.5 in M. Abramowitz and I. Stegun (1964), "Handbook of mathematical
    functions"; with nine degrees of freedom or more it is right to a thousandth.
    """
    total = sum(counts.values())
    middle = mean(counts)
    if total < 2:
        raise ValueError("one answer has no interval")
    spread = sum(count * (value - middle) ** 2 for value, count in counts.items()) / (total - 1)
    half = _student(total - 1) * sqrt(spread / total)
    return Interval(middle, middle - half, middle + half)


def _student(freedom: int, z: float = Z) -> float:
    """The 97.5th percentile of Student's t."""
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def net_score(promoters: int, passives: int, detractors: int) -> Interval:
    """Return the net promoter score (as `share`, from -1 to 1) with its 95% interval.

    The interval is the adjusted Wald one: three answers more, of which 3/4 promoters, 3/2 passives and 3/4 detractors.
    Source: B. Rocks (2016), "Interval estimation for the net promoter score", The American Statistician 70. Raises
    `ValueError` without answers or for negative counts.
    """
    if min(promoters, passives, detractors) < 0 or not (total := promoters + passives + detractors):
        raise ValueError("no answers have no score")
    score = (promoters - detractors) / total
    more = total + 3
    up, down = (promoters + 0.75) / more, (detractors + 0.75) / more
    half = Z * sqrt((up + down - (up - down) ** 2) / more)
    middle = up - down
    return Interval(score, max(-1.0, min(score, middle - half)), min(1.0, max(score, middle + half)))


def hidden_groups(sizes: Mapping[str, int], everybody: int, fewest: int = FEWEST_IN_GROUP) -> set[str]:
    """Return the groups that may not be shown, so that nobody in a small group can be read off.

    A group below `fewest` people is hidden; and since the total is known, the smallest further groups are hidden
    until what is hidden, with those who belong to no group, comes to `fewest` people. Groups do not overlap.
    """
    hidden = {name for name, size in sizes.items() if 0 < size < fewest}
    rest = everybody - sum(sizes.values())
    for name, _size in sorted(sizes.items(), key=lambda item: (item[1], item[0])):
        kept_back = rest + sum(sizes[each] for each in hidden)
        if kept_back == 0 or kept_back >= fewest:
            break
        if sizes[name]:
            hidden.add(name)
    return hidden

"""What is shown of groups side by side never tells what one to four of a group answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from allears.questionnaires.small_cells import Part, parts_shown
from tests.linear import linprog

Table = tuple[dict[str, list[int]], list[int]]


def test_a_cell_of_few_is_kept_back_and_with_it_the_next_smallest_of_its_line() -> None:
    assert kept_back({"north": [3, 20, 9]}, [30, 60, 40]) == {"north": {0, 2}}
    assert kept_back({"north": [3, 4, 20]}, [30, 60, 40]) == {"north": {0, 1}}
    assert kept_back({"north": [1, 2, 20, 6]}, [30, 60, 40, 40]) == {"north": {0, 1, 3}}
    assert kept_back({"north": [6, 20, 9]}, [30, 60, 40]) == {"north": set()}


def test_nobody_is_shown_as_nobody_and_hides_nobody() -> None:
    assert kept_back({"north": [3, 20, 0]}, [30, 60, 40]) == {"north": {0, 1}}
    assert kept_back({"north": [20, 0, 0]}, [30, 60, 40]) == {"north": set()}


def test_a_cell_in_which_all_but_few_of_everybody_stand_is_kept_back() -> None:
    assert kept_back({"north": [20, 30, 9]}, [22, 60, 40]) == {"north": {0, 2}}
    assert kept_back({"north": [20, 30, 9]}, [20, 60, 40]) == {"north": set()}


def test_of_two_groups_that_are_everybody_the_other_keeps_back_the_same_cells() -> None:
    assert kept_back({"north": [3, 20, 9], "south": [30, 40, 50]}, [33, 60, 59]) == {"north": {0, 2}, "south": {0, 2}}


def test_of_three_groups_the_one_keeps_back_more_in_which_that_takes_the_fewest() -> None:
    found = kept_back({"north": [3, 20, 9], "south": [30, 40, 50], "west": [8, 7, 6]}, [41, 67, 65])
    assert found == {"north": {0, 2}, "south": set(), "west": {0, 2}}


def test_neighbouring_steps_are_joined_until_none_is_of_few() -> None:
    assert joined([1, 1, 2, 1, 9, 8, 20]) == [(0, 1, 2, 3), (4,), (5,), (6,)]
    assert joined([0, 0, 9, 8, 2, 0, 20]) == [(0,), (1,), (2,), (3, 4), (5,), (6,)]
    assert joined([5, 5, 5, 5, 5, 5, 5]) == [(n,) for n in range(7)]
    assert joined([1, 1, 1, 1, 1, 1, 1]) == [tuple(range(7))]


def test_steps_are_joined_where_nothing_begins_if_that_can_be() -> None:
    assert joined([0, 0, 0, 9, 3, 3, 9], begins=[4])[3:] == [(3,), (4, 5), (6,)]
    assert joined([0, 0, 0, 9, 3, 9, 9], begins=[5])[3:] == [(3, 4), (5,), (6,)]
    assert joined([0, 0, 0, 9, 3, 9, 9], begins=[4])[3:] == [(3,), (4, 5), (6,)]
    assert joined([0, 0, 0, 0, 3, 9, 9], begins=[5])[3:] == [(3,), (4, 5), (6,)]


def test_groups_that_were_counted_before_everybody_are_no_error() -> None:
    assert kept_back({"north": [9, 20], "south": [8, 7]}, [15, 27]) == {"north": set(), "south": set()}


def kept_back(groups: dict[str, list[int]], everybody: list[int]) -> dict[str, set[int]]:
    parts = parts_shown(groups, everybody)
    return {name: {column for part in found if len(part) > 1 for column in part} for name, found in parts.items()}


def joined(line: list[int], begins: Sequence[int] = ()) -> list[Part]:
    """The parts of a line that others hide in."""
    return parts_shown({"north": line}, [count + 50 for count in line], ordered=True, begins=begins)["north"]


# --- whatever the figures are -----------------------------------------------------------------------------------

counts = some.one_of(some.integers(0, 6), some.integers(0, 30), some.just(0))


@some.composite
def tables(draw: some.DrawFn) -> Table:
    """Groups of five and more, beside others who are none or five and more."""
    width = draw(some.integers(2, 6))
    line = some.lists(counts, min_size=width, max_size=width).filter(lambda found: sum(found) >= 5)
    lines = draw(some.lists(line, min_size=1, max_size=4))
    rest = draw(line if len(lines) == 1 else some.one_of(some.just([0] * width), line))
    groups = {f"g{n}": found for n, found in enumerate(lines)}
    return groups, [sum(column) for column in zip(*lines, rest, strict=True)]


@pytest.mark.parametrize("ordered", [False, True], ids=["choices", "steps"])
@settings(max_examples=100, deadline=None)
@given(table=tables())
def test_no_cell_of_few_can_be_worked_out_from_all_that_is_shown(ordered: bool, table: Table) -> None:
    groups, everybody = table
    parts = parts_shown(groups, everybody, ordered=ordered)
    reader = Reader(groups, everybody, parts)

    for at, line in enumerate(reader.lines):
        for column, count in enumerate(line):
            others = everybody[column] - count
            assert not 0 < count < 5 or not within(reader.bounds(at, column), 1, 4)
            assert (
                not count
                or not 0 < others < 5
                or not within(reader.bounds(at, column), everybody[column] - 4, everybody[column] - 1)
            )


@pytest.mark.parametrize("ordered", [False, True], ids=["choices", "steps"])
@settings(max_examples=100, deadline=None)
@given(table=tables())
def test_every_answer_stands_once_and_no_figure_that_is_shown_is_of_few(ordered: bool, table: Table) -> None:
    groups, everybody = table
    parts = parts_shown(groups, everybody, ordered=ordered)

    for name, line in groups.items():
        assert sorted(column for part in parts[name] for column in part) == list(range(len(everybody)))
        assert all(not 0 < sum(line[column] for column in part) < 5 for part in parts[name])
        assert all(part == tuple(range(part[0], part[-1] + 1)) for part in parts[name]) or not ordered
        assert sum(len(part) > 1 for part in parts[name]) <= 1 or ordered
    assert parts == parts_shown(dict(reversed(groups.items())), everybody, ordered=ordered)


@given(table=tables())
def test_nothing_is_kept_back_where_no_cell_is_of_few(table: Table) -> None:
    groups, everybody = table
    many = {name: [count + 5 for count in line] for name, line in groups.items()}
    found = parts_shown(many, [count + 5 * len(groups) + 5 for count in everybody])
    assert all(len(part) == 1 for parts in found.values() for part in parts)


class Reader:
    """Somebody who writes down all that is shown as equations, and solves them for the least and the most of a cell."""

    def __init__(self, groups: Mapping[str, list[int]], everybody: list[int], parts: Mapping[str, list[Part]]) -> None:
        rest = [all_ - sum(column) for all_, column in zip(everybody, zip(*groups.values(), strict=True), strict=True)]
        self.lines = [*groups.values(), rest]
        self.width = len(everybody)
        each = [*(parts[name] for name in groups), [tuple(range(self.width))]]
        self.equations = [
            *(
                ([(at, column) for column in part], sum(self.lines[at][c] for c in part))
                for at, found in enumerate(each)
                for part in found
            ),
            *(([(at, column) for at in range(len(self.lines))], all_) for column, all_ in enumerate(everybody)),
        ]

    def bounds(self, line: int, column: int) -> tuple[int, int]:
        places = len(self.lines) * self.width
        left = [
            [float((n // self.width, n % self.width) in cells) for n in range(places)] for cells, _sum in self.equations
        ]
        right = [sum_ for _cells, sum_ in self.equations]
        aim = [float(n == line * self.width + column) for n in range(places)]
        # Of such tables the least and the most are whole numbers by themselves (Cox 1995).
        low, high = (linprog([sign * x for x in aim], A_eq=left, b_eq=right).fun * sign for sign in (1, -1))
        return round(low), round(high)


def within(bounds: tuple[int, int], low: int, high: int) -> bool:
    """Whether a reader knows that a figure is from `low` to `high`."""
    return low <= bounds[0] and bounds[1] <= high

"""Which figures of groups side by side may be shown, so that nobody can tell that one to four of a group answered so. Pure.

The table has a line for each group and a column for each answer. Readers see everybody's figure in each column, how many
of each group answered, and what is shown of each group. Two steps, as statistical offices take them:

- Primary: a cell of one to four people is not shown, nor one that all but one to four of everybody stand in. A cell of
  nobody is shown, as long as no other cell needs it: it points at nobody.
- Secondary: so much else is kept back that no cell which is not shown can be confined to one to four people, neither along
  its line nor by taking other groups from everybody (`_Table.can_be_otherwise`).

What is kept back of a line is shown as a sum: of neighbouring steps of a scale each run by itself ("0 to 3"), of choices
all together. So nothing becomes known by a sum that its line would not give away without it.

Sources: A. Hundepool et al. (2012), "Statistical disclosure control", section 4.2 (tables of counts: the threshold rule,
joining categories, secondary suppression); L. H. Cox (1995), "Network models for complementary cell suppression", Journal of
the American Statistical Association 90, for the cycles along which figures could be moved without a reader noticing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate

from allears.questionnaires.statistics import FEWEST_IN_GROUP

Part = tuple[int, ...]  # columns of which only the sum is shown; of a single one, itself


def parts_shown(
    groups: Mapping[str, Sequence[int]],
    everybody: Sequence[int],
    *,
    ordered: bool = False,
    begins: Collection[int] = (),
) -> dict[str, list[Part]]:
    """Return for each group the parts of its line that may be shown: every column stands in exactly one.

    `groups`: how many of each group gave each answer, five or more in all; nobody is in two. Who belongs to none of them, or
    to one that is not shown at all, is what is left of `everybody`. `ordered`: the answers are steps, and only neighbours are
    joined; if it can be, not those that a column of `begins` parts. The same figures always give the same parts.
    """
    table = _Table(groups, everybody, ordered, begins)
    for line, column in table.delicate():
        while not table.can_be_otherwise(line, column) and table.join_more(line, column):
            pass
    return {name: sorted(set(table.parts[line].values())) for line, name in enumerate(table.names)}


def _few(count: int) -> bool:
    return 0 < count < FEWEST_IN_GROUP


def _delicate(count: int, everybody: int) -> bool:
    """Whether so few are counted here, or all but so few."""
    return _few(count) or (count > 0 and _few(everybody - count))


def _runs_of(best: Sequence[tuple[int, int, int, int] | None]) -> list[Part]:
    """The runs of the best way to the end; none where no way leads there."""
    runs, end = [], len(best) - 1
    while end and (way := best[end]):
        runs.append(tuple(range(way[3], end)))
        end = way[3]
    return runs[::-1]


class _Table:
    """The figures, and into which parts each line is divided so far. Dividing a line less never tells more."""

    def __init__(
        self, groups: Mapping[str, Sequence[int]], everybody: Sequence[int], ordered: bool, begins: Collection[int]
    ) -> None:
        self.names = sorted(groups)
        self.lines = [list(groups[name]) for name in self.names]
        self.columns = range(len(everybody))
        shown = [sum(line[column] for line in self.lines) for column in self.columns]
        # Counted at different moments, groups may come to more than everybody.
        self.everybody = [max(count, all_) for count, all_ in zip(shown, everybody, strict=True)]
        self.ordered, self.begins = ordered, begins
        self.rest = [all_ - count for all_, count in zip(self.everybody, shown, strict=True)]
        parts = [self._runs(line) for line in self.lines] if ordered else self._kept_back()
        if any(self.rest):  # of whom no page shows anything, but by subtraction
            self.lines.append(self.rest)
            parts.append([tuple(self.columns)])
        self.parts: list[dict[int, Part]] = [{} for _line in self.lines]  # in which part a column stands
        self.hiding: list[set[int]] = [set() for _column in self.columns]  # the lines that do not show a column
        for line, found in enumerate(parts):
            for part in found:
                self._join(line, part)

    def _join(self, line: int, part: Part) -> None:
        self.parts[line].update(dict.fromkeys(part, part))
        if len(part) > 1:
            for column in part:
                self.hiding[column].add(line)

    def delicate(self) -> list[tuple[int, int]]:
        """The cells that must not be found out, of the fewest people first."""
        found = [
            (line[column], at, column)
            for at, line in enumerate(self.lines)
            for column in self.columns
            if _delicate(line[column], self.everybody[column])
        ]
        return [(at, column) for _count, at, column in sorted(found)]

    # --- one line by itself -----------------------------------------------------------------------------------------

    def _may_stand(self, line: Sequence[int], part: Part) -> bool:
        return not _delicate(sum(line[c] for c in part), sum(self.everybody[c] for c in part))

    def _kept_back(self) -> list[list[Part]]:
        """Every choice by itself, but for those of a line that are kept back together: the delicate ones, and the next smallest
        until they may stand as a sum. Where the groups are everybody, best the same as in another line.
        """
        back = [{c for c in self.columns if not self._may_stand(line, (c,))} for line in self.lines]
        for at in sorted(range(len(self.lines)), key=lambda at: sum(self.lines[at])):
            elsewhere = set() if any(self.rest) else {c for other in back if other is not back[at] for c in other}
            self._keep_back_more(self.lines[at], back[at], elsewhere)
        return [self._divided(each) for each in back]

    def _keep_back_more(self, line: Sequence[int], back: set[int], elsewhere: Collection[int]) -> None:
        others = [c for c in self.columns if self.everybody[c] and c not in back]
        others.sort(key=lambda c: (not line[c], c not in elsewhere, line[c], c))
        while back and others and (len(back) == 1 or not self._may_stand(line, tuple(back))):
            back.add(others.pop(0))

    def _divided(self, back: Collection[int]) -> list[Part]:
        single: list[Part] = [(column,) for column in self.columns if column not in back]
        return sorted([*single, tuple(sorted(back))]) if back else single

    def _runs(self, line: Sequence[int]) -> list[Part]:
        """Runs of steps that may stand: none across a beginning if it can be, as many as can be, of as few joined people."""
        if all(self._may_stand(line, (column,)) for column in self.columns):
            return [(column,) for column in self.columns]
        here, all_ = ([0, *accumulate(counts)] for counts in (line, self.everybody))
        across = [0, *accumulate(int(column in self.begins) for column in self.columns)]
        best: list[tuple[int, int, int, int] | None] = [
            (0, 0, 0, 0)
        ]  # across, runs, joined people; where the last run begins
        for end in range(1, len(line) + 1):
            ways = [
                (
                    crossed + across[end] - across[begin + 1],
                    runs - 1,
                    people + (here[end] - here[begin]) * (end - begin > 1),
                    begin,
                )
                for begin, (crossed, runs, people, _begin) in ((n, way) for n, way in enumerate(best) if way)
                if not _delicate(here[end] - here[begin], all_[end] - all_[begin])
            ]
            best.append(min(ways, default=None))
        return _runs_of(best) or [tuple(self.columns)]

    # --- all lines together -----------------------------------------------------------------------------------------

    def can_be_otherwise(self, line: int, column: int) -> bool:
        """Whether other figures would look the same in which nobody, or five and more, stand where few do."""
        return all(
            self._can_move(line, column, by=more) or self._can_move(line, column, by=-less)
            for more, less in self._ways_out(line, column)
        )

    def _ways_out(self, line: int, column: int) -> list[tuple[int, int]]:
        """With how many more, or with how many less, this cell would not be of few; nor the others of its column."""
        here, others = self.lines[line][column], self.everybody[column] - self.lines[line][column]
        few = [(FEWEST_IN_GROUP - here, here)] if _few(here) else []
        return [*few, (others, FEWEST_IN_GROUP - others)] if here and _few(others) else few

    def _can_move(self, line: int, column: int, by: int) -> bool:
        """Whether a cell could be larger by so many (or smaller, below 0) and all that is shown be the same: one person after
        the other goes round a cycle of cells that are not shown.
        """
        moved: list[tuple[int, int, int]] = []
        for _person in range(abs(by)):
            cycle = self._cycle(line, column, up=by > 0)
            moved += cycle
            for at, less, more in cycle:
                self.lines[at][less] -= 1
                self.lines[at][more] += 1
            if not cycle:
                break
        for at, less, more in moved:
            self.lines[at][less] += 1
            self.lines[at][more] -= 1
        return bool(cycle)

    def _cycle(self, line: int, column: int, *, up: bool) -> list[tuple[int, int, int]]:
        """Steps of one person each, within a line from one column to another, that leave every column as it is and change this
        cell by one; none where there are none.
        """
        figures = self.lines[line]
        beside = [c for c in self.parts[line][column] if c != column]
        ends = {c for c in beside if figures[c]} if up else {column}
        begins = [column] if up else beside if figures[column] else []
        came: dict[int, tuple[int, int, int] | None] = dict.fromkeys(begins)
        waiting = deque(came)
        while waiting:
            for step in self._steps(waiting.popleft(), but=(line, column)):
                _line, _from, there = step
                if there in came:
                    continue
                came[there] = step
                if there in ends:
                    return self._way(came, there, line, column, up)
                waiting.append(there)
        return []

    def _steps(self, here: int, but: tuple[int, int]) -> Iterator[tuple[int, int, int]]:
        for at in self.hiding[here]:
            if self.lines[at][here] and (at, here) != but:
                yield from ((at, here, there) for there in self.parts[at][here] if there != here and (at, there) != but)

    @staticmethod
    def _way(
        came: Mapping[int, tuple[int, int, int] | None], end: int, line: int, column: int, up: bool
    ) -> list[tuple[int, int, int]]:
        steps, here = [], end
        while step := came[here]:
            steps.append(step)
            here = step[1]
        return [*steps, (line, end, column) if up else (line, column, here)]

    def join_more(self, line: int, column: int) -> bool:
        """Show less of one line: best of another that then hides in the same two columns, and as few people as can be; else
        of this one. Returns whether anything was left to join.
        """
        ways = [*self._in_other_lines(line, column), *self._in_this_line(line, column), *self._in_any_line()]
        if not ways:
            return False
        _cost, at, joined = min(ways)
        self._join(at, joined)
        return True

    def _in_other_lines(self, line: int, column: int) -> Iterator[tuple[tuple[int, ...], int, Part]]:
        here, wanted = self.lines[line][column], self._ways_out(line, column)
        for at, other in enumerate(self.lines[: len(self.names)]):
            for beside in self.parts[line][column]:
                if at == line or beside in self.parts[at][column] or not self.everybody[beside]:
                    continue
                up, down = min(self.lines[line][beside], other[column]), min(here, other[beside])
                enough = all(up >= more or down >= less for more, less in wanted)
                yield self._joined(at, (column, beside), 0 if enough else 1 if up or down else 3)

    def _in_this_line(self, line: int, column: int) -> Iterator[tuple[tuple[int, ...], int, Part]]:
        if line < len(self.names):
            part = self.parts[line][column]
            near = (part[0] - 1, part[-1] + 1) if self.ordered else self.columns
            yield from (self._joined(line, (column, c), 2) for c in near if c in self.columns and c not in part)

    def _in_any_line(self) -> Iterator[tuple[tuple[int, ...], int, Part]]:
        for at in range(len(self.names)):
            yield from (self._joined(at, (0, c), 4) for c in self.columns if c not in self.parts[at][0])

    def _joined(self, at: int, columns: Part, rank: int) -> tuple[tuple[int, ...], int, Part]:
        """What joining these columns of a line makes of it, and what it costs."""
        parts = set(self.parts[at].values())
        touched = {c for column in columns for c in self.parts[at][column]}
        if self.ordered:
            touched = {c for part in parts if part[-1] >= min(touched) and part[0] <= max(touched) for c in part}
        else:
            touched |= {c for part in parts if len(part) > 1 for c in part}
        joined = tuple(sorted(touched))
        across = sum(column in self.begins for column in joined[1:])
        hidden = sum(self.lines[at][part[0]] for part in parts if len(part) == 1 and part[0] in touched)
        return (rank, across, hidden, len(joined)), at, joined

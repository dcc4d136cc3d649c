"""What nobody can ever be shown, compared with showing it to everybody who could be."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allears.questionnaires import logic
from allears.questionnaires.logic import Answered, Condition, Known, Rule
from allears.questionnaires.reach import Reached, never_shown

FACETS = {"region": ["North", "South"]}


def rule(*conditions: tuple[str, ...], join: str = "all") -> Rule:
    return Rule(join, tuple(Condition(*condition) for condition in conditions))


def asked(*rules: Rule | None) -> list[Reached]:
    """A choice, several choices, a scale and a text, in turn; each under its rule."""
    return [_kind(at, rule) for at, rule in enumerate(rules)]


def _kind(at: int, rule: Rule | None) -> Reached:
    shapes: list[dict[str, Any]] = [
        {"kind": "single", "choices": frozenset("ab")},
        {"kind": "multiple", "choices": frozenset("ab")},
        {"kind": "scale", "minimum": 0, "maximum": 2},
        {"kind": "long_text"},
    ]
    return Reached(key=str(at), rule=rule, **shapes[at % 4])


# Whatever can be answered to each of the kinds, silence included.
ANSWERS = [
    [Answered(), Answered(frozenset("a")), Answered(frozenset("b"))],
    [Answered(), Answered(frozenset("a")), Answered(frozenset("b")), Answered(frozenset("ab"))],
    [Answered(), *(Answered(number=float(n)) for n in range(3))],
    [Answered(), Answered(words=True)],
]


def shown_to_somebody(questions: list[Reached]) -> set[str]:
    found: set[str] = set()
    people = product(product(*(ANSWERS[at % 4] for at in range(len(questions)))), ((), ("North",), ("South",)), ("en", "ar", "de"))
    for answers, region, language in people:
        said = {str(at): answer for at, answer in enumerate(answers) if answer}
        found |= logic.shown(questions, Known(said, {"region": frozenset(region)}, language))
    return found


CONDITIONS = st.one_of(
    st.builds(
        lambda at, verb, value: Condition("answer", str(at), verb, value if logic.VERBS[verb] else ""),
        st.integers(0, 4), st.sampled_from(["is", "is_not", "answered", "not_answered"]), st.sampled_from(["a", "b", "1", "7"]),
    ),
    st.builds(
        lambda at, verb, value: Condition("answer", str(at), verb, value),
        st.integers(0, 4), st.sampled_from(["at_least", "at_most"]), st.sampled_from(["-1", "0", "1.5", "2", "3"]),
    ),
    st.builds(lambda verb, value: Condition("facet", "region", verb, value), st.sampled_from(["is", "is_not"]), st.sampled_from(["North", "South", "gone"])),
    st.builds(lambda verb, value: Condition("language", "", verb, value), st.sampled_from(["is", "is_not"]), st.sampled_from(["en", "ar"])),
)  # fmt: skip
RULES = st.none() | st.builds(
    lambda join, rows: Rule(join, tuple(rows)), st.sampled_from(["all", "any"]), st.lists(CONDITIONS, min_size=1, max_size=3)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RULES, min_size=2, max_size=5))
def test_what_is_never_shown_is_just_what_nobody_is_shown(rules: list[Rule | None]) -> None:
    questions = asked(*rules)
    everything = {question.key for question in questions}

    assert never_shown(questions, FACETS) == everything - shown_to_somebody(questions)


DAY = date(2026, 11, 26)
ROWED = {
    "date": Reached("0", "date", minimum=DAY.toordinal(), maximum=DAY.toordinal() + 2),
    "matrix": Reached("0", "matrix", choices=frozenset("ab"), minimum=1, maximum=3),
    "ranking": Reached("0", "ranking", choices=frozenset("abc")),
    "first two": Reached("0", "ranking", choices=frozenset("abc"), maximum=2),
}


def answers_to(question: Reached) -> list[Answered]:
    """Whatever can be answered to a question about a day or about rows."""
    if question.kind == "date":
        return [Answered(), *(Answered(number=float(DAY.toordinal() + n)) for n in range(3))]
    ranks = question.kind == "ranking"
    places = range(int(question.maximum or len(question.choices)) + 1) if ranks else range(4)
    given = ({row: at for row, at in zip(sorted(question.choices), ats, strict=True) if at} for ats in product(places, repeat=len(question.choices)))
    return [Answered(frozenset(rows), rows=_ranked(rows) if ranks else {row: float(at) for row, at in rows.items()}) for rows in given]


def _ranked(places: dict[str, int]) -> dict[str, float]:
    """Items by their places; those that share one get the mean of those that they take together."""
    before = {row: sum(other < at for other in places.values()) for row, at in places.items()}
    return {row: before[row] + (list(places.values()).count(at) + 1) / 2 for row, at in places.items()}


OF_ROWS = st.builds(
    lambda verb, value, row: Condition("answer", "0", verb, value, row),
    st.sampled_from(["is", "at_least", "at_most"]), st.sampled_from("0123"), st.sampled_from("abx"),
)  # fmt: skip
OF_PLACES = st.one_of(
    st.builds(lambda row: Condition("answer", "0", "first", "", row), st.sampled_from("abcx")),
    st.builds(lambda value, row: Condition("answer", "0", "among", value, row), st.sampled_from("123"), st.sampled_from("abc")),
)
DAYS = st.integers(-1, 3).map(lambda n: (DAY + timedelta(n)).isoformat())
OF_DAYS = st.one_of(
    st.builds(lambda verb, day: Condition("answer", "0", verb, day), st.sampled_from(["on", "before", "after"]), DAYS),
    st.builds(lambda one, other: Condition("answer", "0", "between", "..".join(sorted((one, other)))), DAYS, DAYS),
)
SAID = st.builds(lambda verb: Condition("answer", "0", verb), st.sampled_from(["answered", "not_answered"]))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ROWED)), st.data())
def test_so_it_is_with_days_rows_and_places(kind: str, data: st.DataObject) -> None:
    question = ROWED[kind]
    said = {"date": OF_DAYS, "matrix": OF_ROWS}.get(kind, OF_PLACES)
    wanted = data.draw(st.lists(st.one_of(said, said, SAID), min_size=1, max_size=3).map(tuple))
    for join in ("all", "any"):
        second = Reached("1", "long_text", Rule(join, wanted))
        seen = any(logic.holds(second.rule, Known({"0": answer} if answer else {})) for answer in answers_to(question))

        assert never_shown([question, second], {}) == (frozenset() if seen else {"1"})


@pytest.mark.parametrize(
    "wanted",
    [
        [("answer", "0", "is", "a"), ("answer", "0", "is", "b")],
        [("answer", "0", "is", "gone")],
        [("answer", "0", "answered"), ("answer", "0", "is_not", "a"), ("answer", "0", "is_not", "b")],
        [("answer", "2", "at_least", "2"), ("answer", "2", "at_most", "1")],
        [("answer", "2", "at_least", "1"), ("answer", "2", "at_most", "1"), ("answer", "2", "is_not", "1")],
        [("answer", "2", "is", "3")],
        [("answer", "3", "answered"), ("answer", "3", "not_answered")],
        [("answer", "3", "is", "a")],
        [("answer", "4", "answered")],
        [("answer", "taken away", "is", "a")],
        [("facet", "region", "is", "North"), ("facet", "region", "is", "South")],
        [("facet", "region", "is", "gone")],
        [("language", "", "is", "en"), ("language", "", "is_not", "en-GB")],
    ],
)
def test_what_contradicts_itself_is_never_shown(wanted: list[tuple[str, ...]]) -> None:
    questions = asked(None, None, None, None, rule(*wanted))

    assert never_shown(questions, FACETS) == {"4"}


def test_a_contradiction_with_what_came_before_is_found_along_the_whole_chain() -> None:
    only_a = rule(("answer", "0", "is", "a"))
    after_it = rule(("answer", "2", "at_least", "1"), ("answer", "0", "is", "b"))
    after_that = rule(("answer", "3", "answered"), ("language", "", "is", "en"))

    assert never_shown(asked(None, None, only_a, after_it, after_that), FACETS) == {"3", "4"}


def test_none_of_these_goes_with_nothing_else() -> None:
    first = Reached("0", "multiple", None, frozenset("abn"), frozenset("n"))
    second = Reached("1", "long_text", rule(("answer", "0", "is", "n"), ("answer", "0", "is", "a")))

    assert never_shown([first, second], FACETS) == {"1"}


def test_a_consent_is_given_or_not() -> None:
    first = Reached("0", "consent")
    second = Reached("1", "long_text", rule(("answer", "0", "is", "0")))

    assert never_shown([first, second], FACETS) == {"1"}


def test_more_ways_than_can_be_counted_are_taken_for_possible() -> None:
    texts = [Reached(str(at), "single", None, frozenset(map(str, range(20)))) for at in range(4)]
    either = [Reached(f"r{at}", "long_text", rule(*(("answer", str(at), "is", str(n)) for n in range(20)), join="any")) for at in range(4)]
    last = Reached("last", "long_text", rule(*(("answer", f"r{at}", "answered") for at in range(4))))

    assert never_shown([*texts, *either, last], {}) == frozenset()

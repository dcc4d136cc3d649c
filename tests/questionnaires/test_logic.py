"""Which questions somebody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.questionnaires import logic
from allears.questionnaires.logic import Answered, Condition, Known, Rule


@dataclass(frozen=True)
class Question:
    key: str
    rule: Rule | None = None


def rule(*conditions: tuple[str, ...], join: str = "all") -> Rule:
    return Rule(join, tuple(Condition(*condition) for condition in conditions))


LATE = Known(
    {
        "late": Answered(frozenset({"yes"})), "days": Answered(number=9.0), "why": Answered(words=True),
        "how good": Answered(frozenset({"parcel"}), rows={"parcel": 2.0}),
        "order": Answered(frozenset({"speed", "price", "care"}), rows={"speed": 1.0, "price": 2.5, "care": 2.5}),
        "came": Answered(number=float(date(2026, 11, 26).toordinal())),
    },
    {"region": frozenset({"North"})},
    "ar-EG",
)


@pytest.mark.parametrize(
    ("condition", "so"),
    [
        (("answer", "late", "is", "yes"), True),
        (("answer", "late", "is", "no"), False),
        (("answer", "late", "is_not", "no"), True),
        (("answer", "never asked", "is_not", "no"), True),
        (("answer", "days", "at_least", "9"), True),
        (("answer", "days", "at_least", "9.5"), False),
        (("answer", "days", "at_most", "9"), True),
        (("answer", "days", "is", "9"), True),
        (("answer", "never asked", "at_least", "0"), False),
        (("answer", "why", "answered"), True),
        (("answer", "never asked", "answered"), False),
        (("answer", "never asked", "not_answered"), True),
        (("answer", "how good", "at_most", "2", "parcel"), True),
        (("answer", "how good", "at_least", "3", "parcel"), False),
        (("answer", "how good", "is", "2", "parcel"), True),
        (("answer", "how good", "at_least", "0", "letter"), False),
        (("answer", "how good", "at_least", "0"), False),
        (("answer", "order", "first", "", "speed"), True),
        (("answer", "order", "first", "", "price"), False),
        (("answer", "order", "among", "2", "price"), False),
        (("answer", "order", "among", "3", "price"), True),
        (("answer", "order", "among", "3", "never ranked"), False),
        (("answer", "came", "on", "2026-11-26"), True),
        (("answer", "came", "before", "2026-11-26"), False),
        (("answer", "came", "before", "2026-11-27"), True),
        (("answer", "came", "after", "2026-11-26"), False),
        (("answer", "came", "after", "2026-11-25"), True),
        (("answer", "came", "between", "2026-11-26..2026-11-26"), True),
        (("answer", "came", "between", "2026-11-27..2026-12-24"), False),
        (("answer", "never asked", "before", "2026-11-27"), False),
        (("facet", "region", "is", "North"), True),
        (("facet", "region", "is_not", "North"), False),
        (("facet", "tenure", "is_not", "new"), True),
        (("facet", "tenure", "not_answered"), True),
        (("language", "", "is", "ar"), True),
        (("language", "", "is_not", "en"), True),
    ],
)
def test_a_condition_holds_or_not(condition: tuple[str, ...], so: bool) -> None:
    assert logic.holds(rule(condition), LATE) is so


def test_all_wants_all_and_any_wants_one() -> None:
    yes, no = ("answer", "late", "is", "yes"), ("answer", "late", "is", "no")

    assert not logic.holds(rule(yes, no), LATE)
    assert logic.holds(rule(yes, no, join="any"), LATE)
    assert logic.holds(None, LATE)


def test_what_hangs_on_a_hidden_question_is_hidden_with_it() -> None:
    questions = [
        Question("late"),
        Question("why", rule(("answer", "late", "is", "no"))),
        Question("how", rule(("answer", "why", "answered"))),
        Question("again", rule(("answer", "why", "not_answered"))),
    ]

    assert logic.shown(questions, LATE) == {"late", "again"}


@pytest.mark.parametrize(
    "stored",
    [
        "x", 7, [], {"join": "all"}, {"join": "some", "conditions": [{"about": "answer", "of": "a", "verb": "answered"}]},
        {"join": "all", "conditions": []}, {"join": "all", "conditions": ["x"]},
        {"join": "all", "conditions": [{"about": "weather", "of": "", "verb": "is", "value": "x"}]},
        {"join": "all", "conditions": [{"about": "answer", "of": "a", "verb": "smells", "value": "x"}]},
        {"join": "all", "conditions": [{"about": "answer", "of": "a", "verb": "is", "value": ""}]},
        {"join": "all", "conditions": [{"about": "answer", "of": "a", "verb": "at_least", "value": "many"}]},
        {"join": "all", "conditions": [{"about": "answer", "of": "a", "verb": "at_least", "value": "nan"}]},
        {"join": "all", "conditions": [{"about": "answer", "of": "a", "verb": "answered", "more": "x"}]},
        {"join": "all", "conditions": [{"about": "answer", "of": "a", "verb": "answered"}] * 21},
        *(
            {"join": "all", "conditions": [{"about": about, "of": "a", "verb": verb, "value": value, "row": row}]}
            for about, verb, value, row in [
                ("answer", "first", "", ""), ("answer", "among", "few", "x"), ("answer", "is", "x", "row"),
                ("answer", "is_not", "1", "row"), ("facet", "is", "1", "row"), ("answer", "on", "soon", ""),
                ("answer", "before", "2026-02-30", ""), ("answer", "after", "20261126", ""), ("answer", "on", "2026-11-26", "row"),
                ("answer", "between", "2026-11-26", ""), ("answer", "between", "2026-11-27..2026-11-26", ""),
            ]
        ),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(stored: Any) -> None:
    if not stored:
        assert logic.parsed(stored) is None
        return
    with pytest.raises(logic.BadRule):
        logic.parsed(stored)


PLAIN = ["is", "is_not", "at_least", "at_most", "answered", "not_answered"]
CONDITIONS = st.one_of(
    st.builds(
        Condition, st.sampled_from(logic.SUBJECTS), st.sampled_from("abc"), st.sampled_from(PLAIN),
        st.sampled_from(["1", "2", "x1"]).map(lambda value: value.removeprefix("x")),
    ),
    st.builds(Condition, st.just("answer"), st.sampled_from("abc"), st.sampled_from(logic.OF_A_ROW), st.sampled_from("12"), st.sampled_from("12")),
    st.builds(Condition, st.just("answer"), st.sampled_from("abc"), st.sampled_from(["on", "before", "after"]), st.just("0001-01-02")),
)  # fmt: skip
RULES = st.builds(Rule, st.sampled_from(["all", "any"]), st.lists(CONDITIONS, min_size=1, max_size=5).map(tuple))
KNOWN = st.builds(
    Known,
    st.dictionaries(st.sampled_from("abc"), st.builds(Answered, st.frozensets(st.sampled_from("12")), st.none() | st.floats(0, 3))),
    st.dictionaries(st.sampled_from("abc"), st.frozensets(st.sampled_from("12"))),
    st.sampled_from(["", "en", "1"]),
)  # fmt: skip


@given(RULES)
def test_a_rule_comes_back_from_where_it_was_stored(one: Rule) -> None:
    assert logic.parsed(logic.stored(one)) == one


@given(CONDITIONS, KNOWN)
def test_is_not_and_not_answered_are_the_contrary(one: Condition, known: Known) -> None:
    pairs = {"is": "is_not", "answered": "not_answered"}
    if one.verb in pairs and one.about != "language":
        contrary = Condition(one.about, one.of, pairs[one.verb], one.value)
        assert logic.holds(Rule("all", (one,)), known) is not logic.holds(Rule("all", (contrary,)), known)


@given(st.lists(st.one_of(st.none(), RULES), max_size=6), KNOWN)
def test_more_is_never_shown_than_asked_and_what_has_no_rule_always_is(rules: list[Rule | None], known: Known) -> None:
    questions = [Question("abcdef"[at], one) for at, one in enumerate(rules)]
    shown = logic.shown(questions, known)

    assert {q.key for q in questions if q.rule is None} <= shown <= {q.key for q in questions}

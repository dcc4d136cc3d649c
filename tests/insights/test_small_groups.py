"""Small groups are hidden, and so is what would give them away."""

from hypothesis import given
from hypothesis import strategies as st

from allears.insights.small_groups import leaves_few, safe_groups


def test_groups_of_five_and_more_are_shown() -> None:
    assert safe_groups({"north": 5, "south": 50}).hidden == frozenset()


def test_a_single_small_group_takes_the_next_smallest_with_it() -> None:
    assert safe_groups({"north": 3, "south": 9, "east": 50}).hidden == {"north", "south"}


def test_small_groups_that_are_many_together_hide_alone() -> None:
    assert safe_groups({"a": 3, "b": 4, "c": 9, "d": 50}).hidden == {"a", "b"}


def test_empty_groups_say_nothing_of_anybody() -> None:
    assert safe_groups({"a": 0, "b": 50}).shown == {"a": 0, "b": 50}


@given(st.dictionaries(st.integers(), st.integers(0, 60), max_size=8))
def test_what_is_hidden_is_nobody_or_enough_people(people: dict[int, int]) -> None:
    groups = safe_groups(people)
    together = sum(people[key] for key in groups.hidden)
    assert together == 0 or together >= 5 or not any(n for n in groups.shown.values())
    assert all(n == 0 or n >= 5 for n in groups.shown.values())


def test_a_part_that_leaves_few_of_its_whole_gives_them_away() -> None:
    assert leaves_few(40, part=35)
    assert not leaves_few(40, part=40)
    assert not leaves_few(40, part=12)

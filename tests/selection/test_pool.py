"""Reading pools and quotas: what is wrong is named by row and column."""

from __future__ import annotations

from fractions import Fraction

import pytest

from allears.selection import Pool, Quotas, SelectionError, prepare, propose

QUOTAS = "category,feature,min,max\nage,young,1,2\nage,old,1,2\n"


def refused(code: str, text: str, *, quotas: str = QUOTAS, id_column: str | None = None) -> SelectionError:
    with pytest.raises(SelectionError) as caught:
        Pool.parse(text, Quotas.parse(quotas), id_column=id_column)
    assert caught.value.code == code
    return caught.value


def refused_quotas(code: str, text: str) -> SelectionError:
    with pytest.raises(SelectionError) as caught:
        Quotas.parse(text)
    assert caught.value.code == code
    return caught.value


def test_people_of_one_kind_become_one_type() -> None:
    pool = Pool.parse("id,age,note\nb,young,x\na,young,y\nc,old,z\n", Quotas.parse(QUOTAS))
    assert pool.types == (("old",), ("young",))
    assert pool.members == (("c",), ("a", "b"))


def test_the_order_of_rows_changes_nothing() -> None:
    quotas = Quotas.parse(QUOTAS)
    assert Pool.parse("id,age\na,young\nb,old\n", quotas) == Pool.parse("id,age\nb,old\na,young\n", quotas)


def test_a_double_id_names_both_rows() -> None:
    error = refused("double_id", "id,age\na,young\nb,old\na,old\n")
    assert (error.row, error.column) == (4, "id")
    assert str(error) == "pool, row 4, column “id”: the id “a” was already used in row 2."


def test_an_unknown_value_names_row_column_and_what_is_known() -> None:
    error = refused("unknown_value", "id,age\na,young\n\nb,ancient\n")
    assert (error.row, error.column) == (4, "age")
    assert "young, old" in str(error)


def test_a_missing_value_is_a_value_of_its_own() -> None:
    pool = Pool.parse("id,age\na,young\nb,\n", Quotas.parse(QUOTAS))
    assert pool.types == (("",), ("young",))


def test_an_empty_pool_is_refused() -> None:
    error = refused("no_people", "id,age\n")
    assert (error.row, error.column) == (2, "id")
    assert refused("empty_file", "").row == 1
    refused("empty_file", "\n\n")


def test_somebody_without_an_id_is_refused() -> None:
    assert refused("empty_id", "id,age\n,young\n").row == 2


def test_a_ragged_row_is_refused() -> None:
    assert refused("ragged_row", "id,age\na,young,extra\n").row == 2
    error = refused("ragged_row", "id,age\na,young\nb\n")
    assert (error.row, error.column) == (3, "age")


def test_a_column_that_is_missing_or_double_is_refused() -> None:
    assert refused("missing_column", "id,years\na,young\n").column == "age"
    assert refused("missing_column", "id,age\na,young\n", id_column="number").column == "number"
    assert refused("double_column", "id,age,age\na,young,old\n").column == "age"


def test_a_quote_left_open_is_refused() -> None:
    refused("not_csv", 'id,age\na,"young\n')


def test_words_in_any_script_are_kept_and_spelled_one_way() -> None:
    quotas = Quotas.parse("category,feature,min,max\nâge,café ☕,0,2\nâge,موافق,0,2\n")
    pool = Pool.parse("id,âge\n名,cafe\u0301 ☕\nб,موافق\n", quotas)
    assert pool.counts() == {"âge": {"café ☕": 1, "موافق": 1}}


def test_semicolons_and_a_byte_order_mark_are_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "quotas.csv"
    file.write_bytes("\ufeffcategory;feature;min;max\nage;young;1;2\n".encode())
    assert list(Quotas.read(file)) == [("age", "young", 1, 2)]


def test_a_file_that_is_not_utf8_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "quotas.csv"
    file.write_bytes(b"category,feature,min,max\nage,caf\xe9,1,2\n")
    with pytest.raises(SelectionError, match="row 2, is not UTF-8 text: the byte at position 32"):
        Quotas.read(file)


@pytest.mark.parametrize("number", ["1,000", "1.5", "-1", "", "two", "１２", "1e3", " ", "9" * 13])
def test_a_number_that_could_be_read_two_ways_is_refused(number: str) -> None:
    error = refused_quotas("not_a_number", f'category,feature,min,max\nage,young,0,2\nage,old,0,"{number}"\n')
    assert (error.row, error.column) == (3, "max")


def test_a_minimum_above_its_maximum_is_refused() -> None:
    error = refused_quotas("min_above_max", "category,feature,min,max\nage,young,3,2\n")
    assert (error.row, error.column) == (2, "min")


def test_a_quota_twice_is_refused() -> None:
    assert refused_quotas("double_quota", QUOTAS + "age,old,0,1\n").row == 4


def test_quotas_without_lines_or_facets_are_refused() -> None:
    assert refused_quotas("no_quotas", "category,feature,min,max\n").row == 2
    assert refused_quotas("empty_facet", "category,feature,min,max\n,young,0,2\n").row == 2


def test_a_thousand_facets_are_refused_at_the_first_one_too_many() -> None:
    lines = "".join(f"facet {number},yes,0,2\n" for number in range(1000))
    error = refused_quotas("too_many_facets", "category,feature,min,max\n" + lines)
    assert (error.row, error.column) == (62, "category")


def test_a_thousand_columns_without_quotas_do_no_harm() -> None:
    header = ",".join(["id", "age", *(f"note {number}" for number in range(1000))])
    pool = Pool.parse(f"{header}\na,young{',x' * 1000}\n", Quotas.parse(QUOTAS))
    assert pool.facets == ("age",)


def test_more_seats_than_people_are_refused() -> None:
    quotas = Quotas.parse(QUOTAS)
    pool = Pool.parse("id,age\na,young\nb,old\n", quotas)
    with pytest.raises(SelectionError, match="You ask for 3 people and the pool has 2"):
        prepare(pool, quotas, 3)
    with pytest.raises(SelectionError, match="at least 1"):
        prepare(pool, quotas, 0)


def test_quotas_that_contradict_the_size_name_their_facet() -> None:
    pool = Pool.from_people(("age",), {"a": ("young",), "b": ("young",), "c": ("old",)})
    with pytest.raises(SelectionError, match=r"^“age” is to have at least 4 seats in all, and only 2 can be chosen"):
        prepare(pool, Quotas({"age": {"young": (2, 2), "old": (2, 2)}}), 2)
    with pytest.raises(SelectionError, match=r"^“age” may have at most 2 seats in all, and 3 are to be chosen"):
        prepare(pool, Quotas({"age": {"young": (0, 1), "old": (0, 1)}}), 3)
    read = Quotas.parse("category,feature,min,max\nage,young,2,2\nage,old,2,2\n", "quotas.csv")
    with pytest.raises(SelectionError, match=r"^quotas\.csv, row 3, column “min”: “age” is to have at least 4 seats") as caught:
        prepare(pool, read, 2)
    assert (caught.value.row, caught.value.column) == (3, "min")


def test_a_pool_with_a_facet_too_many_is_described_by_the_quotas_alone() -> None:
    pool = Pool.from_people(("age", "name"), {"a": ("young", "A"), "b": ("young", "B"), "c": ("old", "C")})
    plan = prepare(pool, Quotas({"age": {"young": (1, 1), "old": (0, 1)}}), 2)
    assert plan.pool.types == (("old",), ("young",))


def test_quotas_about_an_unknown_facet_are_refused() -> None:
    with pytest.raises(SelectionError, match="“height”"):
        prepare(Pool.from_people(("age",), {"a": ("old",)}), Quotas({"height": {"tall": (0, 1)}}), 1)


def test_proposed_quotas_are_floor_and_ceiling_with_a_seat_of_slack() -> None:
    quotas = propose({"age": {"young": 70, "old": 30}}, 12)
    assert list(quotas) == [("age", "young", 7, 10), ("age", "old", 2, 5)]
    assert list(propose({"age": {"young": 3, "old": 1}}, 4, slack=0)) == [("age", "young", 3, 3), ("age", "old", 1, 1)]


def test_what_is_owed_moves_the_proposal_but_shuts_nobody_out() -> None:
    base = {"tool": {"alone": 88, "hub": 5, "other": 7}}
    debts = {("tool", "alone"): Fraction(5, 2), ("tool", "hub"): Fraction(-12, 5), ("tool", "other"): Fraction(-1, 10)}
    assert list(propose(base, 12, carried=debts)) == [("tool", "alone", 9, 12), ("tool", "hub", 0, 2), ("tool", "other", 0, 2)]
    halves = {("age", "young"): Fraction(3), ("age", "old"): Fraction(-3)}
    assert list(propose({"age": {"young": 1, "old": 1}}, 12, carried=halves)) == [("age", "young", 8, 10), ("age", "old", 2, 4)]


def test_a_base_that_is_no_base_is_refused() -> None:
    for values in ({"a": 0}, {"a": -1}, {"a": float("nan")}):
        with pytest.raises(SelectionError) as caught:
            propose({"age": values}, 4)
        assert caught.value.code == "bad_share"


def test_a_quota_can_be_edited() -> None:
    quotas = Quotas({"age": {"young": (1, 2)}}).with_bounds("age", "young", 0, 2).with_bounds("town", "x", 0, 1)
    assert list(quotas) == [("age", "young", 0, 2), ("town", "x", 0, 1)]


def test_taking_people_out_removes_empty_types() -> None:
    pool = Pool.from_people(("age",), {"a": ("young",), "b": ("old",)})
    assert pool.without(["b"]).types == (("young",),)


def test_a_count_that_is_no_count_is_refused() -> None:
    with pytest.raises(SelectionError, match="at least 1"):
        Pool.from_counts(("age",), [(("young",), 0)])

"""Where marks stand: geometry that can be checked with a pencil."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from allears.design import charts


def test_a_place_is_a_percentage_between_both_ends() -> None:
    assert charts.place(3, 1, 5) == "50%"
    assert charts.place(1 / 3, 0, 1) == "33.33%"


def test_a_count_that_is_kept_back_is_not_drawn_as_nobody() -> None:
    yes, no = charts.distribution([charts.Answers("Yes", None), charts.Answers("No", 0)], total=40)
    assert (yes.is_kept_back, yes.shown, yes.note) == (True, "–", "")
    assert (no.is_kept_back, no.shown, no.note) == (False, "0", "0%")


def test_a_thousand_answers_are_written_with_what_parts_the_thousands() -> None:
    assert [bar.shown for bar in charts.distribution([charts.Answers("Yes", 1092), charts.Answers("No", 8)])] == ["1,092", "8"]


def test_nothing_is_drawn_outside_its_scale() -> None:
    assert charts.place(12, 0, 10) == "100%"
    assert charts.place(-3, 0, 10) == "0%"


def test_a_scale_without_length_puts_everything_at_its_beginning() -> None:
    assert charts.place(5, 5, 5) == "0%"


def test_somebody_is_never_shown_as_nobody_and_not_all_never_as_all() -> None:
    assert [charts.percent(s) for s in (0, 0.004, 0.385, 0.996, 1)] == ["0%", "<1%", "38%", ">99%", "100%"]


def test_the_longest_bar_fills_its_track_and_the_others_follow() -> None:
    drawn = charts.bars([charts.Bar("late", 171), charts.Bar("portal", 57)])
    assert [(bar.width, bar.shown) for bar in drawn] == [("100%", "171"), ("33.33%", "57")]


def test_the_tick_of_all_customers_stands_on_the_same_scale() -> None:
    (bar,) = charts.bars([charts.Bar("students", 6, "6%", reference=16, reference_shown="16%")], top=100)
    assert (bar.width, bar.tick, bar.tick_shown) == ("6%", "16%", "16%")


def test_bars_of_nothing_have_no_length() -> None:
    assert [bar.width for bar in charts.bars([charts.Bar("late", 0), charts.Bar("portal", 0)])] == [
        "0%",
        "0%",
    ]
    assert charts.bars([]) == []


def test_below_ten_answers_there_is_neither_percentage_nor_interval() -> None:
    drawn = charts.distribution([charts.Answers("Yes", 6, 0.3, 0.9), charts.Answers("No", 3, 0.1, 0.6)])
    assert [(bar.shown, bar.note, bar.low, bar.high) for bar in drawn] == [
        ("6", "", "", ""),
        ("3", "", "", ""),
    ]


def test_from_ten_answers_the_share_and_its_interval_are_drawn() -> None:
    yes, _no = charts.distribution([charts.Answers("Yes", 60, 0.5, 0.69), charts.Answers("No", 40, 0.31, 0.5)])
    assert (yes.width, yes.low, yes.high) == ("60%", "50%", "69%")
    assert (yes.note, yes.tick_shown) == ("60%", "50%–69%")


def test_shares_are_of_people_when_each_may_choose_several_answers() -> None:
    drawn = charts.distribution([charts.Answers("Phone", 30), charts.Answers("Mail", 20)], total=40)
    assert [bar.note for bar in drawn] == ["75%", "50%"]


def test_a_question_nobody_answered_is_drawn_without_dividing_by_zero() -> None:
    (bar,) = charts.distribution([charts.Answers("Yes", 0)])
    assert (bar.width, bar.note) == ("0%", "")


def test_the_funnel_is_as_wide_as_the_part_of_those_asked() -> None:
    steps = charts.funnel(
        [charts.FunnelStep("asked", 200), charts.FunnelStep("spoke", 50), charts.FunnelStep("told", 10)]
    )
    assert [(step.width, step.share) for step in steps] == [("100%", "100%"), ("25%", "25%"), ("5%", "5%")]
    assert [step.inward for step in steps] == ["", "0,0 100,0 25,100 0,100", "0,0 25,0 5,100 0,100"]


def test_a_funnel_in_which_nobody_was_asked_is_empty() -> None:
    assert charts.funnel([]) == []
    (step,) = charts.funnel([charts.FunnelStep("asked", 0)])
    assert (step.width, step.share) == ("0%", "")


def test_coverage_compares_the_chosen_with_all_customers() -> None:
    facet = charts.Facet("Region", [charts.FacetValue("North", 30, 500, 25, 35), charts.FacetValue("South", 10, 500)])
    north, south = charts.coverage(facet)
    assert (north.width, north.tick, north.note, north.tick_shown) == ("75%", "50%", "75%", "50%")
    assert (north.low, north.high) == ("62.5%", "87.5%")
    assert (south.low, south.high) == ("", "")


def test_a_panel_of_four_is_compared_in_people_not_in_percentages() -> None:
    first, _second = charts.coverage(
        charts.Facet("Size", [charts.FacetValue("small", 3, 90), charts.FacetValue("large", 1, 10)])
    )
    assert (first.shown, first.note, first.tick_shown) == ("3", "", "90%")


def test_the_larger_value_stands_higher_in_a_slope() -> None:
    better, worse = charts.slope(
        [charts.Change("told", 1, 5), charts.Change("moved", 5, 1)], height=240, apart=20, head=0
    )
    assert (better.y1, better.y2, better.direction) == ("220", "20", "up")
    assert (worse.y1, worse.y2, worse.direction) == ("20", "220", "down")


def test_when_nothing_differs_the_slope_is_level_in_the_middle() -> None:
    (line,) = charts.slope([charts.Change("same", 3, 3)], height=200, apart=20, head=0)
    assert (line.y1, line.y2, line.direction) == ("100", "100", "level")


def test_a_long_name_is_shortened_on_the_line_and_whole_in_the_table() -> None:
    (line,) = charts.slope([charts.Change("moving a delivery once it is on its way", 1, 2)])
    assert line.short == "moving a delivery…"
    assert line.label == "moving a delivery once it is on its way"


def test_labels_that_would_touch_move_apart_around_their_middle() -> None:
    assert charts.spread([100, 104], 20) == [92, 112]
    assert charts.spread([10, 100], 20) == [10, 100]


@given(st.lists(st.floats(0, 500), max_size=12))
def test_labels_keep_their_order_and_never_touch(wanted: list[float]) -> None:
    places = charts.spread(wanted, 20)
    in_order = [places[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])]
    assert all(after - before >= 20 - 1e-6 for before, after in pairwise(in_order))


def test_a_large_gap_is_a_surprise_and_says_which_way() -> None:
    rows = charts.journey(
        [
            charts.Touchpoint("portal", 4.0, 2.4),
            charts.Touchpoint("unloading", 2.4, 4.1),
            charts.Touchpoint("help", 3.2, 3.3),
        ],
        1,
        5,
        large=1,
    )
    assert [(row.gap, row.kind) for row in rows] == [("−1.6", "worse"), ("+1.7", "better"), ("+0.1", "near")]
    assert (rows[0].predicted, rows[0].actual) == ("75%", "35%")


def test_the_lines_of_a_journey_meet_half_way_between_two_rows() -> None:
    first, second = charts.journey([charts.Touchpoint("offer", 3, 5), charts.Touchpoint("portal", 3, 1)], 1, 5, large=1)
    assert (first.actual_from, first.actual_to, second.actual_from) == ("", "50%", "50%")


def test_where_nobody_answered_the_line_is_broken_and_no_gap_claimed() -> None:
    first, second = charts.journey(
        [charts.Touchpoint("offer", 3, 5), charts.Touchpoint("invoice", 3, None)], 1, 5, large=1
    )
    assert (first.actual_to, second.actual, second.gap, second.kind) == ("", "", "", "unknown")


def test_a_sparkline_runs_from_the_first_week_to_the_last() -> None:
    line = charts.sparkline([charts.Week("12 Jan", 0), charts.Week("19 Jan", 40), charts.Week("26 Jan", 10)])
    assert line is not None
    assert line.points == "0,100 50,0 100,75"
    assert (line.last_x, line.last_y, line.peak.label, line.total) == ("100%", "75%", "19 Jan", 50)


def test_a_sparkline_of_no_weeks_is_not_drawn_and_of_silent_ones_is_flat() -> None:
    assert charts.sparkline([]) is None
    flat = charts.sparkline([charts.Week("12 Jan", 0), charts.Week("19 Jan", 0)])
    assert flat is not None
    assert flat.points == "0,100 100,100"

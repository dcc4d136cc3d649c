"""Components say what they are given, and nothing that somebody smuggled in."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Engine, Template, engines
from django.test import RequestFactory
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from allears.design import charts
from allears.design.parts import Cell, Chip, Column, Fact, Link, LoopCell, Step, Waiting
from allears.design.words import Span

HOSTILE = "<script>alert(1)</script>\"' onload=x"


def drawn(source: str, path: str = "/", **context: Any) -> HTMLParser:
    """The page that this template makes with this context."""
    context.setdefault("request", RequestFactory().get(path))
    template: Any = engines["django"].from_string("{% load design %}" + source)
    return HTMLParser(template.render(context))


def text(page: HTMLParser, selector: str) -> str:
    node = page.css_first(selector)
    assert node is not None, f"nothing matches {selector}"
    return " ".join(node.text().split())


EVERY_COMPONENT = [
    '{% words x who=x facts=xs when=x href=x lang=x id=x %}{% chip x "voice" x x %}{% endwords %}',
    "{% words segments=segments %}{% endwords %}{% words x who=x facts=xs when=x href=x line=True %}{% endwords %}",
    "{% quote x who=x href=x %}{% marked x spans %}",
    "{% timeline x %}{% moment x x x x %}ok{% endmoment %}{% endtimeline %}",
    "{% button x name=x value=x form=x %}{% link_button x x %}{% post_button x x name=x value=x next=x %}",
    "{% menu x %}ok{% endmenu %}{% dialog_link x x x %}{% dialog x x %}ok{% enddialog %}",
    "{% confirm x x x x %}ok{% endconfirm %}{% copy_field x x %}",
    "{% card x x x %}ok{% endcard %}{% section x x x x %}ok{% endsection %}{% page_header x x %}ok{% endpage_header %}",
    "{% notice x x %}ok{% endnotice %}{% empty_state x x x %}ok{% endempty_state %}{% stat x x x x %}",
    "{% progress 3 9 x x %}{% undo_toast x x x x x %}",
    "{% loop_strip cells x x x %}{% waiting_list waiting %}{% facts facts %}{% steps steps x %}",
    "{% rows_table columns rows x %}{% data_table columns x %}<tr><td>ok</td></tr>{% enddata_table %}",
    "{% person_line x xs x x %}{% tabs links x %}{% breadcrumbs links %}",
    "{% filter_bar chips x x x %}ok{% endfilter_bar %}{% search_box x x x x keep %}{% keyset_pager x x x x x %}",
    "{% bar_chart bars x x reference=x what=x figure=x %}{% sparkline_chart weeks x x href=x %}",
    "{% distribution_chart answers x x %}{% funnel_chart funnel x x %}{% coverage_chart facets x x %}",
    "{% slope_chart changes x x x x %}{% journey_chart touchpoints x x %}",
    "{% error_summary form %}{% form_fields form %}",
]


class HostileForm(forms.Form):
    words = forms.CharField(label=HOSTILE, help_text="<i>plain</i>", max_length=3)
    way = forms.ChoiceField(label=HOSTILE, choices=[("a", HOSTILE)], widget=forms.RadioSelect)


def hostile_context() -> dict[str, Any]:
    x = HOSTILE
    return {
        "x": x,
        "xs": [x, x],
        "segments": [{"text": x, "tone": "voice", "label": x, "href": x}],
        "spans": [Span(0, 4, "voice", x, x)],
        "cells": [LoopCell(x, x, "voice", x)],
        "waiting": [Waiting(x, x, x, due=True)],
        "facts": [Fact(x, x, x), (x, x)],
        "steps": [Step(x, "done", x, x)],
        "columns": [Column(x, "sort")],
        "rows": [[Cell(x, x, x, "voice")], [x]],
        "links": [Link(x, x, True, x), Link(x)],
        "chips": [Chip(x, "voice", x, x)],
        "keep": [(x, x)],
        "bars": [charts.Bar(x, 3, x, 2, x, x)],
        "weeks": [charts.Week(x, 3)],
        "answers": [charts.Answers(x, 12, 0.2, 0.9, x)],
        "funnel": [charts.FunnelStep(x, 12, "voice", x)],
        "facets": [charts.Facet(x, [charts.FacetValue(x, 1, 2, 1, 2, x)])],
        "changes": [charts.Change(x, 1, 2, x, x, x)],
        "touchpoints": [charts.Touchpoint(x, 1, 2, x, x)],
        "form": HostileForm({"words": x, "way": x}),
    }


@pytest.mark.parametrize("source", EVERY_COMPONENT)
def test_no_component_lets_markup_through(source: str) -> None:
    page = drawn(source, **hostile_context())
    assert page.css("script") == []
    assert page.css("[onload]") == []


def test_words_stand_as_they_were_spoken_with_their_spans_marked() -> None:
    page = drawn("{% words words spans=spans %}{% endwords %}", words="Nobody told us.", spans=[Span(7, 14)])
    assert page.css_first("blockquote p").text() == "Nobody told us."
    assert text(page, "mark") == "told us"


def test_blanks_that_were_typed_around_words_stay_out_of_the_quotation_marks() -> None:
    page = drawn("{% quote words %}", words=" Nobody told us.\n ")
    assert page.css_first(".quote__words").text() == "Nobody told us."


def test_a_quotation_of_words_that_were_taken_back_says_so_and_leads_there() -> None:
    page = drawn('{% quote "" who="" href="/sight/" against="against it" %}')
    assert page.css("blockquote") == []
    assert text(page, 'a[href="/sight/"]') == "These words were taken back."


def test_words_that_were_taken_back_leave_a_stone_and_no_quotation() -> None:
    page = drawn('{% words "" who="Participant 31" %}{% endwords %}')
    assert page.css("blockquote") == []
    assert "taken back" in text(page, ".words--gone")


def test_a_column_that_orders_the_table_offers_the_reverse() -> None:
    columns = [Column("Name", "name"), Column("Since", "since"), Column("State")]
    page = drawn(
        "{% rows_table columns rows 'People' sort='name' %}",
        "/?sort=name&q=bea&page=3",
        columns=columns,
        rows=[],
    )
    first, second = (link.attributes["href"] for link in page.css("th a"))
    assert (first, second) == ("?q=bea&sort=-name", "?q=bea&sort=since")
    assert [th.attributes.get("aria-sort") for th in page.css("th")] == ["ascending", None, None]


def test_a_row_knows_its_columns_names_for_narrow_screens() -> None:
    page = drawn(
        "{% rows_table columns rows 'People' %}",
        columns=[Column("Name"), Column("Region")],
        rows=[["Bea", "North"]],
    )
    assert [td.attributes["data-label"] for td in page.css("td")] == ["Name", "Region"]


def test_a_pager_leads_on_and_keeps_the_question() -> None:
    page = drawn("{% pager page %}", "/?q=late&page=2", page=Paginator(range(90), 25).page(2))
    assert page.css_first("[rel=next]").attributes["href"] == "?q=late&page=3"
    assert text(page, "[aria-current=page]") == "2"


def test_one_page_needs_no_pager() -> None:
    assert drawn("{% pager page %}", page=Paginator(range(3), 25).page(1)).css("nav") == []


def test_what_was_typed_into_the_address_is_encoded_in_links() -> None:
    page = drawn('<a href="{% query_with page=2 %}">', '/?q="><script>')
    assert page.css_first("a").attributes["href"] == "?q=%22%3E%3Cscript%3E&page=2"


class StudyForm(forms.Form):
    name = forms.CharField(help_text="People will see it.")
    minutes = forms.IntegerField(required=False)
    way = forms.ChoiceField(choices=[("one", "One by one"), ("panel", "Together")], widget=forms.RadioSelect)
    remind = forms.BooleanField(required=False)


def test_a_field_is_described_by_its_help_and_by_what_is_wrong() -> None:
    page = drawn("{% field form.name %}", form=StudyForm({}))
    field = page.css_first("input")
    ids = (field.attributes["aria-describedby"] or "").split()
    assert [text(page, f"#{id}") for id in ids] == [
        "People will see it.",
        "Not right yet: Please write something here.",
    ]
    assert field.attributes["aria-invalid"] == "true"
    assert page.css_first("label").attributes["for"] == field.attributes["id"]


def test_a_group_of_choices_has_a_legend_and_is_described_as_a_whole() -> None:
    page = drawn("{% field form.way %}", form=StudyForm({"way": "shout"}))
    group = page.css_first("fieldset")
    assert text(page, "legend") == "Way"
    assert text(page, f"#{group.attributes['aria-describedby']}").endswith("Please choose one of those shown.")
    assert [label.text(strip=True) for label in page.css("label")] == ["One by one", "Together"]


def test_what_may_stay_empty_says_so() -> None:
    assert "if you like" in text(drawn("{% field form.minutes %}", form=StudyForm()), "label")
    assert "if you like" not in text(drawn("{% field form.name %}", form=StudyForm()), "label")
    assert "if you like" not in drawn("{% field form.remind %}", form=StudyForm()).html


def test_the_summary_counts_what_is_wrong_and_leads_to_each_field() -> None:
    page = drawn("{% error_summary form %}{% form_fields form %}", form=StudyForm({}))
    assert text(page, ".summary h2") == "2 things are not right yet"
    for link in page.css(".summary a"):
        assert page.css_first(link.attributes["href"] or "") is not None


def test_a_form_without_mistakes_has_no_summary() -> None:
    assert drawn("{% error_summary form %}", form=StudyForm()).css(".summary") == []


def test_one_mistake_is_one_thing() -> None:
    form = StudyForm({"name": "Late orders"})
    assert text(drawn("{% error_summary form %}", form=form), ".summary h2") == "One thing is not right yet"


def test_every_chart_says_the_same_in_a_table() -> None:
    bars = [charts.Bar("industry", 48, "48%", 43, "43%"), charts.Bar("students", 6, "6%", 16, "16%")]
    page = drawn("{% bar_chart bars 'Who is speaking' top=100 reference='all customers' %}", bars=bars)
    cells = [[cell.text(strip=True) for cell in row.css("th, td")] for row in page.css("tbody tr")]
    assert cells == [["industry", "48%", "43%"], ["students", "6%", "16%"]]
    assert page.css_first("svg[role=img]").attributes["aria-label"] == "48%; all customers 43%"


@pytest.mark.parametrize("language", ["ar", "de"])
def test_figures_in_a_chart_keep_their_point_whatever_the_language(language: str) -> None:
    from django.utils import translation

    with translation.override(language):
        page = drawn(
            "{% progress 1200 3400 'Sending' %}{% bar_chart bars 'Themes' %}",
            bars=[charts.Bar("late", 2), charts.Bar("x", 3)],
        )
    assert page.css_first("rect.bars__bar").attributes["width"] == "66.67%"
    assert page.css_first("progress").attributes["max"] == "3400"


def test_work_of_unknown_length_claims_no_percentage() -> None:
    bar = drawn("{% progress 0 0 'Reading' %}").css_first("progress")
    assert "value" not in bar.attributes


def test_a_picture_folds_what_it_has_beyond_its_most_and_its_table_has_all() -> None:
    bars = [charts.Bar(f"Value {n}", n) for n in range(12)]
    page = drawn("{% bar_chart bars 'Values' most=8 %}", bars=bars)
    assert (len(page.css(".bars__row")), len(page.css(".chart__table tbody tr"))) == (12, 12)
    assert [label.text() for label in page.css(".chart__more .bars__label")] == ["Value 8", "Value 9", "Value 10", "Value 11"]
    assert text(page, ".chart__more > summary") == "the others (4)"
    assert not drawn("{% bar_chart bars 'Values' most=9 %}", bars=bars).css(".chart__more")
    facet = charts.Facet("Town", [charts.FacetValue(f"Town {n}", n, 10) for n in range(20)])
    assert text(drawn("{% coverage_chart facets 'Who' %}", facets=[facet]), ".chart__more > summary") == "the others (12)"


def test_a_form_that_posts_carries_the_token() -> None:
    source = "{% post_button 'Pause' '/x' %}{% confirm '/x' 'Yes' %}sure?{% endconfirm %}{% undo_toast 'Done' '/x' %}"
    page = drawn(source, csrf_token="t0ken")
    assert [node.attributes["value"] for node in page.css("[name=csrfmiddlewaretoken]")] == ["t0ken"] * 3


def test_components_are_there_without_being_loaded() -> None:
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    assert "voice" in Template("{% chip 'late' 'voice' %}", engine=engine).render(Context())

"""What is being typed is shown as participants will get it, with its minutes, and nothing is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.people.budget import set_budget
from allears.questionnaires import authoring
from allears.questionnaires.answering_preview import render_preview
from allears.questionnaires.duration import minutes_of, seconds_of
from allears.questionnaires.models import Question, Version
from tests import cast
from tests.questionnaires.asked import asking

pytestmark = pytest.mark.django_db

HOME = "/questionnaires/late-orders/"
ENDLESS = {"text": "How?", "minimum": "0", "maximum": "1e9", "low_label": "no", "high_label": "yes"}
TOO_LONG = "A scale has at most 21 steps. Bring its ends together, or ask for a number instead."


def typed(client: Client, kind: str, where: str = "", **fields: str) -> dict[str, Any]:
    answer = client.post(f"{HOME}typed/?kind={kind}{where}", fields)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_the_very_first_question_is_seen_before_there_is_a_draft(as_ana: Client) -> None:
    cast.late_orders()

    told = typed(as_ana, "long_text", text="What <b>happened</b>?")

    assert "What &lt;b&gt;happened&lt;/b&gt;?" in told["html"]
    assert f'id="{told["place"]}"' in told["html"]
    assert "This question takes about" in told["minutes"]
    assert Version.objects.count() == 0


def test_a_ranking_of_which_only_the_first_count_is_seen(as_ana: Client) -> None:
    cast.late_orders()

    told = typed(as_ana, "ranking", text="What matters most?", maximum_places="2", **{
        "choices-TOTAL_FORMS": "3", "choices-INITIAL_FORMS": "0",
        **{f"choices-{n}-label": label for n, label in enumerate(["Price", "Hours", "Quiet"])},
    })  # fmt: skip

    assert "Give the first 2 a place" in told["html"]


def test_the_minutes_are_those_that_saving_gives(as_ana: Client) -> None:
    version = authoring.draft_of(cast.late_orders(), by=cast.ana())
    page = version.sections.get()
    authoring.add_question(section=page, kind="long_text", text="Before?")
    told = typed(as_ana, "multiple", text="Which of these?", **{
        "choices-TOTAL_FORMS": "2", "choices-INITIAL_FORMS": "0", "choices-0-label": "One", "choices-1-label": "Two more",
    })  # fmt: skip

    saved = authoring.add_question(section=page, kind="multiple", text="Which of these?", choices=["One", "Two more"])

    assert f"takes about {round(seconds_of(saved))} seconds" in told["minutes"]
    assert f"about {-int(-minutes_of(version) // 1)} minute" in told["minutes"]


def test_a_question_that_is_changed_stands_in_its_own_place(as_ana: Client) -> None:
    version = authoring.draft_of(cast.late_orders(), by=cast.ana())
    first = authoring.add_question(section=version.sections.get(), kind="long_text", text="Before?")
    authoring.add_question(section=version.sections.get(), kind="long_text", text="After?")

    html = typed(as_ana, "number", f"&key={first.key}", text="How many?")["html"]

    assert html.index("How many?") < html.index("After?")
    assert "Before?" not in html
    assert Question.objects.filter(text="Before?", kind="long_text").count() == 1


def test_a_new_question_stands_on_the_page_that_was_chosen(as_ana: Client) -> None:
    version = authoring.draft_of(cast.late_orders(), by=cast.ana())
    first = version.sections.get()
    authoring.add_question(section=first, kind="long_text", text="First page?")
    authoring.add_question(section=authoring.add_section(version=version), kind="long_text", text="Second page?")

    html = typed(as_ana, "number", f"&section={first.pk}", text="How many?")["html"]

    assert ("First page?" in html, "How many?" in html, "Second page?" in html) == (True, True, False)


def test_what_is_asked_already_stays_as_it_is(as_ana: Client) -> None:
    asking()
    typed(as_ana, "number", text="How many?")
    assert Version.objects.count() == 1


def test_more_than_the_contact_budget_is_said(as_ana: Client) -> None:
    cast.late_orders()
    set_budget(by=cast.ada(), minutes=1, days=30, quiet_from=None, quiet_to=None)

    assert "more than the 1 minutes" in typed(as_ana, "long_text", text="What? " * 200)["minutes"]


def test_a_ranking_is_shown_without_its_script(as_ana: Client) -> None:
    cast.late_orders()
    assert "<script" not in typed(as_ana, "ranking", text="Which?")["html"]


def test_without_script_a_button_shows_what_was_typed_and_saves_nothing(as_ana: Client) -> None:
    question = authoring.add_question(
        section=authoring.draft_of(cast.late_orders(), by=cast.ana()).sections.get(), kind="long_text", text="Before?"
    )
    address = f"{HOME}questions/{question.key}/"

    before = as_ana.get(address).content.decode()
    after = as_ana.post(address, {"text": "And after that?", "look": "1"})

    assert "srcdoc=" in before
    assert after.status_code == 200
    assert "And after that?" in after.content.decode().partition("srcdoc=")[2]
    assert "There is a problem" not in after.content.decode()
    assert Question.objects.get().text == "Before?"


def test_a_scale_without_end_is_refused_while_it_is_typed_and_when_it_is_saved(as_ana: Client) -> None:
    cast.late_orders()

    told = typed(as_ana, "scale", **ENDLESS)
    saved = as_ana.post(f"{HOME}questions/new/?kind=scale", ENDLESS)

    assert told["wrong"] == TOO_LONG
    assert (saved.status_code, TOO_LONG in saved.content.decode(), Question.objects.count()) == (422, True, 0)


def test_a_scale_between_fractions_is_refused(as_ana: Client) -> None:
    cast.late_orders()
    saved = as_ana.post(f"{HOME}questions/new/?kind=scale", ENDLESS | {"minimum": "0.5", "maximum": "3"})

    assert saved.status_code == 422
    assert "Enter a whole number." in saved.content.decode()


def test_a_draft_that_has_such_a_scale_from_elsewhere_is_looked_at_as_far_as_it_goes() -> None:
    draft = authoring.draft_of(cast.late_orders(), by=cast.ana())
    authoring.add_question(section=draft.sections.get(), kind="scale", text="How?", minimum=0, maximum=1e9)

    html = render_preview(draft)

    assert 'value="100"' in html
    assert 'value="101"' not in html


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("long_text", {}),
        ("scale", {"text": "How?", "minimum": "9", "maximum": "1"}),
        ("scale", {"text": "How?", "minimum": "50"}),
        ("scale", {"text": "How?", "minimum": "-1e300", "maximum": "1e300"}),
        ("matrix", {"text": "How?", "minimum": "x", "maximum": "5", "choices-TOTAL_FORMS": "x"}),
        ("matrix", {"text": "How?", "maximum": "1e9", "choices-TOTAL_FORMS": "1", "choices-INITIAL_FORMS": "0", "choices-0-label": "A"}),
        ("date", {"text": "When?", "earliest": "2020-13-01"}),
        ("date", {"text": "When?", "earliest": "0001-01-01", "latest": "9999-12-31"}),
        ("ranking", {"text": "Which?", "maximum_places": "-3"}),
        ("short_text", {"text": "Three?", "boxes": "1000000"}),
        ("file", {"text": "Show us", "boxes": "99", "accepts": "x"}),
        ("consent", {"text": "I agree", "purpose": "x"}),
        ("nps", {"text": "{{ }} {name|} {"}),
        ("statement", {"text": "\x00"}),
    ],
)
def test_half_typed_and_hostile_forms_are_shown_as_far_as_they_go(as_ana: Client, kind: str, fields: dict[str, str]) -> None:
    cast.late_orders()
    assert len(typed(as_ana, kind, **fields)["html"]) < 150_000


def test_a_kind_that_is_none_is_not_found(as_ana: Client) -> None:
    cast.late_orders()
    assert as_ana.post(f"{HOME}typed/?kind=x").status_code == 404

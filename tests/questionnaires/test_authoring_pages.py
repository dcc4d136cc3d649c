"""The editor in a browser without script: forms that are posted and pages that come back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.questionnaires import authoring
from allears.questionnaires.models import Choice, DraftStep, Question, Section, Version
from allears.studies.models import Study
from tests import cast

pytestmark = pytest.mark.django_db

EDITOR = "/questionnaires/late-orders/"
ROWS = {"choices-TOTAL_FORMS": "3", "choices-INITIAL_FORMS": "0"}


def add(client: Client, kind: str, **fields: str) -> int:
    return client.post(f"{EDITOR}questions/new/?kind={kind}", {"text": "What happened?", **fields}).status_code


def test_the_first_question_begins_the_first_draft(as_ana: Client) -> None:
    cast.late_orders()
    assert "Here your questions will stand" in as_ana.get(EDITOR).content.decode()
    assert Version.objects.count() == 0

    assert add(as_ana, "long_text", boxes="2", help="As much as you like.") == 302

    question = Question.objects.get()
    assert (question.kind, question.boxes, question.help) == ("long_text", 2, "As much as you like.")
    assert "What happened?" in as_ana.get(EDITOR).content.decode()


@pytest.mark.parametrize("kind", ["short_text", "long_text", "single", "multiple", "scale", "number", "date", "statement"])
def test_every_kind_has_its_form(as_ana: Client, kind: str) -> None:
    cast.late_orders()
    assert as_ana.get(f"{EDITOR}questions/new/?kind={kind}").status_code == 200


def test_choices_come_in_the_order_that_their_numbers_say(as_ana: Client) -> None:
    cast.late_orders()
    rows = {
        **ROWS, "choices-0-label": "Price", "choices-0-ORDER": "2", "choices-1-label": "Delivery",
        "choices-1-ORDER": "1", "choices-2-label": "Other", "choices-2-ORDER": "3", "choices-2-asks_text": "on",
        "pasted": "Service\n\n  Colour ",
    }  # fmt: skip

    assert add(as_ana, "single", **rows) == 302

    assert list(Choice.objects.values_list("label", "asks_text")) == [
        ("Delivery", False), ("Price", False), ("Other", True), ("Service", False), ("Colour", False),
    ]  # fmt: skip
    assert "Delivery&nbsp;· Price&nbsp;· Other" in as_ana.get(EDITOR).content.decode()  # no line begins with a dot


def test_more_rows_keep_what_was_typed_and_save_nothing(as_ana: Client) -> None:
    cast.late_orders()
    rows = {**ROWS, "choices-0-label": "Price", "more": "1", "text": ""}
    answer = as_ana.post(f"{EDITOR}questions/new/?kind=single", rows)

    assert (answer.status_code, Question.objects.count()) == (200, 0)
    assert 'value="Price"' in answer.content.decode()
    assert 'name="choices-6-label"' in answer.content.decode()


def test_a_wrong_scale_comes_back_with_words(as_ana: Client) -> None:
    cast.late_orders()
    answer = as_ana.post(
        f"{EDITOR}questions/new/?kind=scale", {"text": "Again?", "minimum": "9", "maximum": "1", "low_label": "no"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The upper end has to be above the lower one." in page
    assert 'href="#id_high_label"' in page


def test_the_ends_of_a_scale_stand_as_people_write_them(as_ana: Client) -> None:
    cast.late_orders()
    assert add(as_ana, "scale", minimum="0", maximum="10", low_label="no", high_label="yes") == 302
    page = as_ana.get(f"{EDITOR}questions/{Question.objects.get().key}/").content.decode()

    assert ('value="10"' in page, 'value="10.0"' in page) == (True, False)


def test_a_question_is_moved_copied_taken_away_and_put_back(as_ana: Client) -> None:
    cast.late_orders()
    add(as_ana, "long_text")
    add(as_ana, "number", text="How many?")
    first = Question.objects.get(kind="long_text")
    place = f"{EDITOR}questions/{first.key}/place/"

    def order() -> list[str]:
        return list(Question.objects.values_list("text", flat=True))

    as_ana.post(place, {"act": "down"})
    assert order() == ["How many?", "What happened?"]
    as_ana.post(place, {"act": "copy"})
    assert order() == ["How many?", "What happened?", "What happened?"]
    after = as_ana.post(place, {"act": "remove"}, follow=True).content.decode()
    assert order() == ["How many?", "What happened?"]
    assert "The question is gone." in after
    as_ana.post(f"{EDITOR}undo/", {"step": DraftStep.objects.latest("pk").pk})
    assert order() == ["How many?", "What happened?", "What happened?"]


def test_a_page_with_questions_goes_only_after_a_question(as_ana: Client) -> None:
    cast.late_orders()
    add(as_ana, "long_text")
    as_ana.post(f"{EDITOR}pages/")
    first = Section.objects.all()[0]
    url = f"{EDITOR}pages/{first.pk}/"

    assert "1 question goes with it" in as_ana.post(url, {"act": "remove"}).content.decode()
    assert Section.objects.count() == 2
    as_ana.post(url, {"act": "remove", "sure": "1"})
    assert (Section.objects.count(), Question.objects.count()) == (1, 0)


def test_publishing_says_what_is_wrong_and_then_what_changes(as_ana: Client) -> None:
    cast.late_orders()
    add(as_ana, "single", **ROWS)
    answer = as_ana.post(f"{EDITOR}publishing/")
    assert (answer.status_code, "fewer than two choices" in answer.content.decode()) == (422, True)

    question = Question.objects.get()
    authoring.set_choices(question=question, choices=["A", "B"])
    assert as_ana.post(f"{EDITOR}publishing/").status_code == 302
    as_ana.post(f"{EDITOR}draft/")
    as_ana.post(f"{EDITOR}questions/{question.key}/?kind=long_text", {"text": "What went on?"})

    page = as_ana.get(f"{EDITOR}publishing/").content.decode()
    assert "Reworded: “What happened?” is now “What went on?”" in page
    assert "was asked as “One choice”, now as “Long text”" in page


def test_who_publishes_in_a_draft_study_is_led_to_opening_it_and_afterwards_stays(as_ana: Client) -> None:
    study = cast.late_orders(state="draft")
    add(as_ana, "long_text")
    first = as_ana.post(f"{EDITOR}publishing/", follow=True)
    assert first.redirect_chain == [("/studies/late-orders/", 302)]
    assert "Nobody is asked before you open the study." in first.content.decode()
    assert "/studies/late-orders/opening/" in first.content.decode()

    Study.objects.filter(pk=study.pk).update(state="open")
    as_ana.post(f"{EDITOR}draft/")
    assert as_ana.post(f"{EDITOR}publishing/")["Location"] == EDITOR


def test_a_published_version_cannot_be_edited_by_a_forged_form(as_ana: Client) -> None:
    cast.late_orders()
    add(as_ana, "long_text")
    version = Version.objects.get()
    authoring.publish(version=version)
    question, section = Question.objects.get(), Section.objects.get()

    assert as_ana.post(f"{EDITOR}questions/{question.key}/", {"text": "Changed"}).status_code == 404
    assert as_ana.post(f"{EDITOR}pages/{section.pk}/", {"title": "Changed"}).status_code == 404
    for place in (f"{EDITOR}questions/{question.key}/place/", f"{EDITOR}pages/{section.pk}/"):
        told = as_ana.post(place, {"act": "remove", "sure": "1"}, follow=True).content.decode()
        assert "published or thrown away in the meantime" in told
    assert Question.objects.get().text == "What happened?"


def test_who_does_not_work_on_it_reads_only_what_is_asked(as_lea: Client, as_mia: Client) -> None:
    draft = authoring.draft_of(cast.late_orders())
    authoring.add_question(section=draft.sections.all()[0], kind="long_text", text="Half a thought")

    for client in (as_lea, as_mia):
        assert "Half a thought" not in client.get(EDITOR).content.decode()
        assert client.get(f"{EDITOR}preview/").status_code == 404
        assert client.get(f"{EDITOR}publishing/").status_code == 403
        assert client.post(f"{EDITOR}pages/").status_code == 403


def test_markup_in_a_question_stays_words(as_ana: Client) -> None:
    cast.late_orders()
    add(as_ana, "long_text", text="<script>alert(1)</script> مرحبا 🙂")
    for page in (EDITOR, f"{EDITOR}preview/", f"{EDITOR}publishing/"):
        html = as_ana.get(page).content.decode()
        assert "<script>alert" not in html
    assert Question.objects.get().text == "<script>alert(1)</script> مرحبا 🙂"


def test_the_preview_turns_pages_and_never_leaves_them(as_ana: Client) -> None:
    cast.late_orders()
    add(as_ana, "long_text")
    for page in ("1", "2", "0", "-1", "x", "99999999999999"):
        assert as_ana.get(f"{EDITOR}preview/?page={page}").status_code == 200


def test_the_editor_takes_as_many_queries_for_three_questions_as_for_one(as_ana: Client) -> None:
    cast.late_orders()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            as_ana.get(EDITOR)
        return len(found)

    add(as_ana, "single", **ROWS, pasted="A\nB")
    queries()
    one = queries()
    add(as_ana, "single", **ROWS, pasted="A\nB")
    add(as_ana, "multiple", **ROWS, pasted="A\nB\nC")
    assert queries() == one

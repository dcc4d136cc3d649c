"""Authors see the very page that participants will see."""

from __future__ import annotations

import pytest

from allears.questionnaires import authoring
from allears.questionnaires.answering_preview import render_preview
from tests import cast
from tests.questionnaires.asked import EVERY_KIND, asking

pytestmark = pytest.mark.django_db


def test_a_draft_shows_its_pages_and_takes_no_answers() -> None:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    section = draft.sections.get()
    for question in EVERY_KIND:
        authoring.add_question(section=section, **question)
    authoring.add_section(version=draft, title="Last page", text="Nearly there.")

    first, last = render_preview(draft), render_preview(draft, 2, leave="/questionnaires/late-orders/")

    assert "What happened?" in first
    assert 'method="post"' not in first + last
    assert "nothing that you type is kept" in first
    assert "Nearly there." in last
    assert 'href="/questionnaires/late-orders/"' in last


def test_words_that_differ_from_person_to_person_stand_as_for_somebody_of_whom_nothing_is_known() -> None:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.add_question(section=draft.sections.get(), kind="short_text", text="How is {account|your <own> house}?")
    draft.questionnaire.study.title, draft.questionnaire.study.problem = "Orders of {account}", "{name|You} waited."

    shown = render_preview(draft)

    assert "How is your &lt;own&gt; house?" in shown
    assert ("Orders of …" in shown, "You waited." in shown, "{" in shown.partition("</head>")[2]) == (True, True, False)


def test_a_page_that_is_not_there_is_the_nearest_one() -> None:
    version = asking(sections=2)
    assert render_preview(version, 99) == render_preview(version, 2)

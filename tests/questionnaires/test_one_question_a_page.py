"""One question a page instead of one section a page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.core.models import AuditEvent
from allears.questionnaires import authoring
from allears.questionnaires.comparing import differences
from allears.questionnaires.duration import minutes_of
from allears.questionnaires.models import Response, Version
from allears.questionnaires.structure import pages_of, sections_of
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking, invited, only_who_chose, public
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
FOUR: list[dict[str, Any]] = [
    {"kind": "statement", "text": "Think of your last order."},
    {"kind": "single", "text": "Did it come?", "choices": ["Yes", "No"], "required": True},
    {"kind": "long_text", "text": "What happened?"},
    {"kind": "short_text", "text": "Where?"},
    {"kind": "statement", "text": "That was all."},
]


def one_by_one(questions: list[dict[str, Any]], sections: int = 1, **section: str) -> Version:
    """Publish `questions` to be asked one a page; `section`: what stands above the first ones."""
    asking(questions, sections)
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.set_manner(version=draft, one_question_a_page=True, reviewed=False, by=cast.ana())
    if section:
        authoring.change_section(section=draft.sections.all()[0], **{"title": "", "text": "", **section})
    return authoring.publish(version=draft, by=cast.ana())


def test_each_question_has_a_page_with_the_statements_before_it() -> None:
    version = one_by_one(FOUR)

    (section,) = sections_of(version)
    assert [[q.text for q in page] for page in pages_of(section)] == [
        ["Think of your last order.", "Did it come?"], ["What happened?"], ["Where?"], ["That was all."],
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["personal", "public"])
def test_a_robot_comes_to_the_thanks_and_resumes_where_it_stopped(way: str) -> None:
    one_by_one(ALL_KINDS, 2)
    path = invited(cast.bob()) if way == "personal" else public()
    questions = len(ALL_KINDS) - 1
    robot = Robot().open(path)
    assert f"2/{questions}" not in robot.html
    for at in range(2, 5):
        robot.press()
        assert robot.url.endswith(f"/{at}/")
        assert f"page {at} of {questions}" in robot.text
    robot.press("back")
    assert robot.url.endswith("/3/")

    again = Robot().open(robot.url.removesuffix("3/"))
    assert f"page 4 of {questions}" in again.text
    while again.form is not None and len(again.pages) < 30:
        again.press()

    assert "Thank you" in again.text
    assert {url.split("/")[-2] for url in again.pages[1:-1]} == {str(at) for at in range(5, questions + 1)}
    assert Response.objects.get().submitted_at is not None


def test_minutes_left_go_down_with_each_page_and_turning_pages_counts() -> None:
    together = minutes_of(asking(FOUR * 8))
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.set_manner(version=draft, one_question_a_page=True, reviewed=False)
    version = authoring.publish(version=draft, by=cast.ana())
    pages = sum(len(pages_of(section)) for section in sections_of(version))

    assert pages == 25
    assert minutes_of(version) == pytest.approx(together + (pages - 1) * 2 / 60, abs=0.1)


def test_what_a_section_says_stands_above_the_first_question_that_is_left() -> None:
    one_by_one([{"kind": "single", "text": "Did it come?", "choices": ["Yes", "No"], "required": True},
                {"kind": "short_text", "text": "When?"}, {"kind": "short_text", "text": "Where?"}], 1)  # fmt: skip
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    first = draft.questions.all()[0]
    second = authoring.add_section(version=draft, title="Details", text="Only roughly, please.")
    rule = only_who_chose(first, "Yes")
    authoring.add_question(section=second, kind="short_text", text="Who brought it?", shown_if=rule)
    authoring.add_question(section=second, kind="short_text", text="Who knows?")
    version = authoring.publish(version=draft, by=cast.ana())
    field, choices = f"q{version.questions.all()[0].pk}", version.questions.all()[0].choices
    said: dict[str, list[bool]] = {}
    for person, answer in ((cast.bob(), "Yes"), (cast.cleo(), "No"), (cast.dev(), "Yes")):
        robot = Robot().open(invited(person)).press(**{field: str(choices.get(label=answer).pk)})
        said[f"{person.name} {answer}"] = []
        while robot.form is not None and len(robot.pages) < 12:
            robot.press()
            said[f"{person.name} {answer}"].append("Only roughly, please." in robot.html)

    assert said == {
        f"{cast.bob().name} Yes": [False, True, False, False],
        f"{cast.cleo().name} No": [False, True, False],
        f"{cast.dev().name} Yes": [False, True, False, False],
    }


def test_it_is_set_on_the_draft_kept_by_the_next_one_and_said_before_publishing(as_ana: Client) -> None:
    version = asking(FOUR)
    response = as_ana.post("/questionnaires/late-orders/draft/", {"manner": "1", "one_question_a_page": "1"})
    draft = authoring.draft_of(cast.late_orders())

    assert response.status_code == 302
    assert (draft.one_question_a_page, draft.reviewed) == (True, False)
    assert AuditEvent.objects.filter(verb="questionnaires.manner_set").count() == 1
    assert differences(sections_of(version), sections_of(draft)) == ["One question stands on a page now"]
    page = as_ana.get("/questionnaires/late-orders/").content.decode()
    assert 'name="one_question_a_page" value="1" aria-describedby="one-help" checked' in page
    authoring.publish(version=draft, by=cast.ana())
    assert authoring.draft_of(cast.late_orders()).one_question_a_page
    assert not Version.objects.get(pk=version.pk).one_question_a_page


def test_a_published_version_stays_as_it_is() -> None:
    version = asking(FOUR)
    with pytest.raises(authoring.Frozen):
        authoring.set_manner(version=version, one_question_a_page=True, reviewed=True)


def test_only_researchers_set_it(as_lea: Client) -> None:
    asking(FOUR)
    assert as_lea.post("/questionnaires/late-orders/draft/", {"manner": "1", "reviewed": "1"}).status_code == 403

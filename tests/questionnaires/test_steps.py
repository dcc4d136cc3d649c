"""What is done to a draft can be undone and done again, step by step, whoever did it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.core.models import AuditEvent
from allears.questionnaires import authoring, steps
from allears.questionnaires.models import Choice, DraftStep, Question, Section, Version
from allears.questionnaires.structure import draft_version
from tests import cast

pytestmark = pytest.mark.django_db

EDITOR = "/questionnaires/late-orders/"
SINGLE = {
    "text": "What mattered most?", "choices-TOTAL_FORMS": "3", "choices-INITIAL_FORMS": "0", "choices-0-label": "Price",
    "choices-1-label": "Delivery", "choices-2-label": "Other", "choices-2-asks_text": "on",
}  # fmt: skip


def whole(version: Version) -> list[Any]:
    """Everything that a draft is, ids and keys included."""
    version.refresh_from_db()
    return [
        (version.one_question_a_page, version.reviewed),
        list(version.sections.values()),
        list(version.questions.values()),
        list(Choice.objects.filter(question__version=version).order_by("question", "position").values()),
    ]


def built(client: Client) -> Version:
    cast.late_orders()
    client.post(f"{EDITOR}questions/new/?kind=long_text", {"text": "What happened?"})
    client.post(f"{EDITOR}questions/new/?kind=single", SINGLE)
    client.post(f"{EDITOR}pages/")
    version = draft_version(cast.late_orders())
    assert version
    return version


def undo(client: Client, **more: str) -> str:
    version = draft_version(cast.late_orders())
    assert version
    history = steps.history_of(version)
    step = history.next if more else history.last
    assert step
    return client.post(f"{EDITOR}undo/", {"step": step.pk, **more}, follow=True).content.decode()


def everything(client: Client, version: Version) -> list[tuple[str, dict[str, str]]]:
    """Each thing that can be done in the builder: the address and what is posted to it."""
    long, single = version.questions.all()
    first, second = version.sections.all()
    place, key = f"{EDITOR}questions/{single.key}", str(long.key)
    order = f"page:{second.pk},question:{single.key},page:{first.pk},question:{long.key}"
    choices = {f"choices-{n}-key": str(c.key) for n, c in enumerate(single.choices.all())}
    return [
        (f"{place}/place/", {"act": "up"}),
        (f"{place}/place/", {"act": "down"}),
        (f"{place}/place/", {"act": "copy"}),
        (f"{place}/place/", {"act": "remove"}),
        (f"{place}/", {**SINGLE, **choices, "text": "Reworded", "choices-1-label": ""}),
        (f"{place}/rule/", {"join": "all", "conditions-TOTAL_FORMS": "1", "conditions-INITIAL_FORMS": "0",
                            "conditions-0-what": f"answer|{key}|answered|"}),
        (f"{EDITOR}questions/new/?kind=number", {"text": "How many?"}),
        (f"{EDITOR}pages/", {}),
        (f"{EDITOR}pages/{first.pk}/", {"title": "New", "text": "Words"}),
        (f"{EDITOR}pages/{first.pk}/", {"act": "down"}),
        (f"{EDITOR}pages/{first.pk}/", {"act": "copy"}),
        (f"{EDITOR}pages/{first.pk}/", {"act": "remove", "sure": "1"}),
        (f"{EDITOR}draft/", {"manner": "1", "reviewed": "1"}),
        (f"{EDITOR}order/", {"order": order}),
    ]  # fmt: skip


@pytest.mark.parametrize("which", range(14))
def test_whatever_is_done_comes_back_whole_and_can_be_done_again(as_ana: Client, which: int) -> None:
    version = built(as_ana)
    before = whole(version)
    address, said = everything(as_ana, version)[which]

    answer = as_ana.post(address, said)
    assert answer.status_code == 302
    after = whole(version)
    assert after != before
    undo(as_ana)
    assert whole(version) == before
    undo(as_ana, redo="1")
    assert whole(version) == after
    assert AuditEvent.objects.filter(verb="questionnaires.step_undone").count() == 1


def test_many_steps_go_back_one_after_the_other_to_the_beginning(as_ana: Client) -> None:
    version = built(as_ana)
    for address, said in everything(as_ana, version)[:3]:
        as_ana.post(address, said)

    while steps.history_of(version).last:
        undo(as_ana)

    assert (Question.objects.count(), Section.objects.count()) == (0, 1)
    while steps.history_of(version).next:
        undo(as_ana, redo="1")
    assert Question.objects.count() == 3


def test_something_new_ends_what_could_be_done_again(as_ana: Client) -> None:
    version = built(as_ana)
    undo(as_ana)
    assert steps.history_of(version).next

    as_ana.post(f"{EDITOR}questions/new/?kind=number", {"text": "How many?"})

    assert steps.history_of(version).next is None


def test_who_undoes_is_told_whose_step_it_was_and_takes_back_no_other(as_ana: Client) -> None:
    version = built(as_ana)
    seen = steps.history_of(version).last
    assert seen
    other = cast.ben()
    question = Question.objects.get(kind="long_text")
    with steps.step(version, "question_removed", other, question.text):
        authoring.remove_question(question=question, by=other)

    told = as_ana.post(f"{EDITOR}undo/", {"step": seen.pk}, follow=True).content.decode()

    assert "Somebody else changed this draft" in told
    assert "“What happened?” was taken away" in told
    assert f"by {other}" in told
    assert Question.objects.count() == 1


def test_an_order_made_from_another_one_is_not_taken(as_ana: Client) -> None:
    version = built(as_ana)
    first, second = version.sections.all()
    long, single = version.questions.all()
    seen = f"page:{first.pk},question:{long.key},question:{single.key},page:{second.pk}"
    mine = f"page:{first.pk},page:{second.pk},question:{long.key},question:{single.key}"
    authoring.move_question(question=long, direction="down", by=cast.ben())
    before = whole(version)

    told = as_ana.post(f"{EDITOR}order/", {"order": mine, "seen": seen}, follow=True).content.decode()

    assert "Somebody else changed this draft" in told
    assert whole(version) == before


@pytest.mark.parametrize("order", ["", "x", "page:", "page:x", "question:1", "page:1,question:1", "page:1,,", "page:²"])
def test_an_order_that_is_none_is_refused(as_ana: Client, order: str) -> None:
    built(as_ana)
    assert as_ana.post(f"{EDITOR}order/", {"order": order}).status_code == 400


@pytest.mark.parametrize("step", ["", "x", "0", "-1", "9" * 18, "9" * 40])
def test_a_step_that_is_none_changes_nothing(as_ana: Client, step: str) -> None:
    version = built(as_ana)
    before = whole(version)

    assert as_ana.post(f"{EDITOR}undo/", {"step": step}).status_code == 302
    assert whole(version) == before


def test_a_published_version_has_no_steps_and_cannot_go_back(as_ana: Client) -> None:
    version = built(as_ana)
    step = DraftStep.objects.latest("pk")
    version.sections.last().delete()  # type: ignore[union-attr]
    authoring.publish(version=version, by=cast.ana())

    assert DraftStep.objects.count() == 0
    with pytest.raises(authoring.Frozen):
        steps.undo(version=version, meant=step.pk, by=cast.ana())


def test_only_the_newest_hundred_steps_are_kept(as_ana: Client) -> None:
    version = built(as_ana)
    for n in range(steps.MOST_KEPT):
        with steps.step(version, "section_changed", cast.ana()):
            authoring.change_section(section=version.sections.all()[0], title=f"Title {n}", text="")

    assert DraftStep.objects.count() == steps.MOST_KEPT

"""A study comes into being, opens, closes, and changes hands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from allears.core.models import AuditEvent
from allears.studies import actions, asking
from allears.studies.models import PublicLink, State, Study
from allears.studies.signals import study_closed, study_opened
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_what_this_room_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms above ask for more before a study opens; that is told in their own tests."""
    monkeypatch.setattr(asking, "_conditions", [asking.the_problem_is_told, asking.something_is_promised])


def draft(**fields: object) -> Study:
    return actions.create_study(by=cast.ana(), title="Why orders come late", **fields)


def ready() -> Study:
    return draft(problem="Your orders came late.", promise_on=date.today() + timedelta(days=30))


def test_two_studies_of_one_title_begun_at_the_same_moment_get_a_slug_each(monkeypatch: pytest.MonkeyPatch) -> None:
    actions.create_study(by=cast.ana(), title="Late orders")
    slugs = iter(["late-orders", "late-orders-2", "late-orders"])
    monkeypatch.setattr("allears.studies.actions.free_slug", lambda wanted: next(slugs))

    assert actions.create_study(by=cast.ana(), title="Late orders").slug == "late-orders-2"
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.create_study(by=cast.ana(), title="Late orders", slug="late-orders")


def test_a_new_study_is_a_draft_with_a_slug_of_its_own_and_a_place_for_words() -> None:
    first, second = draft(), draft()

    assert (first.slug, second.slug) == ("why-orders-come-late", "why-orders-come-late-2")
    assert (first.state, first.owner, first.collection.title) == ("draft", cast.ana(), "Why orders come late")
    assert AuditEvent.objects.filter(verb="studies.created").count() == 2


def test_a_title_without_latin_letters_still_gets_an_address() -> None:
    assert actions.create_study(by=cast.ana(), title="لماذا").slug.startswith("study-")


def test_a_study_never_takes_the_address_of_a_page() -> None:
    assert actions.create_study(by=cast.ana(), title="New").slug == "new-2"


def test_a_study_that_tells_no_problem_and_promises_nothing_says_so_instead_of_opening() -> None:
    study = draft()

    with pytest.raises(actions.NotReady) as refused:
        actions.open_study(study=study, by=cast.ana())

    assert [gap.url for gap in refused.value.missing] == [
        "/studies/why-orders-come-late/edit/#id_problem",
        "/studies/why-orders-come-late/edit/#id_promise_on",
    ]
    study.refresh_from_db()
    assert study.state == "draft"


def test_a_promise_that_is_past_is_none() -> None:
    study = draft(problem="Late.", promise_on=date.today() - timedelta(days=1))

    with pytest.raises(actions.NotReady, match="still to come"):
        actions.open_study(study=study, by=cast.ana())


def test_opening_closing_and_opening_again_leave_their_trail_and_are_news() -> None:
    study, news = ready(), []
    study_opened.connect(lambda **told: news.append("opened"), weak=False, dispatch_uid="test-opened")
    study_closed.connect(lambda **told: news.append("closed"), weak=False, dispatch_uid="test-closed")

    actions.open_study(study=study, by=cast.ana())
    actions.close_study(study=study, by=cast.ana(), note="  Enough voices. ")
    actions.reopen_study(study=study, by=cast.ben())

    study_opened.disconnect(dispatch_uid="test-opened")
    study_closed.disconnect(dispatch_uid="test-closed")
    trail = study.state_changes.order_by("id").values_list("state", "by__name", "note")
    assert list(trail) == [
        ("draft", "Ana Ruiz", ""),
        ("open", "Ana Ruiz", ""),
        ("closed", "Ana Ruiz", "Enough voices."),
        ("open", "Ben Okoye", ""),
    ]
    assert (news, study.state) == (["opened", "closed", "opened"], "open")


def test_two_people_cannot_close_the_same_study_twice() -> None:
    study = ready()
    actions.open_study(study=study, by=cast.ana())
    seen_by_ben = Study.objects.get(pk=study.pk)
    actions.close_study(study=study, by=cast.ana())

    with pytest.raises(actions.NotNow):
        actions.close_study(study=seen_by_ben, by=cast.ben())


def test_an_open_study_keeps_its_problem_and_its_promise() -> None:
    study = ready()
    actions.open_study(study=study, by=cast.ana())

    with pytest.raises(actions.NotReady):
        actions.change_study(study=study, by=cast.ana(), problem="  ")

    assert Study.objects.get(pk=study.pk).problem == "Your orders came late."


def test_changing_the_title_renames_its_words_and_keeps_its_address() -> None:
    study = actions.change_study(study=ready(), by=cast.ana(), title="Late orders, again")

    study.collection.refresh_from_db()
    assert (study.slug, study.collection.title) == ("why-orders-come-late", "Late orders, again")
    assert AuditEvent.objects.get(verb="studies.changed").details == {"fields": ["title"]}


def test_what_a_study_has_not_cannot_be_set() -> None:
    with pytest.raises(TypeError, match="owner"):
        actions.change_study(study=draft(), by=cast.ana(), owner=cast.ben())


def test_members_come_once_and_go() -> None:
    study = draft()
    actions.add_member(study=study, user=cast.ben(), by=cast.ana())
    actions.add_member(study=study, user=cast.ben(), by=cast.ana())
    assert [m.user for m in study.members.all()] == [cast.ben()]

    actions.remove_member(study=study, user=cast.ben(), by=cast.ana())
    assert study.members.count() == 0


def test_who_hands_a_study_over_goes_on_helping() -> None:
    study = draft()
    actions.add_member(study=study, user=cast.ben(), by=cast.ana())

    actions.hand_over(study=study, to=cast.ben(), by=cast.ana())

    assert (study.owner, [m.user for m in study.members.all()]) == (cast.ben(), [cast.ana()])


def test_a_study_has_one_public_link_that_works() -> None:
    study = cast.late_orders()
    first = actions.make_public_link(study=study, by=cast.ana())
    assert actions.make_public_link(study=study, by=cast.ben()) == first
    assert actions.public_link_for(first.token) == first

    actions.withdraw_public_link(link=first, by=cast.ana())
    second = actions.make_public_link(study=study, by=cast.ana())

    assert actions.public_link_for(first.token) is None
    assert (actions.public_link_for(second.token), PublicLink.objects.count()) == (second, 2)


def test_a_state_that_nobody_knows_is_refused_by_the_database() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        Study.objects.filter(pk=draft().pk).update(state="ajar")


def test_states_are_named_as_the_command_prints_them() -> None:
    assert State.values == ["draft", "open", "closed"]

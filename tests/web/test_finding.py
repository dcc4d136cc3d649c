"""Search over everything: each kind of text is found where it stands, and only by who may read it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from allears.core.models import User
from allears.decisions import actions, publishing
from allears.decisions.models import Change, Decision, PublicItem, Update
from allears.insights.models import Insight
from allears.people.models import Account
from allears.questionnaires.models import Choice, Question, Questionnaire, Section, Version
from allears.studies.models import Study
from allears.web import finding
from allears.web.finding import MOST, Hit, find
from tests import cast
from tests.decisions.test_actions import decided
from tests.insights.stories import said

pytestmark = pytest.mark.django_db


def everything() -> Decision:
    """A study in which each kind of text holds a word of its own."""
    decision = decided(
        until="the zeppelin lands", against="a few like to be oboe", options=[("Send a quokka", False, "It is a yurt")]
    )
    Insight.objects.update(explanation="They wait for a walrus")
    Study.objects.update(known="We know of marzipan", unknown="Whether they own a gazebo", options="Call\nBuy a ukulele")
    change = actions.add_change(decision=decision, what="Ring lists", owner=cast.sam(), by=cast.lea())
    actions.move_change(change=change, state="started", note="Begun with the kumquat", by=cast.sam())
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="You told us of a fjord", text_general="A xylophone", by=cast.lea())
    publishing.publish(decision=decision, said="Orders were a nimbus.", did="We ring a carillon.", by=cast.lea())
    asked = written(2, "What did the\nostrich do?", help="Any pelican counts")
    Choice.objects.create(question=asked, position=1, label="A tapir")
    Version.objects.filter(number=2).update(published_at=timezone.now())
    return decision


def written(number: int, text: str, **more: str) -> Question:
    """The study's question worded anew, in a draft that is not published."""
    draft = Version.objects.create(questionnaire=Questionnaire.objects.get(), number=number)
    page = Section.objects.create(version=draft, position=1)
    key = Question.objects.get(version__number=1).key
    return Question.objects.create(
        version=draft, section=page, position=1, key=key, kind="single", text=text, **more
    )


def urls(user: User, query: str) -> dict[str, list[object]]:
    """Where the hits of a search lead, by group; groups without one are left out."""
    found = vars(find(user, query))
    return {group: [getattr(hit, "url", hit) for hit in hits] for group, hits in found.items() if hits}


def test_each_kind_of_text_is_found_and_leads_to_where_it_stands(as_lea: Client) -> None:
    decision = everything()
    change, item = decision.changes.get(), PublicItem.objects.get()
    of_decision, of_change = f"/decisions/one/{decision.ref}/", f"/decisions/changes/{change.ref}/"
    asked = f"/questionnaires/late-orders/#question-{Question.objects.get(version__number=2).key}"
    of_update = f"/decisions/updates/{Update.objects.get(decision=decision).ref}/"
    expected = {
        "walrus": ("insights", f"/insights/insight/{Insight.objects.get().ref}/"),
        "zeppelin": ("decisions", of_decision), "oboe": ("decisions", of_decision),
        "quokka": ("decisions", of_decision), "yurt": ("decisions", of_decision), "kumquat": ("decisions", of_change),
        "fjord": ("updates", of_update), "xylophone": ("updates", of_update),
        "nimbus": ("published", f"/you-said/?page=1#{item.ref}"), "carillon": ("published", f"/you-said/?page=1#{item.ref}"),
        "ostrich": ("questions", asked), "pelican": ("questions", asked), "tapir": ("questions", asked),
        "marzipan": ("studies", "/studies/late-orders/"), "gazebo": ("studies", "/studies/late-orders/"),
        "ukulele": ("studies", "/studies/late-orders/"),
        "xyz": ("accounts", f"/people/accounts/{Account.objects.get().pk}/"),
    }  # fmt: skip
    for word, (group, address) in expected.items():
        assert urls(cast.lea(), word.upper()).get(group) == [address], word
        page, _, place = address.partition("#")
        shown = as_lea.get(page)
        assert shown.status_code == 200
        assert not place or f'id="{place}"' in shown.content.decode()
    assert urls(cast.lea(), "zeppelin quokka") == {"decisions": [of_decision]}
    assert find(cast.lea(), "no-such-word").nothing


@pytest.mark.parametrize("example", [True, False])
def test_what_is_an_example_says_so_where_it_is_found_and_on_home(as_lea: Client, example: bool) -> None:
    everything()
    for made in (Study, Insight, Decision, Change, Update):
        made.objects.update(example=example)
    found = vars(find(cast.lea(), "a"))
    for group in ("insights", "decisions", "updates", "published", "studies"):
        assert [hit.example for hit in found[group]] == [example] * len(found[group]) != []
    assert (">example</" in as_lea.get("/search/?q=walrus").content.decode()) is example
    assert ("an example, promised by" in as_lea.get("/").content.decode()) is example


def test_a_hit_says_which_text_holds_the_word_where_its_name_does_not() -> None:
    everything()

    assert find(cast.lea(), "quokka").decisions[0].note == "Late orders · “Send a quokka”"
    assert find(cast.lea(), "call").decisions[0].note == "Late orders"


def test_of_a_study_for_its_team_nobody_else_finds_anything_but_what_is_public() -> None:
    everything()
    Study.objects.update(team_only=True)
    words = [
        "walrus", "zeppelin", "quokka", "kumquat", "fjord", "ostrich", "tapir", "marzipan", "gazebo", "ukulele", "told",
    ]  # fmt: skip

    assert [word for word in words if urls(cast.mia(), word)] == []
    assert [word for word in words if not urls(cast.ben(), word)] == []
    assert list(urls(cast.mia(), "carillon")) == ["published"]
    assert "Late orders" not in str(find(cast.mia(), "carillon"))
    publishing.withdraw(item=PublicItem.objects.get(), by=cast.lea())
    assert urls(cast.lea(), "carillon") == {}


def test_accounts_and_people_are_found_by_who_may_read_about_them() -> None:
    cast.bob()

    assert list(urls(cast.sam(), "xyz")) == []
    assert list(urls(cast.mia(), "xyz")) == ["people", "accounts"]
    assert urls(cast.mia(), "\u202e") == {}


def test_a_draft_s_wording_is_found_by_who_writes_it_and_each_question_once() -> None:
    everything()
    draft = written(3, "What did the ostrich think?").version

    def texts(user: User) -> list[str]:
        return [hit.text for hit in find(user, "ostrich").questions]

    assert texts(cast.ben()) == ["What did the ostrich think?"]
    assert texts(cast.lea()) == texts(cast.mia()) == ["What did the\nostrich do?"]
    Version.objects.filter(pk=draft.pk).update(published_at=timezone.now())
    assert texts(cast.mia()) == ["What did the ostrich think?"]


def test_each_question_is_found_once_however_many_versions_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    everything()
    for number in range(3, 9):
        asked = written(number, f"What did the ostrich think of {number}?")
        if number == 3:
            Question.objects.filter(pk=asked.pk).update(key=uuid4())
        Version.objects.filter(number=number).update(published_at=timezone.now())
    expected = ["What did the ostrich think of 8?", "What did the ostrich think of 3?"]

    assert [hit.text for hit in find(cast.lea(), "ostrich").questions] == expected
    for some, most in ((1, 10), (5, 2), (1, 2), (1, 1)):
        monkeypatch.setattr(finding, "SOME_QUESTIONS", some)
        monkeypatch.setattr(finding, "MOST", most)
        assert [hit.text for hit in find(cast.lea(), "ostrich").questions] == expected[:most]


def test_a_wording_of_before_is_found_where_it_was_asked(as_lea: Client) -> None:
    everything()
    first = Question.objects.get(version__number=1)
    hit = find(cast.lea(), first.text).questions[0]

    assert hit == Hit(first.text, f"/questionnaires/late-orders/versions/1/#question-{first.key}", "Late orders · in version 1")
    assert f'id="question-{first.key}"' in as_lea.get(hit.url).content.decode()
    written(3, f"{first.text} And then?")
    Version.objects.filter(number=3).update(published_at=timezone.now())
    assert [hit.text for hit in find(cast.lea(), first.text).questions] == [f"{first.text} And then?"]


def test_an_update_that_was_put_aside_is_not_found() -> None:
    everything()
    actions.discard_update(update=Update.objects.get(text_general="A xylophone"), by=cast.lea())

    assert urls(cast.lea(), "xylophone") == {}


def test_many_hits_are_cut_at_ten_and_cost_no_more_questions_than_one(as_lea: Client) -> None:
    first = everything()
    as_lea.get("/search/?q=quokka")
    with CaptureQueriesContext(connection) as one:
        as_lea.get("/search/?q=a")
    for number in range(MOST + 1):
        more = Decision.objects.create(study=first.study, kind="will", statement=f"a {number}")
        change = more.changes.create(what=f"a {number}", owner=cast.sam())
        change.steps.create(state="planned", note="a")
        more.options.create(text="a")
        Update.objects.create(study=first.study, decision=more, text_cited="a")
        PublicItem.objects.create(study=first.study, decision=more, said="a", did="a", published_at=timezone.now())
        Insight.objects.create(study=first.study, claim=f"a {number}")
        Account.objects.create(name=f"A {number}", key=f"a {number}")
    with CaptureQueriesContext(connection) as many:
        shown = as_lea.get("/search/?q=a")
    found = find(cast.lea(), "a")

    assert len(many) <= len(one)
    assert [len(hits) for hits in (found.insights, found.updates, found.published, found.accounts)] == [MOST] * 4
    assert shown.status_code == 200
    assert "quokka" not in shown.content.decode()


def test_the_twenty_first_public_item_is_found_on_the_second_page() -> None:
    item = PublicItem.objects.get(decision=everything())
    for number in range(publishing.ITEMS_A_PAGE):
        more = Decision.objects.create(study=item.study, kind="will", statement=f"{number}")
        PublicItem.objects.create(study=item.study, decision=more, said="x", did="y", published_at=timezone.now())

    hit = find(cast.lea(), "carillon").published[0]
    assert hit == Hit("We ring a carillon.", f"/you-said/?page=2#{item.ref}")
    assert f'id="{item.ref}"' in Client().get("/you-said/?page=2").content.decode()


def test_a_query_of_thousands_of_words_is_no_error() -> None:
    everything()

    assert find(cast.lea(), "call " * 3000).decisions


def test_very_long_words_are_shown_around_what_was_found(as_lea: Client) -> None:
    long = said("It came late. " * 5_000 + "The zebra ate it. " + "It came late. " * 5_000, by=cast.bob())
    page = as_lea.get("/search/?q=zebra").content.decode()

    assert len(page) < 20_000
    assert "<mark" in page
    assert f"/sight/verbatim/{long.ref}/" in page
    assert (finding.passage("short", []), finding.passage("a" * 1_300, [])) == ("short", "a" * 1_200 + "…")
    assert finding.passage("a" * 1_500, [1_000]) == "…" + "a" * 540

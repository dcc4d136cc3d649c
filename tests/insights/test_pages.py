"""The pages of this room: coding without a script, the codebook, insights; who may, and what refuses."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from allears.insights import actions
from allears.insights.models import Citation, Coding, Insight, Theme
from allears.studies.actions import create_study
from allears.studies.models import Study
from allears.verbatims.actions import redact
from tests import cast
from tests.insights.stories import cited, claimed, coded, said, theme

pytestmark = pytest.mark.django_db


def test_a_passage_is_given_themes_by_a_plain_form(as_ana: Client) -> None:
    words, late = said("It came late. Nobody called.\r\nNot once."), theme("late")
    page = as_ana.get(reverse("insights:verbatim", args=[words.ref])).content.decode()
    sentences = re.findall(r'name="sentence" value="(\d+-\d+)"', page)
    assert len(sentences) == 3
    answer = as_ana.post(
        reverse("insights:code", args=[words.ref]),
        {"sentence": sentences[1:], "theme": [late.ref], "new_theme": "silence"},
        follow=True,
    )
    assert "These words speak of late, silence now." in answer.content.decode()
    passages = [(c.theme.name, words.text[c.start : c.end]) for c in Coding.objects.order_by("pk")]
    assert passages == [("late", "Nobody called.\r\nNot once."), ("silence", "Nobody called.\r\nNot once.")]


@pytest.mark.parametrize("sentence", ["all", "5", "1-2-3", "-1-4", "0-99999999999999999999", "²-³"])
def test_a_passage_that_is_none_is_refused_in_words(as_ana: Client, sentence: str) -> None:
    words, late = said("It came late."), theme("late")

    answer = as_ana.post(reverse("insights:code", args=[words.ref]), {"sentence": [sentence, "0-2"], "theme": late.ref})

    assert answer.status_code == 422
    assert not Coding.objects.exists()


def test_a_filter_by_what_is_team_only_says_nothing_of_it(as_mia: Client) -> None:
    insight = claimed("It is not lateness that loses them")
    late = theme("a secret theme")
    Study.objects.update(team_only=True)
    own = create_study(by=cast.mia(), title="Mia's own")
    cast.said(cast.cleo(), "It was fine for me.", own)

    seen = as_mia.get(reverse("insights:words"), {"insight": insight.ref, "theme": late.ref}).content.decode()

    assert "It is not lateness" not in seen
    assert "a secret theme" not in seen


def test_a_script_sends_characters_as_the_page_shows_them(as_ana: Client) -> None:
    words = said("😀 one\r\ntwo three")
    answer = as_ana.post(
        reverse("insights:code", args=[words.ref]),
        {"start": 6, "end": 9, "new_theme": "two", "item": "1"},
        headers={"HX-Request": "true"},
    )
    coding = Coding.objects.get()
    assert words.text[coding.start : coding.end] == "two"
    assert f'id="words-{words.ref}"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_quoted_passage_must_stand_there(as_ana: Client) -> None:
    words = said("It came late. Nobody called.")
    url = reverse("insights:code", args=[words.ref])
    assert as_ana.post(url, {"passage": "never said", "new_theme": "x"}).status_code == 422
    assert Theme.objects.count() == 0
    as_ana.post(url, {"passage": "Nobody called", "new_theme": "silence"})
    coding = Coding.objects.get()
    assert words.text[coding.start : coding.end] == "Nobody called"


@pytest.mark.parametrize("post", [{"start": 0, "end": 99}, {"start": 5, "end": 2}, {"sentence": "9-2x"}, {}])
def test_what_cannot_be_coded_is_refused_in_words(as_ana: Client, post: dict[str, object]) -> None:
    words = said("Late.")
    given = {"new_theme": "late", **post} if post else {}
    answer = as_ana.post(reverse("insights:code", args=[words.ref]), given)
    assert answer.status_code == 422
    assert Coding.objects.count() == 0


def test_undo_takes_the_coding_away(as_ana: Client) -> None:
    words = said("Late.")
    as_ana.post(reverse("insights:code", args=[words.ref]), {"new_theme": "late"})
    page = as_ana.get(reverse("insights:verbatim", args=[words.ref])).content.decode()
    assert "Undo" in page
    as_ana.post(reverse("insights:uncode", args=[words.ref]), {"coding": Coding.objects.get().pk})
    assert Coding.objects.count() == 0


def test_only_the_team_codes_and_leaders_may_claim(as_lea: Client, as_sam: Client, as_mia: Client) -> None:
    words = said("Late.")
    for client in (as_lea, as_sam, as_mia):
        assert client.post(reverse("insights:code", args=[words.ref]), {"new_theme": "x"}).status_code == 403
    cite = {"claim": "Orders come late.", "side": "for"}
    assert as_sam.post(reverse("insights:cite", args=[words.ref]), cite).status_code == 403
    assert as_mia.post(reverse("insights:cite", args=[words.ref]), cite).status_code == 403
    assert as_lea.post(reverse("insights:cite", args=[words.ref]), cite).status_code == 302
    assert Insight.objects.get().made_by == cast.lea()
    assert Citation.objects.get().side == "for"


def test_words_that_were_taken_back_show_their_stone_and_no_form(as_ana: Client) -> None:
    coding = coded(said("Take this back."), "late")
    redact(verbatims=[coding.verbatim_id], reason="person", by_label="Bob")
    page = as_ana.get(reverse("insights:verbatim", args=[coding.verbatim.ref])).content.decode()
    assert "Taken back on" in page
    assert "Take this back." not in page
    assert 'name="new_theme"' not in page


def test_the_codebook_shows_definitions_counts_and_quotes(as_sam: Client) -> None:
    study = cast.late_orders()
    late = theme("late", definition="Later than told.")
    for n in range(4):
        coded(said(f"It came {n} days late."), "late", f"{n} days late")
    page = as_sam.get(reverse("insights:themes", args=[study.slug])).content.decode()
    assert "Later than told." in page
    assert "no definition yet" not in page
    assert "4 things said" in page
    assert page.count("days late") == 3
    assert reverse("insights:theme_place", args=[late.ref]) not in page


def test_one_persons_words_stand_under_words_and_a_theme_under_themes(as_ana: Client) -> None:
    coding = coded(said("It came late."), "late")
    of_words, of_theme = (
        HTMLParser(as_ana.get(reverse(f"insights:{page}", args=[ref])).text).css_first(".tabs__tab[aria-current]")
        for page, ref in (("verbatim", coding.verbatim.ref), ("theme", coding.theme.ref))
    )
    assert [tab.text().strip() for tab in (of_words, of_theme)] == ["Words", "Themes"]


def test_how_many_themes_lack_a_definition_is_said_once(as_sam: Client) -> None:
    for name in ("late", "silence", "price"):
        theme(name, definition="Too dear." if name == "price" else "")
    page = as_sam.get(reverse("insights:themes", args=[cast.late_orders().slug])).content.decode()
    assert page.count("no definition yet") == 1
    assert "2 of 3 have no definition yet" in page


def test_the_codebook_asks_the_database_as_often_for_three_themes_as_for_one(as_ana: Client) -> None:
    url = reverse("insights:themes", args=[cast.late_orders().slug])
    coded(said("Late."), "late")
    as_ana.get(url)
    with CaptureQueriesContext(connection) as one:
        as_ana.get(url)
    coded(said("Rude."), "rude")
    coded(said("Wet."), "wet")
    with CaptureQueriesContext(connection) as three:
        as_ana.get(url)
    assert len(three) == len(one)


def test_themes_are_made_changed_merged_split_and_retired_by_forms(as_ana: Client) -> None:
    study = cast.late_orders()
    as_ana.post(reverse("insights:theme_new", args=[study.slug]), {"name": "late", "definition": "d"})
    assert as_ana.post(reverse("insights:theme_new", args=[study.slug]), {"name": "Late"}).status_code == 422
    late = Theme.objects.get()
    first, second = coded(said("Late."), "late"), coded(said("Nobody called."), "late")
    as_ana.post(reverse("insights:theme_split", args=[late.ref]), {"name": "silence", "coding": [second.pk]})
    silence = Theme.objects.get(name="silence")
    as_ana.post(reverse("insights:theme_change", args=[silence.ref]), {"name": "silence", "definition": "", "parent": late.pk})
    silence.refresh_from_db()
    assert silence.parent == late
    as_ana.post(reverse("insights:theme_merge", args=[silence.ref]), {"into": late.pk})
    assert set(Coding.objects.values_list("theme", flat=True)) == {late.pk}
    assert "Take the merge back" in as_ana.get(reverse("insights:theme", args=[silence.ref])).content.decode()
    as_ana.post(reverse("insights:theme_unmerge", args=[silence.ref]))
    assert dict(Coding.objects.values_list("pk", "theme")) == {first.pk: late.pk, second.pk: silence.pk}
    as_ana.post(reverse("insights:theme_retirement", args=[late.ref]))
    late.refresh_from_db()
    assert late.retired_at is not None
    for ref in (late.ref, silence.ref):
        assert as_ana.get(reverse("insights:theme", args=[ref])).status_code == 200
    assert Coding.objects.filter(pk=first.pk).exists()


def test_an_insight_shows_both_sides_and_that_nobody_has_looked(as_sam: Client) -> None:
    insight = claimed()
    cited(insight, said("Not a word, for a week.", by=cast.bob()), passage="Not a word")
    page = as_sam.get(reverse("insights:insight", args=[insight.ref])).content.decode()
    assert "nobody has looked against it yet" in page
    assert "Not a word" in page
    assert "Bob Hale" not in page
    assert "Nobody has looked. A claim that nobody tried to contradict is only a guess." in page


def test_looking_against_it_is_kept_with_how(as_lea: Client) -> None:
    insight = claimed()
    url = reverse("insights:looked", args=[insight.ref])
    assert as_lea.post(url, {"how": ""}).status_code == 422
    as_lea.post(url, {"how": "Read all that are rare."})
    page = as_lea.get(reverse("insights:insight", args=[insight.ref])).content.decode()
    assert "Read all that are rare." in page
    assert "nobody has looked against it yet" not in page


def test_looking_against_leads_into_the_reading_room(as_ana: Client) -> None:
    insight = claimed()
    said("Late.")
    page = as_ana.get(reverse("insights:words_of_study", args=[insight.study.slug]), {"against": insight.ref})
    assert "You are looking for words against this" in page.content.decode()
    assert page.context["wanted"].address(q="called") == f"?q=called&against={insight.ref}"
    assert f'name="against" value="{insight.ref}"' in page.content.decode()


def test_withdrawing_asks_first_and_can_be_taken_back(as_ana: Client) -> None:
    insight = claimed()
    url = reverse("insights:withdrawal", args=[insight.ref])
    assert "Withdraw this insight?" in as_ana.get(url).content.decode()
    as_ana.post(url, {"because": "We asked the wrong people."})
    page = as_ana.get(reverse("insights:insight", args=[insight.ref])).content.decode()
    assert "We asked the wrong people." in page
    as_ana.post(url)
    insight.refresh_from_db()
    assert insight.stands


def test_an_insight_without_words_leads_to_where_they_are_selected(as_ana: Client) -> None:
    page = as_ana.get(f"/insights/insight/{claimed('Orders are late.').ref}/").content.decode()

    assert 'Select some <a href="/insights/late-orders/words/">in the reading room</a>' in page


def test_insights_are_listed_over_all_studies_the_contradicted_first(as_sam: Client) -> None:
    calm, contested = claimed("All is well."), claimed("Nobody calls.")
    calm_later = claimed("The driver is kind.")
    cited(contested, said("They called.", by=cast.bob()), side="against")
    answer = as_sam.get(reverse("insights:list"))
    assert [row.insight for row in answer.context["rows"]] == [contested, calm_later, calm]
    actions.withdraw(insight=calm, by=cast.ana())
    shown = as_sam.get(reverse("insights:list"), {"show": "withdrawn"}).context["rows"]
    assert [row.insight for row in shown] == [calm]


def test_the_list_of_insights_asks_as_often_for_three_as_for_one(as_ana: Client) -> None:
    def make() -> None:
        insight = claimed()
        cited(insight, said("Not a word.", by=cast.bob()))
        cited(insight, said("They called.", by=cast.cleo()), side="against")

    url = reverse("insights:insights", args=[cast.late_orders().slug])
    make()
    as_ana.get(url)
    with CaptureQueriesContext(connection) as one:
        as_ana.get(url)
    make(), make()
    with CaptureQueriesContext(connection) as three:
        as_ana.get(url)
    assert len(three) == len(one)


def test_the_study_says_what_was_understood() -> None:
    from allears.studies.loop import cells_of

    claimed()
    cell = next(cell for cell in cells_of(cast.late_orders()) if cell.step == "understood")
    assert (cell.figure, cell.words, cell.note) == ("1", "insight", "1 not looked against yet")


def test_script_in_every_text_is_shown_and_never_run(as_ana: Client) -> None:
    evil = '<script>alert("x")</script>'
    insight = actions.claim(study=cast.late_orders(), claim=evil, by=cast.ana(), explanation=evil)
    words = said(evil)
    made = actions.add_theme(study=cast.late_orders(), name=evil, by=cast.ana(), definition=evil)
    actions.code(verbatim=words, theme=made, start=0, end=8, by=cast.ana())
    cited(insight, words)
    study = cast.late_orders().slug
    for name, args in [
        ("insight", [insight.ref]), ("verbatim", [words.ref]), ("theme", [made.ref]), ("themes", [study]),
        ("insights", [study]), ("words_of_study", [study]), ("list", []), ("words", []), ("insight_change", [insight.ref]),
        ("withdrawal", [insight.ref]),
    ]:  # fmt: skip
        page = as_ana.get(reverse(f"insights:{name}", args=args)).content.decode()
        assert "<script>alert" not in page, name
        assert "alert(" in page, name


def test_a_study_s_filters_list_only_how_its_own_speakers_differ(as_ana: Client) -> None:
    said("It came late.", by=cast.bob())
    cast.has(cast.bob(), "Region", "North")
    cast.has(cast.cleo(), "Years of Python", "10 or more")  # another study's people

    def offered(query: str = "") -> str:
        return as_ana.get(f"/insights/late-orders/words/filters/{query}").content.decode()

    assert ("Region" in offered(), "Years of Python" in offered()) == (True, False)
    assert "Years of Python" in offered("?facet=years-of-python:10-or-more")
    assert "Years of Python" in as_ana.get("/insights/words/filters/").content.decode()


def test_words_kept_under_a_question_with_places_stand_under_what_nobody_in_particular_was_asked(as_ana: Client) -> None:
    words = cast.said(cast.bob(), "It came late.", prompt="How was {account|your order}, {name}?")
    lists = f"/insights/late-orders/words/?question={words.source.ref}", f"/insights/words/{words.ref}/"
    for address in (*lists, f"/sight/verbatim/{words.ref}/", f"/people/{cast.bob().ref}/"):
        page = as_ana.get(address).content.decode()
        assert "How was your order, …?" in page, address
        assert "{account" not in page, address

"""The reading room: people's words in full, filtered, searched, in order, for who may read them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from allears.insights import actions, aside, few_rows, narrowing, paging
from allears.insights.filters import Filters
from allears.insights.models import Read
from allears.insights.room import Room
from allears.people.models import FacetValue, Person
from allears.questionnaires.models import Answer, Question, Questionnaire, Response, Section, Version
from allears.studies.actions import create_study
from allears.verbatims.actions import keep, mark_undated, redact
from allears.verbatims.models import Verbatim
from tests import cast
from tests.conftest import signed_in
from tests.insights.stories import cited, claimed, coded, question, said, theme

pytestmark = pytest.mark.django_db


def room_url(**query: Any) -> str:
    return reverse("insights:words_of_study", args=[cast.late_orders().slug])


def refs(client: Client, **query: Any) -> list[str]:
    """The words that a page shows, in its order."""
    answer = client.get(room_url(), query)
    assert answer.status_code == 200
    return [item.verbatim.ref for item in answer.context["words"]]


def test_words_stand_in_full_and_name_who_said_them_to_the_team(as_ana: Client) -> None:
    said("It came late, and nobody called.", by=cast.bob())
    page = as_ana.get(room_url()).content.decode()
    assert "It came late, and nobody called." in page
    assert "Bob Hale" in page


def test_who_is_not_of_the_team_reads_a_label(as_sam: Client) -> None:
    words = said("It came late.", by=cast.bob())
    page = as_sam.get(room_url()).content.decode()
    assert "It came late." in page
    assert "Bob Hale" not in page
    assert words.person is not None
    assert words.person.ref[:4].upper() in page


def test_one_line_under_words_holds_as_many_chips_as_it_has_room_for_the_unexpected_first(as_ana: Client) -> None:
    words = said("It came late, and I like to be called.", by=cast.bob())
    for name in ("late delivery", "silence", "calls", "a theme with a very long name"):
        coded(words, name)
    cited(claimed("Nobody wants to be called, whatever happens."), words, side="against")

    (item,) = as_ana.get(room_url()).context["words"]

    against = "speaks against “Nobody wants to be…”"
    assert [chip.label for chip in item.line_chips] == [against]
    assert [chip.label for chip in item.more_chips] == ["late delivery", "silence", "calls", "a theme with a very long name"]


def test_a_long_chip_that_stands_alone_is_on_the_line(as_ana: Client) -> None:
    coded(said("It came late."), "what happens while an order is on its way to us")
    (item,) = as_ana.get(room_url()).context["words"]
    assert (len(item.line_chips), item.more_chips) == (1, [])


def test_what_the_line_has_no_room_for_stands_behind_more(as_ana: Client) -> None:
    cast.has(cast.bob(), "Region", "North")
    words = said("It came late.", by=cast.bob())
    for name in ("late delivery", "silence", "nobody called", "wet"):
        coded(words, name)

    page = HTMLParser(as_ana.get(room_url()).text)
    more = page.css_first("details.meta__more")

    assert as_words(page.css_first(".meta__known").text()) == "Bob Hale · North · 2 March 2026"
    assert as_words(more.css_first("summary").text()) == "+2 more (Bob Hale)"
    assert {as_words(row.css_first("dt").text()): as_words(row.css_first("dd").text()) for row in more.css(".facts__line")} == {
        "Also": "nobody called wet",
        "Who is speaking": "North",
        "Asked": "What gets in your way?",
        "Said": "2 March 2026",
        "Open": "these words, with who gave them which theme",
    }
    assert more.css_first("a.item__open").attributes["href"] == reverse("insights:verbatim", args=[words.ref])


def test_behind_more_the_question_leads_to_all_that_answers_it(as_ana: Client) -> None:
    other = question("What should we keep?")
    said("It came late.")
    kept = said("The driver is kind.", source=other)
    page = HTMLParser(as_ana.get(room_url(), {"q": "driver"}).text)
    (asked,) = [link for link in page.css(".meta__more a") if link.text() == "What should we keep?"]
    answer = as_ana.get(asked.attributes["href"] or "")
    assert [item.verbatim.ref for item in answer.context["words"]] == [kept.ref]


def test_only_among_several_studies_words_say_which_they_are_from(as_ana: Client) -> None:
    said("It came late.")
    other = create_study(by=cast.ana(), title="Notebooks")
    cast.said(cast.cleo(), "It was fine for me.", other)
    everywhere, here = as_ana.get(reverse("insights:words")).text, as_ana.get(room_url()).text
    assert [studies_said(page) for page in (everywhere, here)] == [["Late orders", "Notebooks"], []]


def studies_said(page: str) -> list[str]:
    """The studies that cards say their words are from."""
    rows = HTMLParser(page).css(".meta__more .facts__line")
    return sorted(row.css_first("dd").text() for row in rows if row.css_first("dt").text() == "Study")


def as_words(text: str) -> str:
    return " ".join(text.split())


def test_a_team_only_study_is_not_there_for_others(as_mia: Client, as_sam: Client) -> None:
    study = cast.late_orders(team_only=True)
    said("It came late.")
    assert as_mia.get(room_url()).status_code == 404
    assert as_mia.get(f"{room_url()}filters/").status_code == 404
    assert "It came late." not in as_sam.get(reverse("insights:words")).content.decode()
    assert "It came late." in signed_in(study.owner).get(reverse("insights:words")).content.decode()


def test_words_without_a_day_are_not_among_those_said_since_one_but_were_said_before_they_were_brought(as_ana: Client) -> None:
    late, undated = said("It came late."), said("The driver is kind.")
    mark_undated([undated])
    assert refs(as_ana, since="2026-03-02") == [late.ref]
    assert refs(as_ana, since="2026-03-02", until="2026-03-02") == [late.ref]
    assert set(refs(as_ana, until="2026-03-02")) == {late.ref, undated.ref}
    assert "Words without a day are left out." in as_ana.get(f"{room_url()}filters/").content.decode()


def test_filters_narrow_and_can_be_taken_off(as_ana: Client) -> None:
    other = question("What should we keep?")
    late, keep_it = said("It came late."), said("The driver is kind.", source=other)
    coded(late, "late", "late")
    assert refs(as_ana, question=other.ref) == [keep_it.ref]
    assert refs(as_ana, theme=theme("late").ref) == [late.ref]
    assert refs(as_ana, theme="none") == [keep_it.ref]
    assert refs(as_ana, q="driver") == [keep_it.ref]
    assert refs(as_ana, q="-driver") == [late.ref]
    assert refs(as_ana, language="de") == []
    assert refs(as_ana, since="2026-03-03") == []
    assert set(refs(as_ana, since="2026-03-02", until="2026-03-02")) == {late.ref, keep_it.ref}
    answer = as_ana.get(room_url(), {"q": "driver"})
    assert [chip.remove for chip in answer.context["chips"]] == ["?"]
    assert "Take away: “driver”" in answer.content.decode()


def test_a_theme_finds_what_stands_under_it(as_ana: Client) -> None:
    words = said("It came late.")
    coding = coded(words, "late")
    above = theme("delivery")
    actions.nest_theme(theme=coding.theme, by=None, parent=above)
    assert refs(as_ana, theme=above.ref) == [words.ref]


def test_facets_of_one_kind_widen_and_of_two_kinds_narrow(as_ana: Client) -> None:
    cast.has(cast.bob(), "Region", "North"), cast.has(cast.bob(), "Since", "New")
    cast.has(cast.cleo(), "Region", "South"), cast.has(cast.cleo(), "Since", "Old")
    bobs, cleos = said("Late.", by=cast.bob()), said("Late too.", by=cast.cleo())
    assert set(refs(as_ana, facet=["region:north", "region:south"])) == {bobs.ref, cleos.ref}
    assert refs(as_ana, facet=["region:north", "since:new"]) == [bobs.ref]
    assert refs(as_ana, facet=["region:north", "since:old"]) == []
    assert refs(as_ana, facet="region:nowhere") == []


def test_a_merged_person_is_found_by_the_facets_of_who_stays(as_ana: Client) -> None:
    twin = Person.objects.create(name="B. Hale", merged_into=cast.bob())
    cast.has(cast.bob(), "Region", "North")
    words = said("Late.", by=twin)
    assert refs(as_ana, facet="region:north") == [words.ref]
    assert "Bob Hale" in as_ana.get(room_url()).content.decode()


def test_words_are_found_by_how_their_speaker_answered_a_closed_question(as_ana: Client) -> None:
    happy, unhappy = said("All well."), said("It came late.")
    scale = scale_with({happy: 9, unhappy: 3})
    assert refs(as_ana, answered=f"{scale.key}:0-6") == [unhappy.ref]
    assert refs(as_ana, answered=f"{scale.key}:9") == [happy.ref]
    assert refs(as_ana, answered="nonsense") == []
    assert "Would you tell a friend? 0–6" in as_ana.get(room_url(), {"answered": f"{scale.key}:0-6"}).content.decode()


def test_taken_back_and_replaced_words_are_not_in_the_room(as_ana: Client) -> None:
    gone, before = said("Take this back."), said("It came late.")
    after = said("It came on time.", supersedes=before)
    redact(verbatims=[gone.pk], reason="person", by_label="Bob")
    assert refs(as_ana) == [after.ref]


def test_the_unexpected_comes_first(as_ana: Client) -> None:
    common = [said(f"Late {n}.") for n in range(10)]
    for words in common:
        coded(words, "late")
    rare, against, fresh = said("The box was wet."), said("They called at once."), said("Hm.")
    coded(rare, "wet box")
    cited(claimed(), against, side="against")
    actions.code_many(study=cast.late_orders(), rows=[], by=None)
    expected = [against, rare, fresh, *reversed(common)]
    assert refs(as_ana) == [words.ref for words in expected]
    assert refs(as_ana, order="newest") == [v.ref for v in Verbatim.objects.order_by("-pk")]
    assert refs(as_ana, order="oldest") == [v.ref for v in Verbatim.objects.order_by("pk")]
    assert "nobody else says this" in as_ana.get(room_url()).content.decode()


@pytest.mark.parametrize("few", [10_000, 3])
@pytest.mark.parametrize("order", ["unexpected", "newest", "oldest"])
@pytest.mark.parametrize("q", ["", "late"])
def test_paging_forth_and_back_shows_everything_once(
    order: str, few: int, q: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_rows, "FEW", few)
    study = cast.late_orders()
    for n in range(11):
        words = said(f"Late {n}.")
        if n % 3:
            coded(words, "late" if n % 3 == 1 else f"rare {n}")
    actions.code_many(study=study, rows=[], by=None)
    room = Room(cast.ana(), (study,))
    found = narrowing.matching(room, Filters(q=q, order=order))
    assert (found.ids is None) == (few == 3)
    forth, after = [], ""
    while True:
        page = paging.page(found, order, after=after, collection=study.collection_id, per_page=4)
        forth.append(page.ids)
        if not page.after:
            break
        after = page.after
    assert sorted(pk for ids in forth for pk in ids) == sorted(Verbatim.objects.values_list("pk", flat=True))
    assert forth == back_from_the_end(found, order, study.collection_id, page.before, forth[-1])


def back_from_the_end(found: Any, order: str, collection: int, before: str, last: list[int]) -> list[list[int]]:
    pages = [last]
    while before:
        page = paging.page(found, order, before=before, collection=collection, per_page=4)
        pages.insert(0, page.ids)
        before = page.before
    return pages


def test_what_i_have_read_is_mine_and_a_get_marks_nothing(as_ana: Client) -> None:
    first, second = said("It came late."), said("Nobody called.")
    refs(as_ana)
    assert Read.objects.count() == 0
    as_ana.post(reverse("insights:read"), {"ref": [first.ref, "0000000000"]})
    assert refs(as_ana, unread="1") == [second.ref]
    assert set(refs(signed_in(cast.ben()), unread="1")) == {first.ref, second.ref}


@pytest.mark.parametrize(("wanted", "leads"), [("/search/", "/search/"), ("0", "0"), ("insights:words", "/insights/words/"), ("//elsewhere.example/", "/insights/words/"), ("", "/insights/words/")])
def test_having_read_them_leads_back_to_a_page_of_ours_whatever_is_asked(as_ana: Client, wanted: str, leads: str) -> None:
    answer = as_ana.post(reverse("insights:read"), {"ref": said("It came late.").ref, "next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, leads)


def test_words_of_studies_i_may_not_see_cannot_be_marked(as_mia: Client) -> None:
    cast.late_orders(team_only=True)
    as_mia.post(reverse("insights:read"), {"ref": said("It came late.").ref})
    assert Read.objects.count() == 0


def test_a_small_group_is_not_picked_out_for_who_sees_no_names(as_sam: Client, as_ana: Client) -> None:
    for n in range(30):
        who = Person.objects.create(label=f"P{n}")
        cast.has(who, "Region", "Islands" if n < 4 else "North" if n < 15 else "South")
        said(f"Late {n}.", by=who)
    assert len(refs(as_ana, facet="region:islands")) == 4
    hidden = as_sam.get(room_url(), {"facet": "region:islands"})
    assert (list(hidden.context["words"]), hidden.context["too_few"]) == ([], True)
    assert hidden.context["beside"] is None
    assert len(refs(as_sam, facet="region:south")) == 15
    page = as_sam.get(room_url()).content.decode()
    assert ">South<" in page.replace(" ", "").replace("\n", "") or "South" in page
    facts = [fact for item in as_sam.get(room_url(), {"order": "oldest"}).context["words"] for fact in item.facts]
    assert "Islands" not in facts
    assert FacetValue.objects.filter(label="Islands").exists()


def is_hidden(client: Client, **query: Any) -> bool:
    page = client.get(room_url(), query)
    return bool(page.context["too_few"]) and not list(page.context["words"])


def test_few_are_not_picked_out_by_what_remains_of_a_question_when_a_filter_is_taken_off(as_sam: Client) -> None:
    other = question("What should we keep?")
    for n in range(40):
        who = Person.objects.create(label=f"P{n}")
        cast.has(who, "Region", "North" if n < 25 else "South")
        said(f"Late {n}.", by=who, **({"source": other} if n < 12 or n == 39 else {}))

    assert not is_hidden(as_sam, facet="region:north")
    assert is_hidden(as_sam, facet="region:north", question=other.ref)  # twelve of thirteen: the last one is from the south
    assert not is_hidden(as_sam, question=other.ref)


def test_few_are_not_picked_out_by_adding_their_value_to_one_of_many(as_sam: Client) -> None:
    for n in range(40):
        who = Person.objects.create(label=f"P{n}")
        cast.has(who, "Region", "Islands" if n < 3 else "North" if n < 18 else "South")
        said(f"Late {n}.", by=who)

    assert not is_hidden(as_sam, facet="region:south")
    assert is_hidden(as_sam, facet=["region:south", "region:islands"])
    assert is_hidden(as_sam, facet="region:north")  # beside the south it would leave the islands


def test_few_who_are_not_known_by_name_are_not_picked_out_by_what_they_answered(as_sam: Client, as_ana: Client) -> None:
    scale = scale_with({said(f"Late {n}."): 3 if n < 2 else 9 for n in range(30)})
    assert len(refs(as_ana, answered=f"{scale.key}:0-6")) == 2
    assert is_hidden(as_sam, answered=f"{scale.key}:0-6")
    assert is_hidden(as_sam, answered=f"{scale.key}:9")  # as the two others would be left
    assert not is_hidden(as_sam, answered=f"{scale.key}:0-10")


@pytest.mark.parametrize("few", [10_000, 2])
def test_a_page_of_three_asks_the_database_as_often_as_a_page_of_one(
    as_ana: Client, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_rows, "FEW", few if few > 2 else 0)
    make_one_of_everything(cast.bob())
    refs(as_ana)
    with CaptureQueriesContext(connection) as one:
        refs(as_ana)
    for who in (cast.cleo(), cast.dev()):
        make_one_of_everything(who)
    with CaptureQueriesContext(connection) as three:
        assert len(refs(as_ana)) == 3
    assert len(three) == len(one)


def test_hostile_and_foreign_words_are_shown_as_they_were_said(as_ana: Client) -> None:
    said('<script>alert("x")</script> <img src=x onerror=y> & 👨‍👩‍👧‍👦')
    said("تأخر الطلب كثيراً")
    page = as_ana.get(room_url(), {"q": "script"}).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "👨‍👩‍👧‍👦" in page
    assert "تأخر" in as_ana.get(room_url()).content.decode()


def test_a_megabyte_of_words_is_cut_in_the_list_and_whole_on_its_page(as_ana: Client) -> None:
    words = said("late again " * 90_000)
    page = as_ana.get(room_url()).content
    assert len(page) < 100_000
    assert b"more characters" in page
    whole = as_ana.get(reverse("insights:verbatim", args=[words.ref]))
    assert whole.content.decode().count("late again") >= 90_000


@pytest.mark.parametrize("query", ["after=x", "after=1.2", "before=9.9.9", "since=yesterday", "facet=x", "q=%00", "order=worst", "question=none", "insight=x"])
def test_whatever_stands_in_the_address_is_no_error(as_ana: Client, query: str) -> None:
    said("It came late.")
    assert as_ana.get(room_url() + "?" + query).status_code in (200, 302)


def test_what_can_be_chosen_is_fetched_with_what_is_chosen_already(as_ana: Client) -> None:
    coded(said("It came late."), "silence", "late")
    query = "?q=late&order=newest&since=2026-03-02"
    page = as_ana.get(room_url() + query).content.decode()
    assert f'hx-get="{room_url()}filters/{query.replace("&order=newest&since=2026-03-02", "&amp;since=2026-03-02&amp;order=newest")}"' in page
    assert "<option" not in page.split('id="narrow"')[1].split("</div>")[0]
    sheet = as_ana.get(f"{room_url()}filters/{query}", headers={"HX-Request": "true"}).content.decode()
    assert sheet.count("<html") == 0
    assert ">silence</option>" in sheet
    for kept in ('name="q" value="late"', 'name="order" value="newest"', 'name="since" value="2026-03-02"'):
        assert kept in sheet
    assert f'action="{room_url()}"' in as_ana.get(f"{room_url()}filters/").content.decode()


def test_empty_fields_of_the_filter_form_do_not_stay_in_the_address(as_ana: Client) -> None:
    answer = as_ana.get(room_url(), {"q": "late", "theme": "", "facet": ""})
    assert (answer.status_code, answer["Location"]) == (302, room_url() + "?q=late")


def test_an_empty_room_says_what_will_stand_there(as_ana: Client) -> None:
    cast.late_orders()
    assert "Here people’s words will stand" in as_ana.get(room_url()).content.decode()


def make_one_of_everything(who: Person) -> None:
    words = said(f"It came late, says {who.name}.", by=who)
    cast.has(who, "Region", "North")
    coded(words, "late", "late")
    cited(claimed(f"{who.name} is told nothing."), words, side="against")
    said_before = said("Nothing.", by=who)
    keep(
        collection=said_before.collection, source=said_before.source, person=who, text="x",
        spoken_at=said_before.spoken_at, supersedes=said_before,
    )  # fmt: skip
    redact(verbatims=[Verbatim.objects.latest("pk").pk], reason="law", by_label="x")


def scale_with(answers: dict[Verbatim, int]) -> Question:
    study = cast.late_orders()
    version = Version.objects.create(questionnaire=Questionnaire.objects.create(study=study, title="x"), number=1)
    section = Section.objects.create(version=version, position=0)
    fields = {"version": version, "section": section, "position": 0}
    scale = Question.objects.create(**fields, kind="scale", text="Would you tell a friend?", minimum=0, maximum=10)
    open_question = Question.objects.create(**fields, kind="long_text", text="Why?")
    for words, number in answers.items():
        response = Response.objects.create(study=study, version=version)
        Answer.objects.create(response=response, question=open_question, verbatim=words)
        Answer.objects.create(response=response, question=scale, number=number)
    return scale


@pytest.mark.parametrize(("soon", "counted"), [(100_000, True), (0, False)])
def test_beside_many_words_the_count_comes_by_itself_unless_the_ledger_is_large(
    as_ana: Client, soon: int, counted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_rows, "FEW", 0)
    monkeypatch.setattr(aside, "SOON", soon)
    said("It came late.")

    page = as_ana.get(reverse("insights:words"), {"q": "came"}).content.decode()

    assert ('hx-trigger="load"' in page) is counted
    assert ("So many words take some seconds to count." in page) is not counted


def test_a_language_that_nobody_speaks_finds_nothing_and_says_so(as_ana: Client) -> None:
    said("It came late.", language="de")
    page = as_ana.get(reverse("insights:words_of_study", args=["late-orders"]), {"language": "d"})
    assert "No words answer to all of this" in page.content.decode()
    assert "looked through" not in page.content.decode()

"""Answering from the first page to the thanks, with nothing but HTML."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from allears.core.models import Organisation
from allears.people.actions import erase, merge, record_consent
from allears.people.models import Purpose
from allears.people.queries import consents, who_wants_no_mail
from allears.questionnaires.models import Answer, Response
from allears.studies import actions as studies
from allears.studies import translating
from allears.studies.models import Decline, Invitation, InvitationLink, Study
from allears.verbatims.models import Stone, Verbatim
from allears.verbatims.verify import verify
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking, invited, public, question, said_to
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
ONE_WORD = [{"kind": "long_text", "text": "What happened?"}]
TWO_PAGES: list[dict[str, Any]] = [
    {"kind": "long_text", "text": "What happened?", "required": True},
    {"kind": "number", "text": "How many days late?", "minimum": 0, "maximum": 365},
]


@pytest.mark.parametrize("sections", [1, 3, 7])
@pytest.mark.parametrize("way", ["personal", "public"])
def test_a_robot_that_reads_only_html_comes_to_the_thanks(sections: int, way: str) -> None:
    version = asking(sections=sections)

    robot = Robot().walk(invited(cast.bob()) if way == "personal" else public())

    response = Response.objects.get()
    assert "Thank you" in robot.text
    assert robot.form is None
    assert (response.version, response.submitted_at is not None) == (version, True)
    assert said_to(question(version, "What happened?")) == ["It came nine days late."]
    assert said_to(question(version, "Three words for it")) == ["It came nine days late."] * 3
    assert len(said_to(question(version, "How many days late?"))) == 1
    assert response.person == (cast.bob() if way == "personal" else None)


def test_what_was_said_in_own_words_is_in_the_ledger_and_nowhere_else() -> None:
    version = asking()
    Robot(words="مرحبا 🎉 <b>late</b>").walk(invited(cast.bob()))

    spoken = Verbatim.objects.get(source=question(version, "What happened?").source)
    assert (spoken.text, spoken.person, spoken.collection) == (
        "مرحبا 🎉 <b>late</b>",
        cast.bob(),
        cast.late_orders().collection,
    )
    assert set(Answer.objects.values_list("text", flat=True)) == {""}
    assert verify().broken is None


def test_opening_a_link_changes_nothing() -> None:
    asking()
    for path in (invited(cast.bob()), public()):
        Robot().open(path)

    assert Response.objects.count() == 0
    assert Invitation.objects.get().opened_at is None


def test_the_first_page_says_who_asks_why_how_long_and_by_when_they_hear_back() -> None:
    asking()
    page = Robot().open(invited(cast.bob()))

    assert "Ana Ruiz asks" in page.text
    assert "Bob, can you help us understand?" in page.text
    assert "Your last orders came late" in page.text
    assert "minutes left" in page.text
    assert "we tell you by" in page.text
    assert len(page.html.encode()) < 10_000


@pytest.mark.parametrize("example", [True, False])
def test_an_example_says_that_it_is_one_where_it_asks_and_where_it_thanks(example: bool) -> None:
    asking(ONE_WORD)
    Study.objects.update(example=example)
    link = invited(cast.bob())
    first, thanks = Robot().open(link).text, Robot().walk(link).text

    assert "Thank you" in thanks
    for page in (first, thanks):
        assert ("Example · made to show what Allears does: who asks, why" in page) is example


def test_the_same_link_on_another_device_returns_to_the_next_page() -> None:
    asking(TWO_PAGES, sections=2)
    link = invited(cast.bob())
    Robot().open(link).press()

    elsewhere = Robot().open(link)

    assert "How many days late?" in elsewhere.text
    assert "page 2 of 2" in elsewhere.text
    assert "Thank you" in elsewhere.press().text


def test_who_came_by_a_public_link_gets_a_link_of_their_own() -> None:
    asking(TWO_PAGES, sections=2)
    link = public()
    first = Robot().open(link).press()

    assert first.url != f"{link}2/"
    assert "keep this link" in first.text
    assert "How many days late?" in Robot().open(first.url.removesuffix("2/")).text
    assert "What happened?" in Robot().open(link).text
    assert Response.objects.count() == 1


def test_whose_first_page_by_a_public_link_comes_back_reads_under_which_link_the_rest_of_it_is_kept() -> None:
    days = question(asking(TWO_PAGES), "How many days late?")
    link = public()
    again = Robot(words="Nobody rang.").open(link).press(**{f"q{days.pk}": "soon"})
    assert again.form is not None
    own = str(again.form.attributes["action"]).removesuffix("1/")

    assert again.url.startswith(link)
    assert again.text.partition("keep this link: ")[2].split(" ")[0].endswith(own)
    assert "your own link brings you back" in again.text
    assert "Nobody rang." in Robot().open(own).html


def test_a_second_click_on_the_first_page_of_a_public_link_begins_nothing_new() -> None:
    asking(ONE_WORD)
    robot = Robot().open(public())
    data, url = robot.filled(), robot.url

    robot.post(data)
    robot.url = f"{url}1/"
    robot.post(data)

    assert "Thank you" in robot.text
    assert (Response.objects.count(), Verbatim.objects.count()) == (1, 1)


def test_sending_twice_changes_nothing() -> None:
    asking(ONE_WORD)
    robot = Robot().open(invited(cast.bob()))
    data, url = robot.filled(), robot.url
    robot.post(data)
    sent_at = Response.objects.get().submitted_at
    robot.url = f"{url}1/"
    robot.post(data)

    assert "Thank you" in robot.text
    assert Response.objects.get().submitted_at == sent_at
    assert Verbatim.objects.count() == 1


def test_what_is_missing_is_asked_for_and_the_rest_is_saved() -> None:
    version = asking()
    asked = question(version, "What happened?")
    robot = Robot().open(invited(cast.bob())).press(**{f"q{asked.pk}": ""})

    assert robot.status == 200
    assert "One answer needs another look" in robot.text
    assert f'<a href="#q{asked.pk}">What happened?</a><br>Write an answer.' in robot.html
    assert said_to(question(version, "How many days late?"))
    assert Response.objects.get().submitted_at is None
    assert "Thank you" in robot.press().text


def test_the_summary_leads_to_each_field_and_each_field_says_what_is_wrong_with_it() -> None:
    version = asking([{**question, "required": question["kind"] != "statement"} for question in ALL_KINDS])
    robot = Robot().open(invited(cast.bob()))

    robot.post([(f"q{version.questions.get(kind='number').pk}", "9999")])

    summary = robot.page.css_first("#error-summary[role=alert][tabindex='-1'][autofocus]")
    assert robot.page.css_first("title").text().startswith("Please look again · ")
    fields = [link.attributes["href"] or "" for link in summary.css("a")]
    asked_in_order = [q.pk for q in version.questions.order_by("position") if q.kind != "statement"]
    assert [int(field[2:].split("-")[0]) for field in fields] == asked_in_order
    for field in fields:
        name = field[1:].split("-")[0]
        assert robot.page.css_first(field) is not None, field
        assert robot.page.css_first(f"#{name}-question [aria-invalid], #{name}-question[aria-invalid]") is not None, field
        described = robot.page.css_first(f"#{name}-question[aria-describedby], #{name}-question [aria-describedby]")
        assert f"{name}-error" in (described.attributes["aria-describedby"] or "").split(), field
        assert robot.page.css_first(f"#{name}-error") is not None, field


def test_a_matrix_with_a_gap_leads_to_the_row_that_waits() -> None:
    version = asking([{**kind, "shuffled": False} for kind in ALL_KINDS if kind["kind"] == "matrix"])
    rated = version.questions.get()
    first, second = rated.choices.all()
    robot = Robot().open(invited(cast.bob()))

    robot.post([(f"q{rated.pk}.r{first.pk}", "3")])

    assert robot.page.css_first("#error-summary a").attributes["href"] == f"#q{rated.pk}-{second.pk}"


def test_what_cannot_be_taken_stays_in_its_field_and_the_rest_is_saved() -> None:
    version = asking()
    days = question(version, "How many days late?")
    robot = Robot().open(invited(cast.bob())).press(**{f"q{days.pk}": "4000"})

    assert robot.status == 422
    assert "Enter a number from 0 to 365." in robot.text
    assert 'value="4000"' in robot.html
    assert f'aria-describedby="q{days.pk}-error"' in robot.html
    assert said_to(question(version, "What happened?")) == ["It came nine days late."]


def test_a_megabyte_is_kept_and_more_is_refused_without_losing_the_rest() -> None:
    version = asking(TWO_PAGES)
    words = question(version, "What happened?")
    too_much = Robot().open(invited(cast.bob())).press(**{f"q{words.pk}": "é" * 600_000})
    assert too_much.status == 422
    assert "longer than we can keep" in too_much.text
    assert said_to(question(version, "How many days late?"))

    enough = too_much.press(**{f"q{words.pk}": "م" * 524_288})
    assert "Thank you" in enough.text
    assert Verbatim.objects.get().text == "م" * 524_288


def test_line_ends_are_kept_as_they_were_typed() -> None:
    version = asking(ONE_WORD)
    words = question(version, "What happened?")
    Robot().open(invited(cast.bob())).press(**{f"q{words.pk}": "\r\none\r\n\r\n two \r\n"})

    assert Verbatim.objects.get().text == "\none\n\n two \n"


def test_a_text_box_shows_an_answer_that_begins_with_a_line_end() -> None:
    version = asking(TWO_PAGES, sections=2)
    words = question(version, "What happened?")
    robot = Robot().open(invited(cast.bob())).press(**{f"q{words.pk}": "\r\none"}).press("back")

    assert dict(robot.filled(**{}))
    assert ">\n\none</textarea>" in robot.html


def test_back_saves_without_asking_for_what_is_missing() -> None:
    version = asking(TWO_PAGES, sections=2)
    days = question(version, "How many days late?")
    robot = Robot().open(invited(cast.bob())).press().press("back", **{f"q{days.pk}": "9"})

    assert "What happened?" in robot.text
    assert said_to(days) == [9.0]


def test_stopping_for_now_saves_and_says_how_to_come_back() -> None:
    version = asking(TWO_PAGES, sections=2)
    words = question(version, "What happened?")
    link = invited(cast.bob())
    robot = Robot().open(link).press("pause", **{f"q{words.pk}": ""})

    assert "Come back whenever it suits you" in robot.text
    assert link in robot.text
    assert robot.form is None
    assert Response.objects.get().submitted_at is None
    assert "What happened?" in Robot().open(link).text


def test_who_jumps_to_the_last_page_is_led_back_to_what_is_missing() -> None:
    asking(TWO_PAGES, sections=2)
    link = invited(cast.bob())
    robot = Robot().open(f"{link}2/").press()

    assert robot.url == f"{link}1/?missing"
    assert "Write an answer." in robot.text
    assert Response.objects.get().submitted_at is None


def test_a_changed_answer_is_a_new_verbatim_and_the_old_one_is_kept() -> None:
    version = asking(ONE_WORD)
    words = question(version, "What happened?")
    link = invited(cast.bob())
    Robot().walk(link)
    robot = Robot().open(f"{link}1/")
    assert "It came nine days late." in robot.html
    robot.press(**{f"q{words.pk}": "They called, though."})

    first, second = Verbatim.objects.order_by("pk")
    assert (first.text, second.text) == ("It came nine days late.", "They called, though.")
    assert second.supersedes == first
    assert said_to(words) == ["They called, though."]
    assert "They called, though." in robot.text


def test_words_that_are_emptied_after_sending_are_taken_back() -> None:
    version = asking(ONE_WORD)
    words = question(version, "What happened?")
    link = invited(cast.bob())
    Robot().walk(link)
    Robot().open(f"{link}1/").press(**{f"q{words.pk}": ""})

    assert Verbatim.objects.get().text == ""
    assert Stone.objects.get().reason == "person"
    assert said_to(words) == []


def test_the_thanks_hold_a_receipt_for_each_of_their_words(client: Client) -> None:
    asking(ONE_WORD)
    robot = Robot().walk(invited(cast.bob()))
    receipt = robot.page.css_first("section a").attributes["href"]
    assert receipt

    checked = client.get(receipt).content.decode()

    assert "These words still stand as they were spoken." in checked
    assert "nine days late" not in checked


@pytest.mark.parametrize(("lang", "heading", "waits", "way"), [
    ("en", "What we keep, and where", "waits in this browser", "ltr"),
    ("ar", "ما نحتفظ به، وأين", "ينتظر في هذا المتصفّح", "rtl"),
    ("de", "Was wir aufbewahren, und wo", "wartet in diesem Browser", "ltr"),
])  # fmt: skip
def test_every_page_leads_to_what_is_kept_and_what_waits_in_the_browser(
    lang: str, heading: str, waits: str, way: str
) -> None:
    asking(TWO_PAGES, sections=2)
    translating.offer(study=cast.late_orders(), language="ar" if lang == "en" else lang, by=cast.ana())
    for path in (invited(cast.bob()), public()):
        robot = Robot().open(f"{path}?lang={lang}")
        for _page in range(2):
            link = robot.page.css_first(".ways a[href*='/kept/']")
            told = Robot().open(str(link.attributes["href"]))
            assert told.page.css_first("h1").text() == heading
            assert waits in told.text
            assert told.page.css_first("html").attributes["dir"] == way
            assert "localStorage" not in told.text
            robot.press()


def test_who_came_by_a_public_link_is_kept_without_a_name_and_invited_people_with_theirs() -> None:
    asking()
    by_name, without = (Robot().open(f"{path}kept/").text for path in (invited(cast.bob()), public()))

    assert "keeps your answers with your name" in by_name
    assert "keeps your answers without your name" in without
    assert Response.objects.count() == 0


def test_stopping_keeps_what_could_be_taken_says_what_could_not_and_always_lets_one_go() -> None:
    version = asking([ONE_WORD[0], {"kind": "number", "text": "How many days late?", "minimum": 0, "required": True}])
    link, days = invited(cast.bob()), question(version, "How many days late?")
    robot = Robot().open(link).press("pause", **{f"q{days.pk}": "nine days"})

    assert (robot.status, robot.form, Answer.objects.count()) == (200, None, 1)
    assert "Saved. Come back whenever it suits you." in robot.text
    assert "Only your answer to “How many days late?” could not be taken" in robot.text
    assert "Only your answer" not in Robot().open(f"{link}pause/?not=0&not=x&not={days.pk + 99}").text
    assert "How many days late?" in Robot().open(link).text


def test_nothing_is_called_saved_for_who_has_answered_nothing() -> None:
    happened = f"q{question(asking(ONE_WORD), 'What happened?').pk}"
    link = invited(cast.bob())
    unbegun, stopped = Robot().open(f"{link}pause/"), Robot().open(link).press("pause", **{happened: ""})

    assert (unbegun.url, unbegun.form is not None) == (link, True)
    assert stopped.page.css_first("h1").text() == "Come back whenever it suits you."


def test_on_paper_thanks_say_where_a_receipt_is_checked() -> None:
    asking(ONE_WORD)
    page = Robot().walk(invited(cast.bob())).page
    where = page.css_first(".on-paper").text().split()[-1]

    assert where == f"{settings.BASE_URL}/verbatims/receipt/"
    assert Client().get(where.removeprefix(settings.BASE_URL)).status_code == 200


def test_declining_is_an_answer_with_or_without_a_reason() -> None:
    asking()
    link = invited(cast.bob())
    robot = Robot().open(f"{link}decline/?kind=not_me").press(kind="not_me", reason="My wife orders.")

    decline = Decline.objects.get()
    assert (decline.kind, decline.reason) == ("not_me", "My wife orders.")
    assert "Thank you for telling us" in robot.text
    assert robot.form is None


@pytest.mark.parametrize(
    ("stop", "ended", "words"),
    [
        ("contact", {"contact": False}, "we still write to you"),
        ("nothing", {"contact": False, "hear": False}, "and write you nothing"),
    ],
)
def test_who_declines_can_end_being_asked_or_every_mail_at_once(stop: str, ended: dict[str, bool], words: str) -> None:
    asking()
    robot = Robot().open(f"{invited(cast.bob())}decline/").press(stop=stop)

    assert consents([cast.bob().pk])[cast.bob().pk] == ended
    assert words in robot.text


def test_who_declined_may_answer_after_all() -> None:
    asking(ONE_WORD)
    link = invited(cast.bob())
    Robot().open(f"{link}decline/").press()
    Robot().walk(f"{link}1/")

    assert Decline.objects.count() == 0
    assert Response.objects.get().submitted_at is not None


@pytest.mark.parametrize(("stop", "told"), [("contact", "we tell you what became"), ("nothing", "will stand on your own page")])
def test_who_wants_no_mail_and_answers_after_all_is_promised_none(stop: str, told: str) -> None:
    asking(ONE_WORD)
    link = invited(cast.bob())
    Robot().open(f"{link}decline/").press(stop=stop)
    robot = Robot().walk(f"{link}1/")

    said = robot.page.css_first("p.problem").text()
    assert told in said
    assert ("we tell you" in said) == (stop == "contact")


@pytest.mark.parametrize(("words", "merged", "hears"), [((False,), False, False), ((False, True), False, True), ((False,), True, False), ((), True, True)])
def test_the_newest_word_on_mail_counts_of_whoever_stands_for_this_person(words: tuple[bool, ...], merged: bool, hears: bool) -> None:
    asking(ONE_WORD)
    link, speaker = invited(cast.bob()), cast.cleo() if merged else cast.bob()
    for given in words:
        record_consent(person=speaker, purpose=Purpose.HEAR, given=given, source="a call", by=cast.ana())
    if merged:
        merge(keep=speaker, other=cast.bob(), by=cast.ana())

    said = Robot().walk(f"{link}1/").page.css_first("p.problem").text()

    assert ("we tell you" in said) == hears == (not who_wants_no_mail([speaker.pk]))


def test_a_closed_study_takes_no_answers_but_shows_who_sent_theirs() -> None:
    asking(ONE_WORD)
    bobs, cleos = invited(cast.bob()), invited(cast.cleo())
    Robot().walk(bobs)
    open_page = Robot().open(cleos)
    studies.close_study(study=cast.late_orders(), by=cast.ana())

    assert "It came nine days late." in Robot().open(bobs).text
    assert "closed" in open_page.press().text
    assert Response.objects.count() == 1


@pytest.mark.parametrize("token", ["x" * 24, "short", "%00" * 8, "a" * 500, "'; DROP TABLE"])
def test_a_forged_link_opens_nothing(client: Client, token: str) -> None:
    answer = client.get(f"/a/{token}/")
    assert answer.status_code == 404
    assert "This link opens nothing." in answer.content.decode()


def test_whoever_was_erased_does_not_read_that_their_answers_are_kept(client: Client) -> None:
    asking(ONE_WORD)
    link = invited(cast.bob())
    Robot().walk(link)
    erase(person=cast.bob(), by=None, reason="person")
    page = client.get(link)

    assert (page.status_code, "their words are gone" in page.content.decode()) == (410, True)
    assert "is kept" not in page.content.decode()


def test_a_link_that_leads_no_further_says_what_to_do_instead(client: Client) -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"reply_to": "help@house.example"})
    asking()
    closed, revoked = invited(cast.bob()), invited(cast.cleo())
    studies.revoke_links(invitation=Invitation.objects.get(person=cast.cleo()), by=cast.ana())
    studies.close_study(study=cast.late_orders(), by=cast.ana())

    for link in (f"/a/{'x' * 24}/", closed, revoked, f"/me/{'x' * 24}/", "/people/leave/x.y/"):
        page = client.get(link).content.decode()
        assert ('href="/me/' in page, 'href="mailto:help@house.example"' in page) == (True, True), link
    assert [link in client.get("/a/short/").content.decode() for link in ('href="?lang=ar"', "/me/?lang=en")] == [True, True]


def test_a_revoked_link_says_so() -> None:
    asking()
    link = invited(cast.bob())
    studies.revoke_links(invitation=Invitation.objects.get(), by=cast.ana())

    assert InvitationLink.objects.get().revoked_at is not None
    assert "no longer in use" in Robot().open(link).text


def test_a_draft_is_not_open_yet() -> None:
    asking(state="draft")
    assert "not open yet" in Robot().open(invited(cast.bob())).text


def test_a_form_from_another_site_is_refused(client: Client) -> None:
    asking(ONE_WORD)
    link = invited(cast.bob())
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(link, {"go": "next"}, headers=headers).status_code == 403
    assert Response.objects.count() == 0


def test_participants_get_no_cookie_and_no_cache() -> None:
    asking(ONE_WORD)
    client = Client(enforce_csrf_checks=True)
    answer = client.get(invited(cast.bob()))
    assert answer.cookies == {}
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert Robot(client).walk(invited(cast.cleo())).form is None


def test_a_page_in_a_right_to_left_language_runs_that_way() -> None:
    asking(language="ar")
    robot = Robot().open(public())
    assert '<html lang="ar" dir="rtl">' in robot.html


def test_markup_in_answers_and_questions_stays_words() -> None:
    asking([{"kind": "long_text", "text": "<script>alert(1)</script>?"}, *TWO_PAGES], sections=3)
    robot = Robot(words='"><script>alert(2)</script>').open(invited(cast.bob())).press().press("back")
    assert "<script>" not in robot.html
    assert '"><script>alert(2)</script>' in str(dict(robot.filled()))


def test_a_page_costs_the_same_number_of_queries_however_much_it_asks(django_assert_num_queries: Any) -> None:
    asking(sections=1)
    link = invited(cast.bob())
    Robot().open(link)
    with django_assert_num_queries(1):
        Client().get(link)

"""Two people edit one draft at the same time: whoever saves second is shown both, and nobody's words are lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from allears.questionnaires import authoring, steps
from allears.questionnaires.models import Question, Section, Version
from allears.questionnaires.structure import draft_version, published_version
from tests import cast
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
EDITOR = "/questionnaires/late-orders/"
CHOICES = ["Price", "Delivery"]


@pytest.fixture
def as_ben() -> Client:
    cast.late_orders()
    return signed_in(cast.ben())


def asked(**fields: Any) -> Question:
    draft = authoring.draft_of(cast.late_orders())
    page = draft.sections.all()[0]
    return authoring.add_question(section=page, **{"kind": "single", "text": "What mattered?", "choices": CHOICES, **fields})


def page_of(question: Question, what: str = "") -> str:
    return f"{EDITOR}questions/{question.key}/{what}"


def filled(html: str, form: int = -1) -> dict[str, str]:
    """What a browser without script would post: the fields of a page's form as they are filled."""
    text = re.findall(r"<form(?=[^>]*method=\"post\").*?</form>", html, re.S)[form]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", text):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in told and (told.get("type") not in ("checkbox", "radio") or re.search(r"\bchecked\b", tag)):
            sent[told["name"]] = unescape(told.get("value", "on" if told.get("type") == "checkbox" else ""))
    for name, words in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', text, re.S):
        sent[name] = unescape(words)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = unescape(chosen[1]) if chosen else ""
    return {name: words for name, words in sent.items() if name != "csrfmiddlewaretoken"}


def opened(client: Client, address: str) -> dict[str, str]:
    return filled(client.get(address).content.decode())


def test_the_second_to_save_sees_both_wordings_and_who_was_first(as_ana: Client, as_ben: Client) -> None:
    question = asked()
    anas, bens = opened(as_ana, page_of(question)), opened(as_ben, page_of(question))
    assert as_ben.post(page_of(question), {**bens, "text": "What counted?", "help": "Choose one."}).status_code == 302

    answer = as_ana.post(page_of(question), {**anas, "text": "What decided it?", "choices-0-label": "The price"})

    html = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Ben Okoye has changed this since you opened it." in html
    assert [words in html for words in ("What counted?", "What decided it?", "The price\nDelivery".replace("\n", "<br>"))] == [True] * 3
    assert Question.objects.get().text == "What counted?"
    # The form below has what only Ben changed as he left it, and the rest as Ana wrote it.
    both = filled(answer.content.decode())
    assert (both["text"], both["help"], both["choices-0-label"]) == ("What decided it?", "Choose one.", "The price")


def test_it_is_saved_as_one_wrote_it_left_as_it_is_or_put_together(as_ana: Client, as_ben: Client) -> None:
    question = asked()
    keys = [choice.key for choice in question.choices.all()]

    def apart() -> str:
        anas = opened(as_ana, page_of(question))
        authoring.change_question(question=Question.objects.get(), text="Theirs", help="Their help", by=cast.ben())
        return as_ana.post(page_of(question), {**anas, "text": "Mine", "help": ""}).content.decode()

    html = apart()
    assert f'href="{EDITOR}"' in html
    assert Question.objects.get().text == "Theirs"
    assert as_ana.post(page_of(question), filled(html, form=-2)).status_code == 302
    mine = Question.objects.get()
    assert (mine.text, mine.help, [choice.key for choice in mine.choices.all()]) == ("Mine", "", keys)

    both = {**filled(apart()), "text": "Mine and theirs"}
    assert as_ana.post(page_of(question), both).status_code == 302
    assert (Question.objects.get().text, Question.objects.get().help) == ("Mine and theirs", "Their help")


def test_a_third_who_changes_it_while_both_are_looked_at_is_seen_too(as_ana: Client) -> None:
    question = asked()
    anas = opened(as_ana, page_of(question))
    authoring.change_question(question=question, text="Second", by=cast.ben())
    both = filled(as_ana.post(page_of(question), {**anas, "text": "Mine"}).content.decode())
    authoring.change_question(question=question, text="Third", by=cast.ben())
    answer = as_ana.post(page_of(question), both)
    assert (answer.status_code, "Third" in answer.content.decode()) == (409, True)


def test_what_nobody_else_touched_is_saved_at_once(as_ana: Client) -> None:
    question, other = asked(), asked(text="Another")
    anas = opened(as_ana, page_of(question))
    authoring.change_question(question=other, text="Reworded", by=cast.ben())
    rule = {"join": "all", "conditions": [{"about": "language", "of": "", "verb": "is", "value": "en"}]}
    authoring.change_question(question=question, shown_if=rule, by=cast.ben())
    authoring.move_question(question=question, direction="down")
    assert as_ana.post(page_of(question), {**anas, "text": "Mine"}).status_code == 302
    # Two who write the same are no two wordings; forms that say nothing of what they saw are taken as they are.
    assert as_ana.post(page_of(question), {**opened(as_ana, page_of(question)), "text": "Mine"}).status_code == 302
    assert as_ana.post(page_of(question), {"text": "A program's", "choices-TOTAL_FORMS": "0", "choices-INITIAL_FORMS": "0"}).status_code == 302
    assert Question.objects.get(key=question.key).text == "A program's"


def test_a_kind_that_changed_meanwhile_loses_no_choices(as_ana: Client) -> None:
    question = asked()
    anas = opened(as_ana, page_of(question))
    authoring.change_question(question=question, kind="long_text", choices=(), by=cast.ben())
    answer = as_ana.post(page_of(question), {**anas, "choices-1-label": "Being told"})
    html = unescape(answer.content.decode())
    assert (answer.status_code, "Price<br>Being told" in html, "Long text" in html) == (409, True, True)
    as_ana.post(page_of(question), filled(answer.content.decode(), form=-2))
    assert [choice.label for choice in Question.objects.get().choices.all()] == ["Price", "Being told"]


def test_a_step_that_was_undone_is_told_by_whoever_undid_it(as_ana: Client, as_ben: Client) -> None:
    question = asked(kind="long_text", choices=())
    as_ana.post(page_of(question), {"text": "First"})
    as_ana.post(page_of(question), {"text": "Second"})
    anas = opened(as_ana, page_of(question))
    last = steps.history_of(Version.objects.get()).last
    assert last
    as_ben.post(f"{EDITOR}undo/", {"step": last.pk})
    answer = unescape(as_ana.post(page_of(question), {**anas, "text": "Mine"}).content.decode())
    assert "Ben Okoye has changed this since you opened it." in answer
    assert "First" in answer


def test_what_was_taken_away_is_said_and_what_was_typed_is_kept_to_copy(as_ana: Client, as_ben: Client) -> None:
    question, _stays = asked(), asked(text="Another")
    anas, rule = opened(as_ana, page_of(question)), opened(as_ana, page_of(question, "rule/"))
    as_ben.post(page_of(question, "place/"), {"act": "remove"})

    answer = as_ana.post(page_of(question), {**anas, "text": "<b>Mine</b>", "choices-1-label": "Being told"})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Ben Okoye has taken this away since you opened it." in html
    assert "&lt;b&gt;Mine&lt;/b&gt;" in html
    assert "Price<br>Being told" in html
    new = re.search(r'action="([^"]*new/[^"]*)"', html)
    assert new
    assert as_ana.post(unescape(new[1]), filled(html)).status_code == 302
    assert [c.label for c in Question.objects.get(text="<b>Mine</b>").choices.all()] == ["Price", "Being told"]

    told = as_ana.post(page_of(question, "rule/"), {**rule, "conditions-0-what": "language||is|ar"})
    assert (told.status_code, "their language is" in told.content.decode()) == (409, True)
    for act in ("up", "copy", "remove"):
        moved = as_ana.post(page_of(question, "place/"), {"act": act}, follow=True)
        assert "Nothing was changed" in moved.content.decode()


@pytest.mark.parametrize("begun", [False, True])
def test_what_was_published_meanwhile_stays_and_the_next_version_takes_the_words(as_ana: Client, begun: bool) -> None:
    question = asked()
    anas = opened(as_ana, page_of(question))
    authoring.publish(version=question.version, by=cast.ben())
    if begun:
        authoring.draft_of(cast.late_orders(), by=cast.ben())

    answer = as_ana.post(page_of(question), {**anas, "text": "Mine"})

    html = answer.content.decode()
    assert (answer.status_code, "Ben Okoye has published version 1" in html) == (409, True)
    assert (draft_version(cast.late_orders()) is not None) == begun
    assert as_ana.post(page_of(question), filled(html)).status_code == 302
    study = cast.late_orders()
    now, then = draft_version(study), published_version(study)
    assert now
    assert then
    assert (now.questions.get().text, then.questions.get().text) == ("Mine", "What mattered?")


def test_a_draft_that_was_thrown_away_says_so(as_ana: Client, as_ben: Client) -> None:
    question = asked()
    authoring.publish(version=question.version)
    authoring.draft_of(cast.late_orders())
    anas = opened(as_ana, page_of(question))
    as_ben.post(f"{EDITOR}draft/", {"throw_away": "1"})
    answer = as_ana.post(page_of(question), {**anas, "text": "Mine"})
    assert (answer.status_code, "Ben Okoye has thrown the draft away" in answer.content.decode()) == (409, True)


def test_two_rules_stand_side_by_side_in_words(as_ana: Client, as_ben: Client) -> None:
    asked()
    question = asked(text="And then?", kind="long_text", choices=())
    rule = page_of(question, "rule/")
    anas, bens = opened(as_ana, rule), opened(as_ben, rule)
    as_ben.post(rule, {**bens, "join": "all", "conditions-0-what": "language||is|ar"})
    answer = as_ana.post(rule, {**anas, "join": "all", "conditions-0-what": "language||is|en"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert ("language is العربية" in html or "language is Arabic" in html, "language is English" in html) == (True, True)
    as_ana.post(rule, filled(html))
    assert Question.objects.get(key=question.key).shown_if["conditions"][0]["value"] == "en"


def test_a_condition_whose_question_moved_away_is_said_in_words(as_ana: Client) -> None:
    first, second = asked(), asked(text="And then?", kind="long_text", choices=())
    rule = page_of(second, "rule/")
    anas = opened(as_ana, rule)
    authoring.move_question(question=first, direction="down")
    answer = as_ana.post(rule, {**anas, "join": "all", "conditions-0-what": f"answer|{first.key}|answered|"})
    assert (answer.status_code, "somebody has moved it or taken it away" in answer.content.decode()) == (422, True)


def test_a_page_is_treated_as_a_question_is(as_ana: Client, as_ben: Client) -> None:
    section = asked().section
    address = f"{EDITOR}pages/{section.pk}/"
    anas, bens = opened(as_ana, address), opened(as_ben, address)
    as_ben.post(address, {**bens, "title": "Ben's"})
    answer = as_ana.post(address, {**anas, "text": "Ana's words"})
    both = filled(answer.content.decode())
    assert (answer.status_code, both["title"], both["text"]) == (409, "Ben's", "Ana's words")
    assert as_ana.post(address, both).status_code == 302

    anas = opened(as_ana, address)
    authoring.publish(version=section.version, by=cast.ben())
    html = as_ana.post(address, {**anas, "title": "Later"}).content.decode()
    assert "has published version 1" in html
    as_ana.post(address, filled(html))
    draft = draft_version(cast.late_orders())
    assert draft
    assert [page.title for page in Section.objects.order_by("pk")] == ["Ben's", "Later"]

    later = draft.sections.get()
    address = f"{EDITOR}pages/{later.pk}/"
    anas = opened(as_ana, address)
    authoring.add_section(version=draft)
    authoring.remove_section(section=later)
    gone = as_ana.post(address, {**anas, "title": "Mine", "text": "Kept"}).content.decode()
    assert "Kept" in gone
    as_ana.post(f"{EDITOR}pages/", filled(gone))
    assert Section.objects.filter(version=draft, title="Mine", text="Kept").count() == 1
    assert "Nothing was changed" in as_ana.post(address, {"act": "up"}, follow=True).content.decode()


def test_how_it_is_asked_keeps_what_the_other_has_set(as_ana: Client) -> None:
    version = asked().version
    authoring.set_manner(version=version, one_question_a_page=True, reviewed=False)
    as_ana.post(f"{EDITOR}draft/", {"manner": "1", "was": "", "reviewed": "1"})
    version.refresh_from_db()
    assert (version.one_question_a_page, version.reviewed) == (True, True)


def test_nobody_publishes_what_they_have_not_seen(as_ana: Client, as_ben: Client) -> None:
    question = asked()
    seen = opened(as_ana, f"{EDITOR}publishing/")
    as_ben.post(page_of(question), {**opened(as_ben, page_of(question)), "text": "Ben's"})
    answer = as_ana.post(f"{EDITOR}publishing/", seen)
    html = answer.content.decode()
    assert (answer.status_code, "Not published yet" in html, "Ben Okoye" in html) == (409, True, True)
    assert published_version(cast.late_orders()) is None
    assert as_ana.post(f"{EDITOR}publishing/", filled(html)).status_code == 302
    assert published_version(cast.late_orders()) is not None


def test_a_question_for_a_page_that_is_gone_stands_on_the_last_one(as_ana: Client) -> None:
    section = asked().section
    authoring.publish(version=section.version)
    new = f"{EDITOR}questions/new/?kind=long_text&section={section.pk}"
    html = as_ana.post(new, {"text": "One more"}, follow=True).content.decode()
    assert "stands on the last page" in html
    assert Question.objects.get(text="One more").version.published_at is None


def test_a_garbled_line_has_seen_nothing(as_ana: Client) -> None:
    question = asked()
    answer = as_ana.post(page_of(question), {**opened(as_ana, page_of(question)), "seen": "1.2.3 \0: x 😀", "text": "Mine"})
    assert (answer.status_code, Question.objects.get().text) == (409, "What mattered?")

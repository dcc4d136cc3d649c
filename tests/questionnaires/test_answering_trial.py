"""A questionnaire tried out as somebody would answer it; nothing is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.questionnaires import authoring, logic
from allears.questionnaires.logic import Condition, Rule
from allears.questionnaires.models import Choice, Question, Response
from allears.questionnaires.translatable import texts_of
from allears.studies.translating import offer, translate
from tests import cast
from tests.questionnaires.robot import Robot
from tests.questionnaires.test_answering_logic import DAYS, END, LATE, asking, at_least, choice, field, late

pytestmark = pytest.mark.django_db
TRIAL = "/questionnaires/late-orders/trial/"


class Author(Robot):
    """A browser of Ana's whose forms ask by the address, as the trial's do."""

    def post(self, data: Any) -> Robot:
        self._take(self.client.get(TRIAL, _lists(data), follow=True), TRIAL)
        return self

    @property
    def form(self) -> Any:
        forms = self.page.css("form")
        return forms[-1] if len(forms) > 1 else None


def _lists(data: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in data:
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def ana(as_ana: Client) -> Author:
    return Author(client=as_ana)


def test_the_author_walks_the_way_of_who_answers_so_and_nothing_is_kept(ana: Author) -> None:
    asking([LATE, DAYS], [END], rules={"How many days?": late})
    ana.open(TRIAL)
    assert "How many days?" not in ana.text

    ana.press(**{field("Was it late?"): choice("Yes")})
    assert "One more thing follows from your answer" in ana.text
    ana.press(**{field("Was it late?"): choice("Yes"), field("How many days?"): "9"})
    assert "Anything else?" in ana.text
    ana.press("back")
    assert 'value="9"' in ana.html
    ana.press(**{field("Was it late?"): choice("Yes"), field("How many days?"): "9"}).press()
    assert "Here it would be sent." in ana.text
    assert "3 of the 3 questions" in ana.text
    assert not Response.objects.exists()


def test_a_page_on_which_nothing_is_asked_is_passed_over(ana: Author) -> None:
    asking([LATE], [DAYS], [END], rules={"How many days?": at_least(3)} | {"How many days?": late})
    ana.open(TRIAL).press(**{field("Was it late?"): choice("No")})

    assert "Anything else?" in ana.text


def test_what_is_missing_is_said_as_participants_read_it(ana: Author) -> None:
    asking([LATE], rules={})
    ana.open(TRIAL)
    ana.post([("page", "1"), ("shown", str(Question.objects.get().pk)), ("go", "next")])

    assert "Choose one." in ana.text


def test_it_can_be_tried_as_a_person_with_their_facets_and_their_name(ana: Author) -> None:
    region = cast.has(cast.bob(), "Region", "North").facet
    north = Rule("all", (Condition("facet", region.key, "is", region.values.get().key),))
    asking([{**END, "text": "{name|You}, anything else?"}, DAYS], rules={"How many days?": north})

    as_nobody = Author(client=ana.client).open(TRIAL).text
    as_bob = Author(client=ana.client).open(f"{TRIAL}?as=Bob+Hale").text
    assert ("You, anything else?" in as_nobody, "How many days?" in as_nobody) == (True, False)
    assert ("Bob, anything else?" in as_bob, "How many days?" in as_bob) == (True, True)
    assert "You are trying it as Bob Hale." in as_bob


ARABIC = {"Was it late?": "هل تأخر؟", "Yes": "نعم", "Late orders": "طلبات متأخرة"}


def in_arabic() -> None:
    """Ana has translated some of it."""
    study = cast.late_orders()
    texts = texts_of(study)
    said = {text.sign: ARABIC[text.source] for text in texts if text.source in ARABIC}
    translate(study=study, language="ar", texts=texts, said=said, by=cast.ana())


def test_the_author_chooses_a_language_and_reads_it_from_right_to_left_to_the_end(ana: Author) -> None:
    asking([LATE], [DAYS], [END], rules={"How many days?": Rule("all", (Condition("language", "", "is", "ar"),))})
    in_arabic()
    assert 'dir="rtl"' not in ana.open(TRIAL).html.partition("<body")[0]
    ana.press(**{field("Was it late?"): choice("Yes")})
    assert "How many days?" not in ana.text

    ana = Author(client=ana.client).open(f"{TRIAL}?lang=ar")
    assert ('<html lang="ar" dir="rtl"' in ana.html, "هل تأخر؟" in ana.text, "Language: العربية" in ana.text) == (True, True, True)
    assert 'lang="en" dir="ltr"' in ana.html  # what is said to the author, and what nobody has translated
    ana.post([("page", "1"), ("shown", str(Question.objects.get(text="Was it late?").pk)), ("go", "next"), ("lang", "ar")])
    assert "Choose one." not in ana.text  # what is wrong is said in Arabic, too
    ana.press(**{field("Was it late?"): choice("Yes")})
    assert ('<html lang="ar" dir="rtl"' in ana.html, "How many days?" in ana.text) == (True, True)


def test_a_person_is_tried_in_their_own_language_where_the_study_offers_it(ana: Author) -> None:
    asking([LATE], rules={})
    in_arabic()
    cast.person("Bob Hale", language="ar")
    as_bob = f"{TRIAL}?as=Bob+Hale"

    told = ana.open(as_bob).text
    assert ("Was it late?" in told, "They read العربية, which this study does not offer." in told) == (True, True)
    offer(study=cast.late_orders(), language="ar", by=cast.ana())
    assert "هل تأخر؟" in Author(client=ana.client).open(as_bob).text
    assert "Was it late?" in Author(client=ana.client).open(f"{as_bob}&lang=en").text
    assert "هل تأخر؟" in Author(client=ana.client).open(f"{as_bob}&lang=xx").text


def test_a_draft_can_be_tried_before_it_is_published(ana: Author) -> None:
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.add_question(section=draft.sections.get(), **LATE)
    authoring.change_question(question=Question.objects.get(), shown_if=logic.stored(None))

    assert "Was it late?" in ana.open(TRIAL).text
    assert Choice.objects.count() == 2


@pytest.mark.parametrize("query", ["?page=99999", "?page=x&go=next", "?go=back", "?as=%00", "?as=" + "x" * 3000, "?shown=.&go=next"])
def test_an_address_that_makes_no_sense_shows_a_page(ana: Author, query: str) -> None:
    asking([LATE], rules={})

    assert ana.open(TRIAL + query).status == 200
    assert "Was it late?" in ana.text


def test_who_does_not_work_on_the_study_does_not_try_it(as_mia: Client) -> None:
    asking([LATE], rules={})

    assert as_mia.get(TRIAL).status_code == 403

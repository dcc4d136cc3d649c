"""The pages on which a study is translated."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from allears.questionnaires import authoring
from allears.questionnaires.translatable import texts_of
from allears.studies import translating
from allears.studies.models import Study, Translation
from tests import cast
from tests.questionnaires.asked import asking

pytestmark = pytest.mark.django_db
EDITOR = "/questionnaires/late-orders/languages/ar/"
ONE = [{"kind": "single", "text": "Who called first?", "choices": ["You", "=1+1"]}]


def sign(source: str) -> str:
    return next(text.sign for text in texts_of(cast.late_orders()) if text.source == source)


def holds(source: str) -> str:
    lines = translating.beside(cast.late_orders(), "ar", texts_of(cast.late_orders()))
    return next(line.translation.text for line in lines if line.text.source == source and line.translation)


def test_source_and_translation_stand_side_by_side_and_are_saved(as_ana: Client) -> None:
    asking(ONE)
    html = as_ana.get(EDITOR).content.decode()
    assert 'lang="ar" dir="rtl"' in html
    assert "0 of 5 texts translated" in html
    answer = as_ana.post(EDITOR + "?show=missing", {"seen": "0", sign("You"): "أنت", "unknown": "x"}, follow=True)
    assert "1 translation saved." in answer.content.decode()
    assert "4 missing" in answer.content.decode()
    assert holds("You") == "أنت"
    assert sign("You") not in answer.content.decode()


def test_two_people_translate_at_once_and_lose_nothing(as_ana: Client) -> None:
    asking(ONE)
    as_ana.post(EDITOR, {"seen": "0", sign("You"): "أنت"})
    # Ben's form was filled before Ana saved.
    as_ana.post(EDITOR, {"seen": "0", sign("You"): "", sign("=1+1"): "٢"})
    assert (holds("You"), holds("=1+1")) == ("أنت", "٢")


def test_what_two_have_translated_differently_is_shown_to_the_second(as_ana: Client) -> None:
    asking(ONE)
    translating.translate(
        study=cast.late_orders(), language="ar", texts=texts_of(cast.late_orders()), said={sign("You"): "أنتم"}, by=cast.ben()
    )
    answer = as_ana.post(EDITOR + "?show=missing", {"seen": "0", sign("You"): "أنت", sign("=1+1"): "٢"})
    html = answer.content.decode()
    assert (answer.status_code, holds("You"), holds("=1+1")) == (409, "أنتم", "٢")
    assert ("أنت</textarea>" in html, "أنتم" in html, "Ben Okoye" in html) == (True, True, True)

    again = {"seen": str(translating.newest(cast.late_orders(), "ar")), sign("You"): "أنت"}
    as_ana.post(EDITOR, {**again, f"take.{sign('You')}": "theirs"})
    assert holds("You") == "أنتم"
    as_ana.post(EDITOR, {**again, f"take.{sign('You')}": "mine"})
    assert holds("You") == "أنت"


def test_what_was_translated_while_its_words_changed_is_kept_to_copy(as_ana: Client) -> None:
    draft = authoring.draft_of(cast.late_orders())
    question = authoring.add_question(section=draft.sections.get(), **ONE[0])
    old, you = sign("Who called first?"), sign("You")
    as_ana.post(EDITOR, {"seen": "0", you: "أنت"})
    authoring.change_question(question=question, text="Who called?", choices=["Me"])
    html = as_ana.post(EDITOR, {"seen": "0", old: "من اتصل؟", you: "أنت"}).content.decode()
    assert ("من اتصل؟" in html, "copy what you need" in html, html.count("أنت")) == (True, True, 0)


@pytest.mark.parametrize("of", ["title", "problem"])
def test_a_place_that_only_questions_have_is_refused_in_a_title_and_a_problem(as_ana: Client, of: str) -> None:
    asking([{"kind": "long_text", "text": "What happened, {name|you}?"}])
    own = getattr(cast.late_orders(), of)
    as_ana.post(EDITOR, {"seen": "0", sign("What happened, {name|you}?"): "ماذا حدث، {name|لك}؟"})

    answer = as_ana.post(EDITOR, {"seen": "0", sign(own): "تأخّر يا {name}"})

    assert answer.status_code == 422
    assert "“{name}” is filled in only inside questions" in answer.content.decode()
    assert "تأخّر يا {name}</textarea>" in answer.content.decode()
    assert Translation.objects.get().text == "ماذا حدث، {name|لك}؟"


def test_emptying_takes_a_translation_back(as_ana: Client) -> None:
    asking(ONE)
    as_ana.post(EDITOR, {"seen": "0", sign("You"): "أنت"})
    as_ana.post(EDITOR, {"seen": str(translating.newest(cast.late_orders(), "ar")), sign("You"): ""})
    assert [row.text for row in Translation.objects.order_by("pk")] == ["أنت", ""]
    assert "missing" in as_ana.get(EDITOR).content.decode()


def test_the_table_goes_out_and_comes_back(as_ana: Client) -> None:
    asking(ONE)
    rows = list(csv.reader(io.StringIO(as_ana.get(EDITOR + "texts.csv").content.decode("utf-8-sig"))))
    assert rows[0] == ["id", "where", "source", "translation"]
    assert [row[2] for row in rows[1:]] == [
        "Late orders", cast.late_orders().problem, "Who called first?", "You", "'=1+1",
    ]  # fmt: skip
    rows[4][3] = "أنت"
    out = io.StringIO()
    csv.writer(out).writerows([*rows, ["gone", "", "", "كلمات"]])
    file = SimpleUploadedFile("ar.csv", out.getvalue().encode())
    told = as_ana.post(EDITOR + "file/", {"file": file}, follow=True).content.decode()
    assert "1 translation saved." in told
    assert "1 row belongs to words that are not asked any more" in told
    assert holds("You") == "أنت"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x00\xff\x00", b"%PDF-1.4"])
def test_another_file_is_refused_in_words(as_ana: Client, content: bytes) -> None:
    asking(ONE)
    file = SimpleUploadedFile("x.csv", content)
    answer = as_ana.post(EDITOR + "file/", {"file": file}, follow=True)
    assert answer.status_code == 200
    assert not Translation.objects.exists()


def test_a_language_is_offered_and_withdrawn(as_ana: Client) -> None:
    asking(ONE)
    where = "/questionnaires/late-orders/languages/"
    as_ana.post(where, {"language": "ar"})
    assert translating.languages_of(Study.objects.get()) == ["en", "ar"]
    as_ana.post(where, {"language": "ar", "act": "stop"})
    assert translating.languages_of(Study.objects.get()) == ["en"]
    answer = as_ana.post(where, {"language": "tlh"}, follow=True)
    assert "cannot be translated into that language" in answer.content.decode()
    assert as_ana.get(where + "en/").status_code == 404


def test_the_preview_speaks_the_language(as_ana: Client) -> None:
    asking(ONE)
    as_ana.post(EDITOR, {"seen": "0", sign("Who called first?"): "من اتصل أولًا؟"})
    html = as_ana.get("/questionnaires/late-orders/preview/?lang=ar").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert "من اتصل أولًا؟" in html
    assert '<input type="hidden" name="lang" value="ar"' in html


def test_who_does_not_work_on_the_study_is_refused(as_mia: Client) -> None:
    asking(ONE)
    assert as_mia.post(EDITOR, {"seen": "0", sign("You"): "x"}).status_code == 403
    assert as_mia.get(EDITOR + "texts.csv").status_code == 403
    assert not Translation.objects.exists()

"""What analysts found elsewhere comes in as codings of the same words."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from allears.insights.importing import RowThemes, bring_codings, read_row_themes
from allears.insights.models import Coding, Theme
from allears.questionnaires.importing import bring, keys_of, look
from allears.studies.actions import create_study
from allears.studies.models import Study
from allears.verbatims.actions import redact
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.test_importing import table

pytestmark = pytest.mark.django_db

HEADER = ["Response ID", "Box #1:What is hard?", "Box #2:What is hard?", "Time Started", "Date Submitted", "Status"]
LONG = (
    "We lose our work on Mondays, and nobody knows why that is. The documentation is thin! And then there is the colour."
    " I could go on about it for a long time."
)
WORDS = [("sharing with git", "the fonts"), (LONG, ""), ("", "docs are hard to find"), ("nothing at all", "really")]
ROWS = [
    [str(n), one, two, "2016-01-02 10:00:00", "2016-01-02 10:10:00", "Complete"] for n, (one, two) in enumerate(WORDS)
]
SAID = [
    RowThemes(0, ("version_control", "ux"), ("git(hub)?", "fonts?")),
    RowThemes(1, ("documentation",), ("doc(s|umentation)?",)),
    RowThemes(2, ("documentation", "ux"), ("doc(s|umentation)?", "find")),
    RowThemes(3, ("other",), ()),
    RowThemes(3, ("ux",), ("fonts?",)),
    RowThemes(2, ("version_control",), ("git(hub)?",)),
]


def study() -> Study:
    found = Study.objects.filter(slug="hard").first()
    if found:
        return found
    made = create_study(by=cast.ana(), title="Hard", slug="hard")
    bring(look(study=made, file=table(ROWS, HEADER), name="a.csv", by=cast.ana()), by=cast.ana())
    return made


def coded(said: list[RowThemes] = SAID) -> Counter[tuple[str, str]]:
    made = study()
    keys = keys_of(table(ROWS, HEADER))
    bring_codings(study=made, sets={"Q1": said}, keys=keys, by=cast.ana(), label="The analysts")
    rows = Coding.objects.select_related("theme", "verbatim")
    return Counter((row.theme.name, row.verbatim.text[row.start : row.end]) for row in rows)


def test_a_file_of_rows_themes_and_search_words_is_read() -> None:
    file = io.BytesIO(b";hard_themes;hard_keywords\n1;;\n5;ux,version_control;fonts?,git(\\W|$)\n")
    assert read_row_themes(file) == [
        RowThemes(1, (), ()),
        RowThemes(5, ("ux", "version_control"), ("fonts?", "git(\\W|$)")),
    ]


def test_a_theme_is_put_on_the_box_that_holds_its_search_word() -> None:
    found = coded()
    assert found["version control", "sharing with git"] == 1
    assert found["ux", "the fonts"] == 1
    assert found["version control", "the fonts"] == 0


def test_in_long_words_the_sentence_is_marked() -> None:
    assert coded()["documentation", "The documentation is thin!"] == 1


def test_where_no_search_word_is_found_the_whole_answer_is_coded() -> None:
    found = coded()
    assert (found["other", "nothing at all"], found["other", "really"]) == (1, 1)


def test_doing_it_twice_changes_nothing() -> None:
    first = coded()
    assert coded() == first
    assert Theme.objects.count() == 4


def test_codings_say_who_coded() -> None:
    coded()
    assert set(Coding.objects.values_list("coder_kind", "coder_label")) == {("import", "The analysts")}


def test_words_that_were_taken_back_are_not_coded() -> None:
    made = study()
    gone = Verbatim.objects.get(collection=made.collection, text="sharing with git")
    redact(verbatims=[gone.pk], reason="person", by_label="the person")
    assert not any(text == "sharing with git" for _, text in coded())
    assert not Coding.objects.filter(verbatim=gone).exists()


def test_a_broken_search_word_and_a_row_that_is_not_there_do_no_harm() -> None:
    found = coded([RowThemes(0, ("ux",), ("git(",)), RowThemes(99, ("ux",), ())])
    assert found == {("ux", "sharing with git"): 1, ("ux", "the fonts"): 1}

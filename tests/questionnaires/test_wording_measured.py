"""How often the wording check was right: the judgements, the figures made of them, and the page that prints them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allears.questionnaires.wording import RULES, Asked, check
from allears.questionnaires.wording.measured import (
    COLUMNS,
    Measured,
    digest,
    judgements,
    line_of,
    measure,
    measured,
    on_by_default,
)
from bench import definitions, opinions, rare
from bench import wording as bench

DOCUMENT = Path(bench.__file__).parent.parent / "docs" / "wording-check.md"


def test_a_rule_speaks_where_it_was_right_four_times_of_five_or_found_nothing_and_is_silent_where_too_few_were_judged() -> None:
    told = measure([
        *[("leading", "right", "")] * 4, ("leading", "wrong", ""),
        *[("loaded", "right", "")] * 7, *[("loaded", "wrong", "")] * 2,
        *[("one_sided", "right", "")] * 5, *[("one_sided", "wrong", "yes")] * 2,
        *[("double_barrelled", "right", "")] * 4, *[("absolute", "right", "yes")] * 9,
    ])  # fmt: skip

    assert (told["leading"].precision, told["leading"].on_by_default) == (0.8, True)
    assert (round(told["loaded"].precision or 0, 2), told["loaded"].on_by_default) == (0.78, False)
    # Wrong too often where its author had looked: no.
    assert (told["one_sided"].precision, told["one_sided"].judged_before, told["one_sided"].on_by_default) == (1.0, 2, False)
    # Of four nobody knows; and right where its author had looked says nothing of other questions.
    assert [(told[code].precision, told[code].interval, told[code].on_by_default) for code in ("double_barrelled", "absolute")] == [
        (None, None, False)
    ] * 2
    # What found nothing at all disturbed nobody.
    assert (told["ranges"].precision, told["ranges"].on_by_default) == (None, True)
    assert on_by_default() == {"leading", "loaded", "one_sided", "agree_disagree", "ranges"}


def test_the_interval_is_wilsons() -> None:
    interval = Measured("leading", right=8, judged=10).interval

    assert interval == (pytest.approx(0.4901625), pytest.approx(0.9433178))
    assert Measured("leading", right=0, judged=0).interval is None


def test_judgements_hold_digests_and_verdicts_and_no_texts() -> None:
    rows = list(judgements())

    assert all(tuple(row) == COLUMNS for row in rows)
    assert {row["verdict"] for row in rows} == {"right", "wrong"}
    assert {row["looked_at"] for row in rows} == {"", "yes"}
    assert all(len(row["asked"]) == 16 and int(row["asked"], 16) >= 0 for row in rows)
    assert all(row["variant"] in RULES[row["rule"]].variants for row in rows)


def test_another_wording_is_another_digest() -> None:
    assert digest(Asked("How was it?")) != digest(Asked("How was that?"))
    assert digest(Asked("How?", choices=("a", "b"))) != digest(Asked("How?", choices=("ab",)))


def test_no_rule_that_was_mostly_wrong_speaks_by_itself_and_each_names_what_it_rests_on() -> None:
    below = {code for code, found in measured().items() if found.precision is not None and found.precision < 0.8}
    unmeasured = {code for code, found in measured().items() if found.precision is None}

    assert below & on_by_default() == set()
    assert all(rule.sources for rule in RULES.values())
    told = DOCUMENT.read_text()
    assert all(source.full in told for rule in RULES.values() for source in rule.sources)
    assert all(f"*{code}*" in told for code in unmeasured)


def test_the_document_prints_what_the_judgements_say() -> None:
    assert bench.table() in DOCUMENT.read_text()


def test_a_limesurvey_table_is_read_with_its_choices_and_rows(tmp_path: Path) -> None:
    (tmp_path / "limesurvey").mkdir()
    rows = [
        "class\ttype/scale\tname\ttext\thelp\tlanguage\tmandatory\tother",
        "Q\tL\tq1\t<b>What is your</b> name for {it}?\tAs you say it\ten\tY\tY",
        "A\t\ta1\tThe box\t\ten\t\t",
        "Q\tF\tq2\tHow much do you agree?\t\ten\t\t",
        "SQ\t\ts1\tIt is quick\t\ten\t\t",
        "A\t\ta1\tAgree\t\ten\t\t",
        "Q\tT\tq3\tWie geht es Ihnen heute?\t\tde\t\t",
    ]
    (tmp_path / "limesurvey" / "a.tsv").write_text("\n".join(rows))
    (tmp_path / "limesurvey" / "broken.lss").write_text("<document><rows>")

    read = definitions.read(tmp_path)

    assert [(q.kind, q.text, q.choices, q.items, q.required) for _name, _place, q in read.every()] == [
        ("single", "What is your name for …?", ("The box", "Other"), (), True),
        ("matrix", "How much do you agree?", ("Agree",), ("It is quick",), False),
    ]
    assert (read.files, list(read.refused)) == (2, ["broken.lss"])


RUST = """### How is it?

Type: matrix (optional)

Parts:

- Speed
- Care

Rating:

- Good
- Poor

> **why**
>
> - not a choice

### Do you use it?

Type: select one

- Yes [`NEXT`](#there)
- No
"""
TEMPLATES = {
    "a_question_1_headline": "How good was it?", "a_question_1_lower_label": "poor", "a_question_1_upper_label": "good",
    "a_question_2_headline": "Who came?", "a_question_2_choice_1": "You", "a_question_2_choice_2": "I", "a_name": "A survey",
}  # fmt: skip
BY_LAW = {"questions": [{"title": "Who <b>lives</b> there?", "answers": [{"type": "Radio", "options": [{"label": "We"}]}]}]}


def test_questionnaires_that_ask_for_opinions_are_read_with_their_choices(tmp_path: Path) -> None:
    for name, text in {
        "rust/a.md": RUST, "cncf/b.md": "1. Name\n\n2. Is it well?\n   * Yes\n\n   * No\n",
        "ons/c.json": json.dumps(BY_LAW), "formbricks/en-US.json": json.dumps({"templates": TEMPLATES}),
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)

    read = definitions.read(tmp_path, opinions.FOLDERS, opinions.READERS)

    assert [(q.kind, q.text, q.choices, q.items, q.low_label) for _name, _place, q in read.every()] == [
        ("long_text", "Name", (), (), ""),
        ("single", "Is it well?", ("Yes", "No"), (), ""),
        ("scale", "How good was it?", (), (), "poor"),
        ("single", "Who came?", ("You", "I"), (), ""),
        ("single", "Who lives there?", ("We",), (), ""),
        ("matrix", "How is it?", ("Good", "Poor"), ("Speed", "Care"), ""),
        ("single", "Do you use it?", ("Yes", "No"), (), ""),
    ]
    assert not read.refused


def test_scales_and_surveys_in_which_rare_rules_are_looked_for_are_read_with_their_choices(tmp_path: Path) -> None:
    instruction = "Say how you are at work.\t\t\t"
    for name, text in {
        "scales/a.tsv": "question_type\tquestion_text\trequired\tpage_number\toption_text\n"
        f"instruction\t{instruction}\nradio\tI do it in time.\t1\t3\tTrue,False\nradio\tI am kind to all.\t1\t3\tTrue,False\n",
        "turk/b.md": 'var b = {\n  items: [\n    "I rest in time."\n  ],\n  scale: [\n    "No", "Yes"\n  ],\n  instructions: "How are you?"\n}',
        "curl/Q-c.md": "---\nType: check-boxes\n---\n\n# Which do you use?\n\n- One\n- Two\n",
        "rse/2018.csv": "code,question,answer_format,answer_file,mandatory\nq1,How are you at it?,LIKERT,agree,Y\n,A heading,,,\n",
        "rse/2018/agree.csv": "Disagree;Nein\nAgree;Ja\n",
        "exports/d.csv": "What do you use it for?,Is it of use to you?\n" + "Work,Yes\nPlay,No\n" * 12,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)

    read = definitions.read(tmp_path, rare.FOLDERS, rare.READERS)

    assert [(q.kind, q.text, q.choices, q.items) for _name, _place, q in sorted(read.every(), key=lambda row: row[:2])] == [
        ("single", "How are you at it?", ("Disagree", "Agree"), ()),
        ("multiple", "Which do you use?", ("One", "Two"), ()),
        ("matrix", "Say how you are at work.", ("True", "False"), ("I do it in time.", "I am kind to all.")),
        ("matrix", "How are you?", ("No", "Yes"), ("I rest in time.",)),
        ("single", "What do you use it for?", ("Play", "Work"), ()),
        ("single", "Is it of use to you?", ("No", "Yes"), ()),
    ]
    assert not read.refused


def test_what_a_mended_rule_finds_in_the_second_folder_counts_as_looked_at(tmp_path: Path) -> None:
    (tmp_path / "cncf").mkdir()
    (tmp_path / "cncf" / "a.md").write_text(
        "1. How satisfied are you?\n   * Dissatisfied\n   * Satisfied\n2. How old are you?\n   * 0-5\n   * 5-9\n"
    )

    _chosen, extra = bench.sample([], bench._opinions(tmp_path))

    assert {(finding.rule, looked_at) for _name, _asked, finding, looked_at in extra} == {("one_sided", True), ("ranges", False)}


def test_a_judgement_names_the_span_that_was_judged() -> None:
    asked = Asked("Don't you like it?")

    line = line_of(asked, check(asked).findings[0], "right")

    assert dict(zip(COLUMNS, line, strict=True)) == {
        "asked": digest(asked), "rule": "leading", "variant": "expects", "part": "text", "index": "0",
        "start": "0", "end": "9", "verdict": "right", "looked_at": "",
    }  # fmt: skip

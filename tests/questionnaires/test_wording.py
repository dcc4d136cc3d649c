"""The wording check: what each rule finds and leaves alone, in sentences of our own; and that nothing it reads can break it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allears.questionnaires.wording import LANGUAGES, RULES, SOURCES, Asked, Finding, check, check_all
from allears.questionnaires.wording.ranges import clashes

AGREEMENT = ("Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree")
QUALITY = ("Very good", "Good", "Neither good nor poor", "Poor", "Very poor")
YES_NO = ("Yes", "No")


def single(text: str, *choices: str, **more: object) -> Asked:
    return Asked(text=text, kind="single", choices=choices or YES_NO, **more)  # type: ignore[arg-type]


def scale(text: str, low: str = "Not at all", high: str = "Very much", **more: object) -> Asked:
    return Asked(text=text, kind="scale", minimum=0, maximum=10, low_label=low, high_label=high, **more)  # type: ignore[arg-type]


def words(text: str) -> Asked:
    return Asked(text=text, kind="long_text")


def matrix(text: str, items: tuple[str, ...], columns: tuple[str, ...]) -> Asked:
    return Asked(text=text, kind="matrix", items=items, choices=columns)


def spoken(finding: Finding, asked: Asked) -> str:
    return asked.part(finding.part, finding.index)[finding.start : finding.end]


FOUND = [
    ("leading.expects", words("Don't you find the new counter friendlier?"), "Don't you"),
    ("leading.expects", words("{name|you}, don't you find the new counter friendlier?"), "don't you"),
    ("leading.expects", words("The new counter is friendlier, isn't it?"), "isn't it"),
    ("leading.expects", words("Isn’t this the quickest way to order?"), "Isn’t this"),
    ("leading.authority", single("Most people think that our prices are fair. What do you think?", "Fair", "Too high"), "Most people think"),
    ("leading.obvious", words("Obviously the driver should call first. How should he do it?"), "Obviously"),
    ("loaded.praise", words("What did you notice about our award-winning service?"), "award-winning"),
    ("loaded.blame", single("Should the council stop its wasteful spending on lamps?"), "wasteful"),
    ("loaded.forbid", single("Should we forbid returns after a month?"), "forbid"),
    ("one_sided.stem", scale("How satisfied are you with the delivery?", low="Very dissatisfied"), "How satisfied"),
    ("one_sided.presumes", scale("How much did you enjoy the evening?", low="Little"), "How much did you enjoy"),
    ("double_barrelled.two_things", single("How would you rate the speed and quality of the repair?", *QUALITY), "speed and quality"),
    ("double_barrelled.two_things", matrix("How good or poor was it?", ("Price and packaging",), QUALITY), "Price and packaging"),
    ("double_barrelled.two_questions", single("Where do you shop and how do you pay?", "Town", "Web"), "and how do you pay"),
    ("double_barrelled.two_questions", words("What went wrong? Who helped you?"), "Who helped you"),
    ("double_barrelled.follow_up", words("Do you own a printer? If so, which one?"), "If so, which one"),
    ("double_negation.two_negatives", single("Is it not unfair to charge for bags?"), "not unfair"),
    ("double_negation.negative_statement", matrix("Do you agree or disagree?", ("The form was not clear.",), AGREEMENT), "not"),
    ("absolute.word", single("Does the driver always ring the bell?"), "always"),
    ("vague_quantifier.text", single("Do you regularly visit our shop?"), "regularly"),
    ("vague_quantifier.choices", single("When do you read our letters?", "Never", "Sometimes", "Often"), "Sometimes"),
    ("jargon.abbreviation", words("What would make the SLA fit your needs?"), "SLA"),
    ("jargon.word", words("How did you utilise the voucher?"), "utilise"),
    ("length.sentence", words("When " + "you think of all that happened " * 6 + "what would you change?"), None),
    ("length.question", words("Think of your last order. It may be long ago. " * 7 + "What happened?"), None),
    ("agree_disagree.single", single("The parcel came in time.", *AGREEMENT), "The parcel came in time"),
    ("agree_disagree.battery", matrix("What do you say to these?", ("It is quick.", "It is dear.", "It is safe."), AGREEMENT), None),
    ("unbalanced_scale.more_good", single("How was the food?", "Excellent", "Very good", "Good", "Fair", "Poor"), "Excellent"),
    ("unbalanced_scale.good_only", single("How was the food?", "Good", "Very good", "Excellent"), "Good"),
    ("unlabelled_scale.numbers_only", single("What do you say to the food?", "1", "2", "3", "4", "5"), None),
    ("unlabelled_scale.end_missing", scale("What do you say to the food?", low=""), None),
    ("not_applicable.experience", single("How good or poor is your manager at listening?", *QUALITY, required=True), "your manager"),
    ("sensitive.no_reason", single("What is your household income?", "Little", "Much"), "household income"),
    ("ranges.overlap", single("How old are you?", "18-24", "24-30", "Over 30"), "24-30"),
    ("ranges.gap", single("How many parcels came?", "Under 5", "6-10", "More than 10"), "6-10"),
]  # fmt: skip

LEFT_ALONE = [
    ("leading", words("What did you think of the new counter?")),
    ("leading", words("Why don't you use the app?")),
    ("leading", words("Of all the parcels that came last week, didn't any come late?")),
    ("leading", words("When you don't use the app, why don't you?")),
    ("leading", single("What kind of course is it?", "Evening class", "Degree")),
    ("leading", single("How clearly did we explain the bill?", "Clearly", "Not clearly")),
    ("leading", words("What do most people think of you?")),
    ("loaded", single("How would you rate the food, from excellent to poor?", *QUALITY)),
    ("loaded", single("Did you train people for innovative activities?")),
    ("one_sided", single("How satisfied or dissatisfied are you with the delivery?", "Satisfied", "Dissatisfied")),
    ("one_sided", words("What did you like, and what not?")),
    ("one_sided", scale("How satisfied are you with the delivery?", low="Not at all satisfied")),
    ("one_sided", single("How happy are you with the shop?", "Not happy", "Happy", "Very happy")),
    ("one_sided", single("How much do you like jazz? (1 = not at all, 5 = very much)", "1", "2", "3", "4", "5")),
    ("double_barrelled", single("How would you rate our terms and conditions?", *QUALITY)),
    ("double_barrelled", single("How would you rate the road between York and Leeds?", *QUALITY)),
    ("double_barrelled", words("What happened and why?")),
    ("double_barrelled", single("Are your needs met? Where 5 is fully and 1 not at all?", "1", "2", "3", "4", "5")),
    ("double_barrelled", matrix("How far do you agree?", ("Given my skills and experience, it would be easy to leave.",), QUALITY)),
    ("double_barrelled", Asked("Name and address of the shop", kind="short_text")),
    ("double_negation", single("Do you know whether or not the parcel came?")),
    ("double_negation", single("Was the parcel late?")),
    ("double_negation", words("What did not work?")),
    ("absolute", single("How often is the parcel late?", "Always", "Never")),
    ("absolute", words("What never worked?")),
    ("vague_quantifier", single("How often do you visit us?", "Daily", "Once a week", "Once a month")),
    ("vague_quantifier", single("Do you visit us regularly, at least once a month?")),
    ("vague_quantifier", words("How many parcels did you get?")),
    ("jargon", words("Do you watch TV in the UK?")),
    ("jargon", words("What would make the service level agreement (SLA) fit your needs?")),
    ("jargon", words("Which of these is the ONE that matters?")),
    ("reading_level", words("We want to know how it was. " * 8 + "How was it?")),
    ("length", words("What would you change first?")),
    ("agree_disagree", single("Do you agree to take part?", "I agree", "I disagree")),
    ("agree_disagree", single("How clear was the letter?", "Very clear", "Clear", "Unclear")),
    ("unbalanced_scale", single("How was the food?", *QUALITY)),
    ("unbalanced_scale", single("How useful was it?", "Not useful", "Somewhat useful", "Useful", "Very useful")),
    ("unbalanced_scale", single("How do you feel about it?", "Like", "Neither like nor dislike", "Dislike")),
    ("unlabelled_scale", single("How many children live with you?", "1", "2", "3", "4", "5")),
    ("unlabelled_scale", single("How was it, where 1 is worst and 5 is best?", "1", "2", "3", "4", "5")),
    ("unlabelled_scale", scale("How was it?")),
    ("not_applicable", single("How good or poor is your manager?", *QUALITY, "I have no manager: does not apply", required=True)),
    ("not_applicable", single("How good or poor is your manager?", *QUALITY)),
    ("sensitive", single("What is your household income?", "Little", "Much", "I prefer not to say")),
    ("sensitive", single("What is your household income?", "Little", "Much", help="We ask because prices differ by it.")),
    ("sensitive", words("Should companies publish what they pay?")),
    ("ranges", single("How old are you?", "Under 18", "18-24", "25-34", "35 or older")),
    ("ranges", single("How many parcels came?", "under 5", "5-10", "more than 10")),
    ("ranges", single("When was the war?", "1810-1814", "1861-1865", "1939-1945")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "asked", "said"), FOUND, ids=[f"{row[0]}-{n}" for n, row in enumerate(FOUND)])
def test_a_rule_finds_what_it_is_for_and_where(code: str, asked: Asked, said: str | None) -> None:
    found = {finding.code: finding for finding in check(asked).findings}

    assert code in found
    assert said is None or spoken(found[code], asked) == said


@pytest.mark.parametrize(("rule", "asked"), LEFT_ALONE, ids=[f"{row[0]}-{n}" for n, row in enumerate(LEFT_ALONE)])
def test_a_rule_leaves_good_questions_alone(rule: str, asked: Asked) -> None:
    assert [finding.code for finding in check(asked, rules={rule}).findings] == []


def test_every_rule_is_tried_both_ways() -> None:
    tried = {code.split(".")[0] for code, _asked, _said in FOUND}

    assert tried | {"reading_level"} == set(RULES)
    assert {rule for rule, _asked in LEFT_ALONE} == set(RULES)


def test_hard_running_text_is_found_with_its_grade() -> None:
    hard = words(
        "Notwithstanding the aforementioned contractual obligations regarding international transportation, which"
        " considerations predominantly influenced your organisation's ultimate determination concerning alternative"
        " logistical arrangements and supplementary intermediaries throughout the preceding calendar period, and subsequently, pursuant to revised regulations?"
    )

    found = check(hard, rules={"reading_level"}).findings

    assert [finding.code for finding in found] == ["reading_level.grade"]
    assert int(dict(found[0].params)["grade"]) > 20


def test_three_statements_in_a_row_are_a_battery_and_two_are_not() -> None:
    page = [single(f"Statement {n} about parcels.", *AGREEMENT) for n in range(3)]

    assert [c.findings[0].code for c in check_all(page, rules={"agree_disagree"})] == ["agree_disagree.battery"] * 3
    assert [c.findings[0].code for c in check_all(page[:2], rules={"agree_disagree"})] == ["agree_disagree.single"] * 2


def test_a_long_page_of_statements_is_read_quickly() -> None:
    page = [single(f"Statement {n} about parcels.", *AGREEMENT) for n in range(400)]

    began = time.process_time()
    found = check_all(page)
    assert time.process_time() - began < 2
    assert {checked.findings[0].code for checked in found} == {"agree_disagree.battery"}


def test_what_is_agreed_with_may_be_a_matrix_that_runs_from_disagree_to_agree() -> None:
    rows = Asked(
        "What do you say to these?", "matrix", items=("It is quick.", "It is not dear.", "It is safe."),
        low_label="strongly disagree", high_label="strongly agree", minimum=1, maximum=5,
    )  # fmt: skip

    assert {f.code for f in check(rows).findings} == {"agree_disagree.battery", "double_negation.negative_statement"}


@pytest.mark.parametrize(
    ("labels", "wrong"),
    [
        (["18-24", "24-30"], [("overlap", "24")]),
        (["18–24", "25–30", "30+"], [("overlap", "30")]),
        (["under 5", "5-10", "more than 10"], []),
        (["less than 5", "6 to 10"], [("gap", "5")]),
        (["0-10k", "10-20k", "over 20k"], [("overlap", "10,000")]),
        (["$0 – $9,999", "$10,000 – $19,999", "$20,000 or more"], []),
        (["€ 10.000", "nothing"], []),
        (["Less than 10,000", "10,001 to 50,000"], [("gap", "10,000")]),
        (["1.5-2.5", "2.5-3.5"], [("overlap", "2.5")]),
        (["January - March", "March - June"], [("overlap", "")]),
        (["2020-01-01 to 2020-06-30", "2020-07-01 to 2020-12-31"], []),
        (["2020-01-01 to 2020-06-30", "2020-06-15 to 2020-12-31"], [("overlap", "")]),
        (["1-6 days", "1-3 weeks", "1-11 months"], []),
        (["9:00-12:00", "12:00-17:00"], []),
        (["65 and over", "18 to 64", "under 18"], []),
        (["Room 1-2", "Room 2-3"], []),
        (["0", "1-5", "7-9"], [("gap", "6")]),
        (["under 5", "over 10", "20-30"], [("overlap", "")]),
    ],
)
def test_ranges_are_compared_as_people_read_them(labels: list[str], wrong: list[tuple[str, str]]) -> None:
    assert [(clash.kind, clash.at) for clash in clashes(labels)] == wrong


def test_a_language_without_rules_finds_nothing_and_says_so() -> None:
    told = check(words("Finden Sie nicht auch, dass wir immer nett sind?"), language="de")

    assert (told.language_known, told.findings) == (False, ())
    assert check(words("Don't you agree?"), language="en-GB").language_known


def test_every_language_has_rules_by_their_known_names_only() -> None:
    assert all(language.rules <= set(RULES) for language in LANGUAGES.values())


def test_every_rule_names_its_sources_and_every_source_is_used() -> None:
    assert all(rule.sources for rule in RULES.values())
    assert {key for rule in RULES.values() for key in rule.source_keys} == set(SOURCES)


ANY_TEXT = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["not", "n't", "Don’t", "you", "and", "?", "?!", "(", ")", "18-24", "24", "$", "k", "2020-01-01", "always", "İ", "ß",
         "\ud800", "\x00", "\n", "agree", "disagree", "1", "2", "often", "…", "SLA", "January", "how", "satisfied", "income"]
    )
).map(" ".join)  # fmt: skip


@given(
    text=ANY_TEXT, help_=ANY_TEXT, choices=st.lists(ANY_TEXT, max_size=6), items=st.lists(ANY_TEXT, max_size=3),
    kind=st.sampled_from(["short_text", "long_text", "single", "multiple", "scale", "matrix", "number", "date", "statement", ""]),
    low=ANY_TEXT, required=st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_it_and_every_span_lies_inside(
    text: str, help_: str, choices: list[str], items: list[str], kind: str, low: str, required: bool
) -> None:
    asked = Asked(text, kind, help_, tuple(choices), tuple(items), low, required=required)

    for finding in check(asked, before=[asked], after=[asked]).findings:
        assert 0 <= finding.start < finding.end <= len(asked.part(finding.part, finding.index))
        assert finding.variant in RULES[finding.rule].variants


HEAVY = ["a", "not ", "-a", "...", "?", "don't you and ", "1-", "1,000 ", "(", "İ’", "\n", "agree disagree? ", "18-24 to ", "(a and b ", "so and so "]


@pytest.mark.parametrize("piece", HEAVY)
def test_a_text_eight_times_as_long_does_not_take_sixty_four_times_as_long(piece: str) -> None:
    def seconds(length: int) -> float:
        long = (piece * (length // len(piece) + 1))[:length]
        asked = Asked(long, "single", long, ("Agree", "Disagree", long), (long,))
        began = time.process_time()
        check(asked)
        return time.process_time() - began

    # Eight times as much where it grows with the length, sixty-four times with its square: a busy machine is neither.
    eighth, whole = min(seconds(10_000) for _ in range(2)), seconds(80_000)
    assert whole < max(30 * eighth, 0.5)


def test_a_text_of_a_megabyte_is_read_in_seconds() -> None:
    long = "Don't you think that it is not always unfair, and how often? " * (1_000_000 // 61)

    began = time.process_time()
    check(single(long, *AGREEMENT))
    assert time.process_time() - began < 20

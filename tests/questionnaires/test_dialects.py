"""Exports of seven tools become the same typed questions, and no answer is lost on the way."""

import csv
import datetime as dt
import io
import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allears.core.tables import read_table
from allears.questionnaires.dialects import (
    ABOUT,
    OWN,
    Kind,
    Layout,
    Plan,
    Reply,
    Role,
    apply_plan,
    changed_kind,
    propose,
    rows_of,
)


def written(*rows: list[str]) -> io.BytesIO:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def read(*rows: list[str], plan: Plan | None = None) -> tuple[Plan, list[Reply]]:
    table = read_table(written(*rows))
    plan = plan or propose(table)
    return plan, list(apply_plan(plan, rows_of(table, plan)))


def repeated(*rows: list[str], times: int = 4) -> list[list[str]]:
    return [row for _ in range(times) for row in rows]


def said(plan: Plan, reply: Reply) -> dict[str, list[object]]:
    """What a reply says, question by question, in words."""
    found: dict[str, list[object]] = {}
    for answer in reply.given:
        question = plan.questions[answer.question]
        label = question.choices[answer.choice].label if answer.choice is not None else None
        value = (label, answer.text) if label and answer.text else label or answer.text or answer.number
        found.setdefault(question.text, []).append(value)
    return found


def kinds(plan: Plan) -> dict[str, str]:
    return {question.text: question.kind.value for question in plan.questions}


def roles(plan: Plan) -> dict[str, str]:
    return {meta.heading: meta.role.value for meta in plan.meta}


ALCHEMER = [
    ["Time Started", "Date Submitted", "Status", "IP Address", "How often?", "Other - Write In:How often?",
     "Aspect #1:What helps?", "Aspect #2:What helps?", "Words?", "Other word(s)::Words?", "Why: tell us?"],
    ["2015-12-21 22:21:47", "2015-12-21 22:30:00", "Complete", "1.2.3.4", "Daily", "", "speed ", "its\nlooks", "cool;quick",
     "", "It saves me an hour on every single working day, honestly"],
    ["2015-12-21 23:00:00", "2015-12-21 23:00:00", "Partial", "1.2.3.5", "Other - Write In", " when asked", "", "", "quick;Other word(s):",
     "grand", "Because a colleague of mine told me to have a look at it"],
    ["2015-12-22 08:00:00", "2015-12-22 08:09:00", "Complete", "1.2.3.6", "Weekly", "", "the people", "", "cool", "", ""],
    ["2015-12-22 09:00:00", "2015-12-22 09:09:00", "Complete", "1.2.3.7", "Daily", "", "how it listens", "", "cool;quick;calm", "", ""],
    ["2015-12-22 10:00:00", "2015-12-22 10:09:00", "Complete", "1.2.3.8", "Weekly", "", "quiet", "", "calm;quick", "", ""],
]  # fmt: skip


def test_alchemer_boxes_of_one_question_are_one_question() -> None:
    plan, replies = read(*ALCHEMER)
    assert plan.dialect == "alchemer"
    assert kinds(plan) == {
        "How often?": "single",
        "What helps?": "long_text",
        "Words?": "multiple",
        "Why: tell us?": "short_text",
    }
    assert said(plan, replies[0]) == {
        "How often?": ["Daily"],
        "What helps?": ["speed ", "its\nlooks"],
        "Words?": ["cool", "quick"],
        "Why: tell us?": ["It saves me an hour on every single working day, honestly"],
    }
    assert [answer.box for answer in replies[0].given if answer.text] == [0, 1, 0]


def test_alchemer_words_beside_other_go_with_that_choice() -> None:
    plan, replies = read(*ALCHEMER)
    assert said(plan, replies[1])["How often?"] == [("Other - Write In", " when asked")]
    assert said(plan, replies[1])["Words?"] == ["quick", ("Other word(s):", "grand")]


def test_who_and_when_are_no_questions_and_addresses_of_machines_are_left_out() -> None:
    plan, replies = read(*ALCHEMER)
    assert roles(plan) == {
        "Time Started": "started",
        "Date Submitted": "submitted",
        "Status": "status",
        "IP Address": "ignored",
    }
    assert "single people out" in plan.meta[3].note
    assert [reply.complete for reply in replies] == [True, False, True, True, True]
    assert replies[0].started == dt.datetime(2015, 12, 21, 22, 21, 47, tzinfo=dt.UTC)


def test_times_are_read_in_the_time_zone_of_the_plan() -> None:
    plan, _ = read(*ALCHEMER)
    _, replies = read(*ALCHEMER, plan=replace(plan, time_zone="Etc/GMT+6"))
    assert replies[0].started.astimezone(dt.UTC) == dt.datetime(2015, 12, 22, 4, 21, 47, tzinfo=dt.UTC)


GOOGLE = [
    ["Timestamp", "Email Address", "How do you get help?", "Rate it [Docs]", "Rate it [People]",
     "How likely are you to recommend us?", "Anything else?"],
    ["11/17/2020 18:23:58", "a@example.org", "Docs, Friends (old, new)", "Good", "Bad", "9", "No, thanks"],
    ["11/18/2020 1:02:03", "b@example.org", "Docs", "Bad", "Good", "10", ""],
    ["11/18/2020 1:02:04", "c@example.org", "Friends (old, new), Chat", "Good", "Excellent", "0", "More, please; soon"],
    ["11/18/2020 1:02:05", "", "Docs, Chat", "Good", "Good", "9", ""],
    ["11/18/2020 1:02:06", "not an address", "Docs, Chat, My own notes, and luck", "Good", "Good", "7", "Bye, now"],
    ["11/18/2020 1:02:07", "", "Friends (old, new)", "Bad", "Good", "10", ""],
    ["11/18/2020 1:02:08", "", "Docs, Friends (old, new), Chat", "Good", "Good", "8", ""],
]  # fmt: skip


def test_google_forms_lists_are_cut_at_labels_and_not_inside_them() -> None:
    plan, replies = read(*GOOGLE)
    question = plan.questions[0]
    assert (plan.dialect, question.kind, question.layout) == ("google_forms", Kind.MULTIPLE, Layout.JOINED)
    assert [choice.label for choice in question.choices] == ["Docs", "Friends (old, new)", "Chat", "Other"]
    assert said(plan, replies[0])["How do you get help?"] == ["Docs", "Friends (old, new)"]


def test_google_forms_own_words_at_the_end_of_a_list_are_kept_whole() -> None:
    plan, replies = read(*GOOGLE)
    assert said(plan, replies[4])["How do you get help?"] == [
        "Docs",
        "Chat",
        ("Other", "My own notes, and luck"),
    ]


def test_google_forms_rows_of_a_grid_are_questions_with_the_same_choices_in_order() -> None:
    plan, _ = read(*GOOGLE)
    rows = [question for question in plan.questions if question.group == "Rate it"]
    assert [question.text for question in rows] == ["Rate it — Docs", "Rate it — People"]
    assert {tuple(choice.label for choice in question.choices) for question in rows} == {("Bad", "Good", "Excellent")}


def test_a_likelihood_is_a_scale_from_nought_to_ten() -> None:
    plan, _ = read(*GOOGLE)
    scale = next(question for question in plan.questions if question.kind is Kind.SCALE)
    assert (scale.minimum, scale.maximum) == (0, 10)


def test_american_dates_are_read_and_a_bad_address_is_reported() -> None:
    plan, replies = read(*GOOGLE)
    assert roles(plan) == {"Timestamp": "submitted", "Email Address": "email"}
    assert replies[0].submitted == dt.datetime(2020, 11, 17, 18, 23, 58, tzinfo=dt.UTC)
    assert replies[0].email == "a@example.org"
    assert [(p.row, p.column) for p in replies[4].problems] == [(6, "Email Address")]


SURVEYMONKEY = [
    ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name", "Last Name",
     "What do you use?", "", "", "How satisfied are you?", "", "What should change?", "Rate these", ""],
    ["", "", "", "", "", "", "", "", "App", "Web", "Other (please specify)", "Response", "Comment", "Open-Ended Response",
     "Price", "Speed"],
    ["101", "7", "01/02/2021 10:00:00 AM", "01/02/2021 10:05:30 PM", "::1", "", "Bob", "Okafor", "App", "", "", "Satisfied", "it works",
     "Nothing; really", "Good", "Poor"],
    ["102", "7", "01/13/2021 10:00:00 AM", "", "::1", "", "", "", "App", "Web", "My own script", "Dissatisfied", "", "Faster, please", "Poor", "Poor"],
    ["103", "7", "01/14/2021 10:00:00 AM", "01/14/2021 10:05:00 AM", "::1", "", "", "", "", "Web", "", "Satisfied", "", "", "Good", "Good"],
]  # fmt: skip


def test_surveymonkey_has_two_rows_of_headings() -> None:
    plan, replies = read(*SURVEYMONKEY)
    assert (plan.dialect, plan.header_rows, len(replies)) == ("surveymonkey", 2, 3)
    assert said(plan, replies[1]) == {
        "What do you use?": ["App", "Web", ("Other", "My own script")],
        "How satisfied are you?": ["Dissatisfied"],
        "What should change?": ["Faster, please"],
        "Rate these — Price": ["Poor"],
        "Rate these — Speed": ["Poor"],
    }
    assert replies[0].name == "Bob Okafor"
    assert (replies[0].external_id, replies[0].key) == ("101", "id:101")
    assert [reply.complete for reply in replies] == [True, False, True]
    assert replies[0].submitted == dt.datetime(2021, 1, 2, 22, 5, 30, tzinfo=dt.UTC)


def test_surveymonkey_comments_beside_a_choice_are_kept() -> None:
    _, replies = read(*SURVEYMONKEY)
    everything = [answer.text for answer in replies[0].given]
    assert "it works" in everything


QUALTRICS = [
    ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate",
     "ResponseId", "UserLanguage", "Q1", "Q1_4_TEXT", "Q2_1", "Q2_2", "Q3"],
    ["Start Date", "End Date", "Response Type", "IP Address", "Progress", "Duration (in seconds)", "Finished", "Recorded Date",
     "Response ID", "User Language", "Which one? - Selected Choice", "Which one? - Other - Text", "Rate: - Price", "Rate: - Speed",
     "Why?"],
    *[[f'{{"ImportId":"{name}"}}' for name in
       ["startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recordedDate", "_recordId", "userLanguage", "QID1", "QID1_4_TEXT", "QID2_1", "QID2_2", "QID3_TEXT"]]],
    ["2020-01-02 10:00:00", "2020-01-02 10:01:00", "IP Address", "", "100", "60", "True", "2020-01-02 10:01:01", "R_1", "EN",
     "Blue", "", "Good", "Poor", "Because of the sea and the sky"],
    ["2020-01-02 11:00:00", "2020-01-02 11:01:00", "IP Address", "", "50", "60", "False", "2020-01-09 10:01:01", "R_2", "DE",
     "Other", "Teal", "Good", "Good", "Just so, no reason at all"],
    ["2020-01-02 12:00:00", "2020-01-02 12:01:00", "IP Address", "", "100", "60", "True", "2020-01-02 12:01:01", "R_3", "EN",
     "Blue", "", "Poor", "Good", "My mother's favourite"],
]  # fmt: skip


def test_qualtrics_has_three_rows_of_headings() -> None:
    plan, replies = read(*QUALTRICS)
    assert (plan.dialect, plan.header_rows) == ("qualtrics", 3)
    assert said(plan, replies[1]) == {
        "Which one?": [("Other", "Teal")],
        "Rate: — Price": ["Good"],
        "Rate: — Speed": ["Good"],
        "Why?": ["Just so, no reason at all"],
    }
    assert [(reply.external_id, reply.complete, reply.language) for reply in replies] == [
        ("R_1", True, "EN"),
        ("R_2", False, "DE"),
        ("R_3", True, "EN"),
    ]


def test_few_answers_beside_the_words_of_other_are_still_a_choice() -> None:
    """Whoever tries a file of two rows reads the question that was asked."""
    plan, replies = read(*QUALTRICS[:5])
    assert kinds(plan)["Which one?"] == "single"
    assert said(plan, replies[1])["Which one?"] == [("Other", "Teal")]

    lime = [LIMESURVEY[0][:4] + ["how. How do you travel?", "how[other]. How do you travel? [Other]"]]
    lime += [["1", "", "3", "en", "-oth-", "By boat"], ["2", "", "1", "en", "A1", ""]]
    plan, replies = read(*lime)
    assert kinds(plan) == {"How do you travel?": "single"}
    assert [said(plan, reply)["How do you travel?"] for reply in replies] == [[("Other", "By boat")], ["A1"]]


def test_old_qualtrics_has_two() -> None:
    names = ["V1", "V2", "V3", "V4", "V5", "Q1", "Q2_1", "Q2_2"]
    texts = [
        "ResponseID",
        "IPAddress",
        "StartDate",
        "EndDate",
        "Finished",
        "Pick one",
        "Do you use-Bus",
        "Do you use-Train",
    ]
    rows = repeated(["R_1", "", "2016-06-08 11:26:06", "2016-06-08 11:27:06", "1", "3", "1", ""],
                    ["R_2", "", "2016-06-08 11:26:06", "2016-06-08 11:27:06", "0", "2", "", "1"], times=1)  # fmt: skip
    plan, replies = read(names, texts, *rows)
    assert (plan.dialect, plan.header_rows) == ("qualtrics", 2)
    assert said(plan, replies[1])["Do you use"] == ["Train"]
    assert [reply.complete for reply in replies] == [True, False]


LIMESURVEY = [
    ["id", "submitdate", "lastpage", "startlanguage", "use[SQ1]. Which do you use? [Bus]", "use[SQ2]. Which do you use? [Train]",
     "use[other]. Which do you use? [Other]", "rate[SQ1]. How good is it? [Bus]", "rate[SQ2]. How good is it? [Train]",
     "skill[1]. What would you learn? [Skill 1]", "skill[2]. What would you learn? [Skill 2]", "why. Why &amp; how?"],
    ["1", "2017-03-01 10:00:00", "3", "en", "Yes", "No", "", "5 (very good)", "2", "to listen well", "Spanish", "I <b>had</b> to &amp; did"],
    ["2", "", "1", "de", "No", "No", "a horse", "3", "1 (very bad)", "knitting", "", "No idea"],
    ["3", "2017-03-01 11:00:00", "3", "en", "Yes", "Yes", "", "4", "4", "", "", "It is on my way home"],
]  # fmt: skip


def test_limesurvey_codes_say_what_belongs_together() -> None:
    plan, replies = read(*LIMESURVEY)
    assert plan.dialect == "limesurvey"
    assert kinds(plan) == {
        "Which do you use?": "multiple",
        "How good is it? — Bus": "scale",
        "How good is it? — Train": "scale",
        "What would you learn?": "short_text",
        "Why & how?": "short_text",
    }
    assert said(plan, replies[1])["Which do you use?"] == [("Other", "a horse")]
    assert [reply.complete for reply in replies] == [True, False, True]


def test_the_ends_of_a_scale_keep_their_labels() -> None:
    plan, replies = read(*LIMESURVEY)
    scale = plan.questions[1]
    assert (scale.minimum, scale.low_label, scale.maximum, scale.high_label) == (
        1,
        "very bad",
        5,
        "very good",
    )
    assert said(plan, replies[0])["How good is it? — Bus"] == [5.0]


def test_headings_lose_their_markup_and_answers_keep_theirs() -> None:
    plan, replies = read(*LIMESURVEY)
    assert said(plan, replies[0])["Why & how?"] == ["I <b>had</b> to &amp; did"]


def test_a_plain_table_is_typed_by_its_answers() -> None:
    rows = [
        [
            str(number),
            ["Old", "New"][number % 2],
            str(1950 + number),
            f"Story number {number}, and a long one at that",
        ]
        for number in range(20)
    ]
    plan, _ = read(["Member ID", "Tariff", "What year were you born?", "Tell us"], *rows)
    assert (plan.dialect, roles(plan)) == ("plain", {"Member ID": "external_id"})
    assert kinds(plan) == {"Tariff": "single", "What year were you born?": "number", "Tell us": "short_text"}
    assert [question.facet for question in plan.questions] == [True, False, False]


@pytest.mark.parametrize(
    ("heading", "of_them"),
    [
        ("Q19AGE", True), ("ageGroup", True), ("customer_type", True), ("Land", True),
        ("What country are you in?", True), ("Please select your gender", True), ("How long have you used it so far?", True),
        ("Wo wohnen Sie im Augenblick?", True), ("¿En qué país vives?", True), ("Quel âge avez-vous ?", True),
        ("DAY", False), ("Sentiment", False), ("Product quality", False), ("How often do you use it?", False),
        ("Which would help you most right now?", False), ("Do you intend to change your plan?", False),
        ("How long have you been waiting for it?", False), ("How long have you had this problem?", False),
        ("How long have you been a customer?", True),
        ("How likely are you to recommend it where you work?", False), ("How did you hear about this survey?", False),
    ],
)  # fmt: skip
def test_only_what_is_asked_of_who_somebody_is_is_proposed_as_a_facet(heading: str, of_them: bool) -> None:
    plan, _ = read([heading, "Tell us"], *[[["North", "South", "East"][n % 3], f"Story number {n}, and a long one"] for n in range(20)])
    assert (plan.questions[0].kind, plan.questions[0].facet) == (Kind.SINGLE, of_them)


def test_a_rating_that_some_say_does_not_apply_is_a_scale_to_which_they_gave_no_answer() -> None:
    answers = ["n/a" if n % 10 == 0 else str(1 + n % 5) for n in range(40)]
    plan, replies = read(["How satisfied are you overall? (1-5)", "Tariff"], *[[a, "n/a" if a == "1" else "Old"] for a in answers])
    asked = plan.questions[0]
    assert (asked.kind, asked.minimum, asked.maximum, asked.no_answer, asked.facet) == (Kind.SCALE, 1, 5, ["n/a"], False)
    assert [answer.number for reply in replies for answer in reply.given if answer.number] == [float(a) for a in answers if a != "n/a"]
    assert [choice.label for choice in plan.questions[1].choices] == ["Old", "n/a"]


def test_a_column_that_numbers_the_rows_is_no_question() -> None:
    plan, _ = read(["No.", "Tariff"], *[[str(n + 1), ["Old", "New"][n % 2]] for n in range(20)])
    assert roles(plan) == {"No.": "ignored"}
    plan, _ = read(["No.", "Tariff"], *[[str(n % 7), ["Old", "New"][n % 2]] for n in range(20)])
    assert roles(plan) == {}


def test_numbers_under_a_bare_code_are_choices_and_never_averaged() -> None:
    plan, _ = read(["RESPNUM", "Q7ART"], *[[str(n), str(n % 7)] for n in range(40)])
    question = plan.questions[0]
    assert (question.kind, [choice.label for choice in question.choices]) == (Kind.SINGLE, list("0123456"))
    assert "no answer" in question.note


def test_a_code_can_be_made_a_scale_with_its_codes_for_no_answer() -> None:
    rows = [["RESPNUM", "Q7ART"], *[[str(n), str(n % 7)] for n in range(40)]]
    plan, _ = read(*rows)
    edited = changed_kind(plan.questions[0], Kind.SCALE)
    edited = replace(edited, minimum=1, maximum=5, no_answer=["0", "6"])
    _, replies = read(*rows, plan=replace(plan, questions=[edited]))
    numbers = Counter(answer.number for reply in replies for answer in reply.given)
    assert set(numbers) == {1, 2, 3, 4, 5}
    assert [problem for reply in replies for problem in reply.problems] == []


def test_what_a_tool_wrote_where_nobody_answered_is_no_answer() -> None:
    rows = repeated(["Did not answer"], ["A kind driver, thank you"], ["None."], times=5)
    rows = [[str(n), f"{row[0]} {n}" if row[0].startswith("A") else row[0]] for n, row in enumerate(rows)]
    plan, replies = read(["id", "What did you like?"], *rows)
    assert plan.questions[0].no_answer == ["Did not answer"]
    assert sum(len(reply.given) for reply in replies) == 10


def test_columns_of_marks_become_one_question_that_says_so() -> None:
    header = ["id", "Words", "Parking", "Waiting", "Staff", "Empty"]
    rows = [[str(n), f"words of {n} about the day", "1" if n % 2 else "", "1", "", ""] for n in range(8)]
    rows[3][4] = "1"
    rows[4][4] = "1"
    plan, replies = read(header, *rows)
    marks = plan.questions[-1]
    assert (marks.kind, marks.layout, [c.label for c in marks.choices]) == (
        Kind.MULTIPLE,
        Layout.SPREAD,
        ["Parking", "Waiting", "Staff", "Empty"],
    )
    assert said(plan, replies[3])[marks.text] == ["Parking", "Waiting", "Staff"]


def test_rare_answers_beside_choices_are_kept_as_other_with_the_words() -> None:
    rows = repeated(["Twitter"], ["A friend"], times=40) + [["my dentist's waiting room"], ["a dream"]]
    plan, replies = read(["How did you hear about us?"], *rows)
    assert [choice.label for choice in plan.questions[0].choices][-1] == "Other"
    assert said(plan, replies[-2]) == {"How did you hear about us?": [("Other", "my dentist's waiting room")]}


def test_answers_that_differ_by_spaces_only_are_one_choice() -> None:
    rows = [["By  phone"], *repeated(["By post"], ["By phone"], times=20)]
    plan, replies = read(["How did you write to us?"], *rows)

    assert [choice.label for choice in plan.questions[0].choices] == ["By phone", "By post"]
    assert said(plan, replies[0]) == {"How did you write to us?": ["By phone"]}


def test_an_answer_in_two_spellings_was_typed_and_is_a_text() -> None:
    rows = repeated(["Male"], ["male"], ["Female"], ["female "], times=20)
    plan, _ = read(["What gender do you identify with?"], *rows)
    assert plan.questions[0].kind is Kind.SHORT_TEXT


def test_a_sentence_with_a_comma_is_not_a_list() -> None:
    rows = repeated(["Yes, I'd attend"], ["Yes, I'd present"], ["No"], ["Maybe"], ["> 1,000"], times=10)
    plan, _ = read(["Would you attend?"], *rows)
    assert plan.questions[0].kind is Kind.SINGLE


@pytest.mark.parametrize(
    ("labels", "ordered"),
    [
        ("Weekly|Daily|Never|Monthly", "Never|Monthly|Weekly|Daily"),
        ("5+ years|1 year|Less than 1 year|2-5 years", "Less than 1 year|1 year|2-5 years|5+ years"),
        ("Good|Horrible|OK|Excellent|Bad", "Horrible|Bad|OK|Good|Excellent"),
        ("Tens|Under ten|Thousands|Hundreds", "Under ten|Tens|Hundreds|Thousands"),
        ("> 1,000|1 - 10|10 - 100", "1 - 10|10 - 100|> 1,000"),
        ("Other|Train|Bus", "Bus|Train|Other"),
        ("Siempre|Nunca|A veces", "Nunca|A veces|Siempre"),
    ],
)
def test_choices_stand_in_the_order_a_person_expects(labels: str, ordered: str) -> None:
    rows = repeated(*[[label] for label in labels.split("|")], times=6)
    plan, _ = read(["Which of these is it for you?"], *rows)
    assert [choice.label for choice in plan.questions[0].choices] == ordered.split("|")


def test_the_language_of_the_questions_is_guessed() -> None:
    rows = repeated(["Sí", "Porque es de la casa"], ["No", "No lo sé todavía"], times=5)
    plan, _ = read(["¿Usas la aplicación en tu trabajo?", "¿Por qué es así para ti?"], *rows)
    assert plan.language == "es"


def test_day_first_dates_are_seen_from_the_days_beyond_twelve() -> None:
    plan, replies = read(["Date", "Words?"], ["30/09/2021", "One story"], ["02/03/2021", "Another story"])
    assert plan.column_of(Role.SUBMITTED).day_first
    assert replies[1].submitted == dt.datetime(2021, 3, 2, tzinfo=dt.UTC)


def test_choices_that_a_tool_joined_are_known_from_three_rows() -> None:
    header = ["Timestamp", "Which do you use?", "What happened?"]
    rows = [["2024-01-02", "Maps;Audio", "It was loud; we left"], ["2024-01-03", "Shop", "No; not us"],
            ["2024-01-04", "Reading room;Maps;", "Nothing"]]  # fmt: skip
    plan, replies = read(header, *rows)
    assert kinds(plan) == {"Which do you use?": "multiple", "What happened?": "short_text"}
    assert [said(plan, reply)["Which do you use?"] for reply in replies] == [["Maps", "Audio"], ["Shop"], ["Reading room", "Maps"]]

    twice, _ = read(header, rows[0], rows[0], rows[1])
    assert [choice.label for choice in twice.questions[0].choices] == ["Maps", "Audio", "Shop"]


@pytest.mark.parametrize("cells", [["R&amp;D;", "a&lt;b"], ["first; then", "so; what"], ["x" * 130 + ";y", "z;y"]])
def test_semicolons_of_people_and_of_markup_join_nothing(cells: list[str]) -> None:
    plan, _ = read(["Timestamp", "Which do you use?"], *(["2024-01-02", cell] for cell in cells))
    assert plan.questions[0].is_open


def test_a_column_of_days_is_a_date_and_with_the_time_of_day_it_is_none() -> None:
    header = ["Id", "When did you visit us?", "When did you come?"]
    rows = [[str(n), f"2024-01-{n:02} 00:00:00", f"2024-01-{n:02} 10:{n:02}"] for n in range(1, 10)]
    plan, replies = read(header, *rows, ["10", "n.a.", ""])
    assert "date" not in kinds(plan).values()
    plan, replies = read(header, *rows)
    assert kinds(plan) == {"When did you visit us?": "date", "When did you come?": "short_text"}
    assert [answer.number for answer in replies[0].given] == [dt.date(2024, 1, 1).toordinal(), None]


def test_an_answer_outside_the_ends_that_a_heading_states_is_reported_and_moves_no_end() -> None:
    asked = "How satisfied are you, on a scale of 1 to 5?"
    plan, replies = read(["Timestamp", asked], *(["2024-01-02", cell] for cell in ["4", "5", "9", "2", "3"]))
    assert (plan.questions[0].minimum, plan.questions[0].maximum, plan.questions[0].no_answer) == (1, 5, [])
    assert [len(reply.problems) for reply in replies] == [0, 0, 1, 0, 0]

    wide, _ = read(["Timestamp", asked], *(["2024-01-02", cell] for cell in ["4", "5", "9", "8", "3"]))
    assert wide.questions[0].maximum == 10


def test_where_dots_stand_in_a_date_its_day_comes_first() -> None:
    _, replies = read(["Zeitstempel", "Wie war es?"], ["02.01.2024 10:00:00", "Gut"], ["03.01.2024 10:00:00", "Schlecht"])
    assert [reply.submitted.date() for reply in replies if reply.submitted] == [dt.date(2024, 1, 2), dt.date(2024, 1, 3)]


@pytest.mark.parametrize(
    ("asked", "other", "day", "unsure"),
    [
        ("Why did you come to us?", "03/04/2024", dt.date(2024, 1, 2), "01/02/2024"),
        ("Why did you come to us?", "13/02/2024", dt.date(2024, 2, 1), ""),  # another column shows it
        ("Wie sind Sie und Ihre Familie für das Fest zu uns gekommen?", "03/04/2024", dt.date(2024, 2, 1), "01/02/2024"),
    ],
)
def test_dates_that_may_be_two_days_are_read_as_the_file_or_its_language_has_it_and_named(
    asked: str, other: str, day: dt.date, unsure: str
) -> None:
    plan, replies = read(["Timestamp", asked, "Day of the visit"], ["01/02/2024", "By chance", other], ["01/02/2024", "On purpose", other])
    assert replies[0].submitted is not None
    assert (replies[0].submitted.date(), plan.unsure_date) == (day, unsure)


@pytest.mark.parametrize(("odd", "day"), [(1, dt.date(2021, 12, 9)), (5, dt.date(2021, 9, 12))])
def test_a_file_that_mixes_both_orders_is_read_as_nearly_all_its_dates_show_and_asked_about(odd: int, day: dt.date) -> None:
    dates = ["09/12/2021", *["30/11/2021"] * 15, *["10/17/2021"] * odd]
    plan, replies = read(["Date", "Why did you come to us?"], *([date, f"By chance, {n}"] for n, date in enumerate(dates)))
    assert replies[0].submitted is not None
    assert (replies[0].submitted.date(), plan.unsure_date) == (day, "09/12/2021")
    assert replies[-1].submitted is not None
    assert (replies[-1].submitted.date(), replies[-1].problems) == (dt.date(2021, 10, 17), [])


def test_an_address_that_says_nobody_is_no_problem() -> None:
    _, replies = read(["ID", "Email", "Why did you come?"], ["1", "anonymous", "By chance"], ["2", "nobody", "On purpose"])
    assert [len(reply.problems) for reply in replies] == [0, 1]


def test_a_date_that_is_none_is_reported_and_the_row_is_taken() -> None:
    dates = [[f"2021-01-0{n}", f"Words number {n}"] for n in range(1, 10)]
    _, replies = read(["Timestamp", "Words?"], *dates, ["some day", "Last words"])
    assert (replies[-1].submitted, len(replies[-1].given)) == (None, 1)
    assert [(p.row, p.column, p.reason) for p in replies[-1].problems] == [
        (11, "Timestamp", "“some day” is not a date that we understand.")
    ]


def test_a_value_that_the_plan_does_not_know_is_reported() -> None:
    plan, _ = read(["Choice of tariff?", "Your rating from 1 to 5?"], *repeated(["A", "1"], ["B", "5"]))
    _, replies = read(["Choice of tariff?", "Your rating from 1 to 5?"], ["C", "9"], plan=plan)
    assert [problem.reason for problem in replies[0].problems] == [
        "“C” is not among the choices.",
        "“9” is outside 1 to 5.",
    ]


def test_problems_of_the_table_are_told_with_the_heading() -> None:
    table = read_table(io.BytesIO(b"id,Words?\n1,hello,what is this\n2,you\0there\n"))
    plan = propose(table)
    found = [(p.row, p.column) for reply in apply_plan(plan, rows_of(table, plan)) for p in reply.problems]
    assert found == [(2, "Column C"), (3, "Words?")]


def test_the_same_row_has_the_same_key_and_its_twin_another() -> None:
    rows = [["Words?"], ["one and only"], ["twice"], ["twice"]]
    _, first = read(*rows)
    _, again = read(["Words?"], ["new"], *rows[1:])
    assert [reply.key for reply in first] == [reply.key for reply in again][1:]
    assert len({reply.key for reply in first}) == 3


def test_an_id_that_comes_again_is_a_persons_and_not_a_rows() -> None:
    plan, replies = read(["Respondent ID", "Words?"], ["7", "one thing"], ["7", "another"], ["8", "a third"])
    assert roles(plan) == {"Respondent ID": "person_id"}
    assert [reply.person_id for reply in replies] == ["7", "7", "8"]


@pytest.mark.parametrize("rows", [ALCHEMER, GOOGLE, SURVEYMONKEY, QUALTRICS, LIMESURVEY])
def test_a_plan_survives_the_way_to_a_page_and_back(rows: list[list[str]]) -> None:
    plan, _ = read(*rows)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize("rows", [ALCHEMER, GOOGLE, SURVEYMONKEY, QUALTRICS, LIMESURVEY])
@pytest.mark.parametrize("kind", [Kind.LONG_TEXT, Kind.SHORT_TEXT])
def test_any_question_can_be_made_open_without_losing_a_word(rows: list[list[str]], kind: Kind) -> None:
    plan, _ = read(*rows)
    questions = [changed_kind(question, kind) for question in plan.questions]
    _, replies = read(*rows, plan=replace(plan, questions=questions))
    columns = {column for question in questions for column in question.columns}
    body = rows[plan.header_rows :]
    wanted = Counter(row[column] for row in body for column in columns if row[column].strip())
    assert Counter(answer.text for reply in replies for answer in reply.given) == wanted


def test_headings_alone_make_a_plan_without_answers() -> None:
    plan, replies = read(["Timestamp", "Words?"])
    assert (replies, [question.include for question in plan.questions]) == ([], [False])


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
SHORT = st.sampled_from(["", "Yes", "No", "a, b", "b", "a;b", "5", "4", "Other", "x" * 700])


def retold(plan: Plan, reply: Reply, column: int, cell: str) -> bool:
    """Whether a reply says what stood in one of its cells, or reports it; or the import's page says why the column is left out."""
    for place, question in enumerate(plan.questions):
        if column not in question.every_column:
            continue
        if not question.include:
            return bool(question.note)
        given_here = [answer for answer in reply.given if answer.question == place]
        texts = [answer.text for answer in given_here]
        chosen = {v for a in given_here if a.choice is not None for v in question.choices[a.choice].values}
        left = cell
        for value in sorted([*chosen, *texts], key=len, reverse=True):
            left = left.replace(value.strip() or value, "")
        numbers = any(answer.number is not None for answer in given_here)
        told = cell in texts or numbers or not left.strip().strip(" ;,|\n") or cell.strip() in question.no_answer
        denied = question.layout is Layout.SPREAD and cell.strip().casefold() in {"no", "0"}
        return told or denied or any(p.row == reply.row for p in reply.problems)
    return True


@settings(max_examples=120, deadline=None)
@given(st.data(), st.sampled_from([ALCHEMER[0], GOOGLE[0], LIMESURVEY[0], ["Why?", "", "Why?", "Which?"]]))
def test_whatever_stands_in_a_cell_is_said_or_reported(data: st.DataObject, header: list[str]) -> None:
    row = st.lists(st.one_of(CELL, SHORT, SHORT), min_size=len(header), max_size=len(header))
    body = data.draw(st.lists(row, min_size=1, max_size=12))
    table = read_table(written(header, *body), encoding="utf-8", delimiter=",")
    plan = propose(table)
    rows = list(rows_of(table, plan))
    for row, reply in zip(rows, apply_plan(plan, rows), strict=True):
        for column, cell in enumerate(row.cells):
            if cell.strip():
                assert retold(plan, reply, column, cell), (column, cell)


REAL = pytest.mark.skipif("ALLEARS_SHARED_DATA" not in os.environ, reason="no collection of real exports")
EXPECTED = {
    "jupyter-2015-ux/responses.csv": ("alchemer", 1706, 779, 10_252),
    "dask/dask_2021.csv": ("google_forms", 247, 247, None),
    "spack/spack_2020.csv": ("google_forms", 170, 170, None),
    "spack/spack_2021.csv": ("google_forms", 179, 179, None),
    "nhs-fft/fft_NEAS.csv": ("plain", 5096, 5096, 5084 - 1189),
    "rse-limesurvey/2017_uk_responses.csv": ("limesurvey", 253, 253, None),
    "qualtrics-sample-pairs/Better_Sample_Survey.csv": ("qualtrics", 10, 10, 6),
    "qualtrics-sample-pairs/Matrix_Single_Answer_Testing.csv": ("qualtrics", 5, 5, 0),
    "qualtrics-sample-pairs/Survey_Logic_EVERYWHERE.csv": ("qualtrics", 10, 10, 0),
    "r-community/2019_2019_English_R_Community_Survey_Responses.csv": ("google_forms", 1838, 1838, None),
    "r-community/2019_2019_Spanish_R_Community_Survey_Responses.csv": ("google_forms", 338, 338, None),
    "sfo-airport/sfo_2016_responses.csv": ("plain", 3087, 3087, None),
    "sfo-airport/sfo_2017_responses.csv": ("plain", 2831, 2831, None),
}


@REAL
@pytest.mark.parametrize("name", EXPECTED)
def test_real_exports_are_understood_without_a_problem_and_without_a_loss(name: str) -> None:
    dialect, rows, complete, words = EXPECTED[name]
    with read_table(Path(os.environ["ALLEARS_SHARED_DATA"]) / "customers" / name) as table:
        plan = propose(table)
        count = Counter()
        for row, reply in zip(rows_of(table, plan), apply_plan(plan, rows_of(table, plan)), strict=True):
            count["rows"] += 1
            count["complete"] += reply.complete
            count["words"] += sum(1 for answer in reply.given if answer.text)
            assert reply.problems == []
            for column, cell in enumerate(row.cells):
                assert not cell.strip() or retold(plan, reply, column, cell), (row.number, column, cell)
    assert (plan.dialect, count["rows"], count["complete"]) == (dialect, rows, complete)
    assert words is None or count["words"] == words


@REAL
def test_the_jupyter_survey_is_sixteen_questions_of_which_two_are_facets() -> None:
    path = Path(os.environ["ALLEARS_SHARED_DATA"]) / "customers/jupyter-2015-ux/responses.csv"
    with read_table(path) as table:
        plan = propose(table)
    assert plan.count_by_kind() == {"single": 5, "long_text": 1, "short_text": 9, "multiple": 1}
    assert [question.text for question in plan.questions if question.facet] == [
        "Roughly how long have you been using Jupyter Notebook?", "How many years have you been in this role?",
    ]  # fmt: skip
    assert [len(question.columns) for question in plan.questions if question.is_open].count(3) == 8


TIMES = [f"{hour}:{minute}5:00" for hour in range(6, 20) for minute in (0, 3)]
OLD_TIMES = [f"12/31/1899 {hour:02}:{minute}5:00 AM" for hour in range(1, 13) for minute in (0, 3)]
PLACES = [f"Stop {n}, behind the mill" for n in range(30)]


@pytest.mark.parametrize(
    ("heading", "cells", "taken"),
    [
        ("DEPTIME", [*TIMES, "N"], False),
        ("DEPTIME", OLD_TIMES, False),
        ("Waited", [f"{n} min" for n in range(30)], False),
        ("Postcode", [f"SW{n}A {n % 10}AA" for n in range(30)], False),
        ("Order", [f"ORD-{n:05}" for n in range(5000)], False),
        ("When would you rather leave?", TIMES, True),
        ("Times", TIMES[:9], True),
        ("Where", PLACES, True),
        ("Comment", [*PLACES, *TIMES[:20]], True),
        ("Mood", [chr(0x1F600 + n) for n in range(30)], True),
    ],
)
def test_what_holds_no_word_is_left_out_unless_people_were_asked_for_it(heading: str, cells: list[str], taken: bool) -> None:
    plan, replies = read(["Name", heading], *(["Anna", cell] for cell in cells))
    (question,) = plan.questions
    assert (question.include, bool(question.note)) == (taken, not taken)
    assert sum(1 for reply in replies for given in reply.given if given.text) == (len(cells) if taken else 0)


def test_our_own_export_is_taken_whole_whatever_its_cells_look_like() -> None:
    rows = [[f"r{n}", "", "complete", "en", "", "", "1", "no", f"A-{n:03}"] for n in range(30)]
    plan, replies = read([*ABOUT, "Code"], *rows)
    assert plan.dialect == OWN
    assert [given.text for reply in replies for given in reply.given] == [row[-1] for row in rows]


def test_our_own_export_from_before_it_said_whether_a_day_is_known_is_taken_whole() -> None:
    rows = [[f"r{n}", "", "complete", "en", "", "", "1", f"A-{n:03}"] for n in range(30)]
    plan, replies = read([*ABOUT[:-1], "Code"], *rows)
    assert plan.dialect == OWN
    assert [given.text for reply in replies for given in reply.given] == [row[-1] for row in rows]


@pytest.mark.parametrize("brackets", ["()", "[]", "{}"])
def test_what_stands_in_brackets_belongs_to_its_choice(brackets: str) -> None:
    opening, closing = brackets
    post, van = f"Post {opening}paper, parcel{closing}", f"Van {opening}crate, parcel{closing}"
    cells = [post, f"{post}, Phone", "Phone", f"Phone, {van}", f"{post}, {van}", van]
    plan, _replies = read(["Name", "How do you reach us?"], *([f"Anna {n}", cell] for n, cell in enumerate(cells * 5)))
    assert {choice.label for choice in plan.questions[0].choices} == {post, van, "Phone"}

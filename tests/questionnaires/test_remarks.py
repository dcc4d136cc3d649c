"""The wording check in the editor: remarks beside questions, "we mean it", the summary before publishing, the rules' page."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.core.models import AuditEvent
from allears.questionnaires import authoring, remark_actions, remark_words
from allears.questionnaires.models import MeantWording, Question, WordingSwitch
from allears.questionnaires.remarks import Remarks, remarks_of, rule_states, rules_in_use
from allears.questionnaires.structure import sections_of
from allears.questionnaires.wording import RULES
from allears.questionnaires.wording.measured import on_by_default
from tests import cast
from tests.questionnaires import asked

pytestmark = pytest.mark.django_db

EDITOR = "/questionnaires/late-orders/"
RULES_PAGE = "/questionnaires/wording/rules/"


def written(**question: object) -> Question:
    """A question that asks two things and names one side, where an administrator has both rules on."""
    WordingSwitch.objects.get_or_create(rule="double_barrelled", defaults={"on": True})
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    return authoring.add_question(section=draft.sections.get(), **{**asked.BADLY_ASKED, **question})  # type: ignore[arg-type]


def remarks(question: Question) -> Remarks:
    version = question.version
    found = remarks_of(version.questionnaire, sections_of(version), version.questionnaire.study.language)
    return found.get(question.key, Remarks())


def open_rules(question: Question) -> list[str]:
    return [remark.rule for remark in remarks(question).open]


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_remarks_stand_beside_a_question_with_why_what_to_do_and_who_found_out(as_ana: Client) -> None:
    written()

    editor = page(as_ana, EDITOR)

    assert "2 remarks on the wording" in editor
    assert "names one side of what can be answered" in editor
    assert "Ask about one of them, or make two questions of it." in editor
    assert "Saris et al. 2010" not in editor
    assert "Krosnick &amp; Presser 2010" in editor


def test_the_questions_own_page_shows_them_too_and_a_new_question_has_none_yet(as_ana: Client) -> None:
    question = written()

    assert "“speed and quality” are two things" in page(as_ana, f"{EDITOR}questions/{question.key}/")
    assert "once there is something to say" in page(as_ana, f"{EDITOR}questions/new/?kind=scale")


def test_while_one_types_remarks_come_and_nothing_is_kept(as_ana: Client) -> None:
    cast.late_orders()
    rows = {"choices-TOTAL_FORMS": "2", "choices-INITIAL_FORMS": "0", "choices-0-label": "18-24", "choices-1-label": "24-30"}

    answer = as_ana.post(f"{EDITOR}wording/?kind=single", {"text": "How old are you?", **rows})

    assert answer.status_code == 200
    assert "“24-30” and “18-24” overlap" in answer.content.decode()
    assert "We mean it" not in answer.content.decode()
    assert Question.objects.count() == 0


@pytest.mark.parametrize("posted", [{}, {"text": ""}, {"text": "\x00 {{ 7 }} %(x)s <b>&"}, {"text": "a", "minimum": "x"}])
def test_whatever_is_typed_gets_an_answer(as_ana: Client, posted: dict[str, str]) -> None:
    cast.late_orders()
    for kind in ("single", "scale", "long_text", "date"):
        assert as_ana.post(f"{EDITOR}wording/?kind={kind}&key=none&section=x", posted).status_code == 200
    assert as_ana.post(f"{EDITOR}wording/?kind=nonsense", posted).status_code == 404


def test_percent_signs_and_markup_in_a_question_stay_what_they_are(as_ana: Client) -> None:
    question = written(text="How satisfied are you with 100% <b>wool</b> and %(words)s quality?")

    editor = page(as_ana, EDITOR)

    assert "one_sided" in open_rules(question)
    assert "<b>wool</b>" not in editor
    assert "100% &lt;b&gt;wool&lt;/b&gt;" in editor


def test_we_mean_it_lets_a_remark_rest_and_can_be_taken_back(as_ana: Client) -> None:
    question = written()
    mark = remarks(question).open[0].mark

    answer = as_ana.post(f"{EDITOR}questions/{question.key}/wording/", {"mark": mark, "act": "meant"})

    assert answer["Location"] == f"{EDITOR}?remarks={question.key}#question-{question.key}"
    assert open_rules(question) == ["double_barrelled"]
    assert [remark.rule for remark in remarks(question).meant] == ["one_sided"]
    assert MeantWording.objects.get().by == cast.ana()
    assert "You mean it: One side only" in page(as_ana, EDITOR)

    as_ana.post(f"{EDITOR}questions/{question.key}/wording/", {"mark": mark, "act": "open", "from": "question"})

    assert open_rules(question) == ["one_sided", "double_barrelled"]
    verbs = AuditEvent.objects.filter(verb__contains="wording").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["questionnaires.wording_meant", "questionnaires.wording_meant_no_more"]


def test_what_was_meant_stays_in_the_next_version_and_ends_with_the_wording(as_ana: Client) -> None:
    question = written()
    for remark in remarks(question).open:
        remark_actions.mean_it(question=question, mark=remark.mark, by=cast.ana())
    authoring.publish(version=question.version, by=cast.ana())

    again = authoring.draft_of(cast.late_orders(), cast.ana()).questions.get(key=question.key)
    assert open_rules(again) == []
    authoring.change_question(question=again, help="In the last month.")
    assert open_rules(again) == []

    authoring.change_question(question=again, text="How satisfied are you with the speed and the quality of it?")
    assert open_rules(again) == ["one_sided", "double_barrelled"]


def test_to_mean_what_is_no_longer_there_is_refused(as_ana: Client) -> None:
    question = written()
    mark = remarks(question).open[0].mark
    authoring.change_question(question=question, text="How was it?")

    with pytest.raises(remark_actions.NoSuchRemark):
        remark_actions.mean_it(question=question, mark=mark, by=cast.ana())
    answer = as_ana.post(f"{EDITOR}questions/{question.key}/wording/", {"mark": mark, "act": "meant"}, follow=True)
    assert "changed in the meantime" in answer.content.decode()
    assert MeantWording.objects.count() == 0


def test_meaning_it_twice_is_meaning_it_once() -> None:
    question = written()
    mark = remarks(question).open[0].mark

    for _twice in range(2):
        remark_actions.mean_it(question=question, mark=mark, by=cast.ana())
    assert MeantWording.objects.count() == 1


def test_before_publishing_they_are_summed_up_and_keep_nobody_from_it(as_ana: Client) -> None:
    question = written()
    remark_actions.mean_it(question=question, mark=remarks(question).open[0].mark, by=cast.ana())

    last_look = page(as_ana, f"{EDITOR}publishing/")

    assert "There is 1 remark that nobody has answered. It does not keep you from publishing." in last_look
    assert "1 remark was answered with “we mean it”." in last_look
    assert as_ana.post(f"{EDITOR}publishing/").status_code == 302
    question.version.refresh_from_db()
    assert question.version.published_at is not None


def test_a_language_without_rules_says_so_and_remarks_on_nothing(as_ana: Client) -> None:
    question = written()
    study = cast.late_orders()
    study.language = "ar"
    study.save()

    assert "has no rules for the language of this study" in page(as_ana, EDITOR)
    assert "There are no rules for Arabic yet" in page(as_ana, f"{EDITOR}questions/{question.key}/")
    assert "remarks on the wording" not in page(as_ana, EDITOR)


def test_a_rule_that_was_wrong_too_often_is_silent_until_it_is_switched_on(as_ada: Client) -> None:
    question = written(text="What is your household income?")
    assert "sensitive" not in on_by_default()
    assert open_rules(question) == []

    as_ada.post(f"{RULES_PAGE}sensitive/", {"state": "on"})
    assert open_rules(question) == ["sensitive"]
    assert WordingSwitch.objects.get(rule="sensitive").by == cast.ada()
    assert "Switched on by Ada Novak" in page(as_ada, RULES_PAGE)

    as_ada.post(f"{RULES_PAGE}sensitive/", {"state": "measured"})
    assert open_rules(question) == []
    assert not WordingSwitch.objects.filter(rule="sensitive").exists()
    assert AuditEvent.objects.filter(verb="questionnaires.wording_rule_switched").count() == 2


def test_a_rule_that_is_switched_off_is_silent() -> None:
    question = written()

    remark_actions.switch_rule(rule="one_sided", on=False, by=cast.ada())

    assert open_rules(question) == ["double_barrelled"]
    assert rules_in_use() == on_by_default() - {"one_sided"} | {"double_barrelled"}


def test_a_rule_that_does_not_exist_cannot_be_switched(as_ada: Client) -> None:
    with pytest.raises(remark_actions.NoSuchRule):
        remark_actions.switch_rule(rule="spelling", on=True, by=cast.ada())
    assert as_ada.post(f"{RULES_PAGE}spelling/", {"state": "on"}).status_code == 404
    assert as_ada.post(f"{RULES_PAGE}length/", {"state": "perhaps"}).status_code == 302
    assert WordingSwitch.objects.count() == 0


def test_the_rules_page_lists_every_rule_with_what_was_measured_and_lets_administrators_alone_switch(
    as_sam: Client, as_ada: Client
) -> None:
    seen = page(as_sam, RULES_PAGE)

    assert all(f'id="rule-{code}"' in seen for code in RULES)
    standing = {state.code: state for state in rule_states()}["reading_level"].measured
    assert f"Right {standing.right} times of {standing.judged}" in seen
    assert "Right in 1 of 2: too few to measure it." in seen
    assert "Switch o" not in seen
    assert len(re.findall(r'name="state"', page(as_ada, RULES_PAGE))) == len(RULES)
    assert "Wording check" in page(as_ada, "/settings/organisation/")


def test_every_rule_and_every_variant_has_its_words() -> None:
    codes = {f"{rule.code}.{variant}" for rule in RULES.values() for variant in rule.variants}

    assert set(remark_words.SAYS) == codes
    assert set(remark_words.NAMES) == set(remark_words.LOOKS_FOR) == set(RULES)


def test_another_teams_question_cannot_be_answered_for(as_mia: Client) -> None:
    study = cast.late_orders()
    question = written()

    answer = as_mia.post(f"{EDITOR}questions/{question.key}/wording/", {"mark": "x", "act": "meant"})

    assert answer.status_code in (403, 404)
    assert as_mia.post(f"/questionnaires/{study.slug}/questions/{uuid4()}/wording/", {}).status_code in (403, 404)


def test_remarks_cost_the_same_number_of_queries_for_one_question_and_for_many(as_ana: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as ran:
            as_ana.get(EDITOR)
        return len(ran)

    written()
    queries()
    one = queries()
    for _n in range(3):
        written()
    assert queries() == one


def test_the_rows_of_a_matrix_are_read_as_statements_while_typed_and_when_saved(as_ana: Client) -> None:
    ends = {"low_label": "strongly disagree", "high_label": "strongly agree"}
    rows = ("It was quick.", "It was dear.", "It was safe.")
    question = written(kind="matrix", text="What do you say to these?", choices=rows, **ends)

    posted = {f"choices-{n}-label": row for n, row in enumerate(rows)}
    posted |= {"choices-TOTAL_FORMS": "3", "choices-INITIAL_FORMS": "0", "minimum": "1", "maximum": "5", **ends}
    typed = as_ana.post(f"{EDITOR}wording/?kind=matrix", {"text": "What do you say to these?", **posted}).content.decode()

    assert open_rules(question) == ["agree_disagree"]
    assert "3 statements in a row to agree with" in typed


def test_a_scale_that_goes_by_a_name_is_read_too(as_ana: Client) -> None:
    cast.late_orders()

    typed = as_ana.post(f"{EDITOR}wording/?kind=csat", {"text": "How satisfied are you with the repair?"}).content.decode()

    assert "names one side of what can be answered" in typed

"""How the page of what was done says what is recorded about questionnaires and imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ROOM = _("questions and answers")

SAID = {
    "questionnaires.draft_begun": _("began a draft of a questionnaire"),
    "questionnaires.draft_thrown_away": _("threw a draft of a questionnaire away"),
    "questionnaires.published": _("published a questionnaire"),
    "questionnaires.manner_set": _("set how a questionnaire is gone through"),
    "questionnaires.section_added": _("added a page of questions"),
    "questionnaires.section_changed": _("changed a page of questions"),
    "questionnaires.section_moved": _("moved a page of questions"),
    "questionnaires.section_removed": _("took a page of questions out"),
    "questionnaires.question_added": _("added a question"),
    "questionnaires.question_changed": _("changed a question"),
    "questionnaires.question_moved": _("moved a question"),
    "questionnaires.question_removed": _("took a question out"),
    "questionnaires.choices_set": _("set the choices of a question"),
    "questionnaires.order_changed": _("put questions in another order"),
    "questionnaires.step_undone": _("undid a step"),
    "questionnaires.step_redone": _("did a step again"),
    "questionnaires.wording_meant": _("kept a wording against the check"),
    "questionnaires.wording_meant_no_more": _("let the check remark on a wording again"),
    "questionnaires.wording_rule_switched": _("switched a rule of the wording check"),
    "questionnaires.import_taken_in": _("brought a file of responses"),
    "questionnaires.import_read_anew": _("said how a file of responses is to be read: its letters, its first row, what wrote it"),
    "questionnaires.import_described": _("said what stands in which column of a file"),
    "questionnaires.import_started": _("started to take responses in"),
    "questionnaires.import_gone_on": _("let a file that was cut off be taken in further"),
    "questionnaires.import_thrown_away": _("threw a file of responses away"),
    "questionnaires.responses_imported": _("took responses in"),
    "questionnaires.exported": _("exported a study’s responses"),
    "questionnaires.downloaded": _("downloaded a study’s responses"),
}

NAMED = {
    "act": _("which"),
    "choices": _("choices"),
    "copy_of": _("copy of"),
    "dialect": _("what wrote it"),
    "direction": _("where to"),
    "encoding": _("letters of the file"),
    "headed": _("first row holds headings"),
    "on": _("on"),
    "one_question_a_page": _("one question a page"),
    "problems": _("problems"),
    "questions": _("questions"),
    "responses": _("responses"),
    "reviewed": _("all answers are looked through"),
    "rule": _("rule"),
    "verbatims": _("words"),
}

"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from allears.questionnaires.views import (
    authoring,
    being_typed,
    files,
    importing,
    languages,
    logic,
    pages,
    questions,
    results,
    wording,
)

app_name = "questionnaires"
urlpatterns = [
    # No study's page lies two steps below its address under these names.
    path("wording/rules/", wording.rules, name="wording_rules"),
    path("wording/rules/<slug:code>/", wording.rule, name="wording_rule"),
    path("<slug:slug>/", authoring.questionnaire, name="questionnaire"),
    path("<slug:slug>/draft/", authoring.draft, name="draft"),
    path("<slug:slug>/preview/", authoring.preview, name="preview"),
    path("<slug:slug>/typed/", being_typed.as_typed, name="typed"),
    path("<slug:slug>/map/", logic.logic_map, name="map"),
    path("<slug:slug>/trial/", logic.trial, name="trial"),
    path("<slug:slug>/publishing/", authoring.publishing, name="publishing"),
    path("<slug:slug>/versions/", authoring.versions, name="versions"),
    path("<slug:slug>/versions/<int:number>/", authoring.version, name="version"),
    path("<slug:slug>/pages/", pages.sections, name="sections"),
    path("<slug:slug>/pages/<int:pk>/", pages.section, name="section"),
    path("<slug:slug>/questions/new/", questions.new_question, name="new_question"),
    path("<slug:slug>/undo/", authoring.undo, name="undo"),
    path("<slug:slug>/order/", authoring.order, name="order"),
    path("<slug:slug>/questions/<uuid:key>/", questions.question, name="question"),
    path("<slug:slug>/questions/<uuid:key>/rule/", logic.rule, name="rule"),
    path("<slug:slug>/questions/<uuid:key>/place/", questions.place, name="place"),
    path("<slug:slug>/questions/<uuid:key>/wording/", wording.answer, name="wording_answer"),
    path("<slug:slug>/wording/", wording.wording, name="wording"),
    path("<slug:slug>/questions/<uuid:key>/files/", files.files, name="files"),
    path("<slug:slug>/files/<slug:ref>/", files.file, name="file"),
    path("<slug:slug>/results/", results.results, name="results"),
    path("<slug:slug>/languages/", languages.languages, name="languages"),
    path("<slug:slug>/languages/<slug:code>/", languages.language, name="language"),
    path("<slug:slug>/languages/<slug:code>/file/", languages.file, name="language_file"),
    path("<slug:slug>/languages/<slug:code>/texts.csv", languages.as_csv, name="language_csv"),
    path("<slug:slug>/imports/", importing.imports, name="imports"),
    path("<slug:slug>/imports/<slug:ref>/", importing.import_, name="import"),
    path("<slug:slug>/imports/<slug:ref>/report.csv", importing.import_problems, name="import_problems"),
    path("<slug:slug>/responses.csv", importing.responses, name="responses_csv"),
    path("<slug:slug>/verbatims.jsonl", importing.verbatims, name="verbatims_jsonl"),
]

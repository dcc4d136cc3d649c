"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from allears.questionnaires.views import authoring, results

app_name = "questionnaires"
urlpatterns = [
    path("<slug:slug>/", authoring.questionnaire, name="questionnaire"),
    path("<slug:slug>/draft/", authoring.draft, name="draft"),
    path("<slug:slug>/preview/", authoring.preview, name="preview"),
    path("<slug:slug>/publishing/", authoring.publishing, name="publishing"),
    path("<slug:slug>/versions/", authoring.versions, name="versions"),
    path("<slug:slug>/versions/<int:number>/", authoring.version, name="version"),
    path("<slug:slug>/pages/", authoring.sections, name="sections"),
    path("<slug:slug>/pages/<int:pk>/", authoring.section, name="section"),
    path("<slug:slug>/questions/new/", authoring.new_question, name="new_question"),
    path("<slug:slug>/questions/undo/", authoring.undo, name="undo"),
    path("<slug:slug>/questions/<uuid:key>/", authoring.question, name="question"),
    path("<slug:slug>/questions/<uuid:key>/place/", authoring.place, name="place"),
    path("<slug:slug>/results/", results.results, name="results"),
]

"""A participant's addresses."""

from __future__ import annotations

from django.urls import path

from allears.questionnaires import answering_agreed, answering_later, answering_somebody, answering_widget
from allears.questionnaires import answering_views as views

app_name = "answering"
urlpatterns = [
    path("<str:token>/", views.start, name="page"),
    path("<str:token>/<int:number>/", views.numbered, name="numbered"),
    path("<str:token>/pause/", views.paused, name="paused"),
    path("<str:token>/kept/", views.kept, name="kept"),
    path("<str:token>/review/", views.looked_through, name="review"),
    path("<str:token>/decline/", views.decline, name="decline"),
    path("<str:token>/later/", answering_later.later, name="later"),
    path("<str:token>/widget.js", answering_widget.widget, name="widget"),
    path("<str:token>/agreed/", answering_agreed.agreed, name="agreed"),
    path("<str:token>/somebody/", answering_somebody.somebody, name="somebody"),
]

"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from allears.decisions.views import deciding, hearing_back, public

app_name = "decisions"
urlpatterns = [
    path("", deciding.index, name="index"),
    path("one/<slug:ref>/", deciding.decision, name="decision"),
    path("one/<slug:ref>/edit/", deciding.edit, name="edit"),
    path("one/<slug:ref>/changes/", deciding.changes, name="changes"),
    path("one/<slug:ref>/public/", public.publish, name="publish"),
    path("one/<slug:ref>/public/withdrawal/", public.withdraw, name="withdraw"),
    path("changes/<slug:ref>/", deciding.change, name="change"),
    path("changes/<slug:ref>/edit/", deciding.edit_change, name="edit_change"),
    path("updates/", hearing_back.all_updates, name="all_updates"),
    path("updates/<slug:ref>/", hearing_back.update, name="update"),
    path("updates/<slug:ref>/approval/", hearing_back.approval, name="approval"),
    path("<slug:slug>/", deciding.of_study, name="of_study"),
    path("<slug:slug>/new/", deciding.new, name="new"),
    path("<slug:slug>/hearing-back/", hearing_back.updates, name="updates"),
    path("<slug:slug>/hearing-back/sending/", hearing_back.sending, name="sending"),
    path("<slug:slug>/hearing-back/insight/", hearing_back.about_insight, name="about_insight"),
]

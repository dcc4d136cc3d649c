"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from allears.verbatims import views

app_name = "verbatims"
urlpatterns = [
    path("receipt/", views.look_up, name="look_up"),
    path("receipt/<str:name>/", views.receipt, name="receipt"),
]

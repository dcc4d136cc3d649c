"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from allears.people import leaving

app_name = "people"
urlpatterns = [
    path("leave/<str:token>/", leaving.leave, name="leave"),
]

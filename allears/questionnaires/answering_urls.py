"""A participant's addresses."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "answering"
urlpatterns: list[URLPattern] = []

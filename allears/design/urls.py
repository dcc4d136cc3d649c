"""The gallery's address."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "design"
urlpatterns: list[URLPattern] = []

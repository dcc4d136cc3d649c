"""Addresses about signing in: the library's, but for those that would let somebody add addresses by themselves."""

from __future__ import annotations

from django.urls import include, path

from allears.core.views import you

urlpatterns = [
    path("email/", you.own_address, name="account_email"),
    path("", include("allauth.urls")),
]

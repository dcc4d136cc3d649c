"""Home, search, the line of sight, a participant's own page and the public page."""

from __future__ import annotations

from django.urls import path

from allears.decisions.views.public import you_said_we_did
from allears.web.views import finding, home, minutes, own_page, sight

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("heard/", home.heard, name="heard"),
    path("search/", finding.search, name="search"),
    path("sight/<slug:kind>/<slug:ref>/", sight.sight, name="sight"),
    path("minutes/", minutes.asked, name="minutes"),
    path("minutes/<int:year>/statement/", minutes.statement, name="statement"),
    path("statement/", minutes.public_statements, name="public_statements"),
    path("statement/<int:year>/", minutes.public_statement, name="public_statement"),
    path("you-said/", you_said_we_did, name="you_said"),
    path("me/", own_page.new_link, name="new_link"),
    path("me/<str:token>/", own_page.own_page, name="me"),
    path("me/<str:token>/helped/", own_page.helped, name="helped"),
    path("me/<str:token>/seen/", own_page.seen, name="seen"),
    path("me/<str:token>/consent/", own_page.consent, name="consent"),
    path("me/<str:token>/language/", own_page.language, name="language"),
    path("me/<str:token>/time/", own_page.time, name="time"),
    path("me/<str:token>/later/", own_page.not_later, name="not_later"),
    path("me/<str:token>/answer/", own_page.answer, name="own_answer"),
    path("me/<str:token>/file/<str:ref>/", own_page.file, name="own_file"),
    path("me/<str:token>/fresh/", own_page.fresh, name="fresh"),
    path("me/<str:token>/personal/", own_page.personal, name="personal"),
    path("me/<str:token>/personal/consent/", own_page.own_consent, name="own_consent"),
    path("me/<str:token>/personal/time/", own_page.personal_time, name="personal_time"),
    path("me/<str:token>/personal/export/", own_page.export, name="own_export"),
    path("me/<str:token>/personal/erasure/", own_page.erasure, name="own_erasure"),
]

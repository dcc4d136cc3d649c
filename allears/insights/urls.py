"""The room's addresses. A ref has ten characters, so that it is never taken for a study's slug."""

from __future__ import annotations

from django.urls import path, re_path

from allears.insights.views import coding, filters, insights, themes, words

app_name = "insights"

REF = "(?P<ref>[0-9a-z]{10})"

urlpatterns = [
    path("", insights.everywhere, name="list"),
    path("words/", words.words, name="words"),
    path("words/beside/", words.beside, name="beside"),
    path("words/filters/", filters.filters, name="filters"),
    path("words/read/", words.read, name="read"),
    re_path(rf"^words/{REF}/$", coding.verbatim, name="verbatim"),
    re_path(rf"^words/{REF}/codings/$", coding.code, name="code"),
    re_path(rf"^words/{REF}/codings/removal/$", coding.uncode, name="uncode"),
    re_path(rf"^words/{REF}/citations/$", coding.cite, name="cite"),
    re_path(rf"^words/{REF}/citations/removal/$", coding.uncite, name="uncite"),
    re_path(rf"^themes/{REF}/$", themes.theme, name="theme"),
    re_path(rf"^themes/{REF}/change/$", themes.change, name="theme_change"),
    re_path(rf"^themes/{REF}/place/$", themes.moved, name="theme_place"),
    re_path(rf"^themes/{REF}/merge/$", themes.merge, name="theme_merge"),
    re_path(rf"^themes/{REF}/merge/removal/$", themes.unmerge, name="theme_unmerge"),
    re_path(rf"^themes/{REF}/split/$", themes.split, name="theme_split"),
    re_path(rf"^themes/{REF}/retirement/$", themes.retired, name="theme_retirement"),
    re_path(rf"^insight/{REF}/$", insights.insight, name="insight"),
    re_path(rf"^insight/{REF}/change/$", insights.change, name="insight_change"),
    re_path(rf"^insight/{REF}/looks/$", insights.looked, name="looked"),
    re_path(rf"^insight/{REF}/withdrawal/$", insights.withdrawal, name="withdrawal"),
    path("<slug:slug>/words/", words.words_of_study, name="words_of_study"),
    path("<slug:slug>/words/beside/", words.beside_of_study, name="beside_of_study"),
    path("<slug:slug>/words/filters/", filters.filters_of_study, name="filters_of_study"),
    path("<slug:slug>/themes/", themes.themes, name="themes"),
    path("<slug:slug>/themes/new/", themes.new, name="theme_new"),
    path("<slug:slug>/insights/", insights.of_study, name="insights"),
    path("<slug:slug>/insights/new/", insights.new, name="insight_new"),
]

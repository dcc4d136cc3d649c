"""Where each room's pages begin."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("allears.web.urls")),
    path("people/", include("allears.people.urls")),
    path("verbatims/", include("allears.verbatims.urls")),
    path("studies/", include("allears.studies.urls")),
    # Short, because it stands on paper: where anybody checks that a draw was fair.
    path("proofs/", include("allears.studies.proof_urls")),
    path("questionnaires/", include("allears.questionnaires.urls")),
    # Short, because it stands in mails and on paper: a participant's way in.
    path("a/", include("allears.questionnaires.answering_urls")),
    path("insights/", include("allears.insights.urls")),
    path("decisions/", include("allears.decisions.urls")),
    path("design/", include("allears.design.urls")),
    path("settings/", include("allears.core.urls")),
    path("accounts/", include("allears.core.account_urls")),
]

handler400 = "allears.core.views.bad_request"
handler403 = "allears.core.views.forbidden"
handler404 = "allears.core.views.not_found"
handler500 = "allears.core.views.server_error"

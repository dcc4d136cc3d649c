"""Where anybody reads a proof: short, because it stands on paper and on walls."""

from __future__ import annotations

from django.urls import path

from allears.studies.views import proofs

app_name = "proofs"
urlpatterns = [
    path("", proofs.proofs, name="list"),
    path("checker.py", proofs.checker, name="checker"),
    path("<slug:ref>/", proofs.proof, name="proof"),
    path("<slug:ref>/proof.json", proofs.file, name="file"),
]

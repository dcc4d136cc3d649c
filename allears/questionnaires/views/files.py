"""Files that people sent as answers, for who may see the study."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from allears.core.doors import door
from allears.core.rules import signs_in
from allears.questionnaires import files as kept
from allears.questionnaires.models import Question, QuestionKind, SentFile
from allears.questionnaires.results import files_of
from allears.questionnaires.views.finding import seen_study

A_PAGE = 48


@door(signs_in)
@require_GET
def files(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Everything that was sent in answer to one question, newest first."""
    study = seen_study(request, slug)
    asked = Question.objects.filter(
        version__questionnaire__study=study, version__published_at__isnull=False, key=key, kind=QuestionKind.FILE
    )
    question = asked.order_by("-version__number").first()
    if question is None:
        raise Http404
    page = Paginator(files_of([key], study), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "questionnaires/files.html", {"study": study, "question": question, "page": page})


@door(signs_in)
@require_GET
def file(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One file, as a download: no browser is to open by itself what a stranger sent."""
    study = seen_study(request, slug)
    found = get_object_or_404(SentFile, ref=ref, response__study=study)
    response = kept.handed_out(found)
    if response is None:
        raise Http404
    return response

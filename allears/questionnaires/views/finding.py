"""How the staff's pages find a version, a page, a question."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from allears.core.meanwhile import FIELD
from allears.questionnaires.models import Question, Section, Version
from allears.questionnaires.seen import same_question, same_section, standing
from allears.questionnaires.structure import draft_version, published_version
from allears.studies.models import Study
from allears.studies.rules import can_work_on
from allears.studies.views.finding import own_study, posted, reader, seen_study, typed

__all__ = ["draft_question", "own_study", "posted", "question_edited", "reader", "section_edited", "seen_study", "seen_version", "typed"]


def draft_question(request: HttpRequest, slug: str, key: UUID) -> tuple[Study, Question]:
    """Return a question of the draft for somebody who works on the study, or 404."""
    study = own_study(request, slug)
    rows = Question.objects.select_related("section").prefetch_related("choices")
    return study, get_object_or_404(rows, key=key, version=draft_version(study))


def question_edited(request: HttpRequest, slug: str, key: UUID) -> tuple[Study, Question | None]:
    """Return a question for its form: of the draft, or 404. For a form that says from what it was filled, and comes
    back after the draft was published or thrown away, the one that is asked now; None where it is gone.
    """
    if FIELD not in request.POST:
        return draft_question(request, slug, key)
    study = own_study(request, slug)
    version = standing(study)
    return study, same_question(key)(version) if version else None


def section_edited(request: HttpRequest, study: Study, pk: int) -> Section | None:
    """Return a page for its form, as `question_edited` does a question."""
    if FIELD not in request.POST:
        return get_object_or_404(Section, pk=pk, version=draft_version(study))
    version = standing(study)
    return same_section(pk)(version) if version else None


def seen_version(request: HttpRequest, study: Study) -> Version:
    """Return the draft for who works on the study, otherwise what participants read; 404 where there is neither."""
    draft = draft_version(study) if can_work_on(reader(request), study) else None
    version = draft or published_version(study)
    if version is None:
        raise Http404
    return version

"""What this room adds to a person's page and to what is held about them: their responses."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allears.core.models import User
from allears.people.holdings import holding
from allears.people.models import Person
from allears.people.panels import panel
from allears.people.queries import all_of
from allears.questionnaires import files
from allears.questionnaires.calendar import date_of
from allears.questionnaires.models import Answer, EarlierAnswer, QuestionKind, Response, SentFile
from allears.studies.queries import seen_by

MOST = 20


@holding
def responses(person: Person) -> tuple[str, Any]:
    """Every response with its answers; open answers stand among the words and are pointed to by their ref."""
    answers = Answer.objects.select_related("question", "choice", "verbatim").order_by("question", "box")
    earlier = EarlierAnswer.objects.select_related("question").order_by("pk")
    sent = SentFile.objects.select_related("question").order_by("pk")
    given = Response.objects.filter(person__in=all_of(person)).select_related("study").order_by("pk")
    return "responses", [
        _response(r) for r in given.prefetch_related(Prefetch("answers", answers), Prefetch("earlier_answers", earlier), Prefetch("files", sent))
    ]


def _response(response: Response) -> dict[str, Any]:
    return {
        "study": response.study.title,
        "started_at": response.started_at if response.day_known else None,
        "sent_at": response.submitted_at if response.day_known else None,
        "day_known": response.day_known,
        "files": [_file(file) for file in response.files.all()],
        "answers": [_answer(answer) for answer in response.answers.all()],
        "earlier_answers": [
            {"asked": e.question.in_general, "value": e.value, "given_at": e.given_at} for e in response.earlier_answers.all()
        ],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "asked": answer.question.in_general,
        "choice": answer.choice.label if answer.choice else None,
        **_number(answer),
        "words": answer.text or None,
        "words_ref": answer.verbatim.ref if answer.verbatim else None,
    }


def _file(file: SentFile) -> dict[str, Any]:
    """A file whole: its bytes come along."""
    said = {"asked": file.question.in_general, "name": file.name, "media_type": file.media_type, "sent_at": file.at}
    return {**said, "sha256": file.sha256, "content_base64": b64encode(files.read(file)).decode()}


def _number(answer: Answer) -> dict[str, Any]:
    if answer.number is not None and answer.question.kind == QuestionKind.DATE:
        return {"day": date_of(answer.number)}
    return {"number": answer.number}


@panel(10, _("Studies they took part in"))
def took_part(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """The studies that the reader may see, newest first."""
    given = Response.objects.filter(person__in=all_of(person), study__in=seen_by(user)).select_related("study")
    found = [(r, reverse("studies:study", args=[r.study.slug])) for r in given.order_by("-started_at")[:MOST]]
    return ("questionnaires/about_person.html", {"responses": found}) if found else None

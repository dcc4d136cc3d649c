"""What this room tells studies: whether something can be asked, how long it takes, who answered and how many spoke.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.core import ahead
from allears.core.settings_pages import add_settings_page
from allears.questionnaires.answering_opener import opener_of
from allears.questionnaires.imports import Import
from allears.questionnaires.measuring import estimate_of
from allears.questionnaires.models import Answer, Response
from allears.questionnaires.structure import draft_version, published_version
from allears.studies import asking, hearing
from allears.studies.asking import Missing
from allears.studies.loop import Cell, Tab, add_tab, cell
from allears.studies.models import Study
from allears.studies.rules import can_see
from allears.studies.translating import languages_of

SPOKE_AHEAD, UNINVITED_AHEAD = "spoke", "uninvited"


@asking.condition
def something_is_asked(study: Study) -> Missing | None:
    """A study opens with a published questionnaire only."""
    if published_version(study):
        return None
    words = _("Publish its questions.") if draft_version(study) else _("Write its questions and publish them.")
    return Missing(words, reverse("questionnaires:questionnaire", args=[study.slug]))


@asking.estimate
def minutes(study: Study) -> asking.Estimated:
    """The minutes of what is asked now; of the draft where nothing is published yet."""
    version = published_version(study) or draft_version(study)
    if version is None:
        return asking.Estimated()
    found = estimate_of(version)
    return asking.Estimated(found.minutes, found.basis)


@asking.opening
def opener(study: Study, language: str) -> asking.Opener | None:
    """The first question of what is asked now, where a click can answer it."""
    version = published_version(study)
    if version is None:
        return None
    translated = language != study.language and language in languages_of(study)
    return opener_of(version.pk, language, study.wording) if translated else opener_of(version.pk)


def _sent() -> Exists:
    return Exists(Response.objects.filter(invitation=OuterRef("pk"), submitted_at__isnull=False))


def _begun() -> Exists:
    """Something was said; a response that holds no answer is a look at the page."""
    said = Answer.objects.filter(response=OuterRef("pk"))
    return Exists(Response.objects.filter(Exists(said), invitation=OuterRef("pk")))


def _traces(study: Study, sent: bool) -> QuerySet[Response, Any]:
    return Response.objects.filter(study=study, invitation__isnull=False, submitted_at__isnull=not sent).values("invitation")


def _uninvited(studies: Sequence[int]) -> dict[int, hearing.Uninvited]:
    counts = ahead.values_of(UNINVITED_AHEAD, studies, _count_uninvited)
    return {
        study: hearing.Uninvited(**found, **(_files(study) if found["brought"] else {})) for study, found in counts.items()
    }


def _count_uninvited(studies: Sequence[int]) -> dict[int, dict[str, int]]:
    elsewhere = Q(import_key__isnull=False)
    # The sum keeps SQLite on the studies' responses, away from all that came without an invitation anywhere.
    rows = Response.objects.alias(invited=F("invitation_id") + 0).filter(study__in=studies, invited=None).order_by()
    counted = rows.values("study").annotate(came=Count("pk", filter=~elsewhere), brought=Count("pk", filter=elsewhere))
    found = {row["study"]: {"came": row["came"], "brought": row["brought"]} for row in counted}
    return {study: found.get(study, {"came": 0, "brought": 0}) for study in studies}


def _files(study: int) -> dict[str, Any]:
    """How many files brought something, when the last of them was handed in, and by whom."""
    brought = Import.objects.filter(study=study, result__new_responses__gt=0)
    last = brought.order_by("-pk").values("made_at", by=Coalesce("made_by__name", Value(""))).first()
    return {"files": brought.count(), "last_at": last["made_at"], "last_by": last["by"]} if last else {}


def _brought() -> Exists:
    return Exists(Response.objects.filter(study=OuterRef("pk"), import_key__isnull=False))


@cell("spoke")
def spoke(studies: Sequence[Study]) -> list[Cell]:
    """How many said something, sent or not."""
    counts = ahead.values_of(SPOKE_AHEAD, [study.pk for study in studies], _count_spoke)
    return [
        Cell("spoke", intcomma(counts[study.pk]), _("spoke"), reverse("questionnaires:results", args=[study.slug]))
        for study in studies
    ]


def _count_spoke(studies: Sequence[int]) -> dict[int, int]:
    said = Response.objects.filter(Exists(Answer.objects.filter(response=OuterRef("pk"))), study__in=studies).order_by()
    return dict.fromkeys(studies, 0) | dict(said.values_list("study").annotate(n=Count("pk")))


def count_ahead() -> None:
    """Count who spoke, invited or not, in each study of very many responses; called by the heartbeat."""
    every = Study.objects.order_by("pk").values_list("pk", flat=True)
    large = [study for study in every if ahead.are_many(Response.objects.filter(study=study))]
    ahead.forget(SPOKE_AHEAD, but=large)
    ahead.forget(UNINVITED_AHEAD, but=large)
    for study in large:
        ahead.keep(SPOKE_AHEAD, study, lambda: _count_spoke([study])[study])  # noqa: B023
        ahead.keep(UNINVITED_AHEAD, study, lambda: _count_uninvited([study])[study])  # noqa: B023


hearing.listen_with(hearing.Ear(answered=_sent, begun=_begun, traces=_traces, uninvited=_uninvited, brought=_brought))

add_tab(Tab(30, gettext_lazy("Questions"), "questionnaires:questionnaire", can_see))
add_settings_page(gettext_lazy("Wording check"), "questionnaires:wording_rules")
add_tab(Tab(35, gettext_lazy("Results"), "questionnaires:results", can_see))

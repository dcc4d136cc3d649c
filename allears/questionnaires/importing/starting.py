"""An import is described by a person and started in the background."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core import audit
from allears.core.models import Job, User
from allears.core.progress import ask_for
from allears.questionnaires.dialects import Plan
from allears.questionnaires.importing.errors import NoRows, NothingLeft
from allears.questionnaires.importing.fitting import check
from allears.questionnaires.imports import Import


@transaction.atomic
def change_plan(*, bringing: Import, plan: Plan, by: User | None) -> Import:
    """Keep what a person made of the plan."""
    bringing.plan = plan.to_json()
    bringing.save(update_fields=["plan"])
    audit.record(by=by, verb="questionnaires.import_described", target=bringing)
    return bringing


@transaction.atomic
def start(*, bringing: Import, by: User) -> Job:
    """Bring the file's rows in the background; asked for twice it is done once.

    Raises `NoRows`, and what `fit` raises.
    """
    held = _held(bringing)
    if held.job is not None:
        return held.job
    if not held.rows:
        raise NoRows
    return _set_going(held, by, "questionnaires.import_started")


@transaction.atomic
def go_on(*, bringing: Import, by: User) -> Job:
    """Bring the rest of a file whose work was given up or stopped; what is in is passed over.

    Raises `NothingLeft`, and what `fit` raises.
    """
    held = _held(bringing)
    if not held.can_go_on:
        raise NothingLeft
    return _set_going(held, by, "questionnaires.import_gone_on")


def _held(bringing: Import) -> Import:
    return Import.objects.select_for_update(of=("self",)).select_related("job", "study").get(pk=bringing.pk)


def _set_going(held: Import, by: User, verb: str) -> Job:
    from allears.questionnaires.tasks import bring_responses

    check(study=held.study, plan=Plan.from_json(held.plan or {}))
    held.job = ask_for(
        bring_responses,
        kind="questionnaires.import",
        title=_("Bring “%(file)s” into “%(study)s”") % {"file": held.name, "study": held.study.title},
        by=by,
        unit=ngettext("row", "rows", held.rows),
        total=held.rows,
        next_url=reverse("questionnaires:import", args=[held.study.slug, held.ref]),
        next_words=_("See what came in"),
        bringing=held.pk,
    )
    held.save(update_fields=["job"])
    audit.record(by=by, verb=verb, target=held)
    return held.job

"""The survey of 2015, brought in as any organisation would bring its own: 1,706 sessions, 927 of them partial.

The words and the problem as told are the survey's; what it informs, knows, promises and touches is marked as an example.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from allears.core.clock import today
from allears.core.models import User
from allears.people.models import Person
from allears.questionnaires import importing
from allears.questionnaires.dialects import Plan
from allears.questionnaires.imports import Import
from allears.questionnaires.models import Response
from allears.studies.actions import close_study, create_study, open_study
from allears.studies.models import State, Study
from allears.web.demo.files import FILES

SLUG = "notebooks-2015"
# The survey tool wrote times of its own zone into the export (see README.origin.md).
TIME_ZONE = "Etc/GMT+6"
# Closed questions by which people differ; the label each gets as a facet.
FACETS = {
    "How often do you use Jupyter Notebook?": "How often",
    "Roughly how long have you been using Jupyter Notebook?": "Since when",
    "How many years have you been in this role?": "Years in role",
    "How do you run the Jupyter Notebook?": "Runs it",
}


def make(by: User) -> Study:
    """Return the study with all that the export holds; going on where an earlier run was broken off."""
    study = Study.objects.filter(slug=SLUG).first() or _study(by)
    if study.state == State.DRAFT:
        importing.bring(_taken_in(study, by), by=by)
        _finish(study, by)
    return study


@transaction.atomic
def _finish(study: Study, by: User) -> None:
    """Whoever finds the study closed finds everything done."""
    _reachable(study)
    open_study(study=study, by=by)
    close_study(study=study, by=by, note="The survey ended on 15 January 2016.")


def _study(by: User) -> Study:
    return create_study(
        by=by,
        title="Notebook study, 2015",
        slug=SLUG,
        problem="Your feedback, good and bad, is very important to us in designing a better notebook for you.",
        decision="What to build next for people who work with notebooks",
        known="How many people use notebooks",
        unknown="What hinders them from using notebooks more, and what they would not want to lose",
        promise_on=today() + timedelta(days=21),
        touchpoints=["Daily work", "First use", "Sharing"],
        example=True,
    )


@transaction.atomic
def _taken_in(study: Study, by: User) -> Import:
    """The survey's file with the plan for it, taken in once."""
    found = Import.objects.filter(study=study).first()
    if found:
        return found
    with open(FILES / "responses.csv", "rb") as file:
        bringing = importing.look(study=study, file=file, name="responses.csv", by=by, time_zone=TIME_ZONE)
    _choose_facets(bringing)
    return bringing


def _choose_facets(bringing: Import) -> None:
    plan = Plan.from_json(bringing.plan or {})
    for question in plan.questions:
        name = FACETS.get(question.text.strip())
        question.facet, question.facet_name = name is not None, name or ""
    bringing.plan = plan.to_json()
    bringing.save(update_fields=["plan"])


def _reachable(study: Study) -> None:
    """Give everybody an example address (RFC 2606), so that hearing back can be looked at; the export has none."""
    people = Person.objects.filter(pk__in=Response.objects.filter(study=study).values("person"), email="")
    address = Concat(Value("participant-"), Substr("label", len("Participant ") + 1), Value("@example.org"))
    people.update(email=address, email_key=address)

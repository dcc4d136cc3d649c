"""The same few people in every test.

Ana is a researcher and owns the study of late orders; Ben is a researcher who helps her. Lea leads. Sam is a staff member.
Ada administers. Mia is a researcher of another team: she must not see what is team-only. Bob, Cleo and Dev are customers; Nia is
a neighbour.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from allears.core.models import Role, User
from allears.people.models import Account, Facet, FacetValue, Kind, Person, PersonFacet
from allears.questionnaires.models import Answer, Question, Questionnaire, Response, Section, Version
from allears.studies.models import Member, Study
from allears.verbatims.actions import keep
from allears.verbatims.models import Collection, Source, Verbatim

PASSWORD = "a long enough password"
Row = TypeVar("Row", bound=models.Model)


def the(model: type[Row], **where: Any) -> Row | None:
    """The first row that says so in these columns, asked for in plain SQL: tests ask for the same few rows thousands of
    times, and a query takes Django four times as long to put together as the database to answer.
    """
    said = " AND ".join(f"{column} = %s" for column in where)
    sql = f"SELECT * FROM {model._meta.db_table} WHERE {said} ORDER BY id LIMIT 1"
    return next(iter(model._default_manager.raw(sql, list(where.values()))), None)


def user(name: str, role: str, **fields: Any) -> User:
    email = f"{name.split()[0].lower()}@house.example"
    return the(User, email=email) or User.objects.create_user(email, PASSWORD, name=name, role=role, **fields)


def ana() -> User:
    return user("Ana Ruiz", Role.RESEARCHER)


def ben() -> User:
    return user("Ben Okoye", Role.RESEARCHER)


def mia() -> User:
    return user("Mia Lind", Role.RESEARCHER)


def lea() -> User:
    return user("Lea Brandt", Role.LEADER)


def sam() -> User:
    return user("Sam Ito", Role.STAFF)


def ada() -> User:
    return user("Ada Novak", Role.ADMINISTRATOR)


def everybody() -> dict[str, User]:
    """One user of each role, by role."""
    return {"researcher": ana(), "leader": lea(), "staff": sam(), "administrator": ada()}


def account() -> Account:
    return the(Account, key="xyz co.") or Account.objects.create(key="xyz co.", name="XYZ Co.")


def person(name: str, kind: str = Kind.CUSTOMER, **fields: Any) -> Person:
    email = f"{name.split()[0].lower()}@customer.example"
    fields = {"email": email, "email_key": email, **fields}
    return the(Person, name=name) or Person.objects.create(name=name, kind=kind, **fields)


def bob() -> Person:
    return person("Bob Hale", account=account())


def cleo() -> Person:
    return person("Cleo Marsh", account=account())


def dev() -> Person:
    return person("Dev Rao")


def nia() -> Person:
    return person("Nia Quist", kind=Kind.NEIGHBOUR)


def facet(label: str, *values: str) -> Facet:
    key = label.lower().replace(" ", "-")
    made = the(Facet, key=key) or Facet.objects.create(key=key, label=label)
    for place, value in enumerate(values):
        _value_of(made, value, place)
    return made


def _value_of(made: Facet, value: str, place: int = 0) -> FacetValue:
    found = the(FacetValue, facet_id=made.pk, key=value.lower())
    return found or FacetValue.objects.create(facet=made, key=value.lower(), label=value, position=place)


def has(who: Person, facet_label: str, value: str) -> PersonFacet:
    """`who` has this value of this facet; both are made when they are new."""
    made = facet(facet_label)
    held = the(PersonFacet, person_id=who.pk, facet_id=made.pk) or PersonFacet(person=who, facet=made)
    held.value = _value_of(made, value)
    held.save()
    return held


def late_orders(**fields: Any) -> Study:
    """Ana's open study of why orders come late; Ben helps."""
    found = the(Study, slug="late-orders")
    if found:
        return found
    study = Study.objects.create(
        **{
            "slug": "late-orders",
            "title": "Late orders",
            "decision": "Whether dispatch calls customers before they call us",
            "options": "Call on the day\nWrite a mail\nLeave it",
            "problem": "Your last orders came late, and we want to understand what that did to your day.",
            "promise_on": date.today() + timedelta(days=30),
            "owner": ana(),
            "collection": Collection.objects.create(title="Late orders"),
            "state": "open",
            **fields,
        }
    )
    study.state_changes.create(state="open", at=timezone.now(), by=study.owner)
    Member.objects.create(study=study, user=ben())
    return study


def said(
    who: Person | None, text: str, study: Study | None = None, prompt: str = "What happened?"
) -> Verbatim:
    """`who` answers the study's open question in these words and sends it; returns the words as kept."""
    study = study or late_orders()
    question = _open_question(study, prompt)
    spoken_at = timezone.now() - timedelta(days=10)
    words = keep(
        collection=study.collection,
        source=question.source,
        person=who,
        text=text,
        language="en",
        spoken_at=spoken_at,
    )
    response = Response.objects.create(
        study=study, version=question.version, person=who, started_at=spoken_at, submitted_at=spoken_at
    )
    Answer.objects.create(response=response, question=question, verbatim=words)
    return words


def _open_question(study: Study, prompt: str) -> Question:
    questionnaire, _ = Questionnaire.objects.get_or_create(study=study, defaults={"title": study.title})
    version, _ = Version.objects.get_or_create(
        questionnaire=questionnaire, number=1, defaults={"published_at": timezone.now()}
    )
    found = version.questions.filter(text=prompt).first()
    if found:
        return found
    section, _ = Section.objects.get_or_create(version=version, position=0)
    source = Source.objects.create(collection=study.collection, prompt=prompt)
    position = version.questions.count()
    return Question.objects.create(
        version=version, section=section, position=position, kind="long_text", text=prompt, source=source
    )

"""Finding the row that an address names."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from allears.core.models import User
from allears.people.models import Person


def person_or_404(ref: str, *, living: bool = False) -> Person:
    """Return the person called `ref` in addresses; `living` refuses who was merged or erased."""
    found = get_object_or_404(Person.objects.select_related("account"), ref=ref)
    if living and (found.merged_into_id or found.erased_at):
        raise Http404
    return found


def person_url(person: Person) -> str:
    """Return the address of a person's page."""
    return reverse("people:person", args=[person.ref])


def reader(request: HttpRequest) -> User:
    """Return who is signed in; a door has seen to it that somebody is."""
    assert isinstance(request.user, User)
    return request.user

"""Finding the row that an address names."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from allears.core.models import User
from allears.people.errors import AlreadyErased
from allears.people.models import Person
from allears.people.queries import in_hand, survivor


def person_or_404(ref: str, *, living: bool = False) -> Person:
    """Return the person called `ref` in addresses; `living` refuses who was merged or erased."""
    found = get_object_or_404(Person.objects.select_related("account"), ref=ref)
    if living and (found.merged_into_id or found.erased_at):
        raise Http404
    return found


def who_stays_or_404(request: HttpRequest, ref: str) -> Person:
    """Return the person called `ref`; who was merged meanwhile is the row that stays, and the page says so. What was typed
    about somebody in a form that was open then is said of that row, and not lost. While a form is worked on (`in_turn`),
    nobody else changes them, by whichever address."""
    if request.method == "POST":
        held_or_404(person_or_404(ref))
    found = person_or_404(ref)
    if not found.merged_into_id:
        return person_or_404(ref, living=True)
    stays = person_or_404(survivor(found).ref, living=True)
    words = _("“%(gone)s” was merged with “%(stays)s”: this is about both now.")
    messages.info(request, words % {"gone": found, "stays": stays})
    return stays


def held_or_404(person: Person) -> Person:
    """Return who stands for this person today, in hand until the transaction is through."""
    try:
        return in_hand(person)
    except AlreadyErased:
        raise Http404 from None


def person_url(person: Person) -> str:
    """Return the address of a person's page."""
    return reverse("people:person", args=[person.ref])


def reader(request: HttpRequest) -> User:
    """Return who is signed in; a door has seen to it that somebody is."""
    assert isinstance(request.user, User)
    return request.user

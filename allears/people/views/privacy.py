"""What the law gives a person: everything we hold about them, and being forgotten."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from allears.core.doors import door
from allears.people import actions, addresses, forgotten, holdings, rules
from allears.people.errors import PeopleError
from allears.people.forms import LetInForm, ReasonForm, WhyForm
from allears.people.models import ErasedAddress
from allears.people.views.getting import person_or_404, person_url, reader


@never_cache
@require_POST  # it is recorded that somebody took it along
@door(rules.may_hand_over)
def holding(request: HttpRequest, ref: str) -> HttpResponse:
    """All that is held about a person, as one JSON file."""
    found = person_or_404(ref, living=True)
    held = holdings.as_json(holdings.hand_over(person=found, by=reader(request)))
    answer = HttpResponse(held, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{found.ref}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_erase)
def erasure(request: HttpRequest, ref: str) -> HttpResponse:
    """Say exactly what will be forgotten; POST forgets it."""
    found = person_or_404(ref, living=True)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.erase(person=found, by=reader(request), reason=form.cleaned_data["reason"])
        except PeopleError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("They are forgotten."))
            return redirect(person_url(found))
    return render(request, "people/erasure.html", {"form": form, "person": found}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_trust_addresses)
def new_address(request: HttpRequest, ref: str) -> HttpResponse:
    """Let mails with what somebody said go to their new address before its two days are over; with a reason."""
    found = person_or_404(ref, living=True)
    until = addresses.held_until(found)
    if until is None:
        messages.info(request, _("Nothing is held: their mails go to their address."))
        return redirect(person_url(found))
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        addresses.trust(person=found, by=reader(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("Their mails go to the new address from now on."))
        return redirect(person_url(found))
    context = {"form": form, "person": found, "until": until}
    return render(request, "people/new_address.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_erase)
def erased_addresses(request: HttpRequest) -> HttpResponse:
    """Let the address of somebody who was erased be brought again, because they want to come back."""
    form = LetInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if forgotten.let_in(by=reader(request), **form.cleaned_data):
            messages.success(request, _("This address can be brought again."))
            return redirect("people:erased-addresses")
        form.add_error("email", _("Nobody with this address asked to be erased. Look whether it is spelt like that."))
    held = ErasedAddress.objects.filter(let_in_at=None).count()
    return render(
        request, "people/erased_addresses.html", {"form": form, "held": held}, status=422 if form.errors else 200
    )

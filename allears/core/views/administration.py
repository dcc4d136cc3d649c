"""The organisation, its mail, what was done and how the installation is: for administrators."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core import audit, claims, delivery, pace, queries
from allears.core import organisation as house
from allears.core.clock import now
from allears.core.doors import StaffRequest, door
from allears.core.forms import OrganisationForm, TestMailForm
from allears.core.health import findings
from allears.core.models import Message
from allears.core.paging import keyset_page
from allears.core.proxies import way_here
from allears.core.rules import is_administrator
from allears.core.turns import in_turn


@require_http_methods(["GET", "HEAD", "POST"])
@door(is_administrator)
@in_turn
def organisation(request: StaffRequest) -> HttpResponse:
    """Name, language, time zone, and how mail leaves."""
    form = OrganisationForm.about(queries.the_organisation(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        house.change_organisation(
            organisation=form.instance, by=request.user, password=form.cleaned_data["smtp_password"]
        )
        messages.success(request, _("Saved."))
        return redirect("core:organisation")
    return _organisation_page(request, form, TestMailForm(initial={"to": request.user.email}))


def _organisation_page(request: StaffRequest, form: OrganisationForm, test: TestMailForm) -> HttpResponse:
    wrong = form.errors or test.errors
    return render(request, "core/organisation.html", {"form": form, "test": test}, status=422 if wrong else 200)


@require_POST
@door(is_administrator)
def test_mail(request: StaffRequest) -> HttpResponse:
    """Send a mail now and say what the mail server answered."""
    test = TestMailForm(request.POST)
    if not test.is_valid():
        return _organisation_page(request, OrganisationForm.about(queries.the_organisation()), test)
    result = house.send_test_mail(to=test.cleaned_data["to"], by=request.user)
    (messages.success if result.taken else messages.error)(request, result.words)
    return redirect("core:organisation")


@require_safe
@door(is_administrator)
def outbox(request: StaffRequest) -> HttpResponse:
    """Mails: waiting, sent, failed; with search. htmx asks how far it has come, for the moving part alone."""
    if request.headers.get("HX-Request") == "true":
        return render(request, "core/outbox.html#moving", _moving())
    state, q = request.GET.get("state", ""), request.GET.get("q", "").strip()
    page = keyset_page(queries.mails(state=state, q=q), request.GET.get("before"))
    context = {"page": page, "views": _views_of_mails(state), "q": q, "failed": _failed().count(),
               "doubted": queries.mails(state="doubt").count(), **_moving()}  # fmt: skip
    return render(request, "core/outbox.html", context)


def _moving() -> dict[str, Any]:
    return {"wave": pace.wave(), "house": queries.the_organisation(), "has_server": house.has_mail_server()}


@require_POST
@door(is_administrator)
def outbox_pause(request: StaffRequest) -> HttpResponse:
    """Keep mail from leaving; with `go_on`, let it leave again."""
    (house.go_on_with_mail if "go_on" in request.POST else house.pause_mail)(by=request.user)
    return redirect("core:outbox")


def _views_of_mails(state: str) -> list[dict[str, Any]]:
    here = reverse("core:outbox")
    labels = {"": _("All"), "waiting": _("Waiting"), "sent": _("Sent"), "failed": _("Failed"), "doubt": _("In doubt")}
    return [
        {"label": label, "url": f"{here}?state={name}" if name else here, "current": name == state}
        for name, label in labels.items()
    ]


def _failed() -> QuerySet[Message]:
    """What surely did not arrive and can be sent again: what was called back has no words any more."""
    return queries.mails(state="failed").filter(claimed_at=None).exclude(text="")


@require_POST
@door(is_administrator)
def outbox_again(request: StaffRequest) -> HttpResponse:
    """Let every failed mail wait again but those that may have arrived; with `arrived`, count these as sent."""
    _decided(request, again=_failed(), arrived=queries.mails(state="doubt"))
    return redirect("core:outbox")


def _decided(request: StaffRequest, again: QuerySet[Message], arrived: QuerySet[Message]) -> None:
    """Do what the pressed button says, with those that it is about, and say with how many."""
    if "arrived" in request.POST:
        count = delivery.arrived(messages=arrived, by=request.user)
        words = ngettext("%(count)s mail counts as sent.", "%(count)s mails count as sent.", count)
    else:
        count = delivery.send_again(messages=again, by=request.user)
        words = ngettext("%(count)s mail waits to be sent again.", "%(count)s mails wait to be sent again.", count)
    messages.success(request, words % {"count": intcomma(count)})


@require_http_methods(["GET", "HEAD", "POST"])
@door(is_administrator)
def outbox_mail(request: StaffRequest, ref: str) -> HttpResponse:
    """Read one mail; POST lets a failed one wait again, or, with `arrived`, counts one in doubt as sent."""
    message = get_object_or_404(Message, ref=ref)
    if request.method == "POST":
        this = Message.objects.filter(pk=message.pk)
        _decided(request, again=this, arrived=this)
        return redirect("core:outbox_mail", ref=ref)
    due = claims.due_in(message)
    doubted = queries.mails(state="doubt").filter(pk=message.pk).exists()
    context = {"message": message, "due": due if due and due > now() else None, "doubted": doubted}
    return render(request, "core/outbox_mail.html", context)


@require_safe
@door(is_administrator)
def audit_log(request: StaffRequest) -> HttpResponse:
    """Who did what to what, newest first."""
    asked = {name: request.GET.get(name, "").strip() for name in ("who", "verb", "target")}
    page = keyset_page(queries.events(**asked), request.GET.get("before"))
    verbs = [
        (room, audit.room_in_words(room), list(rows)) for room, rows in groupby(sorted(audit.said().items()), _room_of)
    ]
    return render(request, "core/audit.html", {"page": page, "asked": asked, "verbs": verbs})


def _room_of(verb: tuple[str, object]) -> str:
    return verb[0].partition(".")[0]


@require_safe
@door(is_administrator)
def health(request: StaffRequest) -> HttpResponse:
    """How the installation is."""
    return render(request, "core/health.html", {"findings": [*findings(), way_here(request)]})

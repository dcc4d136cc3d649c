"""Pages about the reader: the way in by invitation, and their own profile."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from allears.core import organisation as house
from allears.core import staff
from allears.core.doors import StaffRequest, door, open_door
from allears.core.forms import JoinForm, ProfileForm
from allears.core.models import User
from allears.core.queries import the_organisation
from allears.core.rules import is_administrator, signs_in


@require_safe
@door(signs_in)
def settings(request: StaffRequest) -> HttpResponse:
    """Administrators come to the organisation, everybody else to themselves."""
    return redirect("core:organisation" if is_administrator(request.user) else "core:profile")


@door(signs_in)
def own_address(request: StaffRequest) -> HttpResponse:
    """The library's page for one's own addresses; here administrators change them, and the profile says so."""
    return redirect("core:profile")


@require_http_methods(["GET", "HEAD", "POST"])
@door(signs_in)
def profile(request: StaffRequest) -> HttpResponse:
    """Name, language, time zone, light or dark."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        house.change_profile(user=form.instance)
        messages.success(request, _("Saved."))
        answer = redirect("core:profile")
        _remember_theme(answer, form.instance.theme)
        return answer
    return render(request, "core/profile.html", {"form": form}, status=422 if form.errors else 200)


def _remember_theme(answer: HttpResponse, theme: str) -> None:
    if theme == "auto":
        answer.delete_cookie("theme", samesite="Lax")
    else:
        answer.set_cookie("theme", theme, max_age=60 * 60 * 24 * 365, samesite="Lax", httponly=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_door
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: looking changes nothing, sending the form makes the account and signs in."""
    invitation = staff.invitation_for(token)
    if invitation is None:
        return render(request, "core/join_closed.html", status=410)
    form = JoinForm.for_invited(invitation, the_organisation(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = staff.accept(invitation=invitation, **form.cleaned_data)
        except staff.StaffError as error:
            form.add_error("password" if isinstance(error, staff.WeakPassword) else None, str(error))
        else:
            login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
            return redirect("web:home")
    return render(
        request, "core/join.html", {"form": form, "invitation": invitation}, status=422 if form.errors else 200
    )

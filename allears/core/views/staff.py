"""People who sign in: invited and looked after by administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core import queries
from allears.core import staff as actions
from allears.core.doors import StaffRequest, door
from allears.core.forms import InvitationForm, StaffForm
from allears.core.models import StaffInvitation, User
from allears.core.organisation import has_mail_server
from allears.core.rules import is_administrator


@require_safe
@door(is_administrator)
def staff(request: StaffRequest) -> HttpResponse:
    """Everybody who signs in, and who is invited."""
    return _staff_page(request, InvitationForm())


def _staff_page(request: StaffRequest, form: InvitationForm, link: str = "", status: int = 200) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    context = {
        "people": queries.staff(q), "invitations": queries.open_invitations(), "form": form, "link": link, "q": q,
        "leaves": has_mail_server(),
    }  # fmt: skip
    return render(request, "core/staff.html", context, status=status)


@require_POST
@door(is_administrator)
def invitations(request: StaffRequest) -> HttpResponse:
    """Invite somebody; the answer shows the link once, because only its hash is kept."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _staff_page(request, form, status=422)
    try:
        invitation, link = actions.invite(by=request.user, **form.cleaned_data)
    except actions.StaffError as error:
        form.add_error("email", str(error))
        return _staff_page(request, form, status=422)
    messages.success(request, _("%(who)s is invited.") % {"who": invitation.email})
    return _staff_page(request, InvitationForm(), link=link)


@require_POST
@door(is_administrator)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Make an invitation's link useless."""
    invitation = get_object_or_404(StaffInvitation, pk=pk)
    actions.withdraw(invitation=invitation, by=request.user)
    messages.success(request, _("The invitation of %(who)s is withdrawn.") % {"who": invitation.email})
    return redirect("core:staff")


@require_http_methods(["GET", "HEAD", "POST"])
@door(is_administrator)
def staff_member(request: StaffRequest, pk: int) -> HttpResponse:
    """One person who signs in: name, address, role."""
    person = get_object_or_404(User, pk=pk)
    form = StaffForm.about(person, request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(request, person, form):
        messages.success(request, _("Saved."))
        return redirect("core:staff")
    context = {"person": get_object_or_404(User, pk=pk), "form": form}
    return render(request, "core/staff_member.html", context, status=422 if form.errors else 200)


def _change(request: StaffRequest, person: User, form: StaffForm) -> bool:
    typed = form.cleaned_data
    try:
        actions.change_role(user=person, role=typed["role"], by=request.user)
    except actions.StaffError as error:
        form.add_error("role", str(error))
        return False
    try:
        actions.change_user(user=person, name=typed["name"], email=typed["email"], by=request.user)
    except actions.StaffError as error:
        form.add_error("email", str(error))
        return False
    return True


@require_POST
@door(is_administrator)
def activity(request: StaffRequest, pk: int) -> HttpResponse:
    """Close somebody's account, or open it again (`active` is "yes")."""
    person = get_object_or_404(User, pk=pk)
    try:
        if request.POST.get("active") == "yes":
            actions.reactivate(user=person, by=request.user)
            messages.success(request, _("%(who)s can sign in again.") % {"who": person})
        else:
            actions.deactivate(user=person, by=request.user)
            messages.success(request, _("%(who)s cannot sign in any more.") % {"who": person})
    except actions.StaffError as error:
        messages.error(request, str(error))
    return redirect("core:staff_member", pk=pk)

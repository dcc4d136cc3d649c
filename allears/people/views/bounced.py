"""Addresses that do not work: a list to mend, and saying that one works after all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from allears.core.doors import door
from allears.core.paging import keyset_page
from allears.people import bounces, rules
from allears.people.views.getting import person_or_404, reader


@require_safe
@door(rules.may_change)
def to_mend(request: HttpRequest) -> HttpResponse:
    """Whose address does not work, and what the mail server said, the newest person first."""
    page = keyset_page(bounces.to_mend().select_related("account").order_by("-pk"), request.GET.get("before"))
    newest = {row.address_key: row for row in bounces.STOPS.filter(
        address_key__in=[person.email_key for person in page.rows]
    ).order_by("at")}  # fmt: skip
    rows = [(person, newest.get(person.email_key or "")) for person in page.rows]
    return render(request, "people/to_mend.html", {"page": page, "rows": rows})


@require_POST
@door(rules.may_change)
def address(request: HttpRequest, ref: str) -> HttpResponse:
    """The address works after all: mail goes there again."""
    found = person_or_404(ref, living=True)
    bounces.clear(person=found, by=reader(request))
    messages.success(request, _("Mail goes to %(email)s again.") % {"email": found.email})
    return redirect("people:person", ref=ref)

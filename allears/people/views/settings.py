"""Accounts, and the organisation's limit of minutes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allears.core.doors import door
from allears.core.turns import in_turn
from allears.core.typed import whole_number
from allears.people import accounts as actions
from allears.people import budget as gate
from allears.people import listing, rules
from allears.people.errors import PeopleError
from allears.people.folding import account_key
from allears.people.forms import AccountForm, BudgetForm
from allears.people.models import Account
from allears.people.views.getting import reader

PAGE = 50


@require_safe
@door(rules.may_read)
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts by name, searched by how they begin."""
    q, after = request.GET.get("q", "").strip()[:200], account_key(request.GET.get("after", "")[:200])
    found = actions.accounts(q)
    rows = list((found.filter(key__gt=after) if after else found)[: PAGE + 1])
    context = {
        "accounts": actions.with_counts(rows[:PAGE]),
        "after": rows[PAGE - 1].key if len(rows) > PAGE else "",
        "q": q,
        "may_change": rules.may_change(request.user),
    }
    return render(request, "people/accounts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_read)
@in_turn
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account and its people; POST renames it, for those who may."""
    found = get_object_or_404(Account, pk=pk)
    may_change = rules.may_change(request.user)
    form = AccountForm.about(found, request.POST or None)
    clash = None
    if request.method == "POST" and may_change and form.is_valid():
        try:
            if into := whole_number(request.POST.get("merge_into")):
                keep = get_object_or_404(Account, pk=into)
                actions.merge_accounts(keep=keep, other=found, by=reader(request))
                messages.success(request, _("They are one account now."))
                return redirect("people:account", pk=keep.pk)
            actions.change_account(account=found, by=reader(request), **form.cleaned_data)
        except actions.AccountTaken as refused:
            form.add_error("name", str(refused))
            clash = refused.other
        except PeopleError as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("people:account", pk=pk)
    page = listing.list_page({"account": found.pk}, after=request.GET.get("after", ""))
    context = {"account": found, "page": page, "form": form, "clash": clash, "may_change": may_change}
    return render(request, "people/account.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door(rules.may_set_budget)
@in_turn
def budget(request: HttpRequest) -> HttpResponse:
    """The organisation's limit of minutes and its quiet hours."""
    form = BudgetForm.about(gate.the_budget(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        gate.set_budget(by=reader(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("people:budget")
    return render(request, "people/budget.html", {"form": form}, status=422 if form.errors else 200)

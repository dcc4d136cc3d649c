"""Accounts: what they are called, and two that are one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.models import User
from allears.people import folding
from allears.people.errors import PeopleError
from allears.people.models import LIVING, Account, Person


class AccountTaken(PeopleError):
    """Another account is called so."""

    def __init__(self, other: Account) -> None:
        super().__init__(_("Another account is called so. To make them one, merge them."))
        self.other = other


def accounts(q: str = "") -> QuerySet[Account]:
    """Return the accounts whose folded name begins with `q`, by name."""
    found = Account.objects.order_by("key")
    return found.filter(key__startswith=folding.account_key(q)) if q.strip() else found


def with_counts(page: list[Account]) -> list[Account]:
    """Give each account of a page the number of its living people, as `.count`; one query."""
    people = Person.objects.filter(LIVING, account__in=page).order_by()
    counts = dict(people.values_list("account").annotate(n=Count("pk")))
    for account in page:
        account.count = counts.get(account.pk, 0)  # type: ignore[attr-defined]
    return page


@transaction.atomic
def change_account(*, account: Account, name: str, external_id: str, by: User) -> None:
    """Call an account otherwise. Raises `AccountTaken`, and `PeopleError` for no name."""
    name, key = folding.plain(name), folding.account_key(name)
    if not key:
        raise PeopleError(_("Give it a name."))
    if other := Account.objects.filter(Q(key=key) & ~Q(pk=account.pk)).first():
        raise AccountTaken(other)
    Account.objects.filter(pk=account.pk).update(name=name, key=key, external_id=folding.plain(external_id))
    audit.record(by=by, verb="people.account-changed", target=account)


@transaction.atomic
def merge_accounts(*, keep: Account, other: Account, by: User) -> int:
    """Move everybody of `other` to `keep` and let `other` go; return how many moved."""
    if keep.pk == other.pk:
        raise PeopleError(_("Choose another account."))
    count = Person.objects.filter(account=other).update(account=keep)
    audit.record(by=by, verb="people.accounts-merged", target=keep, people=count)
    other.delete()
    return count

"""What can go wrong with people, by name. Each error says in words what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from allears.people.details import Problem
    from allears.people.models import Person


class PeopleError(Exception):
    """Something is not allowed now; its text is fit to be shown."""


class UnfitDetails(PeopleError):
    """Some of what was said of a person cannot be kept; `problems` lists all of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.reason for problem in problems))
        self.problems = list(problems)


class AddressTaken(PeopleError):
    """Another person has this address or external id."""

    def __init__(self, field: str, other: Person) -> None:
        super().__init__(
            _("%(name)s has this already. If they are the same person, merge them.") % {"name": other.shown_name}
        )
        self.field, self.other = field, other


class UnknownPurpose(PeopleError):
    """Nobody defined a consent for this."""


class NotMergeable(PeopleError):
    """These two rows cannot become one, or not be parted again."""


class AlreadyErased(PeopleError):
    """There is nothing left to erase."""


class NoReason(PeopleError):
    """This has to be justified, and was not."""


class NotContactable(PeopleError):
    """They withdrew their consent to be asked, were erased, or are no longer there."""

    def __init__(self, person: Person) -> None:
        super().__init__(_("%(name)s does not want to be asked.") % {"name": person.shown_name})
        self.person = person


class BudgetSpent(PeopleError):
    """Asking would take more minutes than this person has left in the period."""

    def __init__(self, person: Person, left: Decimal, asked: Decimal) -> None:
        words = _("%(name)s has %(left)s minutes left, and this asks for %(asked)s.")
        super().__init__(words % {"name": person.shown_name, "left": _shown(left), "asked": _shown(asked)})
        self.person, self.left, self.asked = person, left, asked


def _shown(minutes: Decimal) -> str:
    return f"{minutes:f}".rstrip("0").rstrip(".") if "." in f"{minutes:f}" else f"{minutes:f}"

"""What leads from a salted number in a proof to a person goes when the person is erased."""

from __future__ import annotations

from django.db.models import QuerySet

from allears.studies.selection.models import PoolMember, Selection


def forget_members(members: QuerySet[PoolMember]) -> None:
    """Delete these rows, and the salts of their selections: without a salt nobody can find a number anew by trying.

    A committed selection needs its salt for nothing but looking whether a number still leads to whom it was made of
    (`checking`); that look is given up for those selections.
    """
    Selection.objects.filter(members__in=members).update(salt="")
    members.delete()

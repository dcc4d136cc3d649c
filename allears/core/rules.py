"""Who signs in, as predicates over a user; rooms combine them with `|` and `&`."""

from __future__ import annotations

import rules

from allears.core.models import Role, User


@rules.predicate
def is_researcher(user: User) -> bool:
    return user.role == Role.RESEARCHER


@rules.predicate
def is_leader(user: User) -> bool:
    return user.role == Role.LEADER


@rules.predicate
def is_staff_member(user: User) -> bool:
    return user.role == Role.STAFF


@rules.predicate
def is_administrator(user: User) -> bool:
    return user.role == Role.ADMINISTRATOR


# Whoever signs in at all.
signs_in = is_researcher | is_leader | is_staff_member | is_administrator

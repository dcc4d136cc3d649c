"""Who may decide, tell and publish."""

from __future__ import annotations

from allears.core.models import User
from allears.studies.models import Study
from allears.studies.rules import can_decide_on


def can_decide(user: User, study: Study) -> bool:
    """Leaders decide, and so do those who work on the study; always on studies that they may see."""
    return can_decide_on(user, study)


def can_tell(user: User, study: Study) -> bool:
    """Who may edit, approve and send updates: whoever may decide."""
    return can_decide(user, study)


def can_publish(user: User, study: Study) -> bool:
    """Who may put an item on the public page: whoever may decide."""
    return can_decide(user, study)


def can_move(user: User, study: Study, owner_id: int) -> bool:
    """A change is moved by its owner or by whoever may decide."""
    return user.pk == owner_id or can_decide(user, study)

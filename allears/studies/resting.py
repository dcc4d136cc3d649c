"""Letters that have not left yet rest while their study is closed: they would ask for answers that nobody takes.

They leave once it is opened again, after quiet hours as every mail (`people.quiet`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import QuerySet

from allears.core.clock import now
from allears.core.models import Message
from allears.studies.models import InvitationMail, Study

UNTIL_OPENED = datetime(2999, 1, 1, tzinfo=UTC)  # no moment at all: `wake` gives them one


def rest(study: Study) -> int:
    """Keep letters of `study` that still wait from leaving until it is opened again; return how many."""
    return _waiting(study).update(not_before=UNTIL_OPENED)


def wake(study: Study) -> int:
    """Let them leave; return how many."""
    return _waiting(study).filter(not_before=UNTIL_OPENED).update(not_before=now())


def _waiting(study: Study) -> QuerySet[Message]:
    letters = InvitationMail.objects.filter(invitation__study=study, kind__in=InvitationMail.ASKING)
    # Those in a worker's hands, too: what it does not hand over waits on, and rests.
    return Message.objects.filter(sent_at=None, failed_at=None, pk__in=letters.values("message"))

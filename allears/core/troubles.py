"""What waits for an administrator: mail that failed, mail that does not leave, long work that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core import claims
from allears.core.clock import now
from allears.core.models import Job, Message, User
from allears.core.rules import is_administrator
from allears.core.waiting import Waiting

RECENT = timedelta(days=30)  # what failed before is found in the outbox and among the jobs
LATE = timedelta(hours=1)  # mail leaves within seconds where a server takes it, a large round within the hour
MOST_COUNTED, MOST_JOBS = 1000, 5


def waiting_for(user: User) -> list[Waiting]:
    """Return what of the installation itself waits for `user`; nothing for who is not an administrator."""
    if not is_administrator(user):
        return []
    return [*_failed_mail(), *_unsent_mail(), *map(_failed_job, _failed_jobs())]


def _failed_mail() -> list[Waiting]:
    """Mail that was refused; what was called back has no text any more, and is nothing to look after."""
    failed = Message.objects.filter(sent_at=None, failed_at__gt=now() - RECENT).exclude(text="")
    count = len(failed.order_by().values_list("pk")[:MOST_COUNTED])
    words = ngettext("%(count)s mail could not be sent", "%(count)s mails could not be sent", count)
    return [_mail(words, count, "failed")] if count else []


def _unsent_mail() -> list[Waiting]:
    """Mail that has been free to leave for an hour and more, counted together with what came after it."""
    at_once, timed = claims.looks_for_due()
    since = [*_first(at_once.order_by("id"), "put_at"), *_first(timed.order_by("not_before"), "not_before")]
    count = len(since)
    words = ngettext(
        "%(count)s mail waits in the outbox and does not leave", "%(count)s mails wait in the outbox and do not leave", count
    )
    return [_mail(words, count, "waiting")] if since and min(since) < now() - LATE else []


def _first(mails: QuerySet[Message], since: str) -> list[datetime]:
    return list(mails.values_list(since, flat=True)[:MOST_COUNTED])


def _mail(words: str, count: int, state: str) -> Waiting:
    shown = f"{MOST_COUNTED:,}+" if count >= MOST_COUNTED else str(count)
    return Waiting(words % {"count": shown}, f"{reverse('core:outbox')}?state={state}", urgent=True)


def _failed_jobs() -> QuerySet[Job]:
    recent = Job.objects.filter(asked_at__gt=now() - RECENT, ended_at__isnull=False)
    return recent.exclude(error="").order_by("-asked_at", "-id")[:MOST_JOBS]


def _failed_job(job: Job) -> Waiting:
    return Waiting(_("It failed: %(what)s") % {"what": job.title}, reverse("core:job", args=[job.ref]), urgent=True)

"""Questions about the installation itself."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from allears.core.clock import now
from allears.core.models import AuditEvent, Job, Message, Organisation, StaffInvitation, User
from allears.core.rules import is_administrator


def the_organisation() -> Organisation:
    """Return the one organisation, made with its defaults on first use."""
    return Organisation.objects.get_or_create(pk=1)[0]


def staff(q: str = "") -> QuerySet[User]:
    """People who sign in, by name: those who may first. `q` is part of a name or address."""
    people = User.objects.order_by("-is_active", "name", "id")
    return people.filter(Q(name__icontains=q) | Q(email__icontains=q)) if q else people


def open_invitations() -> QuerySet[StaffInvitation]:
    """Invitations that can still be accepted, newest first."""
    still = StaffInvitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now())
    return still.select_related("invited_by").order_by("-invited_at")


# Handed to the mail server, whose answer was lost: what it refused is claimed no more, what was called back has no words.
IN_DOUBT = Q(sent_at=None, failed_at__isnull=False, claimed_at__isnull=False) & ~Q(text="")


def mails(*, state: str = "", q: str = "") -> QuerySet[Message]:
    """Mails, newest first; `state` is "waiting", "sent", "failed", "doubt" (failed, and may have arrived) or empty, `q`
    part of an address or subject.
    """
    found = Message.objects.order_by("-id")
    if q:
        found = found.filter(Q(to__icontains=q) | Q(subject__icontains=q))
    match state:
        case "waiting":
            return found.filter(sent_at=None, failed_at=None)
        case "failed":
            return found.filter(sent_at=None, failed_at__isnull=False)
        case "doubt":
            return found.filter(IN_DOUBT)
        case "sent":
            return found.filter(sent_at__isnull=False)
    return found


def events(*, who: str = "", verb: str = "", target: str = "") -> QuerySet[AuditEvent]:
    """Audit events, newest first; `who` is part of a name, `verb` and `target` how they begin."""
    found = AuditEvent.objects.order_by("-id")
    if who:
        found = found.filter(actor_label__icontains=who)
    if verb:
        found = found.filter(verb__startswith=verb)
    return found.filter(target__startswith=target) if target else found


def jobs_seen_by(user: User) -> QuerySet[Job]:
    """Long work that `user` may watch, newest first: their own, or all of it for administrators."""
    jobs = Job.objects.select_related("started_by").order_by("-asked_at", "-id")
    return jobs if is_administrator(user) else jobs.filter(started_by=user)

"""Verbs about the organisation itself: its name, its mail, a profile."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from django.db import transaction
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.clock import now
from allears.core.letters import letter_of
from allears.core.mail_troubles import words_of
from allears.core.models import Message, Organisation, User
from allears.core.queries import the_organisation
from allears.core.seals import BrokenSeal, seal
from allears.core.smtp import BadAddress, NoMailServer, sender_of, server_of

# What the form says of it.
SAID = ("name", "language", "time_zone", "mail_from", "reply_to", "smtp_host", "smtp_port", "smtp_security", "smtp_user")


@transaction.atomic
def change_organisation(*, organisation: Organisation, by: User, password: str = "") -> None:
    """Save what a form says of `organisation`; `password` is the mail server's, empty to keep the old one.

    What is no form's, such as that mail is paused, stays as somebody else has set it since `organisation` was read. Who of
    the staff had the organisation's time zone has the new one, too: they were given it when they joined.
    """
    before = Organisation.objects.get(pk=organisation.pk)
    if password:
        organisation.smtp_password_sealed = seal(password)
    # New settings deserve a new try at once.
    organisation.mail_trouble, organisation.mail_trouble_at = "", None
    said = [*SAID, *(["smtp_password_sealed"] if password else [])]
    organisation.save(update_fields=[*said, "mail_trouble", "mail_trouble_at"])
    changed = [name for name in said if getattr(before, name) != getattr(organisation, name)]
    if "time_zone" in changed:
        User.objects.filter(time_zone=before.time_zone).update(time_zone=organisation.time_zone)
    audit.record(by=by, verb="core.organisation_changed", target=organisation, changed=changed)


def has_mail_server() -> bool:
    """Return whether a mail server is named, so that mail does not wait in the outbox for ever."""
    try:
        server_of(the_organisation())
    except NoMailServer:
        return False
    except (BrokenSeal, BadAddress):  # one is named, and the health page says what is wrong with it
        return True
    return True


@transaction.atomic
def pause_mail(*, by: User) -> None:
    """Keep mail from leaving, but for what somebody waits for to sign in or come to their own page; what is in our hands
    at this moment leaves. Does nothing while it is paused already.
    """
    house = Organisation.objects.filter(pk=the_organisation().pk, mail_paused_at=None)
    if house.update(mail_paused_at=now(), mail_paused_by=by):
        audit.record(by=by, verb="core.mail_paused")


@transaction.atomic
def go_on_with_mail(*, by: User) -> None:
    """Let mail leave again. Does nothing while it does."""
    house = Organisation.objects.filter(pk=the_organisation().pk, mail_paused_at__isnull=False)
    if house.update(mail_paused_at=None, mail_paused_by=None):
        audit.record(by=by, verb="core.mail_went_on")


@transaction.atomic
def change_profile(*, user: User) -> None:
    """Save what `user` changed about themselves."""
    user.save(update_fields=["name", "language", "time_zone", "theme"])
    audit.record(by=user, verb="core.profile_changed", target=user)


@dataclass(frozen=True)
class TestResult:
    """Did the mail server take the test mail, and in whose words."""

    taken: bool
    words: str


def send_test_mail(*, to: str, by: User) -> TestResult:
    """Hand one mail to the mail server now, past the outbox, and say what it answered."""
    organisation = the_organisation()
    try:
        server = server_of(organisation)
        with server.connect() as connection:
            connection.send_message(_test_letter(to, organisation))
    except NoMailServer:
        return TestResult(False, _("No mail server is named yet: mail waits in the outbox."))
    except (OSError, smtplib.SMTPException, BrokenSeal, BadAddress, ValueError) as trouble:
        return TestResult(False, words_of(trouble))
    audit.record(by=by, verb="core.test_mail_sent", target=organisation)
    return TestResult(True, _("%(host)s took the mail. Look whether it arrives at %(to)s.") % {"host": server.host, "to": to})


def _test_letter(to: str, organisation: Organisation) -> EmailMessage:
    message = Message(
        to=to,
        subject=_("A test mail from Allears"),
        text=_("If you read this, mail from %(organisation)s leaves as it should.") % {"organisation": organisation},
    )
    return letter_of(message, sender_of(organisation))

"""How the page of what was done says what the house itself records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SAID = {
    "core.job_stopped": _("stopped long work"),
    "core.user_added": _("added a colleague"),
    "core.staff_invited": _("invited a colleague"),
    "core.staff_invitation_withdrawn": _("took a colleague’s invitation back"),
    "core.role_changed": _("changed a colleague’s role"),
    "core.user_changed": _("changed a colleague’s data"),
    "core.user_deactivated": _("stopped a colleague from signing in"),
    "core.user_reactivated": _("let a colleague sign in again"),
    "core.mail_arrived": _("said that mails in doubt had arrived"),
    "core.mail_sent_again": _("had a mail sent again"),
    "core.mail_paused": _("paused the outbox"),
    "core.mail_went_on": _("let the outbox go on"),
    "core.organisation_changed": _("changed the organisation’s settings"),
    "core.profile_changed": _("changed their own profile"),
    "core.test_mail_sent": _("had a test mail sent"),
}

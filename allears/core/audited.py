"""How the page of what was done says what the house itself records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ROOM = _("signing in, mail and settings")

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

# What the details of an event are called, in whichever room it was recorded. A room that means something else by one says
# so in a `NAMED` of its own.
NAMED = {
    "after": _("now"),
    "before": _("before"),
    "changed": _("what"),
    "count": _("how many"),
    "email": _("address"),
    "fields": _("what"),
    "file": _("file"),
    "kind": _("kind"),
    "label": _("name"),
    "language": _("language"),
    "mail_from": _("whom mail is from"),
    "mail_trouble": _("what the mail server said"),
    "mail_trouble_at": _("since when"),
    "messages": _("mails"),
    "name": _("name"),
    "number": _("number"),
    "people": _("people"),
    "reason": _("reason"),
    "reply_to": _("where answers go to"),
    "role": _("role"),
    "rows": _("rows"),
    "smtp_host": _("mail server"),
    "smtp_password_sealed": _("password"),
    "smtp_port": _("port"),
    "smtp_security": _("encryption"),
    "smtp_user": _("user name"),
    "state": _("state"),
    "time_zone": _("time zone"),
}

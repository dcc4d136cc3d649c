"""How the page of what was done says what is recorded about decisions, changes and updates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ROOM = _("decisions and hearing back")

SAID = {
    "decisions.decided": _("decided"),
    "decisions.decision_changed": _("changed a decision"),
    "decisions.change_added": _("added a change"),
    "decisions.change_edited": _("edited a change"),
    "decisions.change_moved": _("said how far a change is"),
    "decisions.update_drafted": _("drafted an update"),
    "decisions.update_edited": _("edited an update"),
    "decisions.update_approved": _("approved an update"),
    "decisions.approval_taken_back": _("took an approval back, for what the update is about has changed"),
    "decisions.update_discarded": _("discarded an update"),
    "decisions.update_restored": _("took an update up again"),
    "decisions.updates_sent": _("sent updates to contributors"),
    "decisions.held_updates_sent": _("sent updates that had waited for an address"),
    "decisions.updates_seen": _("said that they had read what became of their words"),
    "decisions.helped_answered": _("said whether it helped"),
    "decisions.published": _("published “You said, we did”"),
    "decisions.withdrawn_from_public": _("withdrew “You said, we did”"),
}

NAMED = {
    "held": _("held back"),
    "helped": _("it helped"),
    "updates": _("updates"),
}

"""How the page of what was done says what is recorded about words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ROOM = _("the ledger of words")

SAID = {
    "verbatims.redacted": _("blacked words out"),
}

"""How the page of what was done says what is recorded about the yearly statement."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ROOM = _("the yearly statement")

SAID = {
    "web.statement_published": _("published the statement of a year"),
    "web.statement_withdrawn": _("withdrew the statement of a year"),
}

NAMED = {
    "year": _("year"),
}

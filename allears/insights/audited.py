"""How the page of what was done says what is recorded about themes and insights."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ROOM = _("words, themes and insights")

SAID = {
    "insights.theme_added": _("added a theme"),
    "insights.theme_changed": _("changed a theme"),
    "insights.theme_nested": _("put a theme under another"),
    "insights.theme_moved": _("moved a theme"),
    "insights.themes_merged": _("merged themes"),
    "insights.themes_parted": _("took a merge of themes back"),
    "insights.theme_split": _("split a theme"),
    "insights.theme_retired": _("retired a theme"),
    "insights.theme_restored": _("took a theme up again"),
    "insights.coded": _("coded words"),
    "insights.uncoded": _("took a coding back"),
    "insights.coded_many": _("coded many words at once"),
    "insights.claimed": _("claimed an insight"),
    "insights.claim_changed": _("changed an insight’s claim"),
    "insights.cited": _("cited words for or against an insight"),
    "insights.uncited": _("took words out of an insight"),
    "insights.looked_against": _("looked for words against an insight"),
    "insights.withdrawn": _("withdrew an insight"),
    "insights.restored": _("took an insight up again"),
}

NAMED = {
    "because": _("because"),
    "claim": _("claim"),
    "coded_at": _("when it was coded"),
    "coder": _("by which colleague"),
    "codings": _("codings"),
    "end": _("to character"),
    "into": _("into theme"),
    "moved": _("passages"),
    "other": _("the other theme"),
    "side": _("for or against"),
    "start": _("from character"),
    "theme": _("theme"),
    "under": _("under theme"),
    "up": _("upwards"),
    "verbatim": _("words"),
}

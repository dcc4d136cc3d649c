"""What the health page says about the ledger of words, which the page's own room knows nothing of."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.clock import now
from allears.core.health import Finding, check
from allears.verbatims import guards
from allears.verbatims.models import Block, Leaf, Verbatim

SEALED_WITHIN = timedelta(minutes=1)


@check
def ledger() -> Finding:
    """Do the database's own guards stand, and are the newest words sealed."""
    about = _("Ledger of words")
    if guards.missing(connection):
        fallen = ", ".join(guards.missing(connection))
        return Finding(about, "wrong", _("The database does not guard the words: %(guards)s.") % {"guards": fallen})
    newest = Verbatim.objects.order_by("-pk").first()
    if newest is None:
        return Finding(about, "well", _("Nothing has been said yet; the guards stand."))
    blocks = Block.objects.count()
    sealed = Leaf.objects.filter(verbatim_id=newest.pk).exists()
    if not sealed and newest.recorded_at < now() - SEALED_WITHIN:
        return Finding(about, "wrong", _("The newest words are not sealed: does a worker live?"))
    words = ngettext(
        "The guards stand; %(blocks)s block of words is sealed.",
        "The guards stand; %(blocks)s blocks of words are sealed.",
        blocks,
    )
    return Finding(about, "well", words % {"blocks": intcomma(blocks)})

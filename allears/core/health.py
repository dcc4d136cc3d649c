"""How the installation is: each room registers checks, and the health page shows them.

A check is cheap: it is asked whenever somebody opens the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import connection
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from allears.core import claims
from allears.core.clock import now
from allears.core.models import Message, Worker
from allears.core.queries import the_organisation
from allears.core.smtp import NoMailServer, server_of

State = Literal["well", "look", "wrong"]
SILENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Finding:
    """What a check found: about what, how it is, in words; and where to do something about it."""

    about: str
    state: State
    words: str
    url: str = ""


_checks: list[Callable[[], Finding]] = []


def check(find: Callable[[], Finding]) -> Callable[[], Finding]:
    """Register the decorated function as one line of the health page."""
    _checks.append(find)
    return find


def findings() -> list[Finding]:
    """Return what every check finds; one that breaks is itself a finding."""
    return [_found(find) for find in _checks]


def _found(find: Callable[[], Finding]) -> Finding:
    try:
        return find()
    except Exception as trouble:
        return Finding(find.__name__.replace("_", " "), "wrong", f"{type(trouble).__name__}: {trouble}")


@check
def database() -> Finding:
    """Which database, which version, how big."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT sqlite_version(), (SELECT page_count FROM pragma_page_count)"
                " * (SELECT page_size FROM pragma_page_size)"
            )
        else:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
            cursor.execute("SELECT %s, pg_database_size(current_database())", [version])
        version, size = cursor.fetchone()
    words = _("%(kind)s %(version)s, %(size)s MB") % {
        "kind": connection.display_name, "version": version, "size": f"{size / 1e6:,.0f}",
    }  # fmt: skip
    return Finding(_("Database"), "well", words)


@check
def background_work() -> Finding:
    """Does a worker live, and how much waits for it."""
    newest = Worker.objects.order_by("-seen_at").first()
    ready = DBTaskResult.objects.ready().count()
    waits = ngettext("%(count)s task waits.", "%(count)s tasks wait.", ready) % {"count": intcomma(ready)}
    if newest is None or newest.seen_at < now() - SILENT:
        return Finding(_("Background work"), "wrong", _("No worker lives: mail and imports stand still.") + " " + waits)
    return Finding(_("Background work"), "well", _("A worker lives (%(who)s).") % {"who": newest} + " " + waits)


@check
def mail() -> Finding:
    """Does mail leave."""
    organisation = the_organisation()
    unsent = Message.objects.filter(sent_at=None, failed_at=None).count()
    failed = Message.objects.filter(sent_at=None, failed_at__isnull=False).count()
    words = ngettext("%(count)s mail waits", "%(count)s mails wait", unsent) % {"count": intcomma(unsent)}
    words += ngettext(", %(count)s failed.", ", %(count)s failed.", failed) % {"count": intcomma(failed)}
    try:
        server = server_of(organisation)
    except NoMailServer:
        return Finding(_("Mail"), "look", _("No mail server is named: mail waits in the outbox.") + " " + words)
    if organisation.mail_trouble:
        said = _("%(host)s: %(words)s") % {"host": server.host, "words": organisation.mail_trouble}
        return Finding(_("Mail"), "wrong", f"{said} {words}")
    if organisation.mail_paused_at:
        return Finding(_("Mail"), "look", _("The outbox is paused.") + " " + words)
    return Finding(_("Mail"), "look" if failed else "well", _("By %(host)s.") % {"host": server.host} + " " + words)


@check
def oldest_mail() -> Finding:
    """How long the oldest mail has waited since it could leave; what waited for the morning was not late."""
    since = claims.oldest_due()
    if since is None:
        return Finding(_("Oldest waiting mail"), "well", _("None waits."))
    state: State = "look" if now() - since > timedelta(hours=1) else "well"
    return Finding(_("Oldest waiting mail"), state, _("For %(long)s.") % {"long": timesince(since, now())})

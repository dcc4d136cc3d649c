"""The rail: what this user can go to."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.models import User
from allears.decisions.queries import overdue_studies
from allears.design.parts import Link
from allears.studies.queries import seen_by
from allears.web.statements import published


def rail(request: HttpRequest) -> dict[str, Any]:
    """Return the groups of the navigation that the signed-in user's role may open; none for participants."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"rail": [], "statement_url": SimpleLazyObject(_statement_url)}
    return {
        "rail": SimpleLazyObject(lambda: _groups(user, request.path)),
        "you_url": reverse("core:profile"),
        "statement_url": SimpleLazyObject(_statement_url),
    }


def _statement_url() -> str:
    """Where the public reads what was asked in a year; empty while nothing is published."""
    return reverse("web:public_statements") if published().exists() else ""


def _groups(user: User, path: str) -> list[list[Link]]:
    groups = [
        [
            Link(_("Home"), reverse("web:home")),
            Link(_("Studies"), reverse("studies:list")),
            Link(_("Words"), reverse("insights:words")),
            Link(_("Insights"), reverse("insights:list")),
            Link(_("Decisions"), reverse("decisions:index")),
            Link(_("Hearing back"), reverse("decisions:all_updates"), badge=_overdue(user)),
        ]
    ]
    if user.is_researcher or user.is_leader or user.is_administrator:
        groups.append([Link(_("People"), reverse("people:list")), Link(_("Minutes asked"), reverse("web:minutes"))])
    groups.append([Link(_("Search"), reverse("web:search"))])
    if user.is_administrator:
        groups[-1].append(Link(_("Settings"), reverse("core:settings")))
    return _with_current(groups, path)


def _overdue(user: User) -> str:
    count = overdue_studies(seen_by(user)).count()
    return ngettext("%(count)d overdue", "%(count)d overdue", count) % {"count": count} if count else ""


# Pages about one study lie under their room's address; the rail shows the study there, or the room's own link.
_ABOUT_A_STUDY = re.compile(r"^/(?:questionnaires|studies)/")
_HEARING_BACK = re.compile(r"^/decisions/[^/]+/hearing-back/")


def _with_current(groups: list[list[Link]], path: str) -> list[list[Link]]:
    """Mark the one link that leads nearest to `path`."""
    if _HEARING_BACK.match(path):
        path = reverse("decisions:all_updates")
    elif path == reverse("questionnaires:wording_rules"):
        path = reverse("core:settings")
    elif _ABOUT_A_STUDY.match(path):
        path = reverse("studies:list")
    elif path != "/" and path.endswith(("/words/", "/words/filters/")):
        path = reverse("insights:words")
    urls = [link.url for group in groups for link in group if path.startswith(link.url) and link.url != "/"]
    near = "/" if path == "/" else max(urls, key=len, default="")
    return [[Link(link.label, link.url, link.url == near, link.badge) for link in group] for group in groups]

"""What is shown when somebody else was faster: both wordings side by side, or that what was edited is gone.

Nothing that was typed is lost: it travels in the page, to be saved as it is, put together with the other, or copied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from allears.core.meanwhile import FIELD, Piece
from allears.questionnaires.models import Version
from allears.questionnaires.seen import News, Seen, Touches, news_of, save_over, seen_in, sign_of, standing
from allears.questionnaires.seen import Row as Edited
from allears.questionnaires.side_by_side import Wording
from allears.questionnaires.steps import Overtaken
from allears.questionnaires.views.editor import back
from allears.questionnaires.views.finding import reader
from allears.studies.models import Study

CONFLICT = 409
_NOT_TYPED = ("csrfmiddlewaretoken", FIELD, "more", "look")


@dataclass(frozen=True)
class Row:
    """One field of both: its name, both in words, and whose it is (`mine`, `theirs`, `both`)."""

    label: str
    mine: str
    now: str
    whose: str


@dataclass(frozen=True)
class Apart:
    """Two wordings that came apart: what happened, the fields that differ, and what a form needs to save the one."""

    told: str
    rows: list[Row]
    held: list[tuple[str, str]]
    seen: str
    newer: bool  # the version that both began with is frozen or gone: what is saved begins the next one
    theirs: frozenset[str]  # the fields that only the other has changed


def saved_or_met(
    request: HttpRequest,
    study: Study,
    *,
    act: str,
    subject: str,
    find: Callable[[Version], Edited | None],
    words: Callable[[Edited], Mapping[str, str]],
    change: Callable[[Edited], object],
    anchor: Callable[[Edited], str],
    both: Callable[[Seen, Edited], HttpResponse],
    lost: Callable[[], HttpResponse],
) -> HttpResponse:
    """Save what was posted over what its writer saw (`seen.save_over`) and go back to its `anchor` in the editor.

    Where somebody was faster: the page of `both`, or that of what is `lost` where nothing is there any more. A form
    that says nothing of what it was filled from is only told that it was overtaken.
    """
    seen = seen_in(request.POST)
    try:
        saved = save_over(
            study=study, seen=seen, act=act, subject=subject, by=reader(request), find=find, words=words, change=change
        )
        return back(study, anchor(saved))
    except Overtaken:
        if seen is None:
            return back(study, overtaken=1)
        version = standing(study)
        there = find(version) if version else None
        return both(seen, there) if there else lost()


def apart(request: HttpRequest, study: Study, seen: Seen, mine: Wording, now: Wording, touches: Touches) -> Apart:
    """Return what somebody who came second is shown; `touches` finds the step that overtook them."""
    version, news = standing(study), news_of(study, seen, touches)
    assert version is not None
    pieces = seen.beside(mine.plain, now.plain)
    rows = [_row(piece, mine, now) for piece in pieces if piece.differs]
    theirs = frozenset(piece.name for piece in pieces if piece.is_theirs and not piece.is_mine)
    newer = version.published_at is not None
    return Apart(_told(request, news), rows, held(request), sign_of(version, now.plain), newer, theirs)


def _row(piece: Piece, mine: Wording, now: Wording) -> Row:
    name = piece.name
    whose = "both" if piece.is_mine and piece.is_theirs else "mine" if piece.is_mine else "theirs"
    return Row({**now.labels, **mine.labels}[name], mine.said.get(name, ""), now.said.get(name, ""), whose)


def held(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was posted, for hidden fields that post it again."""
    sent = request.POST.lists()
    return [(name, str(value)) for name, values in sent if name not in _NOT_TYPED for value in values]


def gone(
    request: HttpRequest, study: Study, seen: Seen | None, mine: Wording, touches: Touches, again: str = ""
) -> HttpResponse:
    """What was edited is not there any more: say so, with all that was typed; `again` is where it can be added anew."""
    rows = [Row(mine.labels[name], words, "", "mine") for name, words in mine.said.items() if words.strip()]
    context = {
        "study": study, "rows": rows, "held": held(request), "again": again,
        "told": _told(request, news_of(study, seen, touches), removed=True) if seen else "",
    }  # fmt: skip
    return render(request, "questionnaires/gone.html", context, status=CONFLICT)


def _told(request: HttpRequest, news: News, removed: bool = False) -> str:
    """Who did what and when, as a sentence."""
    words = _SENTENCES["removed" if removed and news.what == "changed" else news.what]
    when = date_format(localtime(news.at), "DATETIME_FORMAT") if news.at else ""
    if news.by == reader(request):
        return words[1]() % {"when": when, "number": news.number}
    return words[0]() % {"who": news.by or _("Somebody else"), "when": when, "number": news.number}


_SENTENCES = {
    "changed": (
        lambda: _("%(who)s has changed this since you opened it. %(when)s"),
        lambda: _("You have changed this yourself since you opened it here, perhaps in another window. %(when)s"),
    ),
    "removed": (
        lambda: _("%(who)s has taken this away since you opened it. %(when)s"),
        lambda: _("You have taken this away yourself since you opened it here, perhaps in another window. %(when)s"),
    ),
    "published": (
        lambda: _("%(who)s has published version %(number)s since you opened this. %(when)s"),
        lambda: _("You have published version %(number)s yourself since you opened this. %(when)s"),
    ),
    "thrown_away": (
        lambda: _("%(who)s has thrown the draft away since you opened this. %(when)s"),
        lambda: _("You have thrown the draft away yourself since you opened this. %(when)s"),
    ),
}



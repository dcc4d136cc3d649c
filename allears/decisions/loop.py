"""What this room says in a study's loop: decided, done, heard back; and its two pages among the study's tabs."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.formats import number_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from allears.decisions.models import Change, ChangeState, Decision
from allears.decisions.queries import MOST_IN_OUTBOX, HearBack, hear_back_of_each, overdue_among
from allears.studies.loop import Cell, Figure, Tab, add_tab, cell, finds_overdue
from allears.studies.models import Study
from allears.studies.rules import can_see

DAYS_A_YEAR = 365.25
IN_YEARS = 2 * DAYS_A_YEAR  # from here on nobody counts days
FEWEST = 10  # people of whom shares are told; below they are counted

add_tab(Tab(60, gettext_lazy("Decisions"), "decisions:of_study", can_see))
add_tab(Tab(70, gettext_lazy("Hearing back"), "decisions:updates", can_see))


@finds_overdue
def overdue(studies: Sequence[Study]) -> set[int]:
    """Those of which a contributor has heard nothing yet."""
    return overdue_among([study.pk for study in studies])


@cell("decided")
def decided(studies: Sequence[Study]) -> list[Cell]:
    """How many decisions, and how many of them are a no."""
    decisions = Decision.objects.filter(study__in=[study.pk for study in studies]).order_by()
    counted = decisions.values_list("study").annotate(all=Count("pk"), no=Count("pk", filter=Q(kind="wont")))
    counts = {study: (every, no) for study, every, no in counted}
    return [_decided(study, *counts.get(study.pk, (0, 0))) for study in studies]


def _decided(study: Study, decisions: int, no: int) -> Cell:
    words = ngettext("decision", "decisions", decisions)
    note = _("%(count)d “no, because”") % {"count": no} if no else ""
    url = reverse("decisions:of_study", args=[study.slug])
    return Cell("decided", str(decisions), words, url, note, begun=bool(decisions))


@cell("done")
def done(studies: Sequence[Study]) -> list[Cell]:
    """How many changes are done, of how many."""
    changes = Change.objects.filter(decision__study__in=[study.pk for study in studies]).exclude(state=ChangeState.DROPPED)
    by_study = changes.order_by().values_list("decision__study")
    counted = by_study.annotate(all=Count("pk"), done=Count("pk", filter=Q(state=ChangeState.DONE)))
    counts = {study: (every, finished) for study, every, finished in counted}
    return [_done(study, *counts.get(study.pk, (0, 0))) for study in studies]


def _done(study: Study, changes: int, finished: int) -> Cell:
    words = ngettext("change done", "changes done", finished)
    note = _("of %(count)d") % {"count": changes} if changes else ""
    return Cell("done", str(finished), words, reverse("decisions:of_study", args=[study.slug]), note)


@cell("heard")
def heard(studies: Sequence[Study]) -> list[Cell]:
    """Hear-back rate and median days; counts below ten contributors."""
    figures = hear_back_of_each([study.pk for study in studies])
    return [_heard(study, figures[study.pk]) for study in studies]


def _heard(study: Study, figures: HearBack) -> Cell:
    return Cell(
        "heard", shown_rate(figures), _("heard back"), reverse("decisions:updates", args=[study.slug]),
        _("median %(days)s") % {"days": shown_days(figures)} if figures.median_days is not None else "",
        leading(figures), begun=bool(figures.told),
    )  # fmt: skip


def leading(figures: HearBack) -> tuple[Figure, Figure]:
    """Return the two figures that lead a study and home, each with a dash and why where there is none yet."""
    return (
        Figure(shown_rate(figures), _("heard back"), _of_how_many(figures)),
        Figure(shown_days(figures) or "–", _("median until they heard"), _of_the_days(figures)),
    )


def _of_how_many(figures: HearBack) -> str:
    if not figures.contributors:
        return _("nobody has taken part yet")
    counts = {"told": intcomma(figures.told), "all": intcomma(figures.contributors)}
    if figures.contributors < FEWEST and not figures.at:  # the figure has said already how many they are
        return _with_outbox(_("of those who took part"), figures.in_outbox)
    words = _("%(told)s of %(all)s who took part") % counts
    if figures.at:  # with very many people it is counted every few minutes
        counts["at"] = time_format(localtime(figures.at), "TIME_FORMAT")
        words = _("%(told)s of %(all)s who took part, counted at %(at)s") % counts
    return _with_outbox(words, figures.in_outbox)


def _with_outbox(words: str, number: int) -> str:
    """Whom a mail tells is told when it is written; that it has not left yet is said beside."""
    if not number:
        return words
    shown = f"{intcomma(number)}+" if number >= MOST_IN_OUTBOX else intcomma(number)
    told = ngettext(
        "%(shown)s of these by a mail that has not left yet", "%(shown)s of these by mails that have not left yet", number
    )
    return f"{words}, {told % {'shown': shown}}"


def _of_the_days(figures: HearBack) -> str:
    """Why there are none yet; or, where past responses were brought, from when they count, and the days since all spoke."""
    if figures.since_spoken is not None:
        days = _in_words(figures.since_spoken)
        return _("past responses count from when they were brought; %(days)s from when people spoke") % {"days": days}
    if figures.median_days is not None:
        return ""
    return _("nobody has heard back yet") if figures.contributors else _("nobody has taken part yet")


def shown_rate(figures: HearBack) -> str:
    """Return the hear-back rate as shown: a percentage from ten contributors on, counts below, a dash for none."""
    if not figures.contributors:
        return "–"
    if figures.contributors < FEWEST:
        return _("%(told)d of %(all)d") % {"told": figures.told, "all": figures.contributors}
    whole = round(100 * figures.told / figures.contributors)
    return f"{whole if figures.told in (0, figures.contributors) else min(max(whole, 1), 99)}%"  # 100% is everybody


def shown_days(figures: HearBack) -> str:
    """Return the median days as shown, long times in years, or the empty string while nobody has heard back."""
    return "" if figures.median_days is None else _in_words(figures.median_days)


def _in_words(median_days: float) -> str:
    days = round(median_days)
    if not days:
        return _("under a day")
    if days >= IN_YEARS:
        return _("%(years)s years") % {"years": number_format(median_days / DAYS_A_YEAR, 1)}
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": intcomma(days)}

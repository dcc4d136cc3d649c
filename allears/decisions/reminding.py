"""Promises in their owners' mail: three days before they are due, then once a week while people wait."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allears.core import mail
from allears.core.clock import today
from allears.core.languages import for_staff
from allears.core.models import Message
from allears.core.short_mails import both_ways
from allears.decisions.queries import waited_for
from allears.studies.models import Study

BEFORE = timedelta(days=3)


def remind_of_promises() -> list[Message]:
    """Mail the owner of every study whose promise is due within three days or past while a contributor waits.

    Safe to call as often as one likes: a study's reminder for the same promise leaves once before, and once a week after.
    """
    near = Study.objects.filter(promise_on__lte=today() + BEFORE, owner__is_active=True)
    return [_remind(study) for study in _by_owner(waited_for(near))]


def _by_owner(studies: QuerySet[Study]) -> QuerySet[Study]:
    return studies.select_related("owner").order_by("owner", "promise_on", "pk")


def _remind(study: Study) -> Message:
    assert study.promise_on is not None, "only studies with a promise are looked for"
    late = study.promise_on < today()
    owner = study.owner
    with translation.override(for_staff(owner.language)):
        return mail.put(
            to=owner.email,
            to_name=owner.name,
            subject=_subject(study, late),
            key=f"promise:{study.ref}:{study.promise_on}:{_round(study.promise_on)}",
            kind="promise",
            **both_ways(_words(study, study.promise_on, late), link=_page_of(study), button=_("Let them hear back")),
        )


def _round(promised: date) -> int:
    """Which reminder it is time for: 0 before the day, then 1, 2, 3 with each week past it."""
    days = (today() - promised).days
    return 0 if days <= 0 else (days - 1) // 7 + 1


def _subject(study: Study, late: bool) -> str:
    words = (
        _("Overdue: people wait to hear back from “%(study)s”") if late else _("Soon due: hearing back, “%(study)s”")
    )
    return " ".join((words % {"study": study.title}).split())


def _words(study: Study, promised: date, late: bool) -> str:
    words = (
        _(
            "You promised those who took part in “%(study)s” that they would hear back by %(day)s. Some have heard nothing yet."
        )
        if late
        else _(
            "Those who took part in “%(study)s” were promised that they would hear back by %(day)s. Some have heard nothing yet."
        )
    )
    return words % {"study": study.title, "day": date_format(promised, "DATE_FORMAT")}


def _page_of(study: Study) -> str:
    return settings.BASE_URL + reverse("decisions:updates", args=[study.slug])

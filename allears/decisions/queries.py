"""Questions about decisions, changes and who has heard back."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core import ahead
from allears.core.clock import today
from allears.core.models import Counted, Message, User
from allears.core.waiting import Waiting
from allears.decisions.in_public import no_longer_matching
from allears.decisions.models import Change, ChangeState, Decision, HeldTelling, Helped, PublicItem, Telling, Update
from allears.people.models import Person
from allears.questionnaires.imports import Import
from allears.questionnaires.models import Answer, Response
from allears.studies.models import Study
from allears.studies.queries import seen_by

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Reached(TypedDict):
        """How many people an update has reached: by mail, waiting on their page, seen there."""

        mailed: int
        waiting_on_page: int
        seen: int

    CountedUpdate = WithAnnotations[Update, Reached]

    class Speaking(TypedDict):
        """Who answered: the person that stayed when two rows were merged."""

        speaker: int

    SpokenResponse = WithAnnotations[Response, Speaking]

# Told by mail, or seen on their own page: what waits on a page, or in a mail that failed, has not been heard.
HEARD = Q(digest__isnull=False, digest__message__failed_at=None) | Q(seen_at__isnull=False)
# When a telling was heard: a mail when it was written, a page when it was seen.
HEARD_AT = Case(When(digest__isnull=False, digest__message__failed_at=None, then="told_at"), default="seen_at")
# Who hears today: the person that stayed when two rows were merged.
HEARER = Coalesce("person__merged_into_id", "person_id")

# Kept of each study where very many take part: contributors, told, days and days since they spoke (how many heard after so
# many), and whether one waits.
HEARD_AHEAD = "heard"
MOST_IN_OUTBOX = 1_000
REACH_AHEAD = "reach"  # of each update that very many were told


@dataclass(frozen=True)
class HearBack:
    """The two figures that lead every study: who of the contributors heard back, and after how many days.

    `median_days` counts past responses from the day on which their file was handed in. Where that makes a difference,
    `since_spoken` is the median from when everybody spoke. `at`: when that was counted, where it was counted ahead.
    `in_outbox`: to how many of those told the mail has not left yet, `MOST_IN_OUTBOX` at most.
    """

    contributors: int
    told: int
    median_days: float | None
    since_spoken: float | None = None
    at: datetime | None = None
    in_outbox: int = 0

    @property
    def rate(self) -> float | None:
        """Share of contributors who heard back, 0 to 1; None while nobody has contributed."""
        return self.told / self.contributors if self.contributors else None


def hear_back(study: Study | None = None, *, studies: QuerySet[Study] | None = None) -> HearBack:
    """Return the hear-back figures of one study, or of all (of `studies`) together.

    A contributor gave at least one answer; erased people are left out. Days run from when somebody first spoke in the
    study, or from when their words were brought here, to the first thing they heard of it (docs/adr/0004).
    More than `ahead.MANY` contributors are counted ahead (`counting`), with days rounded to whole ones.
    """
    if study:
        return hear_back_of_each([study.pk])[study.pk]
    inside = Study.objects.all() if studies is None else studies
    found = _hear_back_of_all(inside)
    return replace(found, in_outbox=_in_outbox(inside)) if found.told else found


def hear_back_of_each(studies: Sequence[int]) -> dict[int, HearBack]:
    """Return the figures of each of these studies (ids), asked together."""
    kept = Counted.objects.filter(kind=HEARD_AHEAD, of__in=[str(study) for study in studies])
    found = {int(row.of): _together([row]) for row in kept if row.value["contributors"] > ahead.MANY}
    found |= _each_now([study for study in studies if study not in found])
    wait = _in_outbox_of_each([study for study, figures in found.items() if figures.told])
    return {study: replace(figures, in_outbox=wait.get(study, 0)) for study, figures in found.items()}


def _each_now(studies: list[int]) -> dict[int, HearBack]:
    inside = Study.objects.filter(pk__in=studies)
    took_part = dict(spoken().filter(study__in=studies).values_list("study").annotate(n=Count("speaker", distinct=True)))
    heard: dict[int, list[_Days]] = {study: [] for study in studies}
    for study, _hearer, days in days_until_heard(inside):
        heard[study].append(days)
    return {study: _figures(took_part.get(study, 0), heard[study]) for study in studies}


def _in_outbox_of_each(studies: list[int]) -> dict[int, int]:
    told = _by_mail_to_leave().filter(update__study__in=studies) if studies else Telling.objects.none()
    return dict(told.order_by().values_list("update__study").annotate(n=Count(HEARER, distinct=True)))


def _in_outbox(inside: QuerySet[Study]) -> int:
    told = _by_mail_to_leave().filter(update__study__in=inside)
    return told.annotate(hearer=HEARER).values("hearer").distinct().count()


def _by_mail_to_leave() -> QuerySet[Telling]:
    """What living people are told by mails that have not left yet, of the first so many mails."""
    waiting = Message.objects.filter(sent_at=None, failed_at=None, kind="update").order_by("pk")
    mails = list(waiting.values_list("pk", flat=True)[:MOST_IN_OUTBOX])
    return Telling.objects.filter(digest__message__in=mails, person__erased_at=None)


def _hear_back_now(inside: QuerySet[Study]) -> HearBack:
    return _figures(_contributors(inside), [days for _study, _hearer, days in days_until_heard(inside)])


def _figures(contributors: int, heard: list[_Days]) -> HearBack:
    with_us, spoken = [days.with_us for days in heard], [days.since_spoken for days in heard]
    return HearBack(
        contributors,
        len(heard),
        median(with_us) if heard else None,
        median(spoken) if with_us != spoken else None,
    )


def _hear_back_of_all(studies: QuerySet[Study]) -> HearBack:
    rows = {int(row.of): row for row in Counted.objects.filter(kind=HEARD_AHEAD)}
    if not rows:
        return _hear_back_now(studies)
    seen = set(studies.order_by().values_list("pk", flat=True))
    known, since = _together([row for pk, row in rows.items() if pk in seen]), seen - rows.keys()
    if not since:
        return known
    # A study that began some minutes ago is counted now; what it adds does not move the median of so many.
    new = _hear_back_now(studies.filter(pk__in=since))
    return replace(known, contributors=known.contributors + new.contributors, told=known.told + new.told)


def _together(rows: list[Counted]) -> HearBack:
    days, since_spoken = _days_of(rows, "days"), _days_of(rows, "spoken")
    told, all_of_them = (sum(row.value[name] for row in rows) for name in ("told", "contributors"))
    since = _median(since_spoken) if since_spoken != days else None
    return HearBack(all_of_them, told, _median(days), since, min((row.at for row in rows), default=None))


def _days_of(rows: list[Counted], name: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for row in rows:
        found.update({int(days): people for days, people in row.value[name].items()})
    return found


def _median(counts: Counter[int]) -> float | None:
    if not counts:
        return None
    days = sorted(counts)
    upto = list(accumulate(counts[value] for value in days))
    return fmean(days[bisect_right(upto, place)] for place in ((upto[-1] - 1) // 2, upto[-1] // 2))


class _Days(NamedTuple):
    """After how many days somebody heard: since we had their words, since they spoke."""

    with_us: float
    since_spoken: float


def days_until_heard(inside: QuerySet[Study]) -> Iterator[tuple[int, int, _Days]]:
    """Return of each of these studies (ids) who has heard, and after how many days."""
    # Listed first, so that PostgreSQL goes along the index of updates, not through everybody who was told of any.
    updates = list(Update.objects.filter(study__in=inside).order_by().values_list("pk", flat=True))
    told = Telling.objects.filter(update__in=updates)
    if not told.exists():
        return
    # The person is looked up apart: in a join SQLite goes through all people instead of along the index of updates.
    stays = Person.objects.filter(pk=OuterRef("person_id"), erased_at=None).values(stays=Coalesce("merged_into_id", "pk"))
    by_hearer = told.filter(HEARD).annotate(hearer=Subquery(stays[:1])).filter(hearer__isnull=False).values("hearer", "update__study")
    first = by_hearer.annotate(at=Min(HEARD_AT), spoke=Min("spoke_at")).order_by()
    came = _came(inside)
    for study, hearer, spoke, at in first.values_list("update__study", "hearer", "spoke", "at").iterator(chunk_size=20_000):
        yield study, hearer, _Days(_days(came.when(study, hearer, spoke), at), _days(spoke, at))


@dataclass(frozen=True)
class _Came:
    """When words came here: `brought`, a study's first file of past responses; `here`, what somebody said here first."""

    brought: dict[int, datetime]
    here: dict[tuple[int, int], datetime]

    def when(self, study: int, person: int, spoke: datetime) -> datetime:
        """The day from which this person waits to hear back: when they spoke, or when their words were brought here."""
        brought = self.brought.get(study, spoke)
        return max(spoke, min(brought, self.here.get((study, person), brought)))


def _came(inside: QuerySet[Study]) -> _Came:
    files = Import.objects.filter(study__in=inside, result__new_responses__gt=0)
    brought = dict(files.values_list("study").annotate(at=Min("made_at")).order_by())
    if not brought:
        return _Came({}, {})
    said = spoken().filter(study__in=list(brought), import_key=None)
    here = said.values("study", "speaker").annotate(at=Min(Coalesce("submitted_at", "started_at"))).order_by()
    return _Came(brought, {(study, person): at for study, person, at in here.values_list("study", "speaker", "at")})


def _days(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 86_400)


def spoken() -> QuerySet[SpokenResponse]:
    """Return the responses that hold an answer of somebody who was not erased, with `speaker`, the person that stayed."""
    answered = Exists(Answer.objects.filter(response=OuterRef("pk")))
    known = Response.objects.filter(answered, person__erased_at=None).exclude(person=None)
    return known.order_by().annotate(speaker=HEARER)


def _contributors(inside: QuerySet[Study]) -> int:
    return spoken().filter(study__in=inside).values("study", "speaker").distinct().count()


def decisions_in(studies: QuerySet[Study]) -> QuerySet[Decision]:
    """Return the decisions of these studies, newest first, with what lists show of them."""
    return (
        Decision.objects.filter(study__in=studies)
        .select_related("study", "decided_by")
        .prefetch_related("insights", Prefetch("changes", Change.objects.select_related("owner").order_by("pk")))
        .order_by("-decided_at", "-pk")
    )


def updates_in(studies: QuerySet[Study]) -> QuerySet[Update]:
    """Return the updates of these studies, newest first."""
    about = Update.objects.filter(study__in=studies).select_related(
        "study", "decision", "change_step__change__decision", "insight", "approved_by"
    )
    return about.order_by("-drafted_at", "-pk")


def with_reach(updates: Iterable[Update]) -> list[CountedUpdate]:
    """Return these updates with how many people each has reached; more than `ahead.MANY` are counted ahead."""
    updates = list(updates)
    kept = Counted.objects.filter(kind=REACH_AHEAD, of__in=[str(update.pk) for update in updates])
    found = {int(row.of): row.value for row in kept}
    found |= count_reach(update.pk for update in updates if update.pk not in found)
    for update in updates:
        vars(update).update(found.get(update.pk, {"mailed": 0, "waiting_on_page": 0, "seen": 0}))
    return cast("list[CountedUpdate]", updates)


def count_reach(updates: Iterable[int]) -> dict[int, dict[str, int]]:
    """Count how many people each of these updates (ids) has reached, by what `Reached` calls it."""
    rows = Telling.objects.filter(update__in=list(updates)).order_by().values("update")
    counted = rows.annotate(
        mailed=Count("pk", filter=Q(digest__isnull=False)),
        waiting_on_page=Count("pk", filter=Q(digest=None, seen_at=None)),
        seen=Count("pk", filter=Q(seen_at__isnull=False)),
    )
    found = counted.values_list("update", "mailed", "waiting_on_page", "seen")
    return {update: {"mailed": mailed, "waiting_on_page": waits, "seen": seen} for update, mailed, waits, seen in found}


@dataclass(frozen=True)
class HelpedCount:
    """How many people said an update helped, and how many said not yet; each person's newest answer counts."""

    yes: int = 0
    not_yet: int = 0


def helped_by_update(updates: list[int]) -> dict[int, HelpedCount]:
    """Return the answers to "did it help?" for each update."""
    newest: dict[tuple[int, int], bool] = {}
    for update_id, person_id, helped in (
        Helped.objects.filter(update__in=updates).order_by("pk").values_list("update_id", "person_id", "helped")
    ):
        newest[(update_id, person_id)] = helped
    found: dict[int, HelpedCount] = {}
    for (update_id, _person), helped in newest.items():
        was = found.get(update_id, HelpedCount())
        found[update_id] = HelpedCount(was.yes + helped, was.not_yet + (not helped))
    return found


def overdue_studies(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return the studies whose promise is past while a contributor has heard nothing yet; where very many take part, as
    it was counted some minutes before.
    """
    late = set(studies.filter(promise_on__lt=today()).order_by().values_list("pk", flat=True))
    if not late:
        return studies.none()
    counted = Counted.objects.filter(kind=HEARD_AHEAD).values_list("of", "value__waits")
    waits = {int(of): waits for of, waits in counted}
    waiting, since = {pk for pk in late if waits.get(pk)}, late - waits.keys()
    if since:
        waiting |= set(waited_for(studies.filter(pk__in=since)).order_by().values_list("pk", flat=True))
    return studies.filter(pk__in=waiting)


def overdue_among(studies: Collection[int]) -> set[int]:
    """Return which of these studies, all by their ids, are overdue."""
    found = overdue_studies(Study.objects.filter(pk__in=studies)) if studies else Study.objects.none()
    return set(found.order_by().values_list("pk", flat=True))


def waited_for(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return the studies of which a contributor has heard nothing yet."""
    told = Telling.objects.filter(HEARD, update__study=OuterRef("study"))
    # Two looks along an index each; asked in one, the databases go through everybody for each of the contributors.
    own, merged = told.filter(person=OuterRef("speaker")), told.filter(person__merged_into=OuterRef("speaker"))
    unheard = spoken().filter(study=OuterRef("pk")).exclude(Exists(own) | Exists(merged))
    return studies.filter(Exists(unheard))


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for `user` in this room: promises, what is in public, drafts, updates ready to go, changes of theirs."""
    studies = seen_by(user)
    mine = studies.filter(Q(owner=user) | Q(members__user=user)).distinct()
    found = [_overdue(study) for study in overdue_studies(mine)[:20]]
    looked_after = studies if user.is_leader else mine
    found += [_not_so_in_public(item) for item in no_longer_matching(looked_after)[:20]]
    found += _updates_to_read(looked_after) + _updates_to_send(looked_after)
    return found + [_change(change) for change in _own_changes(user)]


def _overdue(study: Study) -> Waiting:
    text = _("The promise to those who took part in “%(study)s” is overdue") % {"study": study.title}
    return Waiting(text, reverse("decisions:updates", args=[study.slug]), study.promise_on, urgent=True)


def _not_so_in_public(item: PublicItem) -> Waiting:
    text = _("“You said, we did” no longer says what holds about “%(what)s”") % {"what": item.decision.headline}
    return Waiting(text, reverse("decisions:publish", args=[item.decision.ref]), urgent=True)


def _updates_to_read(studies: QuerySet[Study]) -> list[Waiting]:
    drafts = Update.objects.filter(study__in=studies, approved_at=None, discarded_at=None)
    return [
        _updates_of(
            row,
            ngettext(
                "%(count)d update about “%(study)s” waits to be read and approved",
                "%(count)d updates about “%(study)s” wait to be read and approved",
                row["updates"],
            ),
        )
        for row in _by_study(drafts)
    ]


def _updates_to_send(studies: QuerySet[Study]) -> list[Waiting]:
    """Those that are approved and have reached nobody; what was sent and waits for an address goes by itself."""
    approved = Update.objects.filter(study__in=studies, approved_at__isnull=False, discarded_at=None, overtaken_at=None)
    tellings, held = Telling.objects.filter(update=OuterRef("pk")), HeldTelling.objects.filter(update=OuterRef("pk"))
    return [
        _updates_of(
            row,
            ngettext(
                "%(count)d update about “%(study)s” is approved and not sent yet",
                "%(count)d updates about “%(study)s” are approved and not sent yet",
                row["updates"],
            ),
        )
        for row in _by_study(approved.exclude(Exists(tellings) | Exists(held)))
    ]


def _by_study(updates: QuerySet[Update]) -> list[dict[str, Any]]:
    """Return a row a study, with its promise: a past day only while somebody waits for it."""
    rows = list(
        updates.values("study", "study__slug", "study__title", "study__promise_on")
        .annotate(updates=Count("pk"))
        .order_by("study__promise_on", "study__title")[:20]
    )
    past = {row["study"] for row in rows if row["study__promise_on"] and row["study__promise_on"] < today()}
    kept = past - overdue_among(past)
    return [row | {"due": None if row["study"] in kept else row["study__promise_on"]} for row in rows]


def _updates_of(row: dict[str, Any], words: str) -> Waiting:
    text = words % {"count": row["updates"], "study": row["study__title"]}
    return Waiting(text, reverse("decisions:updates", args=[row["study__slug"]]), row["due"])


def _own_changes(user: User) -> QuerySet[Change]:
    moving = Change.objects.filter(owner=user, state__in=[ChangeState.PLANNED, ChangeState.STARTED])
    return moving.select_related("decision__study").order_by(F("due_on").asc(nulls_last=True), "pk")[:20]


def _change(change: Change) -> Waiting:
    late = change.due_on is not None and change.due_on < today()
    text = _("Yours to do: %(what)s") % {"what": change.what}
    return Waiting(text, reverse("decisions:change", args=[change.ref]), change.due_on, urgent=late)

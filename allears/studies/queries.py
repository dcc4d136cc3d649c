"""Questions about studies and their invitations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core import ahead
from allears.core.clock import today
from allears.core.models import Job, User
from allears.core.waiting import Waiting
from allears.people.models import Person
from allears.studies import rounds
from allears.studies.hearing import Outcome, with_outcome, without_past_responses
from allears.studies.links import invitation_for, public_link_for
from allears.studies.models import Invitation, Member, RoundList, Selection, State, Study
from allears.studies.rates import Outcomes
from allears.studies.selection.queries import waiting_for_seed

__all__ = [
    "Outcomes",
    "QuerySet",
    "invitation_for",
    "invitations_of",
    "mine",
    "outcome_counts",
    "outcome_rates",
    "public_link_for",
    "seen_by",
]

SOON = timedelta(days=7)
OUTCOMES_AHEAD = "outcomes"


def seen_by(user: User) -> QuerySet[Study]:
    """Return the studies that `user` may see; the rule `can_see` as a filter."""
    if user.is_leader or user.is_administrator:
        return Study.objects.all()
    return Study.objects.filter(Q(team_only=False) | _of_team(user))


def waiting_for_answer(people: Iterable[int]) -> QuerySet[Invitation]:
    """Return the invitations of these rows to studies that are open, neither answered nor declined, newest first."""
    theirs = Invitation.objects.filter(person__in=list(people), study__state=State.OPEN).select_related("study")
    over = [Outcome.ANSWERED, Outcome.DECLINED, Outcome.NOT_ME]
    return with_outcome(theirs).exclude(outcome__in=over).order_by("-invited_at", "-pk")  # type: ignore[misc]


def mine(studies: QuerySet[Study], user: User) -> QuerySet[Study]:
    """Return those of `studies` that `user` owns or helps with."""
    return studies.filter(_of_team(user))


def _of_team(user: User) -> Q:
    return Q(owner=user) | Q(Exists(Member.objects.filter(study=OuterRef("pk"), user=user)))


def overdue(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return those whose promised day is past. Whether everybody has heard back by now, a room above knows."""
    return studies.exclude(state=State.DRAFT).filter(promise_on__lt=today())


def counts(studies: QuerySet[Study], user: User) -> dict[str, int]:
    """Return how many of `studies` there are: all (""), in each state, `user`'s own, and with a promise past."""
    late = Q(promise_on__lt=today()) & ~Q(state=State.DRAFT)
    by_state = {state: Count("pk", filter=Q(state=state)) for state in State.values}
    found = studies.aggregate(
        every=Count("pk"),
        mine=Count("pk", filter=_of_team(user)),
        overdue=Count("pk", filter=late),
        **by_state,
    )
    return {"": found.pop("every"), **found}


def looking_for(studies: QuerySet[Study], words: str) -> QuerySet[Study]:
    """Return those in whose title, decision, options, what is known and not, or problem every one of `words` stands."""
    for word in words.split():
        anywhere = Q()
        for name in ("title", "decision", "options", "known", "unknown", "problem"):
            anywhere |= Q(**{f"{name}__icontains": word})
        studies = studies.filter(anywhere)
    return studies


def invitations_of(study: Study, outcome: str = "") -> QuerySet[Invitation]:
    """Return the study's invitations with their outcome, newest first; of one outcome only."""
    found = with_outcome(Invitation.objects.filter(study=study)).order_by("-id")
    if outcome in Outcome.values:
        found = found.filter(outcome=outcome)  # type: ignore[misc]
    return found


def invited_refs(study: Study, people: Iterable[Person]) -> dict[int, str]:
    """Return the refs of the study's invitations to `people`, by the ids of those who were asked."""
    return dict(Invitation.objects.filter(study=study, person__in=people).values_list("person_id", "ref"))


def last_round(study: Study) -> Job | None:
    """Return the newest job that invited people to `study`."""
    return Job.objects.filter(kind="studies.invite", parameters__study=study.pk).order_by("-id").first()


def outcome_counts(study: Study) -> dict[Outcome, int]:
    """Return how many invitations ended how; every outcome is there. Very many are counted ahead (`studies.counting`)."""
    found = ahead.value_of(OUTCOMES_AHEAD, study.pk, lambda: count_outcomes(study))
    return {outcome: found.get(outcome.value, 0) for outcome in Outcome}


def count_outcomes(study: Study) -> dict[str, int]:
    """Count how many invitations ended how now, by the outcome's value."""
    rows = with_outcome(Invitation.objects.filter(study=study)).values_list("outcome")  # type: ignore[misc]
    return dict(rows.annotate(Count("id")).order_by())


def outcomes_counted_at(study: Study) -> datetime | None:
    """Return when the outcomes were counted, where they are counted ahead."""
    row = ahead.kept(OUTCOMES_AHEAD, study.pk)
    return row.at if row else None


def outcome_rates(study: Study) -> Outcomes:
    """Return the study's outcomes and their AAPOR rates (see `studies.rates` for the definitions)."""
    return rates_from(outcome_counts(study))


def rates_from(counts: dict[Outcome, int]) -> Outcomes:
    """Map our outcomes to the standard's dispositions."""
    return Outcomes(
        complete=counts[Outcome.ANSWERED],
        partial=counts[Outcome.BEGUN],
        refused=counts[Outcome.DECLINED] + counts[Outcome.OPENED],
        silent=counts[Outcome.SILENT] + counts[Outcome.LATER],
        not_eligible=counts[Outcome.NOT_ME],
    )


def waiting_for(user: User) -> list[Waiting]:
    """Return what in this room waits for `user`: their drafts that are to ask somebody, open studies whose promise is near,
    rounds that were given up before their end, and lotteries that were committed and not drawn.
    """
    own = mine(seen_by(user), user).order_by("promise_on", "id")
    if not user.is_researcher:
        return []
    to_open = without_past_responses(own.filter(state=State.DRAFT))  # past responses need nobody who is asked
    near = own.filter(state=State.OPEN, promise_on__gte=today(), promise_on__lte=today() + SOON)
    seeds = [_draw(commitment.selection) for commitment in waiting_for_seed(own.order_by())[:10]]
    return [_close(study) for study in near[:10]] + _rounds(user) + seeds + [_finish(study) for study in to_open[:10]]


def _rounds(user: User) -> list[Waiting]:
    """Rounds that were given up before everybody had their turn; who stopped one knows it."""
    given_up = [kept for kept in rounds.cut_off() if kept.can_go_on and kept.job.error]
    studies = mine(Study.objects.all(), user).in_bulk([kept.job.parameters["study"] for kept in given_up]) if given_up else {}
    return [_go_on(kept, studies[pk]) for kept in given_up[:10] if (pk := kept.job.parameters["study"]) in studies]


def _go_on(kept: RoundList, study: Study) -> Waiting:
    words = ngettext(
        "A round of “%(title)s” stopped before its end: %(n)s person is left",
        "A round of “%(title)s” stopped before its end: %(n)s people are left", kept.left,
    )  # fmt: skip
    url = reverse("studies:rest", args=[study.slug, kept.job.ref])
    return Waiting(words % {"title": study.title, "n": intcomma(kept.left)}, url, urgent=True)


def _draw(selection: Selection) -> Waiting:
    words = _("The lottery of “%(title)s” is committed and waits for its seed") % {"title": selection.study.title}
    return Waiting(words, reverse("studies:selection_draw", args=[selection.study.slug, selection.ref]))


def _finish(study: Study) -> Waiting:
    return Waiting(_("Finish “%(title)s” and open it") % {"title": study.title}, _home(study))


def _close(study: Study) -> Waiting:
    words = _("“%(title)s” is still open, and its promise is near") % {"title": study.title}
    return Waiting(words, _home(study), due=study.promise_on, urgent=True)


def _home(study: Study) -> str:
    return reverse("studies:study", args=[study.slug])

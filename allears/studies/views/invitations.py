"""Who was asked: the list, one invitation with its ways in, and the list as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.core import audit
from allears.core.doors import door
from allears.core.progress import job_url
from allears.core.rules import is_researcher
from allears.core.tables import safe_cell
from allears.design.parts import Chip
from allears.people.rules import may_read
from allears.studies import actions, anew, fates, listing, naming, queries, rounds
from allears.studies.hearing import Outcome, outcome_of
from allears.studies.links import answering_url
from allears.studies.models import Invitation, Study
from allears.studies.rules import can_work_on
from allears.studies.views.finding import asked_study, own_study, reader, typed

TONES = {
    Outcome.ANSWERED: "kept", Outcome.BEGUN: "accent", Outcome.DECLINED: "dissent", Outcome.NOT_ME: "dissent",
    Outcome.OPENED: "neutral", Outcome.SILENT: "neutral", Outcome.LATER: "surprise",
}  # fmt: skip


@door(may_read)
@require_safe
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """The study's invitations, newest first, by what became of them."""
    study = asked_study(request, slug)
    outcome, words = request.GET.get("outcome", ""), typed(request.GET, "q")
    lost = request.GET.get("letters") == "lost"
    page = listing.page_of(study, outcome=outcome, words=words, after=request.GET.get("after", ""), lost=lost)
    counts, works = queries.outcome_counts(study), can_work_on(reader(request), study)
    lost_count, can_anew = anew.counts(study)
    return render(
        request,
        "studies/invitations.html",
        {
            "study": study,
            "rows": [{"row": row, "outcome": outcome_of(row), "tone": TONES[outcome_of(row)]} for row in page.rows],
            "page": page,
            "chips": [*_filters(study, counts, "" if lost else outcome), *_lost_chip(study, lost_count, lost)],
            "lost": lost,
            "lost_count": lost_count,
            "anew": can_anew,
            "q": words,
            "asked": sum(counts.values()),
            "counted_at": queries.outcomes_counted_at(study),
            "works": works,
            "cut_off": rounds.left_over(study) if works else [],
            "last_round": queries.last_round(study),
            "named": naming.named_in(study),
        },
    )


def _filters(study: Study, counts: dict[Outcome, int], chosen: str) -> list[Chip]:
    here = reverse("studies:invitations", args=[study.slug])
    return [
        Chip(
            f"{outcome.label} · {intcomma(count)}",
            "accent" if outcome.value == chosen else "neutral",
            "" if outcome.value == chosen else f"{here}?outcome={outcome.value}",
            here if outcome.value == chosen else "",
        )
        for outcome, count in counts.items()
        if count or outcome.value == chosen
    ]


def _lost_chip(study: Study, count: int, chosen: bool) -> list[Chip]:
    here = reverse("studies:invitations", args=[study.slug])
    words = _("No letter arrived")
    label = f"{words} · {intcomma(count)}"
    if chosen:
        return [Chip(label, "accent", "", here)]
    return [Chip(label, "neutral", f"{here}?letters=lost")] if count else []


@door(is_researcher)
@require_POST
def sent_anew(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the letter anew, in the background, to everybody whose letters never arrived and whose address works now."""
    study = own_study(request, slug)
    back = reverse("studies:invitations", args=[slug])
    try:
        return redirect(job_url(anew.ask_to_send(study=study, by=reader(request), next_url=back, next_words=_("See who was asked"))))
    except actions.NotOpen as refused:
        messages.error(request, str(refused))
        return redirect(f"{back}?letters=lost")


@door(may_read)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One invitation: its letters, what was answered, and for the study's team a reminder or a fresh link."""
    study = own_study(request, slug) if request.method == "POST" else asked_study(request, slug)
    found = get_object_or_404(queries.invitations_of(study).select_related("person__account", "invited_by"), ref=ref)
    if request.method == "POST":
        return _act(request, study, found)
    return _page(request, study, found)


def _page(request: HttpRequest, study: Study, found: Invitation, fresh: str = "") -> HttpResponse:
    decline = getattr(found, "decline", None)
    lost = anew.lost_among(Invitation.objects.filter(pk=found.pk))
    mails = list(fates.letters().filter(invitation=found))
    context = {
        "study": study, "row": found, "outcome": outcome_of(found), "tone": TONES[outcome_of(found)],
        "decline": decline, "mails": mails, "reminded": any(mail.kind == "remind" for mail in mails),
        "working": found.links.filter(revoked_at=None).count(), "revoked": found.links.exclude(revoked_at=None).count(),
        "works": can_work_on(reader(request), study), "fresh": fresh,
        "named": found.referrals.count(), "named_agreed": found.referrals.filter(agreed_at__isnull=False).count(),
        "named_by": _named_by(found),
        "later": found.laters.order_by("-pk").first(),
        "waits": outcome_of(found) in (Outcome.SILENT, Outcome.OPENED, Outcome.BEGUN),
        "lost": bool(lost), "anew": bool(lost and anew.reachable(lost)),
    }  # fmt: skip
    return render(request, "studies/invitation.html", context)


def _named_by(found: Invitation) -> list[Invitation]:
    """Whoever named this person, now that they have agreed."""
    if not hasattr(found, "named_by"):
        return []
    same = Invitation.objects.filter(study=found.study_id, referrals__address_hash=found.named_by.address_hash)
    return list(same.select_related("person").distinct().order_by("pk"))


def _act(request: HttpRequest, study: Study, found: Invitation) -> HttpResponse:
    act = request.POST.get("act")
    if act == "link":
        return _page(request, study, found, answering_url(actions.issue_link(invitation=found, by=reader(request))))
    if act == "revoke":
        actions.revoke_links(invitation=found, by=reader(request))
        messages.success(
            request,
            _("Every link of this invitation is dead now. Give them a fresh one if they still want to answer."),
        )
    if act in ("remind", "remind_again"):
        _remind(request, found, they_asked=act == "remind_again")
    if act == "anew":
        _send_anew(request, found)
    return redirect("studies:invitation", study.slug, found.ref)


def _refused(request: HttpRequest, refusal: actions.NotInvitable) -> None:
    words = {
        "no_budget": _("They have no minutes left in their contact budget. Wait until they have."),
        "not_contactable": _("They do not want to be asked."),
        "no_address": _("There is no e-mail address that works. Mend it on their page."),
    }
    messages.error(request, words[refusal.why])


def _send_anew(request: HttpRequest, found: Invitation) -> None:
    try:
        anew.send(invitation=found, by=reader(request))
    except actions.NotInvitable as refusal:
        _refused(request, refusal)
    except (anew.HasArrived, actions.NotOpen) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The letter is in the outbox."))


def _remind(request: HttpRequest, found: Invitation, they_asked: bool) -> None:
    try:
        actions.remind(invitation=found, by=reader(request), they_asked=they_asked)
    except actions.NotInvitable as refusal:
        _refused(request, refusal)
    except actions.SaidLater:
        messages.error(request, _("They told us when they want to be asked. Nothing reminds them before."))
    except actions.HasPaused:
        messages.error(request, _("They stopped for now and come back by themselves. Nothing reminds them unless they ask for it."))
    except actions.AlreadyReminded:
        messages.error(request, _("They were reminded already, and one reminder is all that people get."))
    except actions.NotOpen as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The reminder is in the outbox."))


@door(is_researcher)
@require_safe
def as_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every invitation as a file, written row by row."""
    study = own_study(request, slug)
    audit.record(by=reader(request), verb="studies.invitations_exported", target=study)
    answer = StreamingHttpResponse(_lines(study), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{study.slug}-invitations.csv"'
    return answer


HEADS = ["invitation", "person", "name", "email", "account", "invited_at", "minutes", "outcome", "reminded_at",
         "declined", "reason"]  # fmt: skip


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _lines(study: Study) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEADS)
    rows = queries.invitations_of(study).select_related("person__account", "decline").prefetch_related("mails")
    for row in rows.iterator(chunk_size=1000):
        yield writer.writerow([safe_cell(value) for value in _cells(row)])


def _cells(row: Invitation) -> list[str]:
    reminders = [mail.at.isoformat() for mail in row.mails.all() if mail.kind == "remind"]
    decline = getattr(row, "decline", None)
    account = row.person.account.name if row.person.account else ""
    asked = [row.ref, row.person.ref, row.person.name, row.person.email, account]
    became = [row.invited_at.isoformat(), str(row.minutes), outcome_of(row).value]
    said = [decline.kind, decline.reason] if decline else ["", ""]
    return [*asked, *became, reminders[-1] if reminders else "", *said]

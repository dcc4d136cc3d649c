"""Making a claim, holding it by people's words, and trying it by the words against it."""

from __future__ import annotations

from django.db import transaction

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.insights import signals, surprise
from allears.insights.actions.codings import check_span
from allears.insights.actions.errors import AlreadyWithdrawn, AnotherStudy, NoClaim, SayHow
from allears.insights.models import Citation, Insight, LookAgainst, Side
from allears.studies.models import Study
from allears.verbatims.models import Verbatim


@transaction.atomic
def claim(
    *, study: Study, claim: str, by: User | None, explanation: str = "", example: bool = False
) -> Insight:
    """Write down what was understood, in a sentence. It stands with no words yet; `cite` gives it some."""
    insight = Insight.objects.create(
        study=study, claim=_tidy(claim), explanation=explanation.strip(), made_by=by, example=example
    )
    audit.record(by=by, verb="insights.claimed", target=insight, claim=insight.claim)
    signals.insight_claimed.send(Insight, insight=insight, by=by)
    return insight


@transaction.atomic
def change_claim(*, insight: Insight, by: User | None, claim: str, explanation: str) -> Insight:
    """Say it better; what it said before stays in the audit trail. Raises `NoClaim`, `AlreadyWithdrawn`."""
    insight = _held(insight)
    before = {"claim": insight.claim, "explanation": insight.explanation}
    insight.claim, insight.explanation = _tidy(claim), explanation.strip()
    insight.save(update_fields=["claim", "explanation"])
    audit.record(by=by, verb="insights.claim_changed", target=insight, before=before, claim=insight.claim)
    return insight


@transaction.atomic
def cite(*, insight: Insight, verbatim: Verbatim, start: int, end: int, side: str, by: User | None) -> Citation:
    """Let the characters [start, end) of `verbatim` speak for or against `insight`.

    Citing the same span again changes its side if need be, and nothing else. Raises `WordsAreGone`,
    `OutsideTheWords`, `AnotherStudy`, `AlreadyWithdrawn`.
    """
    insight = _held(insight)
    check_span(verbatim, start, end)
    if insight.study.collection_id != verbatim.collection_id:
        raise AnotherStudy
    side = Side(side).value
    citation, made = Citation.objects.get_or_create(
        insight=insight, verbatim=verbatim, start=start, end=end, defaults={"side": side, "by": by}
    )
    if not made and citation.side == side:
        return citation
    citation.side, citation.by = side, by
    citation.save(update_fields=["side", "by"])
    _after_citing(citation, by)
    return citation


@transaction.atomic
def uncite(*, citation: Citation, by: User | None) -> None:
    """Take a citation away; the audit event keeps what it was. Taking it twice changes nothing."""
    gone = Citation.objects.filter(pk=citation.pk).select_related("insight__study").first()
    if gone is None:
        return
    audit.record(
        by=by, verb="insights.uncited", target=gone.insight, verbatim=gone.verbatim_id, start=gone.start,
        end=gone.end, side=gone.side,
    )  # fmt: skip
    gone.delete()
    surprise.reckon_again([gone.verbatim_id], gone.insight.study)
    signals.words_uncited.send(Insight, insight=gone.insight, verbatim_id=gone.verbatim_id, by=by)


@transaction.atomic
def look_against(*, insight: Insight, by: User, how: str) -> LookAgainst:
    """Write down that somebody searched for words against it, and how. Raises `SayHow`, `AlreadyWithdrawn`."""
    insight = _held(insight)
    if not how.strip():
        raise SayHow
    look = LookAgainst.objects.create(insight=insight, by=by, how=how.strip())
    audit.record(by=by, verb="insights.looked_against", target=insight)
    signals.looked_against.send(Insight, insight=insight, by=by)
    return look


@transaction.atomic
def withdraw(*, insight: Insight, by: User | None, because: str = "") -> Insight:
    """Stop holding it; it stays readable, with its words and the reason. Raises `AlreadyWithdrawn`."""
    insight = _held(insight)
    insight.withdrawn_at, insight.withdrawn_by, insight.withdrawn_because = now(), by, because.strip()
    insight.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    audit.record(by=by, verb="insights.withdrawn", target=insight, because=insight.withdrawn_because)
    _reckon_its_words(insight)
    signals.insight_withdrawn.send(Insight, insight=insight, by=by)
    return insight


@transaction.atomic
def restore(*, insight: Insight, by: User | None) -> Insight:
    """Hold a withdrawn insight again; the withdrawal stays in the audit trail."""
    insight = Insight.objects.select_for_update(of=("self",)).select_related("study").get(pk=insight.pk)
    insight.withdrawn_at, insight.withdrawn_by, insight.withdrawn_because = None, None, ""
    insight.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    audit.record(by=by, verb="insights.restored", target=insight)
    _reckon_its_words(insight)
    signals.insight_restored.send(Insight, insight=insight, by=by)
    return insight


def _held(insight: Insight) -> Insight:
    fresh = Insight.objects.select_for_update(of=("self",)).select_related("study").get(pk=insight.pk)
    if not fresh.stands:
        raise AlreadyWithdrawn
    return fresh


def _tidy(claim: str) -> str:
    tidy = " ".join(claim.split())
    if not tidy or len(tidy) > 400:
        raise NoClaim
    return tidy


def _after_citing(citation: Citation, by: User | None) -> None:
    audit.record(
        by=by, verb="insights.cited", target=citation.insight, verbatim=citation.verbatim_id, start=citation.start,
        end=citation.end, side=citation.side,
    )  # fmt: skip
    surprise.reckon_again([citation.verbatim_id], citation.insight.study)
    signals.words_cited.send(Citation, citation=citation, by=by)


def _reckon_its_words(insight: Insight) -> None:
    cited = insight.citations.values_list("verbatim", flat=True).distinct()
    surprise.reckon_again(cited, insight.study)

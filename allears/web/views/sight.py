"""The line-of-sight page for any sentence, insight, decision or change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from allears.core.doors import StaffRequest, door
from allears.core.models import User
from allears.core.rules import signs_in
from allears.decisions.models import Change, Decision
from allears.insights.models import Insight
from allears.insights.sight import deciding
from allears.studies import piping
from allears.studies.models import Study
from allears.studies.queries import seen_by
from allears.studies.rules import can_decide_on
from allears.verbatims.models import Verbatim
from allears.web import line, picture

Looked = tuple[line.Sight, Study, Any]


@door(signs_in)
def sight(request: StaffRequest, kind: str, ref: str) -> HttpResponse:
    """Show the chain in both directions, as a picture and as a list."""
    if kind not in _LOOKS:
        raise Http404
    found, study, focus = _LOOKS[kind](request.user, ref)
    context = {
        "kind": kind,
        "focus": focus,
        "heading": _heading(kind, focus),
        "study": study,
        "sight": found,
        "picture": _picture(found, kind, focus),
        "asked": piping.general(focus.source.prompt) if kind == "verbatim" else "",
        "decide_url": _decide_url(request.user, study, found),
    }
    return render(request, "web/sight.html", context)


def _heading(kind: str, focus: Any) -> str:
    """What is looked from, as the page's heading; empty for words, which stand large in the chain itself."""
    return getattr(focus, _SAYS[kind]) if kind in _SAYS else ""


def _decide_url(user: User, study: Study, found: line.Sight) -> str:
    """Where one decides on what was understood; empty for who may not, and where nothing was understood yet."""
    first = next((i for i in found.insights if i.stands), None)
    return deciding(study, first.ref) if first and can_decide_on(user, study) else ""


def _of_verbatim(user: User, ref: str) -> Looked:
    collections = seen_by(user).values("collection")
    words = get_object_or_404(
        Verbatim.objects.select_related("person", "source", "stone", "leaf__block"),
        ref=ref,
        collection__in=collections,
    )
    return line.from_verbatim(words), Study.objects.get(collection=words.collection_id), words


def _of_insight(user: User, ref: str) -> Looked:
    insight = get_object_or_404(Insight.objects.select_related("study", "made_by"), ref=ref, study__in=seen_by(user))
    return line.from_insights([insight]), insight.study, insight


def _of_decision(user: User, ref: str) -> Looked:
    found = Decision.objects.select_related("study", "decided_by")
    decision = get_object_or_404(found, ref=ref, study__in=seen_by(user))
    return line.from_decision(decision), decision.study, decision


def _of_change(user: User, ref: str) -> Looked:
    found = Change.objects.select_related("decision__study", "decision__decided_by", "owner").prefetch_related(
        "steps__by"
    )
    change = get_object_or_404(found, ref=ref, decision__study__in=seen_by(user))
    return line.from_decision(change.decision, change), change.decision.study, change


_LOOKS: dict[str, Callable[[User, str], Looked]] = {
    "verbatim": _of_verbatim,
    "insight": _of_insight,
    "decision": _of_decision,
    "change": _of_change,
}

_SAYS = {"insight": "claim", "decision": "headline", "change": "what"}


def _picture(found: line.Sight, kind: str, focus: Any) -> picture.Picture:
    nodes = _word_nodes(found, kind, focus)
    nodes += [_insight_node(i) for i in found.insights]
    nodes += [_node("decision", d.pk, d.headline, d.ref, "accent") for d in found.decisions]
    nodes += [_node("change", c.pk, c.what, c.ref, "kept") for c in found.changes]
    looked_from = f"{kind}:{focus.pk}"
    return picture.draw([_focused(n) if n.key == looked_from else n for n in nodes], found.edges)


def _word_nodes(found: line.Sight, kind: str, focus: Any) -> list[picture.Node]:
    if kind == "verbatim":
        said = found.wordings
        return [_node("verbatim", v.pk, f"“{v.text}”" if v.text else "–", v.ref, "voice") for v in said]
    once = {q.verbatim_id: q for q in reversed(found.words)}
    return [
        _node("verbatim", q.verbatim_id, f"“{q.quoted}”" if q.quoted else "–", q.ref, "dissent" if q.side == "against" else "voice")
        for q in sorted(once.values(), key=lambda q: (q.side == "against", q.verbatim_id))
    ]


def _insight_node(insight: Insight) -> picture.Node:
    if insight.stands:
        return _node("insight", insight.pk, insight.claim, insight.ref, "accent")
    label = _("Withdrawn: %(claim)s") % {"claim": insight.claim}
    return _node("insight", insight.pk, label, insight.ref, "withdrawn")


def _node(kind: str, pk: int, label: str, ref: str, tone: str) -> picture.Node:
    return picture.Node(f"{kind}:{pk}", " ".join(label.split()), reverse("web:sight", args=[kind, ref]), tone)


def _focused(node: picture.Node) -> picture.Node:
    return picture.Node(node.key, node.label, "", node.tone, True)

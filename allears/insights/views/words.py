"""The reading room: people's words in full, and what stands beside them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from allears.core.doors import door
from allears.design.parts import Option
from allears.insights import actions, aside, few_people, narrowing, paging, queries, showing, small_groups
from allears.insights import filters as asked
from allears.insights.few_rows import FEW
from allears.insights.filters import Filters
from allears.insights.models import Insight
from allears.insights.room import Room
from allears.insights.rules import can_claim, can_code, may_open
from allears.insights.views import filters
from allears.insights.views.finding import back, place, reader, room_for, seen_study
from allears.studies import piping
from allears.studies.models import Study
from allears.studies.queries import seen_by
from allears.verbatims.models import Source, Verbatim


@door(may_open)
@require_safe
def words(request: HttpRequest) -> HttpResponseBase:
    """The words of all studies that the reader may see."""
    if slug := request.GET.get("study", "").strip():
        pairs = Filters.of(request.GET).address()
        return redirect(reverse("insights:words_of_study", args=[seen_study(request, slug).slug]) + pairs)
    return _reading_room(request, None)


@door(may_open)
@require_safe
def words_of_study(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The words of one study."""
    return _reading_room(request, seen_study(request, slug))


@door(may_open)
@require_safe
def beside(request: HttpRequest) -> HttpResponse:
    """Themes and speakers of all words that are wanted, counted now."""
    return _beside(request, None)


@door(may_open)
@require_safe
def beside_of_study(request: HttpRequest, slug: str) -> HttpResponse:
    return _beside(request, seen_study(request, slug))


@door(may_open)
@require_POST
def read(request: HttpRequest) -> HttpResponseBase:
    """"I have read these": the words of a page are remembered as read by this reader."""
    refs = request.POST.getlist("ref")[: paging.PER_PAGE * 2]
    collections = seen_by(reader(request)).values("collection")
    ids = list(Verbatim.objects.filter(ref__in=refs, collection__in=collections).values_list("pk", flat=True))
    actions.mark_read(user=reader(request), verbatims=ids)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "insights/read_mark.html", {"count": len(ids)})
    return back(request, reverse("insights:words"))


def _reading_room(request: HttpRequest, study: Study | None) -> HttpResponseBase:
    wanted = Filters.of(request.GET)
    if _is_untidy(request, wanted):
        return redirect(request.path + wanted.address())
    room = room_for(request, study)
    may = showing.reader_of(reader(request), room.studies)
    named = may.names_in
    answer = few_people.matching(room, wanted, named)
    found, ids, too_few = answer.found, answer.found.ids, answer.too_few
    page = paging.Page([]) if too_few else paging.page(
        found, wanted.order, after=request.GET.get("after", ""), before=request.GET.get("before", ""),
        collection=study.collection_id if study else None,
    )  # fmt: skip
    context = {
        "study": study,
        "heading": _heading(room, wanted),
        "wanted": wanted,
        "words": _shown(may, room, page, wanted),
        "page": page,
        "ids": ids,
        "too_few": too_few,
        "fewest": small_groups.FOR_COMMENTS,
        "perhaps": too_few and ids is None,
        "left_out": answer.left_out if not too_few else 0,
        "count": "" if too_few else _count_in_words(found),
        "looked": number_format(page.looked, force_grouping=True) if page.looked else "",
        "chips": filters.chips(wanted, room),
        "orders": _orders(wanted),
        "filters_url": place("filters", study) + wanted.address(),
        "keep": [pair for pair in wanted.pairs() if pair[0] != "q"],
        "looking": _insight_in_hand(wanted, study),
        "with_words": any_words(room) if not page.ids else True,
        **_abilities(request, study),
        **_aside_context(request, study, answer, wanted, named),
    }
    return render(request, "insights/words.html", context)


def _heading(room: Room, wanted: Filters) -> str:
    """The question that was asked, where the page shows the answers to one; the words answer it."""
    if len(wanted.questions) == 1:
        collections = [study.collection_id for study in room.studies]
        source = Source.objects.filter(ref=wanted.questions[0], collection__in=collections).first()
        if source and len(source.prompt) <= 120:
            return piping.general(source.prompt)
    return _("What people say")


def any_words(room: Room) -> bool:
    """Whether anybody has said anything here yet."""
    return room.words().exists()


def _is_untidy(request: HttpRequest, wanted: Filters) -> bool:
    """A form sends empty fields too; addresses that are passed on should not carry them."""
    return any(not value for value in request.GET.values()) and "after" not in request.GET


def _shown(may: showing.Reader, room: Room, page: paging.Page, wanted: Filters) -> list[showing.Shown]:
    return showing.shown(
        may, room.studies, page.ids, q=wanted.q, scores=page.scores,
        across=len(room.studies) > 1, of_a_group=wanted.by_who_they_are,
    )  # fmt: skip


def _abilities(request: HttpRequest, study: Study | None) -> dict[str, Any]:
    user = reader(request)
    return {
        "may_code": bool(study and can_code(user, study)),
        "may_claim": bool(study and can_claim(user, study)),
        **(_for_coding(request, study) if study and can_claim(user, study) else {}),
    }


def _for_coding(request: HttpRequest, study: Study) -> dict[str, Any]:
    """What the popover offers: themes in the codebook's order, those given last, and insights to cite for."""
    codebook = queries.codebook(study)
    recent = queries.recent_themes(reader(request), codebook)
    return {
        "desk": {
            "themes": [
                {"ref": b.theme.ref, "name": b.theme.name, "depth": b.depth, "definition": b.theme.definition}
                for b in queries.flat(codebook)
            ],
            "recent": [theme.ref for theme in recent],
            "insights": [{"ref": ref, "claim": claim} for ref, claim in queries.of_study(study).values_list("ref", "claim")[:100]],
        }
    }


def _insight_in_hand(wanted: Filters, study: Study | None) -> Insight | None:
    """The insight that the reader is looking for words against, carried along in the address."""
    return queries.of_study(study).filter(ref=wanted.against).first() if study and wanted.against else None


def _count_in_words(found: narrowing.Found) -> str:
    """How many there are. Of many only what is known for sure."""
    if found.ids is None:
        more = _("more than %(n)s things said") % {"n": number_format(FEW, force_grouping=True)}
        return more if found.surely_many else ""
    words = ngettext("%(n)s thing said", "%(n)s things said", len(found.ids))
    return words % {"n": number_format(len(found.ids), force_grouping=True)}


def _orders(wanted: Filters) -> list[Option]:
    labels = {
        asked.UNEXPECTED: _("Unexpected first"),
        asked.NEWEST: _("Newest first"),
        asked.OLDEST: _("Oldest first"),
    }
    return [Option(label, wanted.address(order=order), order == wanted.order) for order, label in labels.items()]


def _aside_context(
    request: HttpRequest, study: Study | None, answer: few_people.Answer, wanted: Filters, named: frozenset[int]
) -> dict[str, Any]:
    """The cards beside the words, or the way to have them counted."""
    room, ids = answer.room, answer.found.ids
    if answer.too_few or ids == []:
        return {"beside": None}
    at_once = ids is None or len(ids) <= aside.AT_ONCE or request.GET.get("count") == "1"
    without = _uncounted(answer, wanted, named)
    made = aside.beside(room, wanted, ids, without) if at_once else None
    if made is None and request.GET.get("count") == "1":
        made = aside.beside_many(wanted, answer.found.words, without)
    return {
        "beside": made,
        "beside_url": place("beside", study) + wanted.address(),
        "beside_at_once": ids is not None or (made is None and aside.is_soon_counted()),
        "count_url": wanted.address() + "&count=1",
    }


def _uncounted(answer: few_people.Answer, wanted: Filters, named: frozenset[int]) -> set[int]:
    """The facet values by which these speakers are not counted."""
    return few_people.uncounted_values(answer.room, named) if wanted.narrows else set()


def _beside(request: HttpRequest, study: Study | None) -> HttpResponse:
    wanted, room = Filters.of(request.GET), room_for(request, study)
    named = showing.reader_of(reader(request), room.studies).names_in
    answer = few_people.matching(room, wanted, named)
    if answer.too_few:
        return render(request, "insights/beside.html", {"beside": None})
    without = _uncounted(answer, wanted, named)
    made = aside.beside(answer.room, wanted, answer.found.ids, without) or aside.beside_many(
        wanted, answer.found.words, without
    )
    return render(request, "insights/beside.html", {"beside": made, "study": study})

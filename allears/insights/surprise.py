"""How unexpected words are, so that the unexpected can stand first; nothing is ever hidden by it.

The reckoning, simple enough to be said on the page:

1. Words that speak against a standing insight come first (`AGAINST`).
2. Then words with a rare theme, the rarest first. A verbatim is as unexpected as its rarest theme t:
   score(t) = 100 * log2(n_max / n_t), where n_t counts the verbatims that carry t and n_max those that carry the
   most common theme of the study (the self-information of t relative to the most expected theme, in 1/100 bit;
   Shannon 1948). Rare (`RARE`) means: the most common theme is said ten times as often.
3. Then words that nobody has given a theme yet: they have no score and no row.
4. Then words with common themes, again the rarest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from math import log2

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from allears.insights.models import Citation, Coding, Side, Surprise, Theme
from allears.studies.models import Study
from allears.verbatims.models import Verbatim

AGAINST = 20_000
RARE = 332  # 100 * log2(10)
BATCH = 2_000


def score(carried_by: int, most: int) -> int:
    """Return the score of a theme that `carried_by` verbatims carry where the commonest is carried by `most`."""
    return round(100 * log2(max(most, carried_by, 1) / max(carried_by, 1)))


def reckon_again(verbatims: Iterable[int], study: Study) -> None:
    """Bring the rows of these verbatims up to date with their codings and citations."""
    ids = list(verbatims)
    rows = _rows(ids, study, scores_of(study))
    Surprise.objects.filter(verbatim__in=set(ids) - {row.verbatim_id for row in rows}).delete()
    _put(rows)


def scores_of(study: Study) -> dict[int, int]:
    """Return the score of each theme of `study` that is in use."""
    themes = Theme.objects.filter(study=study, merged_into=None)
    most = themes.aggregate(most=Max("words"))["most"] or 0
    return {theme: score(words, most) for theme, words in themes.values_list("pk", "words")}


def rebuild(study: Study) -> int:
    """Count every theme's words anew and bring all rows of `study` up to date, batch by batch; return how many.

    For after an import, a merge or a split, and now and then by the heartbeat. Readers and writers go on meanwhile.
    """
    count_themes(study)
    scores, done = scores_of(study), 0
    for ids in _batches(_words_of(study), BATCH):
        done += _brought_up_to_date(ids, study, scores)
    return done


def _brought_up_to_date(ids: list[int], study: Study, scores: dict[int, int]) -> int:
    """Write only what has changed: mostly nothing has, and on SQLite everybody waits for a writer."""
    rows = _rows(ids, study, scores)
    kept = dict(Surprise.objects.filter(verbatim__in=ids).values_list("verbatim", "score"))
    changed = [row for row in rows if kept.get(row.verbatim_id) != row.score]
    gone = kept.keys() - {row.verbatim_id for row in rows}
    if changed or gone:
        with transaction.atomic():
            Surprise.objects.filter(verbatim__in=gone).delete()
            _put(changed)
    return len(rows)


def count_themes(study: Study, only: Iterable[int] | None = None) -> None:
    """Set the themes' counts of verbatims from their codings; words taken back or replaced do not count."""
    with transaction.atomic():
        these = Theme.objects.filter(study=study, **({} if only is None else {"pk__in": only}))
        themes = list(these.select_for_update().order_by("pk"))
        codings = _standing_codings([theme.pk for theme in themes])
        counted = dict(codings.values_list("theme").annotate(Count("verbatim", distinct=True)))
        for theme in themes:
            theme.words = counted.get(theme.pk, 0)
        Theme.objects.bulk_update(themes, ["words"])


def _standing_codings(themes: list[int]) -> QuerySet[Coding]:
    return Coding.objects.filter(theme__in=themes, verbatim__stone=None, verbatim__superseded_by=None).order_by()


def _words_of(study: Study) -> Iterator[int]:
    last = 0
    words = Verbatim.objects.filter(collection=study.collection_id).order_by("pk")
    while ids := list(words.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        yield from ids


def _rows(ids: list[int], study: Study, scores: dict[int, int]) -> list[Surprise]:
    best: dict[int, int] = {}
    for verbatim, theme in Coding.objects.filter(verbatim__in=ids, verbatim__stone=None, theme__in=list(scores)).values_list(
        "verbatim", "theme"
    ):
        best[verbatim] = max(best.get(verbatim, 0), scores[theme])
    best.update(dict.fromkeys(_against(ids), AGAINST))
    return [Surprise(verbatim_id=v, collection_id=study.collection_id, score=best[v]) for v in sorted(best)]


def _against(ids: list[int]) -> Iterable[int]:
    standing = Q(insight__withdrawn_at=None, side=Side.AGAINST, verbatim__stone=None)
    return Citation.objects.filter(standing, verbatim__in=ids).values_list("verbatim", flat=True).distinct()


def _put(rows: list[Surprise]) -> None:
    Surprise.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["verbatim"], update_fields=["score"]
    )


def _batches(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    each = iter(ids)
    while batch := list(islice(each, size)):
        yield batch

"""Giving words themes. Every coding is a row of its own, so that several people code at once without losing work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from allears.core import audit
from allears.core.models import User
from allears.insights import surprise
from allears.insights.actions.errors import AnotherStudy, OutsideTheWords, ThemeNotInUse, WordsAreGone
from allears.insights.models import CoderKind, Coding, Theme
from allears.studies.models import Study
from allears.verbatims.models import Verbatim


@dataclass(frozen=True)
class Coded:
    """One coding as an import brings it: ids of verbatim and theme, and [start, end) in characters."""

    verbatim_id: int
    theme_id: int
    start: int
    end: int


@transaction.atomic
def code(
    *,
    verbatim: Verbatim,
    theme: Theme,
    start: int,
    end: int,
    by: User | None = None,
    kind: str = CoderKind.PERSON,
    label: str = "",
) -> Coding:
    """Say that the characters [start, end) of `verbatim` speak of `theme`; saying it twice changes nothing.

    Somebody else may say the same: that is a coding of its own, by which one sees how far people agree. A theme that
    somebody has merged into another meanwhile is given as the one that stays.

    `kind` is a `CoderKind`, `label` names the machine or file that coded. Raises `WordsAreGone`, `OutsideTheWords`,
    `ThemeNotInUse`, `AnotherStudy`.
    """
    theme = _as_it_is_now(theme.pk)
    check_span(verbatim, start, end)
    check_theme(theme, verbatim)
    is_new_to_it = not Coding.objects.filter(verbatim=verbatim, theme=theme).exists()
    coding, made = Coding.objects.get_or_create(
        verbatim=verbatim,
        theme=theme,
        start=start,
        end=end,
        coder=by,
        defaults={"coder_kind": kind, "coder_label": label},
    )
    if made:
        audit.record(by=by or label, verb="insights.coded", target=verbatim, theme=theme.pk, start=start, end=end)
        if is_new_to_it:
            _one_more(theme, 1)
        surprise.reckon_again([verbatim.pk], theme.study)
    return coding


@transaction.atomic
def uncode(*, coding: Coding, by: User | None) -> None:
    """Take a coding away; the audit event keeps what it said and who had said it. Taking it twice changes nothing."""
    gone = _held_with_its_theme(coding.pk)
    if gone is None:
        return
    theme = gone.theme
    audit.record(by=by, verb="insights.uncoded", target=gone.verbatim, **_remembered(gone))
    gone.delete()
    if not Coding.objects.filter(verbatim=gone.verbatim_id, theme=theme).exists():
        _one_more(theme, -1)
    surprise.reckon_again([gone.verbatim_id], gone.theme.study)


@transaction.atomic
def code_many(
    *, study: Study, rows: Sequence[Coded], by: User | None, kind: str = CoderKind.IMPORT, label: str = ""
) -> int:
    """Keep many codings at once, as an import or a machine brings them; those that are there already stay as they are.

    Spans and ids are the caller's to check. Counts are brought up to date before it returns. Returns how many codings
    the study's themes have gained.
    """
    mine = Coding.objects.filter(theme__study=study)
    before = mine.count()
    Coding.objects.bulk_create(
        [
            Coding(
                verbatim_id=row.verbatim_id, theme_id=row.theme_id, start=row.start, end=row.end,
                coder=by if kind == CoderKind.PERSON else None, coder_kind=kind, coder_label=label,
            )
            for row in rows
        ],
        batch_size=1_000,
        ignore_conflicts=True,
    )  # fmt: skip
    gained = mine.count() - before
    audit.record(by=by or label, verb="insights.coded_many", target=study, codings=gained, kind=kind, label=label)
    surprise.rebuild(study)
    return gained


def check_span(verbatim: Verbatim, start: int, end: int) -> None:
    """Raise `WordsAreGone` or `OutsideTheWords` unless [start, end) lies in words that still stand."""
    if not verbatim.text or hasattr(verbatim, "stone"):
        raise WordsAreGone
    if not 0 <= start < end <= len(verbatim.text):
        raise OutsideTheWords


def check_theme(theme: Theme, verbatim: Verbatim) -> None:
    """Raise `ThemeNotInUse` or `AnotherStudy` unless words of `verbatim` can be given `theme`."""
    if not theme.is_in_use:
        raise ThemeNotInUse
    if theme.study.collection_id != verbatim.collection_id:
        raise AnotherStudy


def _as_it_is_now(pk: int) -> Theme:
    """The theme, or the one that it has become a part of, locked until this transaction is through."""
    theme = Theme.objects.select_for_update(of=("self",)).select_related("study").get(pk=pk)
    return _as_it_is_now(theme.merged_into_id) if theme.merged_into_id else theme


def _held_with_its_theme(pk: int) -> Coding | None:
    """The coding, locked after its theme as a merge does it, so that neither waits for the other for ever."""
    theme = Coding.objects.filter(pk=pk).values_list("theme", flat=True).first()
    while theme is not None:
        Theme.objects.select_for_update(of=("self",)).get(pk=theme)
        coding = Coding.objects.select_for_update(of=("self",)).select_related("theme__study").filter(pk=pk).first()
        if coding is None or coding.theme_id == theme:
            return coding
        theme = coding.theme_id  # a merge or a split was quicker
    return None


def _one_more(theme: Theme, step: int) -> None:
    Theme.objects.filter(pk=theme.pk, words__gte=max(0, -step)).update(words=F("words") + step)


def _remembered(coding: Coding) -> dict[str, object]:
    return {
        "theme": coding.theme_id,
        "start": coding.start,
        "end": coding.end,
        "coder": coding.coder_id,
        "kind": coding.coder_kind,
        "coded_at": coding.at.isoformat(),
    }

"""Keeping the codebook: themes are added, defined, nested, merged, split and retired; no coding is ever lost by it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.insights import surprise
from allears.insights.actions.errors import (
    AnotherStudy,
    NameTaken,
    NoName,
    NothingToMove,
    NotMerged,
    ThemeNotInUse,
    WouldLoop,
)
from allears.insights.models import Coding, MovedByMerge, Theme
from allears.studies.models import Study


@transaction.atomic
def add_theme(
    *, study: Study, name: str, by: User | None, definition: str = "", parent: Theme | None = None
) -> Theme:
    """Add a theme at the end of its place in the codebook. Raises `NoName`, `NameTaken`, `AnotherStudy`."""
    if parent and parent.study_id != study.pk:
        raise AnotherStudy
    theme = Theme(study=study, parent=parent, name=_tidy(name), definition=definition.strip(), made_by=by)
    theme.position = _after_the_last(study, parent)
    _save_under_a_free_name(theme)
    audit.record(by=by, verb="insights.theme_added", target=theme, name=theme.name)
    return theme


@transaction.atomic
def change_theme(*, theme: Theme, by: User | None, name: str, definition: str) -> Theme:
    """Give `theme` another name or definition; the old ones stay in the audit trail. Raises `NoName`, `NameTaken`."""
    theme = _held(theme)
    before = {"name": theme.name, "definition": theme.definition}
    theme.name, theme.definition = _tidy(name), definition.strip()
    _save_under_a_free_name(theme)
    audit.record(by=by, verb="insights.theme_changed", target=theme, before=before, name=theme.name)
    return theme


@transaction.atomic
def nest_theme(*, theme: Theme, by: User | None, parent: Theme | None) -> Theme:
    """Put `theme` under `parent`, or on the top level. Raises `WouldLoop`, `AnotherStudy`, `ThemeNotInUse`."""
    theme = _held(theme)
    parent = _held(parent) if parent else None
    if parent and parent.study_id != theme.study_id:
        raise AnotherStudy
    if parent and (parent.pk == theme.pk or theme.pk in _line_above(parent)):
        raise WouldLoop
    theme.parent, theme.position = parent, _after_the_last(theme.study, parent)
    theme.save(update_fields=["parent", "position"])
    audit.record(by=by, verb="insights.theme_nested", target=theme, under=parent.pk if parent else None)
    return theme


@transaction.atomic
def move_theme(*, theme: Theme, by: User | None, up: bool) -> Theme:
    """Let `theme` and its neighbour above (or below) change places; at the end of the row nothing happens."""
    theme = _held(theme)
    row = list(Theme.objects.in_use().filter(study=theme.study_id, parent=theme.parent_id))
    at = next(i for i, other in enumerate(row) if other.pk == theme.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(row):
        return theme
    row[at], row[to] = row[to], row[at]
    for place, other in enumerate(row):
        other.position = place
    Theme.objects.bulk_update(row, ["position"])
    audit.record(by=by, verb="insights.theme_moved", target=theme, up=up)
    return theme


@transaction.atomic
def merge_themes(*, keep: Theme, other: Theme, by: User | None) -> Theme:
    """Let the codings of `other` become codings of `keep`; each remembers the theme it was given first.

    Where somebody has given both themes to the very same span, the coding of `other` stays with it as history. Themes under `other`
    move under `keep`. Raises `AnotherStudy`, `ThemeNotInUse`, `WouldLoop` (a theme with itself).
    """
    if keep.study_id != other.study_id:
        raise AnotherStudy
    if keep.pk == other.pk:
        raise WouldLoop
    keep, other = _held(keep), _held(other)
    before = list(Coding.objects.filter(theme=other).values_list("pk", flat=True))
    moved = _move_codings(Coding.objects.filter(theme=other), keep)
    _remember_what_went_along(other, before)
    _take_its_children(keep, other)
    other.merged_into = keep
    other.save(update_fields=["merged_into"])
    audit.record(by=by, verb="insights.themes_merged", target=keep, other=other.pk, name=other.name, moved=moved)
    _count_again(keep.study, keep, other)
    return Theme.objects.get(pk=keep.pk)


@transaction.atomic
def unmerge_theme(*, theme: Theme, by: User | None) -> Theme:
    """Take a merge back: `theme` is offered again and has the codings that went along. What was given since stays with the
    theme that it had become a part of, and so do themes that stood under it.

    Raises `NotMerged`, `ThemeNotInUse` (the other one was retired), `NameTaken`.
    """
    _hold_the_codebook(theme.study_id)
    theme = Theme.objects.select_related("study").get(pk=theme.pk)
    if theme.merged_into_id is None:
        raise NotMerged
    keep = _held(_what_it_became(theme))
    theme.merged_into = None
    theme.position = _after_the_last(theme.study, theme.parent)
    _save_under_a_free_name(theme)
    went_along = MovedByMerge.objects.filter(theme=theme)
    moved = _move_codings(Coding.objects.filter(theme=keep, pk__in=went_along.values("coding")), theme)
    went_along.delete()
    Coding.objects.filter(theme=theme, first_theme=theme).update(first_theme=None)
    audit.record(by=by, verb="insights.themes_parted", target=theme, other=keep.pk, name=theme.name, moved=moved)
    _count_again(theme.study, theme, keep)
    return Theme.objects.get(pk=theme.pk)


@transaction.atomic
def split_theme(
    *, theme: Theme, codings: Iterable[int], by: User | None, name: str, definition: str = ""
) -> Theme:
    """Make a new theme beside `theme` and move the chosen codings to it. Raises `NothingToMove`, `NameTaken`."""
    theme = _held(theme)
    chosen = Coding.objects.filter(theme=theme, pk__in=list(codings))
    if not chosen.exists():
        raise NothingToMove
    made = add_theme(study=theme.study, name=name, by=by, definition=definition, parent=theme.parent)
    moved = _move_codings(chosen, made)
    audit.record(by=by, verb="insights.theme_split", target=theme, into=made.pk, moved=moved)
    _count_again(theme.study, theme, made)
    return Theme.objects.get(pk=made.pk)


@transaction.atomic
def retire_theme(*, theme: Theme, by: User | None) -> Theme:
    """Offer `theme` no longer; its codings stay and can be read. Themes under it move one level up."""
    theme = _held(theme)
    theme.children.update(parent=theme.parent)
    theme.retired_at = now()
    theme.save(update_fields=["retired_at"])
    audit.record(by=by, verb="insights.theme_retired", target=theme)
    return theme


@transaction.atomic
def restore_theme(*, theme: Theme, by: User | None) -> Theme:
    """Offer a retired theme again. Raises `NameTaken` when another theme has taken its name."""
    theme = Theme.objects.select_for_update(of=("self",)).get(pk=theme.pk)
    if theme.retired_at and theme.merged_into_id is None:
        theme.retired_at = None
        _save_under_a_free_name(theme)
        audit.record(by=by, verb="insights.theme_restored", target=theme)
    return theme


def _tidy(name: str) -> str:
    tidy = " ".join(name.split())[:120]
    if not tidy:
        raise NoName
    return tidy


def _save_under_a_free_name(theme: Theme) -> None:
    # The constraint decides, not a look beforehand: two people may add the same name at the same moment.
    try:
        with transaction.atomic():
            theme.save()
    except IntegrityError as error:
        raise NameTaken from error


def _held(theme: Theme) -> Theme:
    """Return `theme` as it is now, its whole codebook locked until this action is through; raises `ThemeNotInUse`.

    All themes and always in the same order: else two people who merge or nest two themes crosswise would wait for each
    other for ever, or put each under the other.
    """
    _hold_the_codebook(theme.study_id)
    fresh = Theme.objects.select_related("study", "parent").get(pk=theme.pk)
    if not fresh.is_in_use:
        raise ThemeNotInUse
    return fresh


def _what_it_became(theme: Theme) -> Theme:
    return _what_it_became(theme.merged_into) if theme.merged_into else theme


def _remember_what_went_along(other: Theme, before: list[int]) -> None:
    stayed = set(Coding.objects.filter(theme=other).values_list("pk", flat=True))
    rows = [MovedByMerge(theme=other, coding_id=pk) for pk in before if pk not in stayed]
    MovedByMerge.objects.bulk_create(rows, batch_size=1_000)


def _hold_the_codebook(study: int) -> None:
    list(Theme.objects.select_for_update().filter(study=study).order_by("pk").values_list("pk"))


def _after_the_last(study: Study, parent: Theme | None) -> int:
    last = Theme.objects.filter(study=study, parent=parent).order_by("-position").first()
    return last.position + 1 if last else 0


def _line_above(theme: Theme) -> set[int]:
    line: set[int] = set()
    above = theme.parent
    while above and above.pk not in line:
        line.add(above.pk)
        above = above.parent
    return line


def _move_codings(codings: QuerySet[Coding], to: Theme) -> int:
    same = Coding.objects.filter(
        theme=to, verbatim=OuterRef("verbatim"), start=OuterRef("start"), end=OuterRef("end")
    )
    same = same.alias(who=Coalesce("coder", 0)).filter(who=Coalesce(OuterRef("coder"), 0))
    return int(codings.filter(~Exists(same)).update(first_theme=Coalesce(F("first_theme"), F("theme")), theme=to))


def _take_its_children(keep: Theme, other: Theme) -> None:
    if other.pk in _line_above(keep):
        keep.parent = other.parent
        keep.save(update_fields=["parent"])
    other.children.exclude(pk=keep.pk).update(parent=keep)


def _count_again(study: Study, *themes: Theme) -> None:
    """Small changes are counted at once; large ones in the background."""
    codings = Coding.objects.filter(theme__in=themes).order_by()
    ids = list(codings.values_list("verbatim", flat=True).distinct()[: surprise.BATCH + 1])
    if len(ids) <= surprise.BATCH:
        surprise.count_themes(study, [theme.pk for theme in themes])
        surprise.reckon_again(ids, study)
    else:
        from allears.insights.tasks import reckon_study  # the task calls back into this room

        transaction.on_commit(lambda: reckon_study.enqueue(study.pk))

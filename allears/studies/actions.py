"""What can be done to a study. The verbs of asking people stand in `inviting` and are offered here too."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from allears.core import audit
from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.links import new_token
from allears.core.models import User
from allears.studies import asking, resting
from allears.studies.inviting import (
    AlreadyReminded,
    HasPaused,
    NotInvitable,
    NotOpen,
    SaidLater,
    decline,
    invite,
    invite_one,
    issue_link,
    mark_opened,
    mark_paused,
    remind,
    revoke_links,
    take_back_decline,
)
from allears.studies.later import NotThen, ask_later, open_later, take_back_later
from allears.studies.links import current_public_link, invitation_for, public_link_for
from allears.studies.models import Member, PublicLink, State, StateChange, Study, WayIn
from allears.studies.rounds import ask_to_invite
from allears.studies.signals import study_closed, study_opened
from allears.verbatims.models import Collection

__all__ = [
    "AlreadyReminded", "HasPaused", "NotInvitable", "NotNow", "NotOpen", "NotReady", "NotThen", "SaidLater", "add_member", "ask_later",
    "ask_to_invite", "change_study", "close_study", "create_study", "decline", "hand_over", "invitation_for", "invite",
    "invite_one", "issue_link", "make_public_link", "mark_opened", "mark_paused", "open_later", "open_study", "public_link_for", "remind",
    "remove_member", "reopen_study", "revoke_links", "take_back_decline", "take_back_later", "withdraw_public_link",
]  # fmt: skip

CHANGEABLE = (
    "title", "decision", "options", "known", "unknown", "problem", "promise_on", "touchpoints", "language",
    "team_only", "example", "criteria", "remind_after",
)  # fmt: skip
# Addresses that pages of this room and of the rooms above have taken: each room has a page `/<room>/<slug>/`.
TAKEN = {"new", "problem", "named", "changes", "insight", "one", "themes", "updates", "words"}


class NotReady(Exception):
    """The study cannot open yet; `missing` says what it lacks and where to put that right."""

    def __init__(self, missing: list[asking.Missing]) -> None:
        super().__init__(" ".join(gap.words for gap in missing))
        self.missing = missing


class NotNow(Exception):
    """The study is not in the state that this needs."""


@transaction.atomic
def create_study(*, by: User, title: str, slug: str = "", **fields: Any) -> Study:
    """Return a new draft owned by `by`, with its collection of words. `fields`: those named in `CHANGEABLE`.

    Raises IntegrityError where somebody else takes this very `slug` at the same moment.
    """
    title = title.strip()
    collection = Collection.objects.create(title=title)
    study = Study(slug=free_slug(slug or title), title=title, owner=by, collection=collection, **_known(fields))
    try:
        with transaction.atomic():
            study.save()
    except IntegrityError:  # somebody began one of the same title at this moment
        if slug:
            raise
        study.slug = free_slug(title)
        study.save()
    StateChange.objects.create(study=study, state=State.DRAFT, by=by)
    audit.record(by=by, verb="studies.created", target=study, slug=study.slug)
    return study


def free_slug(wanted: str) -> str:
    """Return a slug made of `wanted` that no study has yet."""
    base = slugify(wanted)[:70] or f"study-{new_ref()}"
    taken = set(Study.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | TAKEN
    tries = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
    return next(slug for slug in tries if slug not in taken)


@transaction.atomic
def change_study(*, study: Study, by: User, **fields: Any) -> Study:
    """Change what stands in `fields` (those named in `CHANGEABLE`) and return the study.

    Raises `NotReady` when an open study would lose what it needs to stay open.
    """
    changed = {name: value for name, value in _known(fields).items() if getattr(study, name) != value}
    for name, value in changed.items():
        setattr(study, name, value)
    if study.is_open and {"problem", "promise_on"} & set(changed):
        _must_be_ready(study)
    study.save(update_fields=[*changed])
    if "title" in changed:
        Collection.objects.filter(pk=study.collection_id).update(title=study.title)
    if changed:
        audit.record(by=by, verb="studies.changed", target=study, fields=sorted(changed))
    return study


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"a study has no {', '.join(sorted(unknown))} to set here")
    return fields


def _must_be_ready(study: Study) -> None:
    gaps = asking.missing(study)
    if gaps:
        raise NotReady(gaps)


@transaction.atomic
def open_study(*, study: Study, by: User, note: str = "") -> StateChange:
    """Open a draft: its links lead to questions from now on. Raises `NotReady`, `NotNow`."""
    _must_be(study, State.DRAFT)
    _must_be_ready(study)
    change = _move(study, State.OPEN, by, note, verb="studies.opened")
    study_opened.send(Study, study=study, by=by)
    return change


@transaction.atomic
def close_study(*, study: Study, by: User, note: str = "") -> StateChange:
    """Close an open study: answers can no longer be given or changed, and letters that still wait stay. Raises `NotNow`."""
    _must_be(study, State.OPEN)
    change = _move(study, State.CLOSED, by, note, verb="studies.closed")
    resting.rest(study)
    study_closed.send(Study, study=study, by=by)
    return change


@transaction.atomic
def reopen_study(*, study: Study, by: User, note: str = "") -> StateChange:
    """Open a closed study again. Raises `NotReady` (the promise may be past by now), `NotNow`."""
    _must_be(study, State.CLOSED)
    _must_be_ready(study)
    change = _move(study, State.OPEN, by, note, verb="studies.reopened")
    resting.wake(study)
    study_opened.send(Study, study=study, by=by)
    return change


def _must_be(study: Study, state: str) -> None:
    """Look again under a lock, because two people may press the button at once."""
    study.state = Study.objects.select_for_update().values_list("state", flat=True).get(pk=study.pk)
    if study.state != state:
        raise NotNow(study.state)


def _move(study: Study, state: State, by: User, note: str, *, verb: str) -> StateChange:
    study.state = state
    study.save(update_fields=["state"])
    audit.record(by=by, verb=verb, target=study)
    return StateChange.objects.create(study=study, state=state, by=by, note=note.strip())


@transaction.atomic
def add_member(*, study: Study, user: User, by: User) -> Member:
    """Let `user` work on the study; a second time changes nothing."""
    member, new = Member.objects.get_or_create(study=study, user=user)
    if new:
        audit.record(by=by, verb="studies.member_added", target=study, user=user.pk)
    return member


@transaction.atomic
def remove_member(*, study: Study, user: User, by: User) -> None:
    """End `user`'s work on the study."""
    gone, _ = Member.objects.filter(study=study, user=user).delete()
    if gone:
        audit.record(by=by, verb="studies.member_removed", target=study, user=user.pk)


@transaction.atomic
def hand_over(*, study: Study, to: User, by: User) -> Study:
    """Make `to` the owner; who owned it until now stays a member."""
    former, study.owner = study.owner, to
    study.save(update_fields=["owner"])
    Member.objects.filter(study=study, user=to).delete()
    Member.objects.get_or_create(study=study, user=former)
    audit.record(by=by, verb="studies.handed_over", target=study, to=to.pk)
    return study


@transaction.atomic
def make_public_link(*, study: Study, by: User | None, kind: str = WayIn.LINK) -> PublicLink:
    """Return the study's public link of this kind, made now if there is none that still works."""
    Study.objects.select_for_update().get(pk=study.pk)
    current = current_public_link(study.pk, kind)
    if current:
        return current
    link = PublicLink.objects.create(study=study, kind=kind, token=new_token(), made_by=by)
    audit.record(by=by, verb="studies.public_link_made", target=study, way=kind)
    return link


@transaction.atomic
def withdraw_public_link(*, link: PublicLink, by: User) -> None:
    """Stop a public link from working; what was answered through it stays."""
    if PublicLink.objects.filter(pk=link.pk, withdrawn_at=None).update(withdrawn_at=now()):
        audit.record(by=by, verb="studies.public_link_withdrawn", target=link.study, way=link.kind)

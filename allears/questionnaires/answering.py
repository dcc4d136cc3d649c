"""Answering: a response begins, is saved page by page, is sent, and may change until the study closes.

Answers leave no audit events: a response and the ledger are their own record. The statements are in
`answering_store`; pages go there directly, other rooms come here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allears.core.clock import now
from allears.core.links import hash_token, new_token
from allears.questionnaires import answering_sql as sql
from allears.questionnaires import answering_store as store
from allears.questionnaires.answering_asked import Given, asking
from allears.questionnaires.answering_at_once import at_once
from allears.questionnaires.answering_consents import write_consents
from allears.questionnaires.answering_store import Closed, Saved, Saving
from allears.questionnaires.answering_turn import InTurn
from allears.questionnaires.answering_ways import Way, look
from allears.questionnaires.answering_writer import write_down, write_in_turn
from allears.questionnaires.files import settle
from allears.questionnaires.models import Question, Response
from allears.questionnaires.structure import published_version
from allears.studies.actions import take_back_decline
from allears.studies.models import Invitation, PublicLink
from allears.verbatims.models import Verbatim

__all__ = ["Closed", "NothingAsked", "OnceKept", "begin", "keep", "resume", "save", "submit"]


class NothingAsked(Exception):
    """The study has no published questions."""


def begin(*, invitation: Invitation | None = None, public_link: PublicLink | None = None) -> Response:
    """Return the response of an invitation, or a new one by a public link; begun if need be.

    Raises `NothingAsked`.
    """
    door = invitation or public_link
    if door is None:
        raise TypeError("a response begins by an invitation or by a public link")
    version = published_version(door.study)
    if version is None:
        raise NothingAsked
    fresh = {"study": door.study, "version": version, "language": door.study.language}
    if invitation:
        fresh["person"] = invitation.person
        return Response.objects.get_or_create(invitation=invitation, defaults=fresh)[0]
    return Response.objects.create(public_link=public_link, token_hash=hash_token(new_token()), **fresh)


def save(*, response: Response, given: Mapping[Question, Given], at: datetime | None = None) -> Saved:
    """Keep answers to some questions of a response; see `answering_asked.Cell` for what an answer is made
    of.
    """
    return _put(response, {question.pk: cells for question, cells in given.items()}, at, send=False)


def submit(*, response: Response, at: datetime | None = None) -> list[Verbatim]:
    """Send a response: it closes, and what was said in own words becomes verbatims, which are returned.

    A second time changes nothing. Raises `Closed`.
    """
    saved = _put(response, {}, at, send=True)
    response.refresh_from_db()
    return list(Verbatim.objects.filter(pk__in=saved.verbatims).order_by("pk"))


def _put(response: Response, given: dict[int, Given], at: datetime | None, *, send: bool) -> Saved:
    way = _way_of(response)
    saving = Saving(way, asking(response.version_id), given, seen=way.seen, now=at or now(), send=send)
    return keep(saving)


def _way_of(response: Response) -> Way:
    study = response.study
    return Way(
        "own", "", study.pk, study.slug, study.title, study.problem, study.promise_on, response.language,
        study.state, study.collection_id, "", "", response.version_id, response.pk, response.version_id,
        response.changed_at, response.submitted_at, response.passed, response.invitation_id,
        response.person_id, "", None, None, response.public_link_id, "", "",
    )  # fmt: skip


def keep(saving: Saving) -> Saved:
    """Write `saving` down and return what came of it when it is on disk. Raises `Closed`."""
    saved = write_down(lambda: _written(saving), at_once(saving))
    saving.way.said = None  # that was before
    return saved


@dataclass(frozen=True, slots=True)
class OnceKept:
    """A page that can be made once `saving` is on disk: from what returns what came of it or raises `Closed`."""

    saving: Saving
    made: Callable[[Callable[[], Saved]], Any]

    def now(self) -> Any:
        """Wait here until it is on disk, and make the page."""
        return self.made(lambda: keep(self.saving))

    def in_turn(self, page: InTurn, then: Callable[[Callable[[], Any]], None]) -> None:
        """Have it kept while nobody waits, and `then` called in a later turn of the page's, with what makes it."""

        def on(result: Callable[[], Saved]) -> None:
            self.saving.way.said = None
            then(lambda: self.made(result))

        write_in_turn(lambda: _written(self.saving), at_once(self.saving), page, on)


def _written(saving: Saving) -> Saved:
    saved = store.write(saving)
    if saving.new_files or saving.dropped_files or saving.asking.consents or saving.way.declined_at:
        sql.run_what_waits()
    if saving.new_files or saving.dropped_files:
        settle(response_id=saved.response_id, new=saving.new_files, dropped=saving.dropped_files)
    if saving.asking.consents:
        write_consents(saving, saved.response_id)
    if saving.way.declined_at and saving.way.invitation_id:
        take_back_decline(invitation=Invitation.objects.get(pk=saving.way.invitation_id))
    return saved


def resume(token: str) -> Way | None:
    """Return where whoever holds `token` stands; None when nobody ever made it."""
    return look(token)

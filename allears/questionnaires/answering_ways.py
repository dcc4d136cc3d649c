"""Who comes in by a link, and where they stand: all of it in one statement, because every page asks for it.

A token opens one of three ways: *personal* (an invitation's link), *own* (a response that was begun through
a public link) or *public*. Looking changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from allears.core.clock import today
from allears.core.links import hash_token
from allears.core.prepared import Statement
from allears.questionnaires import answering_sql as sql
from allears.questionnaires.answering_turn import answers_to
from allears.studies.models import WayIn
from allears.studies.piping import general

SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")
MOST_REMEMBERED = 20_000  # links

_STUDY = """s.id, s.slug, s.title, s.problem, s.promise_on, s.language, s.state, s.collection_id, u.name,
    (SELECT o.name FROM core_organisation o WHERE o.id = 1)"""
_PUBLISHED = """(SELECT v.id FROM questionnaires_version v
      WHERE v.questionnaire_id = (SELECT q.id FROM questionnaires_questionnaire q WHERE q.study_id = s.id)
      AND v.published_at IS NOT NULL ORDER BY v.number DESC LIMIT 1)"""
_RESPONSE = "r.id, r.version_id, r.changed_at, r.submitted_at, r.passed"
_NO_RESPONSE = "NULL, NULL, NULL, NULL, NULL"
_LANGUAGES = "s.languages, s.wording, s.example"
_OWNED = "JOIN core_user u ON u.id = s.owner_id"

_PERSONAL = f"""SELECT 'personal', {_STUDY}, {_PUBLISHED}, {_RESPONSE}, i.id, i.person_id, p.name, l.revoked_at, d.at, r.public_link_id,
        '', '', {_LANGUAGES}, r.language, p.language
    FROM studies_invitationlink l
    JOIN studies_invitation i ON i.id = l.invitation_id
    JOIN studies_study s ON s.id = i.study_id {_OWNED}
    JOIN people_person p ON p.id = i.person_id
    LEFT JOIN studies_decline d ON d.invitation_id = i.id
    LEFT JOIN questionnaires_response r ON r.invitation_id = i.id
    WHERE l.token_hash = %s"""  # noqa: S608
_OWN = f"""SELECT 'own', {_STUDY}, NULL, {_RESPONSE}, NULL, r.person_id, NULL, NULL, NULL, r.public_link_id,
        COALESCE(b.kind, ''), COALESCE(b.token, ''), {_LANGUAGES}, r.language, NULL
    FROM questionnaires_response r
    LEFT JOIN studies_publiclink b ON b.id = r.public_link_id
    JOIN studies_study s ON s.id = r.study_id {_OWNED}
    WHERE r.token_hash = %s"""  # noqa: S608
_PUBLIC = f"""SELECT 'public', {_STUDY}, {_PUBLISHED}, {_NO_RESPONSE}, NULL, NULL, NULL, b.withdrawn_at, NULL, b.id, b.kind, b.token,
        {_LANGUAGES}, NULL, NULL
    FROM studies_publiclink b
    JOIN studies_study s ON s.id = b.study_id {_OWNED}
    WHERE b.token = %s"""  # noqa: S608
_LOOKS = {"personal": _PERSONAL, "own": _OWN, "public": _PUBLIC}
# One statement for all three kinds: whoever asks for the first time does not know which one a token is, and a second
# look costs as much as the first. The first row's columns give the later ones' NULLs their types.
LOOK = " UNION ALL ".join(_LOOKS.values())


@dataclass(slots=True)
class Way:
    """What one token opens."""

    kind: str
    token: str
    study_id: int
    slug: str
    title: str
    problem: str
    promise_on: date | None
    language: str  # of the page; the study's own until `answering_language.settle` has looked
    state: str
    collection_id: int
    asks: str  # who asks
    organisation: str
    published_id: int | None  # what is asked now; not looked for where a response has begun by a public link
    response_id: int | None
    version_id: int | None
    changed_at: datetime | None
    submitted_at: datetime | None
    passed: int
    invitation_id: int | None
    person_id: int | None
    name: str
    closed_at: datetime | None  # the link was revoked or withdrawn
    declined_at: datetime | None
    public_link_id: int | None
    way_in: str  # of a public link and of responses that came by one: see studies.models.WayIn
    door: str  # the token of that public link
    source: str = ""  # the language that the study is written in
    languages: str = ""  # offered beside it
    wording: int = 0
    kept: str = ""  # the language of the response so far
    example: bool = False  # made to show what the product does
    spoken: str = ""  # the person's own
    chosen: str = ""  # what the address says
    device: str = ""  # that it is opened on: see `answering_timing.device_of`
    said: list[sql.Row] | None = None  # its rows of `ANSWERS`, once they were read: along with it or after it

    @property
    def written(self) -> tuple[str, int]:
        """What `answering_asked.asking` needs to know of the language."""
        return ("", 0) if self.language == (self.source or self.language) else (self.language, self.wording)

    @property
    def promise_to_come(self) -> date | None:
        """By when they hear what came of it; None where nothing is promised, and where that day is past."""
        return self.promise_on if self.promise_on and self.promise_on >= today() else None

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.strip() else ""

    @property
    def at_a_counter(self) -> bool:
        """Whether they answer on a device that the next person uses too."""
        return self.way_in == WayIn.KIOSK

    @property
    def asked_id(self) -> int | None:
        """The version that this person answers: the one they began with, else what is asked now."""
        return self.version_id or self.published_id

    @property
    def seen(self) -> str:
        """What a form says about the answers that it was filled from."""
        return stamp(self.changed_at) if self.changed_at else ""


def stamp(at: datetime) -> str:
    """Return a moment as forms carry it: microseconds since 1970."""
    return str(round(at.timestamp() * 1_000_000))


# What a response says, and its words as the ledger has them: whoever asks puts in which response.
ANSWERS = """SELECT a.question_id, a.box, a.choice_id, a.number, a.text, a.verbatim_id, a.at, v.text,
        a.language, v.ref, v.digest, v.language
    FROM questionnaires_answer a LEFT JOIN verbatims_verbatim v ON v.id = a.verbatim_id
    WHERE a.response_id = {response} ORDER BY a.question_id, a.box"""
_ANSWERS_BEHIND = {
    "own": ANSWERS.format(response="(SELECT r.id FROM questionnaires_response r WHERE r.token_hash = %s)"),
    "personal": ANSWERS.format(
        response="(SELECT r.id FROM questionnaires_response r JOIN studies_invitationlink l"
        " ON l.invitation_id = r.invitation_id WHERE l.token_hash = %s)"
    ),
}


def look(token: str, *, with_answers: bool = False, begun: bool = True) -> Way | None:
    """Return what `token` opens; None when nobody ever made it. A closed way is returned, too: see
    `closed_at`. `with_answers`: read what was answered in the same trip, where the kind of the link is known, and where
    it tells that a response has begun unless that is known (`begun`).
    """
    if not SHAPE.fullmatch(token):
        return None
    known = asked_first(token, with_answers=with_answers, begun=begun)
    found, *said = answers_to(known) if known else [[]]
    if not found:
        hashed = hash_token(token)
        found, said = sql.rows(LOOK, [hashed, hashed, token]), []
        if not found:
            return None
        remember(hashed, found[0][0])
    way = _way(found[0][0], token, found[0][1:])
    way.said = said[0] if said else None
    return way


def asked_first(token: str, *, with_answers: bool, begun: bool) -> list[Statement]:
    """Return what `look` asks the database for first, where the kind of the link is known: its row, and those of its answers;
    nothing where it is not known.
    """
    hashed = hash_token(token)
    kind = _kinds.get(hashed, "")
    if not kind:
        return []
    key = token if kind == "public" else hashed
    statements: list[Statement] = [(_LOOKS[kind], (key,))]
    if with_answers and (begun or kind == "own") and kind in _ANSWERS_BEHIND:
        statements.append((_ANSWERS_BEHIND[kind], (key,)))
    return statements


# Which kind a link was when it was looked up: it never becomes another. By the hash, so that no link lies about here.
_kinds: dict[str, str] = {}


def remember(hashed: str, kind: str) -> None:
    """Remember which kind of link has this hash, so that it is looked for there first."""
    if len(_kinds) >= MOST_REMEMBERED:
        _kinds.clear()
    _kinds[hashed] = kind


def _way(kind: str, token: str, row: tuple[Any, ...]) -> Way:
    (study_id, slug, title, problem, promise_on, language, state, collection_id, asks, organisation, published,
     response_id, version_id, changed_at, submitted_at, passed,
     invitation_id, person_id, name, closed_at, declined_at, public_link_id,
     way_in, door, languages, wording, example, kept, spoken) = row  # fmt: skip
    return Way(
        kind, token, study_id, slug, general(title), general(problem), day(promise_on), language, state, collection_id, asks,
        organisation or "", published, response_id, version_id, moment(changed_at), moment(submitted_at),
        passed or 0, invitation_id, person_id, name or "", moment(closed_at),
        moment(declined_at), public_link_id, way_in, door, language, languages, wording, kept or "",
        bool(example), spoken or "",
    )  # fmt: skip


def moment(value: datetime | str | None) -> datetime | None:
    """Return a moment as the database's driver gave it: SQLite keeps UTC without saying so, as text or read from it."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


def day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value

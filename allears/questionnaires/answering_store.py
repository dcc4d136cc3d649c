"""Answers go to the database here, by hand-written statements: nothing else in the product is done as often.

`write` does everything that one press of "Next" or "Send" does, inside a transaction that somebody else has
opened (see `answering_writer`), so that many people's answers can share one commit. Nothing that was given
is thrown away: what an answer was before it changed becomes an `EarlierAnswer`.

Two devices may hold the same page. A form says which answers it was filled from (`seen`); when they have
changed since, an answer counts only where it differs from what that form showed, and the newer one wins: an answer
that waited in a browser without a connection is as old as it says. Where two answers met so, the older one is marked
as `unseen`, and whoever answers is told.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from allears.core.ids import new_ref
from allears.core.links import hash_token
from allears.core.prepared import Statement
from allears.core.typed import whole_number
from allears.questionnaires import answering_sql as sql
from allears.questionnaires.answering_asked import Asked, Asking, Cell, Given
from allears.questionnaires.answering_ways import ANSWERS, Way, moment, stamp
from allears.studies.models import State
from allears.verbatims import ledger
from allears.verbatims.actions import redact
from allears.verbatims.ledger import Words


class Closed(Exception):
    """The study closed between the page and its answers; nothing was written."""


@dataclass(slots=True)
class Stored:
    """An answer as it stands: its cells, the verbatims of those that are in the ledger, and since when."""

    given: Given = ()
    verbatims: dict[int, int] = field(default_factory=dict)  # by box
    languages: dict[int, str] = field(default_factory=dict)  # of words, by box
    at: datetime | None = None


@dataclass(slots=True)
class Saving:
    """What one press of a button brings: answers of one page, and whether it is the last."""

    way: Way
    asking: Asking
    given: dict[int, Given]
    seen: str
    now: datetime
    token: str = ""  # of a response that begins by a public link
    passed: int = 0  # pages gone through
    send: bool = False
    seconds: int = 0  # for which the page was open
    device: str = ""
    becomes: str = ""  # the language in which they go on, where they have just chosen another
    new_files: Sequence[int] = ()  # `SentFile`s that came with this page
    dropped_files: Sequence[int] = ()  # those that are to be taken away
    ages: Mapping[int, int] = field(default_factory=dict)  # for how many milliseconds answers have waited, by question
    wrote: Collection[str] = ()  # the moments at which this very form was saved before, while it was stale


@dataclass(slots=True)
class Saved:
    """What came of it."""

    response_id: int
    sent: bool
    changed_at: datetime
    verbatims: list[int] = field(default_factory=list)
    met: list[int] = field(default_factory=list)  # questions with an answer that this form had not shown; the newer one stands


# --- reading ---------------------------------------------------------------------------------------------------

_ANSWERS = ANSWERS.format(response="%s")


def answers(response_id: int | None) -> dict[int, Stored]:
    """Return what a response says, by question; words that were sent are read from the ledger."""
    return {} if response_id is None else as_stored(sql.rows(_ANSWERS, [response_id]))


def said_by(way: Way) -> list[sql.Row]:
    """Return the rows of `ANSWERS` of who came this way, read along with the link or now."""
    if way.said is None and way.response_id is not None:
        way.said = sql.rows(_ANSWERS, [way.response_id])
    return way.said or []


def as_stored(rows: list[sql.Row]) -> dict[int, Stored]:
    """Return what the rows of `ANSWERS` say, by question."""
    found: dict[int, Stored] = {}
    for question_id, box, choice, number, text, verbatim, at, kept, language, *_ledger in rows:
        answer = found.setdefault(question_id, Stored())
        answer.given += (Cell(box, choice, number, text if kept is None else kept),)
        answer.at = moment(at)
        if verbatim is not None:
            answer.verbatims[box] = verbatim
        if language:
            answer.languages[box] = language
    return found


def given(stored: dict[int, Stored]) -> dict[int, Given]:
    """Return only what was answered."""
    return {question_id: answer.given for question_id, answer in stored.items()}


# --- writing ---------------------------------------------------------------------------------------------------


def write(saving: Saving) -> Saved:
    """Write what `saving` brings. Raises `Closed`.

    Sent answers in people's own words become verbatims; a change after sending supersedes, words that are
    emptied after sending are taken back. Sending twice changes nothing.
    """
    begun = _begin(saving) if saving.way.response_id is None else None
    if begun is not None:
        rows, verbatims = _rows(saving, {}, saving.given, spoken=saving.send)
        sql.later(_inserted(begun, rows))
        return Saved(begun, saving.send, saving.now, verbatims)
    return _go_on(saving, *_held(saving))


def _go_on(saving: Saving, response_id: int, submitted_at: datetime | None, stored: dict[int, Stored]) -> Saved:
    """Write to a response that has begun before."""
    changed, met = _changes(saving, response_id, stored)
    sends = saving.send and submitted_at is None
    for question_id in changed:
        if question_id in stored:
            _keep_earlier(response_id, question_id, stored[question_id], saving.now, unseen=question_id in met)
    verbatims = _speak_what_is_stored(saving, response_id, stored, changed) if sends else []
    rows, more = _rows(saving, stored, changed, spoken=sends or submitted_at is not None)
    changed_at, touched = _touched(saving, response_id, bool(changed), sends)
    gone = [question_id for question_id in changed if question_id in stored]
    sql.later([*_deleted(response_id, gone), *_inserted(response_id, rows), touched])
    _take_back(changed, stored)
    return Saved(response_id, sends or submitted_at is not None, changed_at, verbatims + more, met)


_STATE = "SELECT state FROM studies_study WHERE id = %s"
_BEGIN = """INSERT INTO questionnaires_response
    (ref, study_id, version_id, person_id, invitation_id, public_link_id, token_hash, language,
     started_at, changed_at, passed, submitted_at, seconds, device)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id"""


def _begin(saving: Saving) -> int | None:
    """Begin the response; None when it has been begun meanwhile, by another device or a second click."""
    way, at = saving.way, sql_moment(saving.now)
    begins = (_BEGIN, [new_ref(), way.study_id, *begun_by(saving)])
    state, begun = sql.several([(_STATE, [way.study_id]), begins])
    _must_live(way)
    if state != [(State.OPEN,)]:
        raise Closed  # what has begun is taken back with the transaction
    if not begun:
        return None
    if way.invitation_id:
        _note_that_they_came(way, at)
    return int(begun[0][0])


def begun_by(saving: Saving) -> list[Any]:
    """Return what a response that begins by `saving` has in its columns, but for its ref and its study."""
    way, at = saving.way, sql_moment(saving.now)
    token_hash = hash_token(saving.token) if saving.token else None
    link = way.public_link_id if saving.token else None
    return [
        way.asked_id, way.person_id, way.invitation_id, link, token_hash, saving.becomes or way.language, at, at,
        saving.passed, at if saving.send else None, saving.seconds, saving.device,
    ]  # fmt: skip


def _note_that_they_came(way: Way, at: Any) -> None:
    sql.later([
        ("UPDATE studies_invitation SET opened_at = %s WHERE id = %s AND opened_at IS NULL", [at, way.invitation_id])
    ])  # fmt: skip


def _must_live(way: Way) -> None:
    """Whoever is erased in this moment leaves no words: nobody erases them before these are kept. Raises `Closed`."""
    lock = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    if way.person_id and sql.rows(f"SELECT erased_at FROM people_person WHERE id = %s{lock}", [way.person_id]) != [(None,)]:  # noqa: S608
        raise Closed


_HELD = """SELECT r.id, r.submitted_at, r.changed_at, r.passed, s.state FROM questionnaires_response r
    JOIN studies_study s ON s.id = r.study_id WHERE {key} = %s"""


def _held(saving: Saving) -> tuple[int, datetime | None, dict[int, Stored]]:
    """Read the response again, and on PostgreSQL hold it: somebody may be writing to it right now. Then read its
    answers, with a statement of their own, which sees what was written while this one waited.
    """
    way = saving.way
    _must_live(way)
    lock = " FOR UPDATE OF r" if connection.vendor == "postgresql" else ""
    if way.response_id:
        found, kept = sql.several([(_HELD.format(key="r.id") + lock, [way.response_id]), (_ANSWERS, [way.response_id])])
    else:
        by = ("r.invitation_id", way.invitation_id) if way.invitation_id else ("r.token_hash", hash_token(saving.token))
        found = sql.rows(_HELD.format(key=by[0]) + lock, [by[1]])
        kept = sql.rows(_ANSWERS, [found[0][0]]) if found else []
    if not found:  # erased in this moment
        raise Closed
    response_id, submitted_at, changed_at, passed, state = found[0]
    if state != State.OPEN:
        raise Closed
    way.changed_at, way.passed = moment(changed_at), passed
    return response_id, moment(submitted_at), as_stored(kept)


# --- what changes ----------------------------------------------------------------------------------------------


def _changes(saving: Saving, response_id: int, stored: dict[int, Stored]) -> tuple[dict[int, Given], list[int]]:
    """What is to be written: answers that differ from what stands, and on a stale form from what it
    showed; and the questions that were answered elsewhere meanwhile, to which only one of two answers can stand.
    """
    met: list[int] = []
    changed = {
        question_id: new for question_id, new in saving.given.items() if new != stored.get(question_id, _NOTHING).given
    }
    if changed and stored and _is_stale(saving):
        shown = _shown(response_id, saving.seen, stored, changed)
        changed = {question_id: new for question_id, new in changed.items() if new != shown.get(question_id, ())}
        met = [q for q in changed if q in stored and _is_news(saving, stored[q], shown.get(q, ()))]
        _set_aside_older(saving, response_id, stored, changed)
    return changed, met


def _is_news(saving: Saving, stands: Stored, shown: Given) -> bool:
    """Whether an answer that stands was neither shown by this form nor given with it."""
    return stands.given != shown and stamp(_since(stands)) not in saving.wrote


def _set_aside_older(
    saving: Saving, response_id: int, stored: dict[int, Stored], changed: dict[int, Given]
) -> None:
    """Take out of `changed` what was given before that which stands, and keep it as an earlier answer."""
    for question_id, age in saving.ages.items():
        given_at = saving.now - timedelta(milliseconds=age)
        if question_id in changed and question_id in stored and given_at < _since(stored[question_id]):
            older = Stored(changed.pop(question_id), at=given_at)
            if older.given and not _is_kept(response_id, question_id, older.given):
                # No form was ever filled from it: it is replaced at the moment it was given.
                _keep_earlier(response_id, question_id, older, given_at, unseen=True)


def _is_kept(response_id: int, question_id: int, given: Given) -> bool:
    return any(question == question_id and _unpacked(value) == given for question, value, *_ in _earlier(response_id))


_NOTHING = Stored()


def _is_stale(saving: Saving) -> bool:
    changed_at = saving.way.changed_at
    return changed_at is not None and saving.seen != stamp(changed_at)


def _moment_of(seen: str) -> int:
    """The moment a form was filled, in microseconds; 0 for a form that does not say."""
    return whole_number(seen) or 0


def _shown(response_id: int, seen: str, stored: dict[int, Stored], wanted: Iterable[int]) -> dict[int, Given]:
    """What a form showed that was filled from the answers of the moment `seen`."""
    then, wanted = _moment_of(seen), set(wanted)
    shown = {q: stored[q].given for q in wanted if q in stored and int(stamp(_since(stored[q]))) <= then}
    for question_id, value, given_at, replaced_at in _earlier(response_id):
        if question_id in wanted and int(stamp(given_at)) <= then < int(stamp(replaced_at)):
            shown[question_id] = _unpacked(value)
    return shown


def _since(stored: Stored) -> datetime:
    assert stored.at is not None
    return stored.at


def _earlier(response_id: int) -> list[tuple[int, list[Any], datetime, datetime]]:
    rows = sql.rows(
        "SELECT question_id, value, given_at, replaced_at FROM questionnaires_earlieranswer"
        " WHERE response_id = %s ORDER BY id",
        [response_id],
    )
    return [(q, json.loads(v) if isinstance(v, str) else v, moment(g), moment(r)) for q, v, g, r in rows]  # type: ignore[misc]


def _keep_earlier(response_id: int, question_id: int, before: Stored, now: datetime, *, unseen: bool) -> None:
    sql.later([(
        "INSERT INTO questionnaires_earlieranswer (response_id, question_id, value, given_at, replaced_at, unseen)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [response_id, question_id, json.dumps(_packed(before)), sql_moment(_since(before)), sql_moment(now), unseen],
    )])  # fmt: skip


def met_elsewhere(response_id: int | None) -> dict[int, list[tuple[Given, datetime]]]:
    """Return by question what was answered on one device while another was asked the same, oldest first, with when it
    was given: the newer answer stands, these do not.
    """
    found: dict[int, list[tuple[Given, datetime]]] = {}
    for question_id, value, given_at in sql.rows(_UNSEEN, [response_id, True]) if response_id else ():
        said = _unpacked(json.loads(value) if isinstance(value, str) else value)
        found.setdefault(question_id, []).append((said, moment(given_at)))  # type: ignore[arg-type]
    return found


_UNSEEN = (
    "SELECT question_id, value, given_at FROM questionnaires_earlieranswer"
    " WHERE response_id = %s AND unseen = %s ORDER BY id"
)


def _packed(before: Stored) -> list[dict[str, Any]]:
    """An answer as its history keeps it. Words that are in the ledger stay there: only their row is named."""
    return [
        {
            "box": cell.box,
            **({"choice": cell.choice} if cell.choice is not None else {}),
            **({"number": cell.number} if cell.number is not None else {}),
            **_packed_words(cell, before.verbatims.get(cell.box)),
        }
        for cell in before.given
    ]


def _packed_words(cell: Cell, verbatim: int | None) -> dict[str, Any]:
    if verbatim is not None:
        return {"verbatim": verbatim}
    return {"words": cell.text} if cell.text else {}


def _unpacked(value: list[dict[str, Any]]) -> Given:
    return tuple(
        Cell(part["box"], part.get("choice"), part.get("number"), part.get("words") or _words_of(part.get("verbatim")))
        for part in value
    )


def _words_of(verbatim: int | None) -> str:
    if verbatim is None:
        return ""
    words = sql.row("SELECT text FROM verbatims_verbatim WHERE id = %s", [verbatim])
    assert words is not None
    return str(words[0])


# --- rows ------------------------------------------------------------------------------------------------------

Row = list[Any]


def _rows(
    saving: Saving, stored: dict[int, Stored], changed: dict[int, Given], *, spoken: bool
) -> tuple[list[Row], list[int]]:
    """The answer rows for what changed; when it is `spoken`, words go to the ledger and the rows point
    there.
    """
    rows: list[Row] = []
    said: list[tuple[Row, Asked, int | None]] = []
    at = sql_moment(saving.now)
    for question in saving.asking.questions():
        before = stored.get(question.id, _NOTHING)
        for cell in changed.get(question.id, ()):
            row: Row = [question.id, cell.box, cell.choice, cell.number, cell.text, None, at, _language(saving, before, cell)]
            rows.append(row)
            if spoken and cell.text:
                said.append((row, question, before.verbatims.get(cell.box)))
    unchanged = _still_said(stored, changed)
    fresh = [(row, question, old) for row, question, old in said if not _same_words(row, old, unchanged)]
    verbatims = _speak(saving, [(q, row[4], row[7], old) for row, q, old in fresh])
    for (row, _question, _old), verbatim in zip(fresh, verbatims, strict=True):
        row[4], row[5] = "", verbatim
    return rows, verbatims


def _language(saving: Saving, before: Stored, cell: Cell) -> str:
    """The language that words were given in; of the boxes of a question only one may be new."""
    if not cell.text:
        return ""
    return before.languages.get(cell.box, saving.way.language) if cell in before.given else saving.way.language


def _still_said(stored: dict[int, Stored], changed: dict[int, Given]) -> dict[int, str]:
    """The words in the ledger behind the questions that change, by verbatim."""
    return {
        verbatim: cell.text
        for question_id in changed
        if question_id in stored
        for cell in stored[question_id].given
        if (verbatim := stored[question_id].verbatims.get(cell.box)) is not None
    }


def _same_words(row: Row, old: int | None, unchanged: dict[int, str]) -> bool:
    """Of a question's boxes only one may have changed; the words of the others are in the ledger already."""
    if old is None or unchanged.get(old) != row[4]:
        return False
    row[4], row[5] = "", old
    return True


def _speak_what_is_stored(
    saving: Saving, response_id: int, stored: dict[int, Stored], changed: dict[int, Given]
) -> list[int]:
    """Sending: words that were saved with earlier pages go to the ledger; returns their verbatims."""
    said = unspoken(saving, stored, changed)
    if not said:
        return []
    verbatims = _speak(saving, [(question, cell.text, language, None) for question, cell, language in said])
    sql.later([
        (_SPOKEN, [verbatim, response_id, question.id, cell.box])
        for verbatim, (question, cell, _language) in zip(verbatims, said, strict=True)
    ])  # fmt: skip
    return verbatims


def unspoken(saving: Saving, stored: dict[int, Stored], changed: Collection[int]) -> list[tuple[Asked, Cell, str]]:
    """Return the words that are not in the ledger yet, with their language: those of questions that do not change."""
    questions = {question.id: question for question in saving.asking.questions()}
    return [
        (questions[question_id], cell, answer.languages.get(cell.box, saving.way.language))
        for question_id, answer in stored.items()
        if question_id not in changed and question_id in questions
        for cell in answer.given
        if cell.text and cell.box not in answer.verbatims
    ]


_SPOKEN = (
    "UPDATE questionnaires_answer SET text = '', verbatim_id = %s"
    " WHERE response_id = %s AND question_id = %s AND box = %s"
)


_KEEP = (
    "INSERT INTO verbatims_verbatim (ref, collection_id, source_id, person_id, text, language, spoken_at, recorded_at,"
    " supersedes_id, salt, digest) VALUES {rows} RETURNING id, ref"
)


def _speak(saving: Saving, said: Sequence[tuple[Asked, str, str, int | None]]) -> list[int]:
    """Put words into the ledger, as `verbatims.actions.keep_many` does, in one statement; returns their ids
    in order.

    Words of a question without a source (nobody asks such a one, but imports may) stay in their answer.
    """
    if not said:
        return []
    words = [word(saving, *one) for one in said]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(words))
    ids = {ref: pk for pk, ref in sql.rows(_KEEP.format(rows=rows), [value for row in words for value in row])}
    return [ids[row[0]] for row in words]


def word(saving: Saving, question: Asked, text: str, language: str, supersedes: int | None = None) -> list[Any]:
    """Return the row of the ledger for what was said to a question, as `_KEEP` has its columns."""
    way, ref, salt, source = saving.way, new_ref(), secrets.token_bytes(ledger.SALT_BYTES), _source_of(question)
    words = Words(way.collection_id, source, way.person_id, text, language, saving.now, supersedes)
    at = sql_moment(saving.now)
    return [
        ref, way.collection_id, source, way.person_id, text, language, at, at, supersedes, salt,
        ledger.digest(salt, ref, words),
    ]  # fmt: skip


def _source_of(question: Asked) -> int:
    if question.source_id is None:
        raise LookupError(f"question {question.id} takes words but has no place in the ledger")
    return question.source_id


_ANSWER = (
    "INSERT INTO questionnaires_answer (response_id, question_id, box, choice_id, number, text, verbatim_id, at, language)"
    " VALUES {rows}"
)
_AT_ONCE = 100  # rows; SQLite takes 999 parameters in its oldest form


def _deleted(response_id: int, questions: list[int]) -> list[Statement]:
    return [
        ("DELETE FROM questionnaires_answer WHERE response_id = %s AND question_id = %s", [response_id, question_id])
        for question_id in questions
    ]


def _inserted(response_id: int, rows: list[Row]) -> list[Statement]:
    return [
        (
            _ANSWER.format(rows=", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(some))),
            [p for row in some for p in (response_id, *row)],
        )
        for some in (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
    ]


def _take_back(changed: dict[int, Given], stored: dict[int, Stored]) -> None:
    emptied = [
        verbatim
        for question_id, new in changed.items()
        if question_id in stored
        for box, verbatim in stored[question_id].verbatims.items()
        if not any(cell.box == box and cell.text for cell in new)
    ]
    if emptied:
        sql.run_what_waits()
        redact(verbatims=emptied, reason="person", note="emptied by the participant", by_label="the participant")


def _touched(saving: Saving, response_id: int, changed: bool, sends: bool) -> tuple[datetime, Statement]:
    """Return when the response changed, and what notes that, how far it has come, in which language, and when it was
    sent.
    """
    now, way = sql_moment(saving.now), saving.way
    changed_at = saving.now if changed or sends or way.changed_at is None else way.changed_at
    passed = max(way.passed, saving.passed)
    sent = ", submitted_at = %s" if sends else ""
    timed = way.submitted_at is None and saving.seconds > 0
    open_for = ", seconds = seconds + %s, device = %s" if timed else ""
    return changed_at, (
        f"UPDATE questionnaires_response SET changed_at = %s, passed = %s, language = %s{sent}{open_for} WHERE id = %s",  # noqa: S608
        [
            sql_moment(changed_at), passed, saving.becomes or way.language, *([now] if sends else []),
            *([saving.seconds, saving.device] if timed else []), response_id,
        ],
    )


@lru_cache(maxsize=64)
def sql_moment(at: datetime) -> Any:
    """Return `at` as a parameter of a hand-written statement; a saving writes its moment into many rows."""
    return connection.ops.adapt_datetimefield_value(at)

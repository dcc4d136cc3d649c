"""What most presses of a button bring is kept on PostgreSQL without reading anything first: statements that are known
beforehand, so that those of several people make one trip together, the commit among them.

They do nothing where something is otherwise than they take for granted: the study is open, nobody has begun the response
meanwhile, nothing was written to it since its page was made, and none of the page's questions was answered before. Then,
and for whatever else a page may bring, `answering_store.write` reads first.

Whoever sends on the last of several pages has had all answers looked through for a gap: what was read then are the words
that go to the ledger, if nothing was written to the response since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from allears.core.ids import new_ref
from allears.core.prepared import Statement
from allears.questionnaires.answering_sql import Row
from allears.questionnaires.answering_store import Saved, Saving, as_stored, begun_by, sql_moment, unspoken, word
from allears.questionnaires.answering_ways import stamp
from allears.questionnaires.answering_writer import AtOnce
from allears.studies.models import State


def at_once(saving: Saving) -> AtOnce | None:
    """Return how `saving` is kept at once; None where something has to be read first."""
    if connection.vendor != "postgresql" or _brings_more(saving):
        return None
    once = _known_beforehand(saving)
    return once and _of_the_living(saving.way.person_id, once)


def _known_beforehand(saving: Saving) -> AtOnce | None:
    if saving.way.response_id is None:
        return _beginning(saving)
    if not _is_up_to_date(saving):
        return None
    if saving.send:
        return _sending(saving)
    return _going_on(saving) if any(saving.given.values()) else None


def _brings_more(saving: Saving) -> bool:
    """Whether more belongs to it than answers."""
    return bool(saving.new_files or saving.dropped_files or saving.asking.consents or saving.way.declined_at)


def _is_up_to_date(saving: Saving) -> bool:
    """Whether its page shows what stands in a response that is not sent yet."""
    way = saving.way
    if way.submitted_at is not None or way.changed_at is None or saving.now <= way.changed_at:
        return False
    return saving.seen == stamp(way.changed_at)


# With a statement of its own: what comes after it sees whether they were erased while it waited.
_LIVES = "SELECT 1 FROM people_person WHERE id = %s FOR KEY SHARE"


def _of_the_living(person_id: int | None, once: AtOnce) -> AtOnce:
    """The same, while nobody erases who speaks, if anybody knows who that is."""
    if person_id is None:
        return once
    return AtOnce([(_LIVES, [person_id]), *once.statements], lambda answers: once.result(answers[1:]))


# --- a response begins -----------------------------------------------------------------------------------------

_BEGIN = """INSERT INTO questionnaires_response
    (ref, study_id, version_id, person_id, invitation_id, public_link_id, token_hash, language,
     started_at, changed_at, passed, submitted_at, seconds, device)
    SELECT %s, id, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s, %s, %s::timestamptz, %s::timestamptz, %s::smallint,
        %s::timestamptz, %s::integer, %s
    FROM studies_study WHERE id = %s AND state = %s
        AND NOT EXISTS (SELECT 1 FROM people_person WHERE id = %s AND erased_at IS NOT NULL)
    ON CONFLICT DO NOTHING RETURNING id"""
_CAME = """UPDATE studies_invitation SET opened_at = %s WHERE id = %s AND opened_at IS NULL
    AND EXISTS (SELECT 1 FROM questionnaires_response WHERE ref = %s)"""
_SPEAK = """INSERT INTO verbatims_verbatim
    (ref, collection_id, source_id, person_id, text, language, spoken_at, recorded_at, salt, digest)
    SELECT said.ref, %s::bigint, said.source, %s::bigint, said.text, said.language, %s::timestamptz, %s::timestamptz,
        said.salt, said.digest
    FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])
        AS said (ref, source, text, language, salt, digest)
    WHERE EXISTS ({whom}) RETURNING id, ref"""
_KEEP = _SPEAK.format(whom="SELECT 1 FROM questionnaires_response WHERE ref = %s")
_ANSWER = """INSERT INTO questionnaires_answer
    (response_id, question_id, box, choice_id, number, text, verbatim_id, at, language)
    SELECT r.id, given.question, given.box, given.choice, given.number, given.text, {verbatim}, r.changed_at, given.language
    FROM questionnaires_response r
        CROSS JOIN unnest(%s::bigint[], %s::integer[], %s::bigint[], %s::float8[], %s::text[], %s::text[], %s::text[])
        AS given (question, box, choice, number, text, language, verbatim)
    WHERE {where}"""
_SAID = "(SELECT v.id FROM verbatims_verbatim v WHERE v.ref = given.verbatim)"
_FIRST = _ANSWER.format(verbatim=_SAID, where="r.ref = %s")


def _beginning(saving: Saving) -> AtOnce:
    way, at, ref = saving.way, sql_moment(saving.now), new_ref()
    words, rows = _words_and_rows(saving)
    statements: list[Statement] = [(_BEGIN, [ref, *begun_by(saving), way.study_id, State.OPEN, way.person_id])]
    if words:
        statements.append((_KEEP, [*_spoken(saving, words), ref]))
    if rows:
        statements.append((_FIRST, [*_columns(rows), ref]))
    if way.invitation_id:
        statements.append((_CAME, [at, way.invitation_id, ref]))

    def result(answers: list[list[Row]]) -> Saved | None:
        if not answers[0]:
            return None
        return Saved(int(answers[0][0][0]), saving.send, saving.now, _ids_of(words, answers[1]) if words else [])

    return AtOnce(statements, result)


def _words_and_rows(saving: Saving) -> tuple[list[list[Any]], list[list[Any]]]:
    """The rows of the ledger, if it is sent, and those of the answers, which name the ledger's by their refs."""
    words: list[list[Any]] = []
    rows: list[list[Any]] = []
    for question in saving.asking.questions():
        for cell in saving.given.get(question.id, ()):
            language, ref = saving.way.language if cell.text else "", None
            if saving.send and cell.text:
                words.append(word(saving, question, cell.text, language))
                ref = words[-1][0]
            rows.append([question.id, cell.box, cell.choice, cell.number, "" if ref else cell.text, language, ref])
    return words, rows


def _spoken(saving: Saving, words: list[list[Any]]) -> list[Any]:
    at = sql_moment(saving.now)
    return [saving.way.collection_id, saving.way.person_id, at, at, *_columns_of(words)]


def _ids_of(words: list[list[Any]], kept: list[Row]) -> list[int]:
    ids = {ref: pk for pk, ref in kept}
    return [ids[row[0]] for row in words]


# --- a response goes on ----------------------------------------------------------------------------------------

_TOUCH = """UPDATE questionnaires_response r SET changed_at = %s, passed = GREATEST(r.passed, %s::smallint), language = %s,
        seconds = r.seconds + %s::integer, device = COALESCE(%s, r.device), submitted_at = %s::timestamptz
    FROM studies_study s
    WHERE r.id = %s AND r.changed_at = %s AND r.submitted_at IS NULL AND s.id = r.study_id AND s.state = %s
    AND NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id = r.person_id AND p.erased_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM questionnaires_answer a WHERE a.response_id = r.id AND a.question_id = ANY (%s::bigint[]))
    {more}RETURNING r.id"""
_GO_ON = _TOUCH.format(more="")
_NEXT = _ANSWER.format(
    verbatim=_SAID, where="r.id = %s AND r.changed_at = %s AND r.submitted_at IS NOT DISTINCT FROM %s::timestamptz"
)


def _going_on(saving: Saving) -> AtOnce:
    _no_words, rows = _words_and_rows(saving)

    def result(answers: list[list[Row]]) -> Saved | None:
        return Saved(int(answers[0][0][0]), saving.send, saving.now) if answers[0] else None

    return AtOnce([(_GO_ON, _touched(saving)), *_added(saving, rows)], result)


def _touched(saving: Saving) -> list[Any]:
    way = saving.way
    assert way.changed_at is not None
    device = saving.device if saving.seconds > 0 else None
    return [
        sql_moment(saving.now), saving.passed, saving.becomes or way.language, saving.seconds, device, _sent_at(saving),
        way.response_id, sql_moment(way.changed_at), State.OPEN, _array(saving.given),
    ]  # fmt: skip


def _sent_at(saving: Saving) -> Any:
    return sql_moment(saving.now) if saving.send else None


def _added(saving: Saving, rows: list[list[Any]]) -> list[Statement]:
    """What adds the answers of a page, if it brings any."""
    which = [saving.way.response_id, sql_moment(saving.now), _sent_at(saving)]
    return [(_NEXT, [*_columns(rows), *which])] if rows else []


# --- a response is sent ----------------------------------------------------------------------------------------

# Words of earlier pages wait in their answers; where they do not stand there as they were read, nothing is done.
_AS_READ = """AND NOT EXISTS (
        SELECT 1 FROM unnest(%s::bigint[], %s::integer[], %s::text[]) AS said (question, box, text) WHERE NOT EXISTS (
            SELECT 1 FROM questionnaires_answer a WHERE a.response_id = r.id AND a.question_id = said.question
            AND a.box = said.box AND a.text = said.text AND a.verbatim_id IS NULL))
    """
_SEND = f"WITH sent AS ({_TOUCH.format(more=_AS_READ)}) {_SPEAK.format(whom='SELECT 1 FROM sent')}"  # noqa: S608
_SPOKEN = """UPDATE questionnaires_answer a SET text = '', verbatim_id = v.id
    FROM unnest(%s::bigint[], %s::integer[], %s::text[]) AS said (question, box, verbatim)
        JOIN verbatims_verbatim v ON v.ref = said.verbatim
    WHERE a.response_id = %s AND a.question_id = said.question AND a.box = said.box"""


def _sending(saving: Saving) -> AtOnce | None:
    """How a response is sent; None where nobody has read what it says, or where an answer may change."""
    way = saving.way
    stored = None if way.said is None else as_stored(way.said)
    if stored is None or way.response_id is None or not stored.keys().isdisjoint(saving.given):
        return None
    waiting = unspoken(saving, stored, saving.given)
    earlier = [word(saving, question, cell.text, language) for question, cell, language in waiting]
    fresh, rows = _words_and_rows(saving)
    words = earlier + fresh
    if not words:
        return _going_on(saving)
    places = _array(question.id for question, *_ in waiting), _array(cell.box for _question, cell, _language in waiting)
    as_read = [*places, _texts(cell.text for _question, cell, _language in waiting)]
    statements: list[Statement] = [(_SEND, [*_touched(saving), *as_read, *_spoken(saving, words)])]
    if earlier:
        statements.append((_SPOKEN, [*places, _texts(row[0] for row in earlier), way.response_id]))
    response_id = way.response_id

    def result(answers: list[list[Row]]) -> Saved | None:
        return Saved(response_id, True, saving.now, _ids_of(words, answers[0])) if answers[0] else None

    return AtOnce([*statements, *_added(saving, rows)], result)


# --- rows as columns -------------------------------------------------------------------------------------------


def _columns(rows: list[list[Any]]) -> Iterator[str]:
    """Answers as `unnest` takes them: an array for each column."""
    questions, boxes, choices, numbers, texts, languages, refs = zip(*rows, strict=True)
    yield from map(_array, (questions, boxes, choices, numbers))
    yield from map(_texts, (texts, languages, refs))


def _columns_of(words: list[list[Any]]) -> Iterator[str]:
    refs, _collection, sources, _person, texts, languages, _spoken, _recorded, _older, salts, digests = zip(*words, strict=True)
    yield from (_texts(refs), _array(sources), _texts(texts), _texts(languages))
    yield from (_array(f'"\\\\x{value.hex()}"' for value in values) for values in (salts, digests))


def _array(values: Iterable[Any]) -> str:
    return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"


def _texts(values: Iterable[str | None]) -> str:
    return _array(None if value is None else f'"{_escaped(value)}"' for value in values)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

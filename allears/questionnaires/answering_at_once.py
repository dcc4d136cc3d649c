"""What most presses of a button bring is kept on PostgreSQL without reading anything first: statements that are known
beforehand, so that those of several people make one trip together, the commit among them.

They do nothing where something is otherwise than they take for granted: the study is open, nobody has begun the response
meanwhile, nothing was written to it since its page was made, and none of the page's questions was answered before. Then,
and for whatever else a page may bring, `answering_store.write` reads first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from allears.core.ids import new_ref
from allears.core.prepared import Statement
from allears.questionnaires.answering_sql import Row
from allears.questionnaires.answering_store import Saved, Saving, begun_by, sql_moment, word
from allears.questionnaires.answering_ways import stamp
from allears.questionnaires.answering_writer import AtOnce
from allears.studies.models import State


def at_once(saving: Saving) -> AtOnce | None:
    """Return how `saving` is kept at once; None where something has to be read first."""
    if connection.vendor != "postgresql" or _brings_more(saving):
        return None
    if saving.way.response_id is None:
        return _beginning(saving)
    return _going_on(saving) if _only_adds(saving) else None


def _brings_more(saving: Saving) -> bool:
    """Whether more belongs to it than answers."""
    return bool(saving.new_files or saving.dropped_files or saving.asking.consents or saving.way.declined_at)


def _only_adds(saving: Saving) -> bool:
    """Whether it brings answers, and no more, on a page that shows what stands."""
    way = saving.way
    if saving.send or way.submitted_at is not None or way.changed_at is None or saving.now <= way.changed_at:
        return False
    return saving.seen == stamp(way.changed_at) and any(saving.given.values())


# --- a response begins -----------------------------------------------------------------------------------------

_BEGIN = """INSERT INTO questionnaires_response
    (ref, study_id, version_id, person_id, invitation_id, public_link_id, token_hash, language,
     started_at, changed_at, passed, submitted_at, seconds, device)
    SELECT %s, id, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s, %s, %s::timestamptz, %s::timestamptz, %s::smallint,
        %s::timestamptz, %s::integer, %s
    FROM studies_study WHERE id = %s AND state = %s ON CONFLICT DO NOTHING RETURNING id"""
_CAME = """UPDATE studies_invitation SET opened_at = %s WHERE id = %s AND opened_at IS NULL
    AND EXISTS (SELECT 1 FROM questionnaires_response WHERE ref = %s)"""
_KEEP = """INSERT INTO verbatims_verbatim
    (ref, collection_id, source_id, person_id, text, language, spoken_at, recorded_at, salt, digest)
    SELECT said.ref, %s::bigint, said.source, %s::bigint, said.text, said.language, %s::timestamptz, %s::timestamptz,
        said.salt, said.digest
    FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])
        AS said (ref, source, text, language, salt, digest)
    WHERE EXISTS (SELECT 1 FROM questionnaires_response WHERE ref = %s) RETURNING id, ref"""
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
    statements: list[Statement] = [(_BEGIN, [ref, *begun_by(saving), way.study_id, State.OPEN])]
    if words:
        statements.append((_KEEP, [way.collection_id, way.person_id, at, at, *_columns_of(words), ref]))
    if rows:
        statements.append((_FIRST, [*_columns(rows), ref]))
    if way.invitation_id:
        statements.append((_CAME, [at, way.invitation_id, ref]))

    def result(answers: list[list[Row]]) -> Saved | None:
        if not answers[0]:
            return None
        ids = {ref: pk for pk, ref in answers[1]} if words else {}
        return Saved(int(answers[0][0][0]), saving.send, saving.now, [ids[row[0]] for row in words])

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


# --- a response goes on ----------------------------------------------------------------------------------------

_TOUCH = """UPDATE questionnaires_response r SET changed_at = %s, passed = GREATEST(r.passed, %s::smallint), language = %s,
        seconds = r.seconds + %s::integer, device = COALESCE(%s, r.device)
    FROM studies_study s
    WHERE r.id = %s AND r.changed_at = %s AND r.submitted_at IS NULL AND s.id = r.study_id AND s.state = %s
    AND NOT EXISTS (SELECT 1 FROM questionnaires_answer a WHERE a.response_id = r.id AND a.question_id = ANY (%s::bigint[]))
    RETURNING r.id"""
_NEXT = _ANSWER.format(
    verbatim="given.verbatim::bigint", where="r.id = %s AND r.changed_at = %s AND r.submitted_at IS NULL"
)


def _going_on(saving: Saving) -> AtOnce:
    way, at = saving.way, sql_moment(saving.now)
    assert way.changed_at is not None
    _no_words, rows = _words_and_rows(saving)
    device = saving.device if saving.seconds > 0 else None
    touch = [
        at, saving.passed, saving.becomes or way.language, saving.seconds, device,
        way.response_id, sql_moment(way.changed_at), State.OPEN, _array(saving.given),
    ]  # fmt: skip

    def result(answers: list[list[Row]]) -> Saved | None:
        return Saved(int(answers[0][0][0]), False, saving.now) if answers[0] else None

    return AtOnce([(_TOUCH, touch), (_NEXT, [*_columns(rows), way.response_id, at])], result)


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

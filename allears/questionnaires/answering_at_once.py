"""What most presses of a button bring is kept on PostgreSQL without reading anything first: statements that are known
beforehand, each for all who press at the same time, with one trip, the commit among it.

They do nothing for whom something is otherwise than they take for granted: the study is open, nobody has begun the
response meanwhile, nothing was written to it since its page was made, and none of the page's questions was answered
before. Then, and for whatever else a page may bring, `answering_store.write` reads first.

Whoever sends on the last of several pages has had all answers looked through for a gap: what was read then are the words
that go to the ledger, if nothing was written to the response since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from allears.core.ids import new_ref
from allears.core.prepared import Statement
from allears.questionnaires.answering_asked import Asked, Cell
from allears.questionnaires.answering_sql import Row
from allears.questionnaires.answering_store import Saved, Saving, as_stored, begun_by, unspoken, word
from allears.questionnaires.answering_ways import stamp
from allears.questionnaires.answering_writer import AtOnce, Together
from allears.studies.models import State


def at_once(saving: Saving) -> AtOnce | None:
    """Return how `saving` is kept at once; None where something has to be read first."""
    if connection.vendor != "postgresql" or _brings_more(saving):
        return None
    if saving.way.response_id is None:
        return AtOnce(_begin, _beginning(saving))
    if not _is_up_to_date(saving):
        return None
    adds = _sending(saving) if saving.send else _going_on(saving)
    return AtOnce(_go_on, adds) if adds else None


def _brings_more(saving: Saving) -> bool:
    """Whether more belongs to it than answers."""
    return bool(saving.new_files or saving.dropped_files or saving.asking.consents or saving.way.declined_at)


def _is_up_to_date(saving: Saving) -> bool:
    """Whether its page shows what stands in a response that is not sent yet."""
    way = saving.way
    if way.submitted_at is not None or way.changed_at is None or saving.now <= way.changed_at:
        return False
    return saving.seen == stamp(way.changed_at)


@dataclass(frozen=True, slots=True)
class _Page:
    """What one press of a button writes."""

    saving: Saving
    response: str | int  # the ref of one that begins, the number of one that goes on
    words: list[list[Any]]  # rows of the ledger, if it is sent
    rows: list[list[Any]]  # of the answers, which name the ledger's by their refs
    waiting: list[tuple[Asked, Cell, str]] = field(default_factory=list)  # words of earlier pages: the first of `words`


def _beginning(saving: Saving) -> _Page:
    return _Page(saving, new_ref(), *_words_and_rows(saving))


def _going_on(saving: Saving) -> _Page | None:
    assert saving.way.response_id is not None
    return _Page(saving, saving.way.response_id, *_words_and_rows(saving)) if any(saving.given.values()) else None


def _sending(saving: Saving) -> _Page | None:
    """What sends a response; None where nobody has read what it says, or where an answer may change."""
    way = saving.way
    stored = None if way.said is None else as_stored(way.said)
    if stored is None or way.response_id is None or not stored.keys().isdisjoint(saving.given):
        return None
    waiting = unspoken(saving, stored, saving.given)
    earlier = [word(saving, question, cell.text, language) for question, cell, language in waiting]
    fresh, rows = _words_and_rows(saving)
    return _Page(saving, way.response_id, earlier + fresh, rows, waiting)


def _words_and_rows(saving: Saving) -> tuple[list[list[Any]], list[list[Any]]]:
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


# --- what is written alike, whether a response begins or goes on -------------------------------------------------

# With a statement of its own: what comes after it sees whether they were erased while it waited.
_LIVE = "SELECT 1 FROM people_person WHERE id = ANY (%s::bigint[]) ORDER BY id FOR KEY SHARE"
_SPEAK = """INSERT INTO verbatims_verbatim
    (ref, collection_id, source_id, person_id, text, language, spoken_at, recorded_at, salt, digest)
    SELECT said.ref, said.collection, said.source, said.person, said.text, said.language, said.at, said.at,
        said.salt, said.digest
    FROM unnest(%s::{kind}[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
        %s::timestamptz[], %s::bytea[], %s::bytea[])
        AS said (response, ref, collection, source, person, text, language, at, salt, digest)
        JOIN questionnaires_response r ON r.{key} = said.response AND r.changed_at = said.at AND r.submitted_at = said.at
    RETURNING ref, id"""
_ANSWER = """INSERT INTO questionnaires_answer
    (response_id, question_id, box, choice_id, number, text, verbatim_id, at, language)
    SELECT r.id, given.question, given.box, given.choice, given.number, given.text,
        (SELECT v.id FROM verbatims_verbatim v WHERE v.ref = given.verbatim), r.changed_at, given.language
    FROM unnest(%s::{kind}[], %s::timestamptz[], %s::bigint[], %s::integer[], %s::bigint[], %s::float8[], %s::text[],
        %s::text[], %s::text[]) AS given (response, at, question, box, choice, number, text, language, verbatim)
        JOIN questionnaires_response r ON r.{key} = given.response AND r.changed_at = given.at"""


@dataclass(frozen=True, slots=True)
class _Statements:
    """How words and answers are written whose responses are named in one way or the other."""

    speak: str
    answer: str


_BY_REF, _BY_ID = (
    _Statements(_SPEAK.format(kind=kind, key=key), _ANSWER.format(kind=kind, key=key))
    for kind, key in (("text", "ref"), ("bigint", "id"))
)
Named = dict[str, Statement]


def _living(pages: Sequence[_Page]) -> Named:
    """What keeps those who speak from being erased meanwhile, if anybody knows who that is."""
    people = {page.saving.way.person_id for page in pages} - {None}
    return {"live": (_LIVE, [_array(people)])} if people else {}


def _spoken(pages: Sequence[_Page], by: _Statements) -> Named:
    words = [[page.response, *row] for page in pages for row in page.words]
    return {"speak": (by.speak, [*_columns_of_words(words)])} if words else {}


def _answered(pages: Sequence[_Page], by: _Statements) -> Named:
    rows = [[page.response, page.saving.now, *row] for page in pages for row in page.rows]
    return {"answer": (by.answer, [*_columns_of_answers(rows)])} if rows else {}


def _by_ref(kept: Iterable[Row]) -> dict[str, int]:
    return {str(ref): number for ref, number in kept}


def _saved(page: _Page, response_id: int, verbatims: Mapping[str, int]) -> Saved:
    return Saved(response_id, page.saving.send, page.saving.now, [verbatims[row[0]] for row in page.words])


# --- responses begin -------------------------------------------------------------------------------------------

_BEGIN = """INSERT INTO questionnaires_response
    (ref, study_id, version_id, person_id, invitation_id, public_link_id, token_hash, language,
     started_at, changed_at, passed, submitted_at, seconds, device)
    SELECT begun.ref, s.id, begun.version, begun.person, begun.invitation, begun.link, begun.token, begun.language,
        begun.started, begun.changed, begun.passed, begun.sent, begun.seconds, begun.device
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
        %s::timestamptz[], %s::timestamptz[], %s::smallint[], %s::timestamptz[], %s::integer[], %s::text[])
        AS begun (ref, study, version, person, invitation, link, token, language, started, changed, passed, sent, seconds,
        device)
        JOIN studies_study s ON s.id = begun.study AND s.state = %s
    WHERE NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id = begun.person AND p.erased_at IS NOT NULL)
    ON CONFLICT DO NOTHING RETURNING ref, id"""
_CAME = """UPDATE studies_invitation i SET opened_at = r.started_at FROM questionnaires_response r
    WHERE r.ref = ANY (%s::text[]) AND i.id = r.invitation_id AND i.opened_at IS NULL"""


def _begin(pages: Sequence[_Page]) -> Together:
    invited = [str(page.response) for page in pages if page.saving.way.invitation_id]
    named: Named = {
        **_living(pages),
        "begin": (_BEGIN, [*_columns_of_responses(pages), State.OPEN]),
        **_spoken(pages, _BY_REF),
        **_answered(pages, _BY_REF),
        **({"came": (_CAME, [_texts(invited)])} if invited else {}),
    }

    def results(answers: Sequence[list[Row]]) -> list[Saved | None]:
        found = dict(zip(named, answers, strict=True))
        ids, verbatims = _by_ref(found["begin"]), _by_ref(found.get("speak", ()))
        return [
            _saved(page, ids[ref], verbatims) if (ref := str(page.response)) in ids else None for page in pages
        ]

    return Together([*named.values()], results)


# --- responses go on, and are sent -----------------------------------------------------------------------------

_GO_ON = """UPDATE questionnaires_response r SET changed_at = page.at, passed = GREATEST(r.passed, page.passed),
        language = page.language, seconds = r.seconds + page.seconds, device = COALESCE(page.device, r.device),
        submitted_at = page.sent
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::smallint[], %s::text[], %s::integer[], %s::text[],
        %s::timestamptz[], %s::text[]) AS page (response, seen, at, passed, language, seconds, device, sent, questions),
        studies_study s
    WHERE r.id = page.response AND r.changed_at = page.seen AND r.submitted_at IS NULL
    AND s.id = r.study_id AND s.state = %s
    AND NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id = r.person_id AND p.erased_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM questionnaires_answer a
        WHERE a.response_id = r.id AND a.question_id = ANY (page.questions::bigint[]))
    {more}RETURNING r.id"""
# Words of earlier pages wait in their answers; where they do not stand there as they were read, nothing is done.
_AS_READ = """AND NOT EXISTS (
        SELECT 1 FROM unnest(%s::bigint[], %s::bigint[], %s::integer[], %s::text[]) AS said (response, question, box, text)
        WHERE said.response = r.id AND NOT EXISTS (
            SELECT 1 FROM questionnaires_answer a WHERE a.response_id = r.id AND a.question_id = said.question
            AND a.box = said.box AND a.text = said.text AND a.verbatim_id IS NULL))
    """
_WAITED = """UPDATE questionnaires_answer a SET text = '', verbatim_id = v.id
    FROM unnest(%s::bigint[], %s::bigint[], %s::integer[], %s::text[]) AS said (response, question, box, verbatim)
        JOIN verbatims_verbatim v ON v.ref = said.verbatim
    WHERE a.response_id = said.response AND a.question_id = said.question AND a.box = said.box"""


def _go_on(all_pages: Sequence[_Page]) -> Together:
    """Of several pages of one response the first goes on."""
    firsts = {page.response: page for page in reversed(all_pages)}
    pages = [*firsts.values()]
    waiting = [
        (page.response, question.id, cell.box, cell.text, row[0])
        for page in pages
        for (question, cell, _language), row in zip(page.waiting, page.words, strict=False)
    ]
    responses, questions, boxes, texts, refs = zip(*waiting, strict=True) if waiting else [()] * 5
    places = [_array(responses), _array(questions), _array(boxes)]
    as_read, waited = ([*places, _texts(texts)], [*places, _texts(refs)]) if waiting else ([], [])
    named: Named = {
        **_living(pages),
        "go on": (_GO_ON.format(more=_AS_READ if waiting else ""), [*_columns_of_pages(pages), State.OPEN, *as_read]),
        **_spoken(pages, _BY_ID),
        **({"waited": (_WAITED, waited)} if waiting else {}),
        **_answered(pages, _BY_ID),
    }

    def results(answers: Sequence[list[Row]]) -> list[Saved | None]:
        found = dict(zip(named, answers, strict=True))
        went_on, verbatims = {number for (number,) in found["go on"]}, _by_ref(found.get("speak", ()))
        return [
            _saved(page, int(page.response), verbatims)
            if page.response in went_on and page is firsts[page.response]
            else None
            for page in all_pages
        ]

    return Together([*named.values()], results)


# --- rows as columns -------------------------------------------------------------------------------------------


def _columns_of_responses(pages: Sequence[_Page]) -> Iterator[str]:
    begun = [(page.response, page.saving.way.study_id, *begun_by(page.saving)) for page in pages]
    refs, *others, devices = zip(*begun, strict=True)
    studies, versions, people, invitations, links, tokens, languages, *rest = others
    yield _texts(refs)
    yield from map(_array, (studies, versions, people, invitations, links))
    yield from map(_texts, (tokens, languages))
    yield from map(_array, rest)
    yield _texts(devices)


def _columns_of_pages(pages: Sequence[_Page]) -> Iterator[str]:
    touched = [(page.response, *_touched(page.saving)) for page in pages]
    responses, seen, at, passed, languages, seconds, devices, sent, questions = zip(*touched, strict=True)
    yield from map(_array, (responses, seen, at, passed))
    yield _texts(languages)
    yield _array(seconds)
    yield _texts(devices)
    yield _array(sent)
    yield _texts(questions)


def _touched(saving: Saving) -> tuple[Any, ...]:
    way = saving.way
    device, sent = saving.device if saving.seconds > 0 else None, saving.now if saving.send else None
    language, questions = saving.becomes or way.language, _array(saving.given)
    return way.changed_at, saving.now, saving.passed, language, saving.seconds, device, sent, questions


def _columns_of_answers(rows: list[list[Any]]) -> Iterator[str]:
    responses, at, questions, boxes, choices, numbers, texts, languages, refs = zip(*rows, strict=True)
    yield from map(_array, (responses, at, questions, boxes, choices, numbers))
    yield from map(_texts, (texts, languages, refs))


def _columns_of_words(rows: list[list[Any]]) -> Iterator[str]:
    columns = zip(*rows, strict=True)
    responses, refs, collections, sources, people, texts, languages, spoken, _recorded, _older, salts, digests = columns
    yield _array(responses)
    yield _texts(refs)
    yield from map(_array, (collections, sources, people))
    yield from map(_texts, (texts, languages))
    yield _array(spoken)
    yield from (_array(f'"\\\\x{value.hex()}"' for value in values) for values in (salts, digests))


def _array(values: Iterable[Any]) -> str:
    """Values as `unnest` takes them: an array as text."""
    return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"


def _texts(values: Iterable[str | None]) -> str:
    return _array(None if value is None else f'"{_escaped(value)}"' for value in values)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

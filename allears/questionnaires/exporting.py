"""A study's responses and words as files: streamed, complete, harmless in a spreadsheet program.

`responses.csv` has a row for each response and a column for each question (for each box of an open question,
for each choice where several may be chosen). `verbatims.jsonl` has a line for each entry of the ledger. Both say whether
it is known when somebody spoke (`day_known`); where it is not, no moment stands in either. `manifest.json`
says how many rows each file has, and its SHA-256; and of each question its type and all that belongs to it, with the
columns in which its answers stand. Brought in again, `responses.csv` keeps every value, but types are proposed from the
values: a matrix comes back as scales, a ranking as numbers, an agreement and a day as what they look like, a sent file
as its name. Cells that would be run as formulas begin with an apostrophe:
`allears.core.tables.restore_cell` takes it away again.

An export that was cut off has no manifest: the one of an export before goes first, the new one comes last.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from json.encoder import encode_basestring
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.core.tables import safe_cell
from allears.core.whole_files import write_whole
from allears.people.models import Person
from allears.questionnaires import files as kept
from allears.questionnaires.authoring import CHANGEABLE
from allears.questionnaires.calendar import date_of
from allears.questionnaires.dialects import ABOUT, OWN_WORDS
from allears.questionnaires.models import Answer, Choice, Question, QuestionKind, Response, SentFile
from allears.questionnaires.structure import questions_in, sections_of, versions_of
from allears.studies.models import Study
from allears.verbatims.models import Source, Stone, Undated, Verbatim

CHUNK = 4000
# JSON lets these stand in a text as they are, but some readers would end the line there.
LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
FORMAT = 2  # since 2, moments are left out where the day is not known, and `day_known` says so
OFFERED = ("label", "asks_text", "exclusive", "anchored")  # of a choice, in the manifest
# No joins: what they would bring is fetched for a chunk at a time.
RESPONSE = ("pk", "ref", "person_id", "language", "started_at", "submitted_at", "version_id", "day_known")
ANSWER = ("response_id", "question_id", "box", "choice_id", "number", "text", "verbatim_id", "verbatim__text")
VERBATIM = (
    "pk", "ref", "source_id", "person_id", "text", "language", "spoken_at", "recorded_at", "supersedes_id", "digest",
)  # fmt: skip
SUPERSEDES = VERBATIM.index("supersedes_id")
Told = Callable[[int], None]


# One answer: the box, the choice's wording, the number, the words.
Said = tuple[int, str | None, float | None, str]
NOTHING: dict[str, list[Said]] = {}
THE_END = (sys.maxsize, NOTHING)


@dataclass(frozen=True)
class Column:
    """A column of responses.csv: its heading and how it reads the answers to one question."""

    heading: str
    key: str
    read: Callable[[list[Said]], str]


def export(*, study: Study, folder: Path, by: User | str | None, told: Told = lambda rows: None) -> dict[str, Any]:
    """Write the three files into `folder` (made if need be) and return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    files = {
        "responses.csv": _write(folder / "responses.csv", responses_csv(study, told), rows_before=1),
        "verbatims.jsonl": _write(folder / "verbatims.jsonl", verbatims_jsonl(study)),
    }
    if pictures := _write_files(study, folder / "files"):
        files["files/"] = pictures
    manifest = {
        "format": FORMAT,
        "study": {"slug": study.slug, "title": study.title, "state": study.state, "language": study.language},
        "exported_at": now().isoformat(),
        "files": files,
        "questions": questions_asked(study),
    }
    write_whole(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    counts = {name: file["rows"] for name, file in files.items()}
    audit.record(by=by, verb="questionnaires.exported", target=study, **counts)
    return manifest


def hand_over(*, study: Study, file: str, by: User) -> Iterator[str]:
    """Return "responses.csv" or "verbatims.jsonl" as a stream for `by`; that they took it is on record before it
    begins.
    """
    lines = {"responses.csv": responses_csv, "verbatims.jsonl": verbatims_jsonl}[file](study)
    audit.record(by=by, verb="questionnaires.downloaded", target=study, file=file)
    return lines


def _write_files(study: Study, folder: Path) -> dict[str, Any] | None:
    """Write what people sent into `folder`; None where nobody sent anything."""
    count = size = 0
    for file in _sent(study).iterator(chunk_size=100):
        folder.mkdir(exist_ok=True)
        (folder / file_name(file.ref, file.name)).write_bytes(kept.read(file))
        count, size = count + 1, size + file.size
    return {"rows": count, "bytes": size} if count else None


def responses_csv(study: Study, told: Told = lambda rows: None) -> Iterator[str]:
    """responses.csv as a stream of lines, the headings first."""
    columns = columns_of(study)
    keys, labels = _keys_of(study), _labels_of(study)
    numbers = dict(versions_of(study).values_list("pk", "number"))
    yield _line([*ABOUT, *(column.heading for column in columns)])
    done = 0
    responses = Response.objects.filter(study=study)
    for chunk in _chunks(responses.values_list(*RESPONSE)):
        same = _same(responses, chunk)
        people, answers = _refs_of(Person, same.values("person")), _answers_of(same, keys, labels)
        for (_pk, ref, person, language, began, sent, version, day_known), given in _beside(chunk, answers):
            about = _about(ref, people.get(person, ""), language, began, sent, numbers[version], day_known)
            yield _line([*about, *(column.read(given.get(column.key, [])) for column in columns)])
        done += len(chunk)
        told(done)


def verbatims_jsonl(study: Study) -> Iterator[str]:
    """verbatims.jsonl as a stream of lines, in the order in which the words were kept."""
    sources = Source.objects.filter(collection=study.collection_id).values_list("pk", "prompt")
    prompts = {pk: _json(prompt) for pk, prompt in sources}
    words = Verbatim.objects.filter(collection=study.collection_id)
    for chunk in _chunks(words.values_list(*VERBATIM)):
        same = _same(words, chunk)
        people = {pk: encode_basestring(ref) for pk, ref in _refs_of(Person, same.values("person")).items()}
        replaced = any(row[SUPERSEDES] for row in chunk)
        earlier = _refs_of(Verbatim, same.values("supersedes")) if replaced else {}
        stones = dict(Stone.objects.filter(verbatim__in=same).values_list("pk", "at"))
        undated = set(Undated.objects.filter(verbatim__in=same).values_list("pk", flat=True))
        for pk, ref, source, person, text, language, spoken_at, recorded_at, supersedes, digest in chunk:
            redacted, text = (stones[pk].isoformat(), None) if pk in stones else (None, text)
            # Put together by hand, as `json.dumps` would: it is half of the work otherwise.
            line = (
                f'{{"ref": {encode_basestring(ref)}, "question": {prompts[source]}, "person": {people.get(person, "null")}, '
                f'"text": {_json(text)}, "redacted_at": {_json(redacted)}, "language": {encode_basestring(language)}, '
                f'"spoken_at": {_json(None if pk in undated else spoken_at.isoformat())}, '
                f'"day_known": {"false" if pk in undated else "true"}, "recorded_at": "{recorded_at.isoformat()}", '
                f'"supersedes": {_json(earlier.get(supersedes))}, '
                f'"digest": "{bytes(digest).hex()}"}}\n'
            )
            yield line if line.isascii() else line.translate(LINE_ENDS)


def _json(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)


def columns_of(study: Study) -> list[Column]:
    """The columns for every question that any version of the study's questionnaire asks, the newest wording first."""
    sent = {pk: file_name(ref, name) for pk, ref, name in _sent(study).values_list("pk", "ref", "name")}
    return [column for question in _asked(study) for column in _columns_of(question, sent)]


def questions_asked(study: Study) -> list[dict[str, Any]]:
    """What the manifest says of each question: the fields by which it is asked, its choices (or rows, or what is ranked),
    the headings of its columns, all in their order. Keys are those that its rule (`shown_if`) speaks of.
    """
    return [_described(question) for question in _asked(study)]


def _described(question: Question) -> dict[str, Any]:
    choices = [
        {"key": str(choice.key), **{name: getattr(choice, name) for name in OFFERED}} for choice in question.choices.all()
    ]
    columns = [column.heading for column in _columns_of(question, {})]
    return {"key": str(question.key), **{name: getattr(question, name) for name in CHANGEABLE}, "choices": choices, "columns": columns}


def _asked(study: Study) -> list[Question]:
    """Every question that any version asks, without statements, in the newest version that does."""
    questions: dict[str, Question] = {}
    for version in versions_of(study).filter(published_at__isnull=False):
        for question in questions_in(sections_of(version)):
            if question.kind != QuestionKind.STATEMENT:
                questions.setdefault(str(question.key), question)
    return list(questions.values())


def _sent(study: Study) -> QuerySet[SentFile]:
    return SentFile.objects.filter(response__study=study).order_by("pk")


def file_name(ref: str, name: str) -> str:
    """Return what a sent file is called in an export: no two are called the same."""
    return f"{ref}-{name}"


def _columns_of(question: Question, sent: dict[int, str]) -> Iterator[Column]:
    key, text = str(question.key), question.text
    if question.is_open:
        for box in range(question.boxes):
            heading = text if question.boxes == 1 else f"{text} [{box + 1}]"
            yield Column(heading, key, partial(_words, box=box))
    elif question.kind == QuestionKind.MULTIPLE:
        for choice in question.choices.all():
            yield Column(f"{text} [{choice.label}]", key, partial(_ticked, label=choice.label))
    elif question.has_list and not question.has_choices:
        for choice in question.choices.all():
            yield Column(f"{text} [{choice.label}]", key, partial(_given_to, label=choice.label))
    elif question.kind == QuestionKind.FILE:
        yield Column(text, key, partial(_files, sent=sent))
    else:
        yield Column(text, key, _day if question.kind == QuestionKind.DATE else _value)
    if question.has_choices and any(choice.asks_text for choice in question.choices.all()):
        yield Column(f"{text} [{OWN_WORDS}]", key, _own_words)


def _words(given: list[Said], box: int) -> str:
    return next((text for at, label, _number, text in given if at == box and label is None), "")


def _ticked(given: list[Said], label: str) -> str:
    if not given:
        return ""
    return "1" if any(chosen == label for _box, chosen, _number, _text in given) else "0"


def _given_to(given: list[Said], label: str) -> str:
    """The step of a matrix's row, or the place of a ranked item."""
    return next((f"{n:.15g}" for _box, chosen, n, _text in given if chosen == label and n is not None), "")


def _value(given: list[Said]) -> str:
    if not given:
        return ""
    _box, label, number, _text = given[0]
    if label is not None:
        return label
    return "" if number is None else f"{number:.15g}"


def _files(given: list[Said], sent: dict[int, str]) -> str:
    """The files' names, one a line, as they lie in the export's folder `files`."""
    return "\n".join(sent.get(int(number or 0), "") for _box, _label, number, _text in given)


def _day(given: list[Said]) -> str:
    number = given[0][2] if given else None
    return "" if number is None else date_of(number).isoformat()


def _own_words(given: list[Said]) -> str:
    """Also words beside a choice that was not made: they were said."""
    return "\n".join(text for _box, _label, _number, text in given if text)


def _about(
    ref: str, person: str, language: str, began: datetime, sent: datetime | None, version: int, day_known: bool
) -> list[str]:
    """No moments where only that of the import is known: who reads the file would take them for those of the answers."""
    moments = [at.isoformat() if at and day_known else "" for at in (began, sent)]
    return [ref, person, "complete" if sent else "partial", language, *moments, str(version), "yes" if day_known else "no"]


def _refs_of(model: type[Person] | type[Verbatim], wanted: QuerySet[Any, Any]) -> dict[int | None, str]:
    """The public name of each row that is named."""
    return dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "ref"))


def _same(rows: QuerySet[Any], chunk: list[tuple[Any, ...]]) -> QuerySet[Any]:
    """The rows of which this chunk was read, for the database to find again: sooner than by a thousand ids."""
    return rows.filter(pk__gte=chunk[0][0], pk__lte=chunk[-1][0])


def _keys_of(study: Study) -> dict[int, str]:
    """The key of every question that the study ever asked, by id."""
    asked = Question.objects.filter(version__questionnaire__study=study)
    return {pk: str(key) for pk, key in asked.values_list("pk", "key")}


def _labels_of(study: Study) -> dict[int, str]:
    """The wording of every choice that the study ever offered, by id."""
    offered = Choice.objects.filter(question__version__questionnaire__study=study)
    return dict(offered.values_list("pk", "label"))


def _answers_of(
    responses: QuerySet[Response], keys: dict[int, str], labels: dict[int, str]
) -> Iterator[tuple[int, dict[str, list[Said]]]]:
    """The answers of some responses by question, with the id of each response that has any, in one query.

    One after the other: kept for all of them, Python would walk through them again and again in search of cycles.
    """
    # By the ids themselves: "question" alone would be in the order of its pages, which takes two joins and a sort.
    rows = Answer.objects.filter(response__in=responses).order_by("response_id", "question_id", "box")
    for response, same in groupby(rows.values_list(*ANSWER), itemgetter(0)):
        given: dict[str, list[Said]] = {}
        for _response, question, box, choice, number, text, verbatim, words in same:
            said = (box, None if choice is None else labels[choice], number, words if verbatim else text)
            given.setdefault(keys[question], []).append(said)
        yield response, given


def _beside(chunk: list[tuple[Any, ...]], answers: Iterator[tuple[int, Any]]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each response with its answers; both come in the order of its id."""
    response, given = next(answers, THE_END)
    for row in chunk:
        while response < row[0]:  # answered already, or its response came after the chunk was read
            response, given = next(answers, THE_END)
        yield row, given if response == row[0] else NOTHING


def _chunks(rows: Any) -> Iterator[list[tuple[Any, ...]]]:
    """Rows by their id, which comes first in each, in pieces that need no open cursor and no sorting."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1][0]


def _line(cells: Iterable[str]) -> str:
    """A line of cells, harmless in a spreadsheet program; as the csv module would write it, in a fifth of the time."""
    # What begins with a letter or a figure is never risky; most cells do.
    safe = [cell if not cell or cell[0].isalnum() else safe_cell(cell) for cell in cells]
    return ",".join([_quoted(cell) if "," in cell or '"' in cell or "\n" in cell or "\r" in cell else cell for cell in safe]) + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _write(path: Path, lines: Iterable[str], rows_before: int = 0) -> dict[str, Any]:
    """Write a stream to a file; return its rows (without headings), bytes and SHA-256."""
    digest, rows, size = hashlib.sha256(), -rows_before, 0
    with path.open("wb") as file:
        for line in lines:
            data = line.encode()
            digest.update(data)
            file.write(data)
            rows, size = rows + 1, size + len(data)
    return {"rows": rows, "bytes": size, "sha256": digest.hexdigest()}

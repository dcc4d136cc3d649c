"""A study's responses and words as files: streamed, complete, harmless in a spreadsheet program.

`responses.csv` has a row for each response and a column for each question (for each box of an open question,
for each choice where several may be chosen). `verbatims.jsonl` has a line for each entry of the ledger. `manifest.json`
says how many rows each file has, and its SHA-256. Cells that would be run as formulas begin with an apostrophe:
`allears.core.tables.restore_cell` takes it away again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.core.tables import safe_cell
from allears.questionnaires.models import Answer, Question, QuestionKind, Response
from allears.questionnaires.structure import questions_in, sections_of, versions_of
from allears.studies.models import Study
from allears.verbatims.models import Verbatim

CHUNK = 1000
FORMAT = 1
ABOUT = ("response", "person", "state", "language", "started_at", "submitted_at", "version")
Told = Callable[[int], None]


@dataclass(frozen=True)
class Column:
    """A column of responses.csv: its heading and how it reads the answers to one question."""

    heading: str
    key: str
    read: Callable[[list[Answer]], str]


def export(*, study: Study, folder: Path, by: User | str | None, told: Told = lambda rows: None) -> dict[str, Any]:
    """Write the three files into `folder` (made if need be) and return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "responses.csv": _write(folder / "responses.csv", responses_csv(study, told), rows_before=1),
        "verbatims.jsonl": _write(folder / "verbatims.jsonl", verbatims_jsonl(study)),
    }
    manifest = {
        "format": FORMAT,
        "study": {"slug": study.slug, "title": study.title, "state": study.state, "language": study.language},
        "exported_at": now().isoformat(),
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
    counts = {name: file["rows"] for name, file in files.items()}
    audit.record(by=by, verb="questionnaires.exported", target=study, **counts)
    return manifest


def responses_csv(study: Study, told: Told = lambda rows: None) -> Iterator[str]:
    """responses.csv as a stream of lines, the headings first."""
    columns = columns_of(study)
    keys = _keys_of(study)
    yield _line([*ABOUT, *(column.heading for column in columns)])
    done = 0
    for chunk in _chunks(Response.objects.filter(study=study).select_related("person", "version")):
        answers = _answers_of(chunk, keys)
        for response in chunk:
            given = answers[response.pk]
            yield _line([*_about(response), *(column.read(given[column.key]) for column in columns)])
        done += len(chunk)
        told(done)


def verbatims_jsonl(study: Study) -> Iterator[str]:
    """verbatims.jsonl as a stream of lines, in the order in which the words were kept."""
    rows = Verbatim.objects.filter(collection=study.collection_id).order_by("pk")
    for verbatim in rows.select_related("source", "person", "stone", "supersedes").iterator(CHUNK):
        yield json.dumps(_entry(verbatim), ensure_ascii=False) + "\n"


def columns_of(study: Study) -> list[Column]:
    """The columns for every question that any version of the study's questionnaire asks, the newest wording first."""
    questions: dict[str, Question] = {}
    for version in versions_of(study).filter(published_at__isnull=False):
        for question in questions_in(sections_of(version)):
            if question.kind != QuestionKind.STATEMENT:
                questions.setdefault(str(question.key), question)
    return [column for question in questions.values() for column in _columns_of(question)]


def _columns_of(question: Question) -> Iterator[Column]:
    key, text = str(question.key), question.text
    if question.is_open:
        for box in range(question.boxes):
            heading = text if question.boxes == 1 else f"{text} [{box + 1}]"
            yield Column(heading, key, partial(_words, box=box))
    elif question.kind == QuestionKind.MULTIPLE:
        for choice in question.choices.all():
            yield Column(f"{text} [{choice.label}]", key, partial(_ticked, label=choice.label))
    else:
        yield Column(text, key, _value)
    if question.has_choices and any(choice.asks_text for choice in question.choices.all()):
        yield Column(f"{text} [own words]", key, _own_words)


def _words(given: list[Answer], box: int) -> str:
    return next((_said(answer) for answer in given if answer.box == box and answer.choice_id is None), "")


def _ticked(given: list[Answer], label: str) -> str:
    if not given:
        return ""
    return "1" if any(answer.choice and answer.choice.label == label for answer in given) else "0"


def _value(given: list[Answer]) -> str:
    answer = next(iter(given), None)
    if answer is None:
        return ""
    if answer.choice:
        return answer.choice.label
    return "" if answer.number is None else f"{answer.number:.15g}"


def _own_words(given: list[Answer]) -> str:
    return "\n".join(said for answer in given if answer.choice_id and (said := _said(answer)))


def _said(answer: Answer) -> str:
    return answer.verbatim.text if answer.verbatim else answer.text


def _about(response: Response) -> list[str]:
    submitted = response.submitted_at
    return [
        response.ref,
        response.person.ref if response.person else "",
        "complete" if submitted else "partial",
        response.language,
        response.started_at.isoformat(),
        submitted.isoformat() if submitted else "",
        str(response.version.number),
    ]


def _keys_of(study: Study) -> dict[int, str]:
    """The key of every question that the study ever asked, by id."""
    asked = Question.objects.filter(version__questionnaire__study=study)
    return {pk: str(key) for pk, key in asked.values_list("pk", "key")}


def _answers_of(chunk: list[Response], keys: dict[int, str]) -> dict[int, dict[str, list[Answer]]]:
    """The answers of some responses by response and question, in one query."""
    found: dict[int, dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    rows = Answer.objects.filter(response__in=[response.pk for response in chunk])
    for answer in rows.select_related("choice", "verbatim").order_by("response", "question", "box"):
        found[answer.response_id][keys[answer.question_id]].append(answer)
    return found


def _entry(verbatim: Verbatim) -> dict[str, Any]:
    stone = getattr(verbatim, "stone", None)
    return {
        "ref": verbatim.ref,
        "question": verbatim.source.prompt,
        "person": verbatim.person.ref if verbatim.person else None,
        "text": None if stone else verbatim.text,
        "redacted_at": stone.at.isoformat() if stone else None,
        "language": verbatim.language,
        "spoken_at": verbatim.spoken_at.isoformat(),
        "supersedes": verbatim.supersedes.ref if verbatim.supersedes else None,
        "digest": bytes(verbatim.digest).hex(),
    }


def _chunks(responses: Any) -> Iterator[list[Response]]:
    rows = responses.order_by("pk").iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()


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

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
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from allears.core import audit
from allears.core.beside import beside
from allears.core.clock import now
from allears.core.models import User
from allears.core.whole_files import write_whole
from allears.questionnaires import files as kept
from allears.questionnaires.authoring import CHANGEABLE
from allears.questionnaires.exporting_cells import columns_of
from allears.questionnaires.exporting_responses import Told, file_name, files_sent, questions_of, responses_csv
from allears.questionnaires.exporting_words import verbatims_jsonl
from allears.questionnaires.models import Question
from allears.studies.models import Study

FORMAT = 2  # since 2, moments are left out where the day is not known, and `day_known` says so
OFFERED = ("label", "asks_text", "exclusive", "anchored")  # of a choice, in the manifest


def export(*, study: Study, folder: Path, by: User | str | None, told: Told = lambda rows: None) -> dict[str, Any]:
    """Write the three files into `folder` (made if need be) and return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    with beside(partial(_write_words, study, folder / "verbatims.jsonl")) as words:
        responses = _write(folder / "responses.csv", responses_csv(study, told), rows_before=1)
        files = {"responses.csv": responses, "verbatims.jsonl": words()}
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


def _write_words(study: Study, path: Path) -> dict[str, Any]:
    return _write(path, verbatims_jsonl(study))


def _write_files(study: Study, folder: Path) -> dict[str, Any] | None:
    """Write what people sent into `folder`; None where nobody sent anything."""
    count = size = 0
    for file in files_sent(study).iterator(chunk_size=100):
        folder.mkdir(exist_ok=True)
        (folder / file_name(file.ref, file.name)).write_bytes(kept.read(file))
        count, size = count + 1, size + file.size
    return {"rows": count, "bytes": size} if count else None


def questions_asked(study: Study) -> list[dict[str, Any]]:
    """What the manifest says of each question: the fields by which it is asked, its choices (or rows, or what is ranked),
    the headings of its columns, all in their order. Keys are those that its rule (`shown_if`) speaks of.
    """
    return [_described(question) for question in questions_of(study)]


def _described(question: Question) -> dict[str, Any]:
    choices = [
        {"key": str(choice.key), **{name: getattr(choice, name) for name in OFFERED}} for choice in question.choices.all()
    ]
    columns = columns_of(question, {}).headings
    return {"key": str(question.key), **{name: getattr(question, name) for name in CHANGEABLE}, "choices": choices, "columns": columns}


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

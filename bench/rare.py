"""Questionnaires in which rules are looked for that seldom speak: psychological scales, surveys of people who write software for
research, what other projects ask their users, and polls of a newspaper.

    scales/  *.tsv  github.com/expfactory/expfactory-surveys, every survey.tsv, named by its folder
    turk/    *.md   github.com/nivlab/nivturk-templates, what is below questionnaires, without README
    rse/     *.csv  github.com/softwaresaved/international-survey, every questions.csv below survey_creation, named by its
                    folder; in a folder of that name the files of answers
    curl/    *.md   github.com/curl/user-survey, every Q-*.md
    exports/ *.csv  exports of answers, whose headings are the questions: Dask 2021, Spack 2020 and 2021, R community 2019,
                    Jupyter 2015, pandas 2019 (github.com/pandas-dev/pandas-user-surveys), and eleven polls of
                    github.com/fivethirtyeight/data, each named "538-" and its file's name
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from allears.core.tables import read_table
from allears.questionnaires.dialects import propose
from allears.questionnaires.wording import Asked
from bench.definitions import plain

FOLDERS = ("scales", "turk", "rse", "curl", "exports")
RSE = {
    "ONE CHOICE": "single", "Y/N/NA": "single", "LIKERT": "single", "MULTIPLE CHOICES": "multiple", "RANKING": "ranking",
    "FREENUMERIC": "number", "FREETEXT": "long_text", "DATETIME": "date",
}  # fmt: skip
SECOND_HEADING = "Response"  # what SurveyMonkey writes below the heading of a question with one answer
_IN_QUOTES = re.compile(r'"((?:[^"\\]|\\.)*)"')


def read_scale(path: Path) -> Iterator[Asked]:
    """The items of a scale that share their answers are the rows of one question, below the instruction before them."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    told = ""
    for (kind, offered), run in itertools.groupby(rows, lambda row: (row["question_type"], row["option_text"] or "")):
        texts = [plain(row["question_text"] or "") for row in run]
        choices = tuple(plain(label) for label in offered.split(",") if label.strip())
        if kind == "instruction":
            told = texts[-1]
        elif kind == "radio" and len(texts) > 1:
            yield Asked(told, "matrix", choices=choices, items=tuple(texts), required=True)
        else:
            known = {"radio": "single", "checkbox": "multiple", "numeric": "number"}.get(kind, "long_text")
            yield from (Asked(text, known, choices=choices) for text in texts)


def read_markdown(path: Path) -> Iterator[Asked]:
    """Yield the questions of a scale for jsPsych, or the one of a file of curl's."""
    text = path.read_text("utf-8", "replace")
    yield from (_turk if path.parent.name == "turk" else _curl)(text)


def _turk(text: str) -> Iterator[Asked]:
    items, scale = (_list(text, name) for name in ("items", "scale"))
    told = re.search(r'instructions:\s*"((?:[^"\\]|\\.)*)"', text)
    if items and scale:
        yield Asked(plain(told[1]) if told else "", "matrix", choices=scale, items=items, required=True)


def _list(text: str, name: str) -> tuple[str, ...]:
    found = re.search(rf"\b{name}\s*[:=]\s*\[(.*?)\n\s*\]", text, flags=re.DOTALL)
    return tuple(plain(said) for said in _IN_QUOTES.findall(found[1])) if found else ()


def _curl(text: str) -> Iterator[Asked]:
    kind = re.search(r"^Type: *(.*)$", text, flags=re.MULTILINE)
    head = re.search(r"^# (.*)$", text, flags=re.MULTILINE)
    choices = tuple(plain(label) for label in re.findall(r"^[-*] +(.*)$", text, flags=re.MULTILINE))
    if head and kind:
        several = "multiple" if "check" in kind[1] else "single"
        yield Asked(plain(head[1]), several if choices else "long_text", choices=choices)


def read_table_of_questions(path: Path) -> Iterator[Asked]:
    """Yield the questions of a table with a line each, or those whose answers an export holds."""
    yield from (_rse if path.parent.name == "rse" else _export)(path)


def _rse(path: Path) -> Iterator[Asked]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            kind, answers = RSE.get(row["answer_format"].upper(), ""), path.with_suffix("") / f"{row.get('answer_file')}.csv"
            offered = ("Yes", "No") if row["answer_format"] == "Y/N/NA" else _answers(answers)
            if kind:
                choices = offered if kind in ("single", "multiple", "ranking") else ()
                yield Asked(plain(row["question"]), kind, plain(row.get("help") or ""), choices, required=row["mandatory"] == "Y")


def _answers(path: Path) -> tuple[str, ...]:
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    return tuple(plain(line.split(";")[0].strip('"')) for line in lines if line.strip())


def _export(path: Path) -> Iterator[Asked]:
    with read_table(path) as table:
        plan = propose(table)
    for question in plan.questions:
        choices = tuple(choice.label for choice in question.choices if choice.label != SECOND_HEADING)
        low, high = question.low_label, question.high_label
        yield Asked(plain(question.text), question.kind.value, choices=choices, low_label=low, high_label=high)


READERS = {".tsv": read_scale, ".md": read_markdown, ".csv": read_table_of_questions}

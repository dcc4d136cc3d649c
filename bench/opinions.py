"""Questionnaires that ask for opinions, read as questions to check: the yearly surveys of Rust and of the Cloud Native Computing
Foundation (Markdown), those of the Office for National Statistics (JSON), and what Formbricks offers to begin with (JSON).

    rust/        *.md     github.com/rust-lang/surveys, every questions.md
    cncf/        *.md     github.com/cncf/surveys, every file of questions
    ons/         *.json   github.com/ONSdigital/eq-survey-runner, data/en without tests
    formbricks/  *.json   github.com/formbricks/formbricks, apps/web/locales/en-US.json
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allears.questionnaires.wording import Asked
from bench.definitions import plain

FOLDERS = ("rust", "cncf", "ons", "formbricks")
ONS = {
    "Radio": "single", "Dropdown": "single", "Checkbox": "multiple", "TextArea": "long_text", "Date": "date", "Number": "number",
    "Currency": "number", "Percentage": "number", "Unit": "number",
}  # fmt: skip
_BULLET = re.compile(r"^\s*[-*] +(.*)$")


def read_markdown(path: Path) -> Iterator[Asked]:
    """Yield the questions of a survey in Markdown."""
    text = path.read_text("utf-8", "replace")
    yield from (_rust if path.parent.name == "rust" else _cncf)(text)


def _rust(text: str) -> Iterator[Asked]:
    """A heading a question, what kind it is behind "Type:", and its choices in a list; a matrix has a list of rows first."""
    for block in re.split(r"^###+ ", text, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        hint, typed, rest = _partitioned(body, r"^Type:(.*)$")
        lists = list(_lists(rest))
        if not typed:
            continue
        kind = _rust_kind(typed)
        rows, offered = (lists[0], lists[1]) if kind == "matrix" and len(lists) > 1 else ((), lists[0] if lists else ())
        if kind != "matrix" or rows:
            yield Asked(
                text=plain(head), kind=kind, help=plain(hint), required="optional" not in typed, items=rows,
                choices=offered if kind in ("single", "multiple", "matrix") else (),
            )  # fmt: skip


def _rust_kind(typed: str) -> str:
    known = (("matrix", "matrix"), ("all that apply", "multiple"), ("select one", "single"))
    return next((kind for words, kind in known if words in typed.casefold()), "long_text")


def _partitioned(body: str, pattern: str) -> tuple[str, str, str]:
    found = re.search(pattern, body, flags=re.MULTILINE)
    return (body[: found.start()], found[1], body[found.end() :]) if found else (body, "", "")


def _lists(text: str) -> Iterator[tuple[str, ...]]:
    """The lists before the first remark or heading; behind an arrow stands where a choice leads."""
    labels: list[str] = []
    for line in text.splitlines():
        bullet = _BULLET.match(line)
        if bullet:
            labels.append(plain(re.sub(r"\[?`[A-Z]+`.*", "", bullet[1])))
        elif line.strip() and labels:
            yield tuple(dict.fromkeys(labels))
            labels = []
        if line.startswith((">", "#")):
            break
    if labels:
        yield tuple(dict.fromkeys(labels))


def _cncf(text: str) -> Iterator[Asked]:
    """A number a question, and its choices in a list below."""
    for block in re.split(r"^\d+\\?\. ", text, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        choices = tuple(plain(bullet[1]) for bullet in map(_BULLET.match, body.splitlines()) if bullet)
        yield Asked(text=plain(head.strip("* ")), kind="single" if choices else "long_text", choices=choices)


def read_json(path: Path) -> Iterator[Asked]:
    """Yield the questions of a survey in JSON."""
    made = json.loads(path.read_text("utf-8-sig"))
    yield from _formbricks(made["templates"]) if path.parent.name == "formbricks" else _ons(made)


def _ons(node: Any) -> Iterator[Asked]:
    if isinstance(node, dict):
        answers, titles = node.get("answers"), node.get("titles") or [{}]
        text = _ons_text(node.get("title") or titles[-1].get("value"))
        if answers and text:
            choices = tuple(_ons_text(option.get("label")) for option in answers[0].get("options") or ())
            kind = ONS.get(answers[0].get("type"), "short_text")
            yield Asked(text, kind, _ons_text(node.get("description")), choices, required=bool(answers[0].get("mandatory")))
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _ons(inner)


def _ons_text(words: Any) -> str:
    said = words.get("text") if isinstance(words, dict) else words
    return plain(re.sub(r"\{\{.*?\}\}", "…", said)) if isinstance(said, str) else ""


def _formbricks(texts: dict[str, str]) -> Iterator[Asked]:
    """The texts of a template have a key each; what has ends is a scale, of five steps where nothing says how many."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for key, words in texts.items():
        found = re.fullmatch(r"(.*_question_\d+)_(.*)", key)
        if found:
            parts[found[1]][found[2]] = plain(words)
    for said in parts.values():
        choices = tuple(words for part, words in sorted(said.items()) if re.fullmatch(r"choice_\d+", part))
        low, high = said.get("lower_label", ""), said.get("upper_label", "")
        kind = "single" if choices else "scale" if low or high else "long_text"
        if said.get("headline"):
            yield Asked(said["headline"], kind, said.get("subheader", ""), choices, low_label=low, high_label=high, required=True)


READERS = {".md": read_markdown, ".json": read_json}

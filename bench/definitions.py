"""Questionnaires of other systems read as questions to check: LimeSurvey (.lss, .lsa, .lsq, .tsv), XLSForm (.xls, .xlsx),
Qualtrics (.qsf), and the JSON of SurveyJS, Typeform and Google Forms.

English questions only, each text once. What cannot be read is counted, with the reason, and skipped.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

from allears.questionnaires.wording import Asked

# LimeSurvey's letter for a type of question -> ours; what is missing here asks nothing in words.
LIMESURVEY = {
    **dict.fromkeys("L!OGYI5", "single"), **dict.fromkeys("MP", "multiple"), **dict.fromkeys("FABCEH1", "matrix"),
    **dict.fromkeys("SQ", "short_text"), **dict.fromkeys("TU", "long_text"), **dict.fromkeys("NK", "number"),
    **dict.fromkeys("D", "date"), **dict.fromkeys("R", "ranking"), **dict.fromkeys("X", "statement"),
}  # fmt: skip
# What LimeSurvey itself offers where the file holds no answers.
BUILT_IN = {
    "Y": ("Yes", "No"), "G": ("Female", "Male"), "5": ("1", "2", "3", "4", "5"), "A": ("1", "2", "3", "4", "5"),
    "B": tuple("123456789") + ("10",), "C": ("Yes", "Uncertain", "No"), "E": ("Increase", "Same", "Decrease"),
}  # fmt: skip
XLSFORM = {
    "text": "short_text", "string": "short_text", "integer": "number", "decimal": "number", "int": "number",
    "note": "statement", "date": "date", "rank": "ranking",
}  # fmt: skip
STOPWORDS = frozenset(
    ["the", "of", "to", "is", "are", "you", "your", "did", "does", "what", "which", "how", "who", "when", "where", "why", "and", "or", "for", "with", "have", "has", "this", "that", "it", "at", "from", "please", "if", "were", "would", "any", "there", "we", "our", "my", "name"]
)
PIPED = re.compile(r"\{[^{}]{0,400}\}|\$\{[^{}]{0,200}\}")
Reader = Callable[[Path], Iterator[Asked]]


@dataclass
class Read:
    """What came of reading a folder."""

    files: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    other_language: int = 0
    questions: dict[str, list[Asked]] = field(default_factory=dict)  # by file, in order, each text once

    def every(self) -> list[tuple[str, int, Asked]]:
        """Return (file, place, question), in order."""
        return [(name, place, q) for name, asked in self.questions.items() for place, q in enumerate(asked)]


def read(folder: Path, folders: Sequence[str] = (), readers: Mapping[str, Reader] | None = None) -> Read:
    """Return the English questions of every questionnaire below `folder`, where each of `folders` holds those of one system;
    `readers` know how, by the ending of a file's name. Without both: `FOLDERS` and `READERS`.
    """
    done, known = Read(), set[tuple[str, tuple[str, ...], tuple[str, ...]]]()
    for path in sorted(path for name in folders or FOLDERS for path in (folder / name).glob("*")):
        reader = (readers or READERS).get(path.suffix.lower())
        if reader is None:
            continue
        done.files += 1
        try:
            found = list(reader(path))
        except Exception as problem:  # files of strangers break in every way there is
            done.refused[path.name] = f"{type(problem).__name__}: {problem}"[:120]
            continue
        for question in found:
            done.seen += 1
            if not is_english(" ".join((question.text, *question.items))):
                done.other_language += 1
                continue
            key = (question.text.casefold(), question.choices, question.items)
            if question.text and key not in known:
                known.add(key)
                done.questions.setdefault(path.name, []).append(question)
    return done


def is_english(text: str) -> bool:
    """Guess: Latin letters, and from four words on at least one of English's commonest."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if not words or sum(not word.isascii() for word in words) > len(words) / 8:
        return False
    return len(words) < 4 or not STOPWORDS.isdisjoint(words)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("script", "style")
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def plain(text: Any) -> str:
    """Return what a participant reads: no markup, one line, "..." where something is filled in."""
    parser = _Text()
    parser.feed(str(text or ""))
    return " ".join(PIPED.sub("…", html.unescape("".join(parser.parts))).split())


def _lss(path: Path) -> Iterator[Asked]:
    yield from _limesurvey(ElementTree.parse(path).getroot())


def _lsa(path: Path) -> Iterator[Asked]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".lss"):
                yield from _limesurvey(ElementTree.fromstring(archive.read(name)))


def _rows(root: ElementTree.Element, table: str) -> list[dict[str, str]]:
    return [{cell.tag: cell.text or "" for cell in row} for row in root.findall(f"./{table}/rows/row")]


def _order(row: dict[str, str]) -> tuple[int, str]:
    for name in ("question_order", "sortorder"):
        if row.get(name, "").lstrip("-").isdigit():
            return int(row[name]), ""
    return 0, row.get("code", "")


def _limesurvey(root: ElementTree.Element) -> Iterator[Asked]:
    asked, below, answers = _rows(root, "questions"), _rows(root, "subquestions"), _rows(root, "answers")
    # Newer files keep the words apart, by language.
    words = {(r["qid"], r["language"]): r for r in _rows(root, "question_l10ns")}
    answer_words = {(r["aid"], r["language"]): r["answer"] for r in _rows(root, "answer_l10ns")}
    language = next((lang for lang in _languages(root, asked) if lang.startswith("en")), None)
    if language is None:
        return

    def said(row: dict[str, str], what: str) -> str:
        if row.get("language"):
            return row.get(what, "") if row["language"] == language else ""
        return words.get((row["qid"], language), {}).get(what, "")

    def answer(row: dict[str, str]) -> str:
        if row.get("language"):
            return row.get("answer", "") if row["language"] == language else ""
        return answer_words.get((row.get("aid", ""), language), "")

    items, options = defaultdict(list), defaultdict(list)
    for row in sorted([*below, *(r for r in asked if r.get("parent_qid", "0") not in ("0", ""))], key=_order):
        if row.get("scale_id", "0") in ("0", ""):
            items[row["parent_qid"]].append(plain(said(row, "question")))
    for row in sorted(answers, key=_order):
        if row.get("scale_id", "0") in ("0", ""):
            options[row["qid"]].append(plain(answer(row)))
    for row in sorted((r for r in asked if r.get("parent_qid", "0") in ("0", "")), key=lambda r: (_group(r), _order(r))):
        kind = LIMESURVEY.get(row.get("type", ""))
        text = plain(said(row, "question"))
        if kind and text:
            yield _lime(row, kind, text, plain(said(row, "help")), _kept(items[row["qid"]]), _kept(options[row["qid"]]))


def _kept(labels: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for label in labels if label))


def _group(row: dict[str, str]) -> int:
    return int(row["gid"]) if row.get("gid", "").isdigit() else 0


def _languages(root: ElementTree.Element, asked: list[dict[str, str]]) -> list[str]:
    named = [element.text or "" for element in root.findall("./languages/language")]
    return list(dict.fromkeys([*named, *(r.get("language", "") for r in asked)]))


def _lime(row: dict[str, str], kind: str, text: str, hint: str, items: tuple[str, ...], options: tuple[str, ...]) -> Asked:
    letter = row["type"]
    choices = items if kind == "multiple" else options or BUILT_IN.get(letter, ())
    if row.get("other") == "Y":
        choices = (*choices, "Other")
    required = row.get("mandatory") == "Y"
    return Asked(
        text=text, help=hint, kind=kind, required=required,
        choices=choices if kind in ("single", "multiple", "matrix", "ranking") else (),
        items=items if kind == "matrix" else (),
    )  # fmt: skip


def _tsv(path: Path) -> Iterator[Asked]:
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig", "replace")), delimiter="\t"))
    rows = [row for row in rows if not row.get("language") or row["language"].startswith("en")]
    place = 0
    while place < len(rows):
        row = rows[place]
        place += 1
        if row.get("class") != "Q":
            continue
        items, options = [], []
        while place < len(rows) and rows[place].get("class") in ("SQ", "A"):
            (items if rows[place]["class"] == "SQ" else options).append(plain(rows[place].get("text")))
            place += 1
        letter = (row.get("type/scale") or "").strip()
        kind, text = LIMESURVEY.get(letter), plain(row.get("text"))
        if kind and text:
            fields = {"type": letter, "other": row.get("other") or "", "mandatory": row.get("mandatory") or ""}
            yield _lime(fields, kind, text, plain(row.get("help")), _kept(items), _kept(options))


def _xlsform(path: Path) -> Iterator[Asked]:
    sheets = _sheets(path)
    survey = _table(sheets["survey"])
    lists = next((sheets[name] for name in ("choices", "choices and columns") if name in sheets), [])
    offered: dict[str, list[str]] = defaultdict(list)
    for row in _table(lists):
        offered[row.get("list_name") or row.get("list name") or ""].append(plain(_english(row, "label")))
    for row in survey:
        kind, choices = _xlsform_kind(row.get("type", ""), offered)
        text = plain(_english(row, "label"))
        if kind and text:
            required = row.get("required", "").casefold() in ("yes", "true", "true()", "1", "1.0")
            yield Asked(text=text, help=plain(_english(row, "hint")), kind=kind, choices=choices, required=required)


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name.strip().casefold(): book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def _table(rows: list[list[Any]]) -> list[dict[str, str]]:
    if not rows:
        return []
    head = [re.sub(r"\s*:+\s*", "::", str(cell).strip().casefold()) for cell in rows[0]]
    return [{name: str(cell).strip() for name, cell in zip(head, row, strict=False) if name} for row in rows[1:]]


def _english(row: dict[str, str], what: str) -> str:
    for name, cell in row.items():
        if name.startswith(f"{what}::en"):
            return cell
    return row.get(what, "")


def _xlsform_kind(typed: str, offered: dict[str, list[str]]) -> tuple[str | None, tuple[str, ...]]:
    words = re.sub(r"\s+", " ", typed.strip().casefold()).replace("select one", "select_one")
    words = words.replace("select all that apply from", "select_multiple").replace("select_one from", "select_one")
    first, _, rest = words.partition(" ")
    if first in ("select_one", "select_multiple", "rank", "select1", "select"):
        listed = next((name for name in offered if name.casefold() == rest.split(" or ")[0].strip()), "")
        choices = _kept(offered.get(listed, []))
        other = ("Other",) if "specify other" in rest or "or_other" in rest else ()
        kind = {"select_multiple": "multiple", "select": "multiple", "rank": "ranking"}.get(first, "single")
        return kind, (*choices, *other)
    return XLSFORM.get(first), ()


def _qsf(path: Path) -> Iterator[Asked]:
    for element in json.loads(path.read_text("utf-8-sig"))["SurveyElements"]:
        payload = element.get("Payload")
        if element.get("Element") == "SQ" and isinstance(payload, dict):
            yield from _qualtrics(payload)


def _qualtrics(payload: dict[str, Any]) -> Iterator[Asked]:
    kind = _qualtrics_kind(payload)
    labels, columns = _displayed(payload, "Choices"), _displayed(payload, "Answers")
    text = plain(payload.get("QuestionText"))
    if kind and text:
        settings = (payload.get("Validation") or {}).get("Settings") or {}
        yield Asked(
            text=text, kind=kind, required=settings.get("ForceResponse") == "ON",
            choices=columns if kind == "matrix" else labels if kind in ("single", "multiple", "ranking") else (),
            items=labels if kind == "matrix" else (),
        )  # fmt: skip


def _qualtrics_kind(payload: dict[str, Any]) -> str | None:
    selector = payload.get("Selector", "")
    if payload.get("QuestionType") == "MC":
        return "multiple" if selector.startswith("MA") or selector == "MSB" else "single"
    if payload.get("QuestionType") == "Matrix":
        return "matrix" if selector in ("Likert", "Bipolar") else None
    if payload.get("QuestionType") == "TE":
        return "short_text" if selector in ("SL", "FORM") else "long_text"
    return {"DB": "statement", "RO": "ranking"}.get(payload.get("QuestionType", ""))


def _displayed(payload: dict[str, Any], what: str) -> tuple[str, ...]:
    there, order = payload.get(what) or {}, payload.get(f"{what.removesuffix('s')}Order") or []
    rows = there if isinstance(there, dict) else dict(enumerate(there))
    keys = [str(key) for key in order if str(key) in rows] or list(rows)
    return _kept([plain(rows[key].get("Display")) for key in keys if isinstance(rows[key], dict)])


SURVEYJS = {
    "yesno": "single", "radiogroup": "single", "advancedradiogroup": "single", "customradiogroup": "single",
    "dropdown": "single", "boolean": "single", "checkbox": "multiple", "comment": "long_text", "text": "short_text",
    "rating": "scale", "matrix": "matrix", "ranking": "ranking", "infotext": "statement", "html": "statement",
    "helptext": "statement", "textbeforeinputnumber": "number",
}  # fmt: skip
TYPEFORM = {
    "rating": "scale", "opinion_scale": "scale", "multiple_choice": "single", "yes_no": "single", "dropdown": "single",
    "short_text": "short_text", "long_text": "long_text", "number": "number", "statement": "statement", "date": "date",
}  # fmt: skip


def _json(path: Path) -> Iterator[Asked]:
    made = json.loads(path.read_text("utf-8-sig"))
    reader = {"typeform": _typeform, "googleforms": _googleforms}.get(path.parent.name, _surveyjs)
    yield from reader(made)


def _surveyjs(node: Any) -> Iterator[Asked]:
    if isinstance(node, dict):
        kind, title = SURVEYJS.get(str(node.get("type"))), plain(_surveyjs_text(node.get("title")))
        text = title or (plain(_surveyjs_text(node.get("body") or node.get("html"))) if kind == "statement" else "")
        if kind and text:
            yield _surveyjs_question(node, kind, text)
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _surveyjs(inner)


def _surveyjs_question(node: dict[str, Any], kind: str, text: str) -> Asked:
    offered = node.get("columns" if kind == "matrix" else "choices") or ()
    choices = ("Yes", "No") if node["type"] in ("yesno", "boolean") else _kept([plain(_surveyjs_text(c)) for c in offered])
    if node.get("hasOther") or node.get("showOtherItem"):
        choices = (*choices, "Other")
    rows = node.get("rows") if kind == "matrix" else None
    return Asked(
        text=text, kind=kind, help=plain(_surveyjs_text(node.get("description"))), required=bool(node.get("isRequired")),
        choices=choices if kind in ("single", "multiple", "matrix", "ranking") else (),
        items=_kept([plain(_surveyjs_text(row)) for row in rows]) if isinstance(rows, list) else (),
        low_label=plain(_surveyjs_text(node.get("minRateDescription"))), high_label=plain(_surveyjs_text(node.get("maxRateDescription"))),
    )  # fmt: skip


def _surveyjs_text(words: Any) -> str:
    if isinstance(words, dict):
        words = words.get("text") or words.get("en") or words.get("default") or words.get("value") or ""
        return _surveyjs_text(words) if isinstance(words, dict) else str(words)
    return "" if words is None else str(words)


def _typeform(node: Any) -> Iterator[Asked]:
    if isinstance(node, dict):
        kind, properties = TYPEFORM.get(str(node.get("type"))), node.get("properties") or {}
        text = plain(node.get("title"))
        if kind and text:
            offered = _kept([plain(choice.get("label")) for choice in properties.get("choices") or ()])
            labels = properties.get("labels") or {}
            yield Asked(
                text=text, kind=kind, help=plain(properties.get("description")),
                choices=("Yes", "No") if node["type"] == "yes_no" else offered,
                required=bool((node.get("validations") or {}).get("required")),
                low_label=plain(labels.get("left")), high_label=plain(labels.get("right")),
            )  # fmt: skip
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _typeform(inner)


def _googleforms(made: dict[str, Any]) -> Iterator[Asked]:
    for item in made.get("items", ()):
        question = (item.get("questionItem") or {}).get("question") or {}
        text, scale, offered = plain(item.get("title")), question.get("scaleQuestion"), question.get("choiceQuestion") or {}
        kind = "multiple" if offered.get("type") == "CHECKBOX" else "single" if offered else "scale" if scale else "short_text"
        if question and text:
            yield Asked(
                text=text, kind=kind, help=plain(item.get("description")), required=bool(question.get("required")),
                choices=_kept(["Other" if c.get("isOther") else plain(c.get("value")) for c in offered.get("options") or ()]),
                low_label=plain((scale or {}).get("lowLabel")), high_label=plain((scale or {}).get("highLabel")),
            )  # fmt: skip


FOLDERS = ("limesurvey", "xlsform", "qualtrics", "surveyjs", "typeform", "googleforms")
READERS = {".json": _json, ".qsf": _qsf, ".lss": _lss, ".lsq": _lss, ".lsa": _lsa, ".tsv": _tsv, ".xls": _xlsform, ".xlsx": _xlsform}

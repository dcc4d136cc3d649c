"""From columns to questions: boxes, rows and choices that belong together become one question each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from .heads import Head, Part, is_other, is_write_in
from .kinds import chosen, is_sentence, judge, looks_open, with_other, words
from .plan import ChoicePlan, Kind, Layout, QuestionPlan
from .profiles import Profile
from .traits import is_trait

TICKS = frozenset(
    ["yes", "y", "1", "true", "selected", "checked", "x", "✓", "✔", "quoted", "ja", "sí", "si", "oui", "on"]
)
NOT_TICKS = frozenset(["no", "n", "0", "false", "not selected", "unchecked", "unselected", "not quoted", "nein", "non"])
MARKED_TOGETHER = 3  # columns in a row that hold nothing but a mark are one question
FACET_CHOICES = 12
SHORT_LABEL = 45  # characters on average: a facet is named in a few words
FACET_SHARE = 0.25  # of the rows must say it


def questions_of(heads: list[Head], profiles: list[Profile]) -> list[QuestionPlan]:
    """The questions that the columns without a role hold, in their order."""
    groups: dict[str, list[Head]] = {}
    for head in heads:
        if head.role is None:
            groups.setdefault(head.key, []).append(head)
    found = [question for group in groups.values() for question in _group(group, profiles)]
    found = _fold_marks(sorted(found, key=lambda question: min(question.every_column)), profiles)
    return [_named(replace(q, facet=_is_facet(q, profiles)), n) for n, q in enumerate(found, start=1)]


def _group(heads: list[Head], profiles: list[Profile]) -> list[QuestionPlan]:
    wholes = [head for head in heads if head.part is Part.WHOLE]
    some = [head for head in heads if head.part is Part.SOME]
    others = [head for head in heads if head.part is Part.OTHER]
    found = [_judge(head, _blank(head), profiles) for head in wholes]
    if wholes and others:
        found = [_chosen(question, profiles[head.index]) for question, head in zip(found, wholes, strict=True)]
    found += _parts(some, profiles) if some else []
    for head in others:
        found = _attach(found, head, profiles[head.index])
    return found


def _chosen(question: QuestionPlan, profile: Profile) -> QuestionPlan:
    """A question beside whose answers stand the words of "Other" is a choice, however few have answered it."""
    return chosen(question, profile) or question if question.is_open else question


def _parts(heads: list[Head], profiles: list[Profile]) -> list[QuestionPlan]:
    heads, late = _with_other_last(heads, profiles)
    if _is_spread(heads, profiles):
        found = [_spread(heads, profiles)]
    elif _are_boxes(heads, profiles):
        boxes = replace(_blank(heads[0]), columns=[head.index for head in heads])
        found = [words(boxes, [profiles[head.index] for head in heads])]
    elif len(heads) == 1:
        found = [_judge(heads[0], _row(heads[0]), profiles)]
    else:
        found = _rows(heads, profiles)
    for head in late:
        found = _attach(found, head, profiles[head.index])
    return found


def _with_other_last(heads: list[Head], profiles: list[Profile]) -> tuple[list[Head], list[Head]]:
    """A part called "Other" that holds words, among choices that hold marks, is the words of that choice."""
    rest = [head for head in heads if not is_other(head.label)]
    late = [head for head in heads if is_other(head.label) and not _is_flag(head, profiles[head.index])]
    if late and len(rest) > 1 and all(_is_flag(head, profiles[head.index]) for head in rest):
        return [head for head in heads if head not in late], late
    return heads, []


def _is_flag(head: Head, profile: Profile) -> bool:
    """Whether a column only ever says that its choice was ticked or not."""
    if profile.overflowed:
        return False
    known = {head.label.strip().casefold(), *TICKS, *NOT_TICKS}
    return all(value.casefold() in known for value in profile.counts)


def _is_spread(heads: list[Head], profiles: list[Profile]) -> bool:
    flags = all(_is_flag(head, profiles[head.index]) for head in heads)
    ticked = any(_ticks(head, profiles[head.index]) for head in heads)
    return len(heads) > 1 and flags and ticked and len({head.label for head in heads}) > 1


def _ticks(head: Head, profile: Profile) -> list[str]:
    return [value for value in profile.counts if value.casefold() not in NOT_TICKS] or []


def _spread(heads: list[Head], profiles: list[Profile]) -> QuestionPlan:
    choices = [
        ChoicePlan(head.label, _ticks(head, profiles[head.index]) or [head.label], column=head.index) for head in heads
    ]
    blank = replace(_blank(heads[0]), columns=[head.index for head in heads])
    return replace(blank, kind=Kind.MULTIPLE, layout=Layout.SPREAD, choices=choices, note="A column for each choice.")


def _are_boxes(heads: list[Head], profiles: list[Profile]) -> bool:
    """Numbered boxes for one open question: "Aspect #1", "Aspect #2"."""
    stems = {re.sub(r"[\W\d_]+", " ", head.label).strip().casefold() for head in heads}
    filled = [profiles[head.index] for head in heads if profiles[head.index].filled]
    return len(heads) > 1 and len(stems) == 1 and bool(filled) and all(map(looks_open, filled))


def _rows(heads: list[Head], profiles: list[Profile]) -> list[QuestionPlan]:
    """A question for each row of a matrix; all of them offer the same choices."""
    whole = replace(_row(heads[0]), text=heads[0].question)
    together = judge(whole, _sum(profiles[head.index] for head in heads), coded=heads[0].coded)
    if together.is_open or together.kind in {Kind.NUMBER, Kind.DATE}:
        return [_judge(head, _row(head), profiles) for head in heads]
    rows = []
    for head in heads:
        blank = _row(head)
        row = replace(together, text=blank.text, columns=blank.columns, code=blank.code, group=blank.group)
        row.choices = [replace(choice) for choice in together.choices]
        rows.append(row if profiles[head.index].filled else judge(blank, profiles[head.index]))
    return rows


def _sum(profiles: Iterable[Profile]) -> Profile:
    total = Profile(counts=Counter())
    for profile in profiles:
        total.rows += profile.rows
        total.filled += profile.filled
        total.chars += profile.chars
        total.longest = max(total.longest, profile.longest)
        total.lines += profile.lines
        total.numbers += profile.numbers
        total.overflowed |= profile.overflowed
        total.counts.update(profile.counts)
    return total


def _attach(found: list[QuestionPlan], head: Head, profile: Profile) -> list[QuestionPlan]:
    """Words that go with "Other" become part of their choice question; without one, a question."""
    for place, question in enumerate(found):
        if question.kind in {Kind.SINGLE, Kind.MULTIPLE} and question.other_column is None:
            choices = with_other(question.choices, _other_label(head.label))
            attached = replace(question, other_column=head.index, choices=choices)
            return [*found[:place], attached, *found[place + 1 :]]
    return [*found, judge(_row(head), profile)]


def _other_label(label: str) -> str:
    return "Other" if not is_other(label) or is_write_in(label) else label.strip(" :")


def _fold_marks(questions: list[QuestionPlan], profiles: list[Profile]) -> list[QuestionPlan]:
    """Neighbouring columns that hold nothing but a mark, and empty ones among them, are one question."""
    folded: list[QuestionPlan] = []
    run: list[QuestionPlan] = []
    for question in [*questions, None]:
        if question is not None and _is_mark(question, profiles):
            run.append(question)
            continue
        folded += _folded(run, profiles)
        run = []
        folded += [question] if question is not None else []
    return folded


def _is_mark(question: QuestionPlan, profiles: list[Profile]) -> bool:
    if len(question.columns) != 1 or question.group or is_sentence_with_mark(question.text):
        return False
    values = profiles[question.columns[0]].counts
    return not profiles[question.columns[0]].overflowed and set(values) <= TICKS - {
        "yes",
        "y",
        "ja",
        "si",
        "sí",
        "oui",
    }


def is_sentence_with_mark(text: str) -> bool:
    """A question put to people ends in a question mark; a mark under it is an answer, not a code."""
    return text.rstrip().endswith("?") and is_sentence(text) and len(text.split()) > SHORT_HEADING


SHORT_HEADING = 3


def _folded(run: list[QuestionPlan], profiles: list[Profile]) -> list[QuestionPlan]:
    marked = [question for question in run if profiles[question.columns[0]].filled]
    if len(marked) < MARKED_TOGETHER:
        return run
    choices = [ChoicePlan(q.text, list(profiles[q.columns[0]].counts) or ["1"], column=q.columns[0]) for q in run]
    return [
        QuestionPlan(
            text=f"Marked columns: {run[0].text} … {run[-1].text}",
            kind=Kind.MULTIPLE,
            columns=[question.columns[0] for question in run],
            layout=Layout.SPREAD,
            choices=choices,
            note="These columns hold nothing but marks. Leave them out if they are not what people answered.",
        )
    ]


def _is_facet(question: QuestionPlan, profiles: list[Profile]) -> bool:
    """Whether people differ by this: one choice of a few, said by many, in words, of who they are."""
    labels = {choice.label.casefold() for choice in question.choices}
    profile = profiles[question.columns[0]]
    return (
        question.kind is Kind.SINGLE
        and question.include
        and 2 <= len(labels) <= FACET_CHOICES
        and not question.group
        and is_trait(question.text)
        and not labels <= TICKS | NOT_TICKS
        and sum(map(len, labels)) <= SHORT_LABEL * len(labels)
        and not all(label.replace(".", "").isdigit() for label in labels)
        and profile.filled >= FACET_SHARE * profile.rows
    )


def _judge(head: Head, question: QuestionPlan, profiles: list[Profile]) -> QuestionPlan:
    return judge(question, profiles[head.index], coded=head.coded)


def _blank(head: Head) -> QuestionPlan:
    return QuestionPlan(text=head.question, kind=Kind.SHORT_TEXT, columns=[head.index], code=head.code)


def _row(head: Head) -> QuestionPlan:
    text = f"{head.question} — {head.label}" if head.label else head.question
    return replace(_blank(head), text=text, group=head.question if head.label else "")


def _named(question: QuestionPlan, number: int) -> QuestionPlan:
    return replace(question, code=question.code or f"Q{number}")

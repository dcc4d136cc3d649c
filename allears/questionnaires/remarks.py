"""What the wording check has to say about a questionnaire: the library's findings, in people's words, without those that
somebody meant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from allears.questionnaires import remark_words
from allears.questionnaires.models import MeantWording, Question, QuestionKind, Questionnaire, Section, WordingSwitch
from allears.questionnaires.wording import RULES, Asked, Checked, Finding, Source, check_all
from allears.questionnaires.wording.measured import Measured, measured, on_by_default

AROUND = 40  # characters shown on either side of what is remarked on


@dataclass(frozen=True)
class Remark:
    """One remark on one question: what it is about, why, what could be done, and whether somebody said "we mean it"."""

    rule: str
    name: str
    why: str
    suggestion: str
    sources: tuple[Source, ...]
    before: str
    words: str
    after: str
    mark: str
    meant: bool = False


@dataclass(frozen=True)
class Remarks:
    """The remarks on one question: `open` ones, and those that were `meant`."""

    open: tuple[Remark, ...] = ()
    meant: tuple[Remark, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.open or self.meant)

    @property
    def marks(self) -> frozenset[str]:
        """Return what the remarks are named by when they are answered."""
        return frozenset(remark.mark for remark in (*self.open, *self.meant))


@dataclass(frozen=True)
class RuleState:
    """A rule with its standing: whether it speaks, who decided so, how often it was right."""

    code: str
    name: str
    looks_for: str
    sources: tuple[Source, ...]
    measured: Measured
    on: bool
    switch: WordingSwitch | None


def rules_in_use() -> frozenset[str]:
    """Return the rules that speak in this organisation."""
    switched = dict(WordingSwitch.objects.values_list("rule", "on"))
    return frozenset(code for code in RULES if switched.get(code, code in on_by_default()))


def rule_states() -> list[RuleState]:
    """Return every rule with its standing, in the order of the library."""
    switches = {switch.rule: switch for switch in WordingSwitch.objects.select_related("by")}
    return [
        RuleState(
            code, str(remark_words.NAMES[code]), str(remark_words.LOOKS_FOR[code]), rule.sources, measured()[code],
            switches[code].on if code in switches else code in on_by_default(), switches.get(code),
        )
        for code, rule in RULES.items()
    ]  # fmt: skip


def asked_of(question: Question) -> Asked:
    """Return a question (its choices loaded) as the library reads it."""
    labels = tuple(choice.label for choice in question.choices.all()) if question.has_list else ()
    in_rows = question.kind == QuestionKind.MATRIX
    return Asked(
        text=question.text, kind=question.kind, help=question.help, required=question.required,
        choices=() if in_rows else labels, items=labels if in_rows else (),
        low_label=question.low_label, high_label=question.high_label,
        minimum=question.minimum, maximum=question.maximum,
    )  # fmt: skip


def remarks_of(questionnaire: Questionnaire, sections: Iterable[Section], language: str) -> dict[UUID, Remarks]:
    """Return the remarks on loaded sections, by the questions' keys; questions without any are not there."""
    rules, meant = rules_in_use(), _meant(questionnaire)
    found: dict[UUID, Remarks] = {}
    for section in sections:
        questions = list(section.questions.all())
        page = [asked_of(question) for question in questions]
        for question, asked, checked in zip(questions, page, check_all(page, language=language, rules=rules), strict=True):
            remarks = _sorted(asked, checked, {mark for key, mark in meant if key == question.key})
            if remarks:
                found[question.key] = remarks
    return found


def _meant(questionnaire: Questionnaire) -> set[tuple[UUID, str]]:
    return set(MeantWording.objects.filter(questionnaire=questionnaire).values_list("key", "mark"))


def remarks_while_writing(
    questionnaire: Questionnaire | None, page: Sequence[Asked], place: int, key: UUID | None, language: str
) -> Remarks:
    """Return the remarks on the question at `place` of a page, as it is being written."""
    checked = check_all(page, language=language, rules=rules_in_use())[place]
    meant = _meant(questionnaire) if questionnaire and key else set()
    return _sorted(page[place], checked, {mark for of, mark in meant if of == key})


def _sorted(asked: Asked, checked: Checked, meant: set[str]) -> Remarks:
    every = list(_remarks(asked, checked, meant))
    return Remarks(tuple(r for r in every if not r.meant), tuple(r for r in every if r.meant))


def _remarks(asked: Asked, checked: Checked, meant: set[str]) -> Iterator[Remark]:
    """One remark for one thing: a word that stands there twice is remarked on once."""
    told = set[str]()
    for finding in checked.findings:
        mark = mark_of(asked, finding)
        if mark not in told:
            told.add(mark)
            yield _remark(asked, finding, mark, mark in meant)


def _remark(asked: Asked, finding: Finding, mark: str, meant: bool) -> Remark:
    text = asked.part(finding.part, finding.index)
    start, end = finding.start, finding.end
    return Remark(
        finding.rule, str(remark_words.NAMES[finding.rule]), remark_words.why(finding),
        remark_words.suggestion(finding), finding.sources,
        _cut(text[max(0, start - AROUND) : start], start > AROUND), text[start:end],
        _cut(text[end : end + AROUND], len(text) > end + AROUND, at_end=True), mark, meant,
    )  # fmt: skip


def _cut(text: str, is_cut: bool, at_end: bool = False) -> str:
    """Return what stands beside the remarked words, without the half of a word where it was cut."""
    if not is_cut:
        return text
    if at_end:
        return f"{text.rpartition(' ')[0] or text}…"
    return f"…{text.partition(' ')[2] or text}"


def mark_of(asked: Asked, finding: Finding) -> str:
    """Return what stands for a remark as long as the wording stays: a digest over the rule and the part it is about."""
    text = asked.part(finding.part, finding.index)
    said = "\x1f".join([finding.code, finding.part, text, text[finding.start : finding.end]])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]

"""The rules for English."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from allears.questionnaires.wording.asked import Asked
from allears.questionnaires.wording.english import answers, wordings
from allears.questionnaires.wording.english.reader import Reader
from allears.questionnaires.wording.findings import Finding

CHECKS: dict[str, Callable[[Reader], Iterator[Finding]]] = {
    "leading": wordings.leading,
    "loaded": wordings.loaded,
    "one_sided": wordings.one_sided,
    "double_barrelled": wordings.double_barrelled,
    "double_negation": wordings.double_negation,
    "absolute": wordings.absolute,
    "vague_quantifier": wordings.vague_quantifier,
    "jargon": wordings.jargon,
    "reading_level": wordings.reading_level,
    "length": wordings.length,
    "agree_disagree": answers.agree_disagree,
    "unbalanced_scale": answers.unbalanced_scale,
    "unlabelled_scale": answers.unlabelled_scale,
    "not_applicable": answers.not_applicable,
    "sensitive": wordings.sensitive,
    "ranges": answers.ranges,
}


def find(asked: Asked, before: Sequence[Asked], after: Sequence[Asked], rules: Collection[str]) -> Iterator[Finding]:
    """Return what the English ones among `rules` find."""
    read = Reader(asked, before, after)
    for code, look in CHECKS.items():
        if code in rules:
            yield from look(read)

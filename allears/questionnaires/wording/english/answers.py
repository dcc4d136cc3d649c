"""English rules about what a question offers for an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise, takewhile

from allears.questionnaires.wording.asked import Asked
from allears.questionnaires.wording.english import lexicon
from allears.questionnaires.wording.english.reader import Reader
from allears.questionnaires.wording.findings import Finding
from allears.questionnaires.wording.ranges import clashes
from allears.questionnaires.wording.words import Phrases

# So many in a row are a battery.
BATTERY = 3
# Neighbours farther away are no neighbours; it also keeps long pages quick.
FARTHEST = 20
FEWEST_STEPS = 4


def agree_disagree(read: Reader) -> Iterator[Finding]:
    """Statements to agree with, alone or in a row."""
    if not read.is_chosen or not _asks_to_agree(read) or lexicon.CONSENTS.in_(read.text.words):
        return
    count = len(read.items) or 1 + _agreeing(reversed(read.before)) + _agreeing(read.after)
    variant = "battery" if count >= BATTERY else "single"
    yield from read.mark_all("agree_disagree", variant, count=str(count))


def _asks_to_agree(read: Reader) -> bool:
    return read.agrees or (read.yes_no and lexicon.AGREE_OR_NOT.in_(read.text.words))


def _agreeing(others: Iterator[Asked] | Sequence[Asked]) -> int:
    """Count the statements to agree with that follow without a break, as far as a page reaches."""
    return sum(1 for _ in takewhile(_agrees, islice(others, FARTHEST)))


@lru_cache(maxsize=512)
def _agrees(asked: Asked) -> bool:
    return Reader(asked).agrees


def unbalanced_scale(read: Reader) -> Iterator[Finding]:
    """More steps on one side of the middle than on the other."""
    if read.asked.kind not in ("single", "matrix") or len(read.labels) < 3 or _counts_up(read):
        return
    judged = _without_a_fair_middle(read)
    good, bad = judged.count(1), judged.count(-1)
    judging = good + bad
    if judging < 3 or judging * 2 < len(read.labels) or good == bad:
        return
    variant = "more_bad" if bad > good else "more_good" if bad else "good_only"
    yield from read.mark_all(
        "unbalanced_scale", variant, "choice", judged.index(1 if good > bad else -1), good=str(good), bad=str(bad)
    )


def _without_a_fair_middle(read: Reader) -> list[int]:
    """What the labels say of something, one by one; "fair" is neither good nor bad where it stands in the middle."""
    middle, odd = divmod(len(read.labels), 2)
    if odd and [word.key for word in read.labels[middle].words] == ["fair"]:
        return [*read.judged[:middle], 0, *read.judged[middle + 1 :]]
    return read.judged


def _counts_up(read: Reader) -> bool:
    """Whether the scale runs from none of something to much of it ("not at all useful ... very useful")."""
    bad = [label for label, value in zip(read.labels, read.judged, strict=True) if value < 0]
    ends = [label for label in (read.labels[0], read.labels[-1]) if lexicon.NONE_AT_ALL.in_(label.words[:3])]
    return all(label.words[0].key == "not" for label in bad) and bool(bad or ends)


def unlabelled_scale(read: Reader) -> Iterator[Finding]:
    """Steps or ends of a scale that no word explains."""
    asked = read.asked
    if asked.kind == "scale":
        missing = [end for end in ("low_label", "high_label") if not asked.part(end).strip()]
        if missing and not _explained(read):
            yield from read.mark_all("unlabelled_scale", "end_missing")
    elif asked.kind in ("single", "matrix") and _numbers_only(asked.choices) and not _explained(read, lexicon.COUNTS):
        low, high = asked.choices[0].strip(), asked.choices[-1].strip()
        yield from read.mark_all("unlabelled_scale", "numbers_only", low=low, high=high)


def _numbers_only(labels: Sequence[str]) -> bool:
    numbers = [int(label) for label in (each.strip() for each in labels) if label.isascii() and label.isdigit() and len(label) < 4]
    return len(numbers) == len(labels) >= FEWEST_STEPS and {b - a for a, b in pairwise(numbers)} in ({1}, {-1})


def _explained(read: Reader, *counting: Phrases) -> bool:
    """Whether the question says what the steps mean; a count of something explains itself."""
    said = any(lexicon.SCALE_EXPLAINED.in_(text.words) for text in (read.text, read.help))
    return said or any(phrases.in_(read.text.words) for phrases in counting)


def not_applicable(read: Reader) -> Iterator[Finding]:
    """Something that not everybody has or did, answers that all assume it, and no way past."""
    if not (read.asked.required and read.rates) or read.offers(lexicon.NOT_APPLICABLE):
        return
    for part, index, text in read.stems:
        for first, last in lexicon.EXPERIENCE.find(text.words):
            yield read.mark("not_applicable", "experience", text.words[first:last], part, index)
            return


def ranges(read: Reader) -> Iterator[Finding]:
    """Ranges that overlap or leave something out."""
    if read.asked.kind != "single":
        return
    for clash in clashes(read.asked.choices):
        other = read.asked.choices[clash.first].strip()
        yield from read.mark_all("ranges", clash.kind, "choice", clash.second, other=other[:60], at=clash.at)


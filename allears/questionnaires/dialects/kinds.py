"""Which type of question is this? Judged by the answers in the column, and by how the question is put."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from .heads import OTHER_CODE, is_other
from .joined import Vocabulary, a_tool_joined, find_vocabulary
from .moments import day_of
from .ordering import in_order
from .plan import ChoicePlan, Kind, Layout, QuestionPlan
from .profiles import Profile

LONG = 60  # characters on average, from which words need a large box
MOST_CHOICES = 60
LABEL = 400  # characters: the longest wording of a choice
WRITTEN_OUT = 120  # characters: a choice is hardly longer
FEW = 12
MANY = 40
MOSTLY = 0.8  # of the answers lie where the heading says
MOSTLY_WORDLESS = 0.9  # of the cells hold no word: then nobody was asked to write
ENOUGH = 10  # cells, from which that is judged
TYPED = 0.2  # of the answers stand there in two spellings: then people typed them
NO_ANSWER = frozenset(
    [
        "did not answer",
        "no answer",
        "no response",
        "not answered",
        "(no answer)",
        "#null!",
        "#n/a",
        "keine antwort",
        "sin respuesta",
        "no contestó",
        "sans réponse",
    ]
)
DOES_NOT_APPLY = frozenset(
    ["n/a", "n.a.", "na", "not applicable", "does not apply", "doesn't apply", "doesn’t apply", "no aplica", "trifft nicht zu",
     "entfällt", "sans objet"]
)  # fmt: skip
RATING = re.compile(
    r"\bscale\b|\brat(e|ing)\b|how (likely|satisfied|easy|difficult|much|well|would you rate)|recommend|satisf|"
    r"\bscore\b|escala|probable|recomien|calific|bewert|skala|zufrieden|échelle|noter|\bnps\b|netpro",
    re.IGNORECASE,
)
ALL_THAT_APPLY = re.compile(
    r"(all|many|any)( options| answers)? (that|as) apply|select all|check all|more than one|"
    r"todas las|todo lo que|mehrfach|alle zutreffenden|plusieurs réponses",
    re.IGNORECASE,
)
RECOMMEND = re.compile(r"recommend|recomien|empfehl|recommand|\bnps\b|netpro", re.IGNORECASE)
STATED_ENDS = re.compile(r"\b(0|1)\s*(?:to|-|–|a|al|bis|à|and|through)\s*(5|7|10)\b")
WHOLE = re.compile(r"(\d{1,2})(?:\.0)?")
LABELLED_END = re.compile(r"(\d{1,2})\s*(?:[-–:=]\s*(\D.*)|\((\D[^()]*)\))")
SENTENCE = 4  # words: a heading of so many was read by people, not only by programs
CLOCK = re.compile(
    r"(?:(?:12/3[01]/1899|1/[01]/1900|1899-12-3[01]|1900-01-0[01])[T ]+)?"  # the day a spreadsheet puts before a mere time
    r"(?:\d{1,2}[:h]\d{1,2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?)",
    re.IGNORECASE,
)
WITH_UNIT = re.compile(r"[^\w\s]?\s?[+-]?\d[\d.,]*\s?[^\W\d_]{0,3}(?:[.%°²³]|/[^\W\d_]{1,3})?")
CODED = re.compile(r"[^\W_a-zß-öø-ÿ]+(?:[-_/. ][^\W_a-zß-öø-ÿ]+){0,3}")  # capitals and figures: “SW1A 1AA”, “ORD-0042”
LONGEST_CODE = 30
CLOCKS = "Left out: these are times of day, not words. It can be ticked on the import’s page."
CODES = "Left out: these are numbers or codes, not words. It can be ticked on the import’s page."
CODE = "These look like codes. If they are ratings, make it a scale and say which codes mean no answer."


def judge(question: QuestionPlan, profile: Profile, *, coded: bool = False) -> QuestionPlan:
    """The question, of one column, with its type, choices and ends as its answers suggest.

    `coded`: the tool writes numbers for choices too; a number is a rating only where the question says so.
    """
    profile, no_answer = _without_markers(profile)
    question = replace(question, no_answer=no_answer)
    if not profile.filled:
        return replace(question, kind=Kind.SHORT_TEXT, include=False, note="Nobody answered this in the file.")
    if not coded or RATING.search(question.text):
        question = _scale(question, profile) or _scale_for_most(question, profile) or question
    if question.kind is Kind.SCALE:
        return question
    if _are_codes(profile) and (coded or not is_sentence(question.text)):
        return _choice(question, profile, note=CODE)
    for guess in (_day, _single_flag, _number, _plain_choice, _several, _choice_with_others):
        if found := guess(question, profile):
            return found
    if profile.numbers == profile.filled and profile.distinct <= FEW:
        return _choice(question, profile, note=CODE)
    return words(_wordless(question, profile), [profile])


def taken(question: QuestionPlan) -> QuestionPlan:
    """The question, taken though its cells hold no words: somebody is known to have been asked to write there."""
    return replace(question, include=True, note="") if question.note in {CLOCKS, CODES} else question


def _wordless(question: QuestionPlan, profile: Profile) -> QuestionPlan:
    """The question, left out where a program wrote its cells: times of day, numbers with units, codes.

    A heading that is a sentence was put to people, and whatever stands below it is what they said.
    """
    if is_sentence(question.text) or profile.filled < ENOUGH or not profile.counts:
        return question
    mute = MOSTLY_WORDLESS * profile.counts.total()
    clocks = sum(count for value, count in profile.counts.items() if CLOCK.fullmatch(value))
    if clocks >= mute:
        return replace(question, include=False, note=CLOCKS)
    if sum(count for value, count in profile.counts.items() if _is_code(value)) >= mute:
        return replace(question, include=False, note=CODES)
    return question


def _is_code(value: str) -> bool:
    """Whether a cell holds figures and no word."""
    if len(value) > LONGEST_CODE or not any(sign.isdigit() for sign in value):
        return False
    spells = any(sign.isalpha() for sign in value)
    return not spells or any(form.fullmatch(value) for form in (CLOCK, WITH_UNIT, CODED))


def chosen(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    """The question as a choice of what its column holds; None where that is too much, or too long, for choices."""
    if profile.overflowed or not profile.filled or profile.distinct > MOST_CHOICES or profile.longest > WRITTEN_OUT:
        return None
    return _choice(taken(question), profile)


def words(question: QuestionPlan, profiles: list[Profile]) -> QuestionPlan:
    """The question as an open one; its size by how much people wrote into its boxes."""
    chars = sum(profile.chars for profile in profiles)
    filled = sum(profile.filled for profile in profiles) or 1
    long = chars / filled > LONG or any(profile.lines * 20 > profile.filled for profile in profiles)
    return replace(question, kind=Kind.LONG_TEXT if long else Kind.SHORT_TEXT, layout=Layout.CELL)


def looks_open(profile: Profile) -> bool:
    """Whether a column holds people's own words rather than a choice."""
    probe = QuestionPlan(text="", kind=Kind.SHORT_TEXT, columns=[0])
    return profile.filled > 0 and judge(probe, profile).is_open


def is_sentence(text: str) -> bool:
    """Whether a heading was written for people: a question or several words."""
    return "?" in text or len(text.split()) >= SENTENCE


def _scale_for_most(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    """A rating that some said does not apply to them: they gave no step of it."""
    apart = [value for value in profile.counts if value.casefold() in DOES_NOT_APPLY]
    rated = _without(profile, apart)
    if not apart or not RATING.search(question.text) or rated.filled < MOSTLY * profile.filled:
        return None
    found = _scale(question, rated)
    return found and replace(found, no_answer=sorted([*question.no_answer, *apart]))


def _without_markers(profile: Profile) -> tuple[Profile, list[str]]:
    """The profile without what a tool wrote where nobody answered."""
    enough = max(3, 0.01 * profile.filled)  # a person may say it once or twice; a tool says it again and again
    markers = [v for v, count in profile.counts.items() if v.casefold() in NO_ANSWER and count >= enough]
    return _without(profile, markers), sorted(markers)


def _without(profile: Profile, values: list[str]) -> Profile:
    """The profile without these values."""
    left = Counter({value: count for value, count in profile.counts.items() if value not in values})
    gone = sum(profile.counts[value] for value in values)
    chars = profile.chars - sum(len(value) * profile.counts[value] for value in values)
    return replace(profile, counts=left, filled=profile.filled - gone, chars=chars)


def _scale(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    if profile.overflowed:
        return None
    ends: dict[int, str] = {}
    for value in profile.counts:
        number, label = step_of(value)
        if number is None:
            return None
        ends[number] = label or ends.get(number, "")
    asked = RATING.search(question.text) is not None
    if not (asked or is_sentence(question.text) or question.group) or max(ends) > 10:
        return None
    if not asked and len(ends) < 3:
        return None
    low, high = _ends(question.text, profile)
    return replace(
        question,
        kind=Kind.SCALE,
        minimum=low,
        maximum=high,
        low_label=ends.get(low, ""),
        high_label=ends.get(high, ""),
    )


def step_of(value: str) -> tuple[int | None, str]:
    """The step of a scale that a value names, and its label: "5 - Excellent" is (5, "Excellent")."""
    if found := WHOLE.fullmatch(value):
        return int(found.group(1)), ""
    if (found := LABELLED_END.fullmatch(value)) and int(found.group(1)) <= 10:
        return int(found.group(1)), (found.group(2) or found.group(3)).strip()
    return None, ""


def _ends(text: str, profile: Profile) -> tuple[int, int]:
    """The ends of a scale: as its heading states them, if most answers lie between; the others are reported then."""
    steps = Counter({step_of(value)[0] or 0: count for value, count in profile.counts.items()})
    if found := STATED_ENDS.search(text):
        low, high = int(found.group(1)), int(found.group(2))
        if sum(count for step, count in steps.items() if low <= step <= high) >= MOSTLY * steps.total():
            return low, high
    if RECOMMEND.search(text):
        return 0, 10
    low = 0 if 0 in steps else 1
    high = next(size for size in (5, 7, 10) if max(steps) <= size)
    return low, high


def _day(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    """A column of nothing but days."""
    if profile.overflowed or any(day_of(value) is None for value in profile.counts):
        return None
    return replace(question, kind=Kind.DATE)


def _single_flag(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    """A column that holds nothing but one mark."""
    if profile.overflowed or profile.distinct != 1 or profile.longest > WRITTEN_OUT or profile.filled < 2:
        return None
    return replace(question, kind=Kind.SINGLE, choices=_choices(list(profile.counts)))


def _number(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    if profile.numbers < profile.filled:
        return None
    return replace(question, kind=Kind.NUMBER) if profile.distinct > 2 else None


def _are_codes(profile: Profile) -> bool:
    """A few whole numbers again and again."""
    whole = all(WHOLE.fullmatch(value) for value in profile.counts)
    return whole and not profile.overflowed and profile.distinct <= FEW and profile.distinct < profile.filled


def _choice(question: QuestionPlan, profile: Profile, note: str = "") -> QuestionPlan:
    labels = in_order(profile.counts, profile.counts)
    return replace(question, kind=Kind.SINGLE, choices=_choices(labels), note=note)


def _plain_choice(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    """Every value is a choice: few of them, and each chosen again and again."""
    if profile.overflowed or profile.longest > LABEL or profile.distinct > 2 * MOST_CHOICES:
        return None
    often = profile.filled / profile.distinct
    few = profile.distinct <= 4 and profile.distinct < profile.filled
    few = few or (profile.distinct <= FEW and often >= 2.5)
    # Among many answers, what was said once only was hardly offered as a choice.
    few = few and not (profile.filled >= MANY and profile.single_times >= max(2, profile.distinct / 4))
    listed = profile.distinct <= MOST_CHOICES * 2 and profile.single_times <= 0.4 * profile.distinct and often >= 5
    if not (few or listed) or _spelt_twice(profile.counts):
        return None
    if (profile.distinct > 2 or a_tool_joined(profile)) and find_vocabulary(profile, expected=_invites_several(question)):
        return None
    return _choice(question, profile)


def _several(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    vocabulary = find_vocabulary(profile, expected=_invites_several(question))
    if vocabulary is None or _spelt_twice(Counter({name: vocabulary.counts[name] for name in vocabulary.labels})):
        return None
    choices = _choices(vocabulary.labels)
    if vocabulary.own_words:
        choices = with_other(choices)
    return replace(
        question,
        kind=Kind.MULTIPLE,
        layout=Layout.JOINED,
        separator=vocabulary.separator,
        choices=choices,
        note=_about(vocabulary),
    )


def _invites_several(question: QuestionPlan) -> bool:
    return ALL_THAT_APPLY.search(question.text) is not None


def _about(vocabulary: Vocabulary) -> str:
    shown = vocabulary.separator.replace("\n", "line end")
    return f"Several choices in a cell, joined by “{shown}”."


def _choice_with_others(question: QuestionPlan, profile: Profile) -> QuestionPlan | None:
    """A few choices for most, and for the rest what they wrote themselves."""
    if profile.filled < 20:
        return None
    often = Counter({v: n for v, n in profile.counts.items() if n >= max(3, 0.01 * profile.filled)})
    if _spelt_twice(often):
        return None
    often = _best_spelt(often)
    if not 2 <= len(often) <= MOST_CHOICES or max(map(len, often)) > 2 * WRITTEN_OUT:
        return None
    if often.total() < 0.7 * profile.filled:
        return None
    choices = with_other(_choices(in_order(often, often)))
    return replace(question, kind=Kind.SINGLE, choices=choices, note="What is not among the choices is kept as Other.")


def _spelt_twice(counts: Counter[str]) -> bool:
    """Whether much of what is said stands there in two spellings: then people typed it."""
    spellings: dict[str, list[int]] = {}
    for value, count in counts.items():
        spellings.setdefault(_spelling(value), []).append(count)
    twice = sum(sum(found) for found in spellings.values() if sorted(found)[-2:][0] >= 0.1 * sum(found) and found[1:])
    return twice > TYPED * counts.total()


def _spelling(value: str) -> str:
    return re.sub(r"\W+", "", value.casefold()) or value


def _best_spelt(counts: Counter[str]) -> Counter[str]:
    """Each answer in its commonest spelling only; whoever spelt it otherwise wrote it by hand."""
    best: dict[str, str] = {}
    for value, _ in counts.most_common():
        best.setdefault(_spelling(value), value)
    return Counter({value: counts[value] for value in best.values()})


def _choices(values: list[str]) -> list[ChoicePlan]:
    """A choice for each value; those that differ by spaces or line breaks only read the same, and are one."""
    made: dict[str, ChoicePlan] = {}
    for value in values:
        label = " ".join(value.split())
        made.setdefault(label, ChoicePlan(label)).values.append(value)
    return list(made.values())


def with_other(choices: list[ChoicePlan], label: str = "Other") -> list[ChoicePlan]:
    """The choices, one of which takes words: the one that is called so, or a new one at the end."""
    if any(choice.asks_text for choice in choices):
        return choices
    named = next((choice for choice in choices if is_other(choice.label)), None)
    if named is None:
        return [*choices, ChoicePlan(label=label, values=[], asks_text=True)]
    named_in_code = named.label.strip().casefold() == OTHER_CODE
    return [
        replace(choice, asks_text=True, label=label if named_in_code else choice.label) if choice is named else choice
        for choice in choices
    ]

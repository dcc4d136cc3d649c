"""English rules about what a question says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from allears.questionnaires.wording.english import lexicon
from allears.questionnaires.wording.english.reader import Reader
from allears.questionnaires.wording.findings import Finding
from allears.questionnaires.wording.reading import grade
from allears.questionnaires.wording.words import Sentence, Text, Word

# Where "long" begins is our own measure: the sources ask for few words and simple sentences and name no number.
LONG_SENTENCE = 30
LONG_QUESTION = 60
HARD_GRADE = 13.0
FEWEST_FOR_A_GRADE = 30
FEW_WORDS = 3  # a name, a greeting
NEAR = 9


def leading(read: Reader) -> Iterator[Finding]:
    """Words that say which answer is expected."""
    if read.is_statement:
        return
    for part, index, text in read.stems:
        for sentence in text.sentences:
            yield from _leads(read, part, index, sentence)


def _leads(read: Reader, part: str, index: int, sentence: Sentence) -> Iterator[Finding]:
    words = sentence.words
    for first, last in lexicon.EXPECTS.find(words):
        if _expects(sentence, first) or _expects_behind_a_name(read.asked.part(part, index), sentence, first):
            yield read.mark("leading", "expects", words[first:last], part, index)
    for first, last in lexicon.AUTHORITY.find(words):
        if not first or words[first - 1].key not in ("do", "does", "did", "if", "whether", "how", "what", "why"):
            yield read.mark("leading", "authority", words[first:last], part, index)
    for first, last in lexicon.OBVIOUS.find(words):
        if _is_obvious(words, first):
            yield read.mark("leading", "obvious", words[first:last], part, index)


def _expects(sentence: Sentence, first: int) -> bool:
    """A negated auxiliary leads at the head of a question and as its tag; after "why" it asks for a reason."""
    head = not first or (first == 1 and sentence.words[0].key in ("so", "but", "and"))
    tag = first >= len(sentence.words) - 2 and sentence.words[first - 1].key != "why"
    return sentence.asks and (head or tag)


def _expects_behind_a_name(whole: str, sentence: Sentence, first: int) -> bool:
    """The same behind a name or a word or two: "{name|you}, don't you agree"."""
    words = sentence.words
    return sentence.asks and 0 < first <= FEW_WORDS and "," in whole[words[first - 1].end : words[first].start]


def _is_obvious(words: tuple[Word, ...], place: int) -> bool:
    before = {words[place - 1].key, words[place - 2].key if place > 1 else ""}
    return not place or not (before & (lexicon.OF_A_COURSE if words[place].key == "of" else lexicon.MANNER))


def loaded(read: Reader) -> Iterator[Finding]:
    """Words that judge before the answer does."""
    if read.is_statement:
        return
    for variant, phrases in (("praise", lexicon.PRAISE), ("blame", lexicon.BLAME), ("forbid", lexicon.FORBID)):
        for first, last in phrases.find(read.text.words):
            if not _asked_for(read.text.words, first):
                yield read.mark("loaded", variant, read.text.words[first:last])


def _asked_for(words: tuple[Word, ...], place: int) -> bool:
    """Whether the word names a degree of the answer ("how exciting", "is it useless", "excellent or poor")."""
    near = {word.key for word in words[max(0, place - 2) : place + 3]}
    return bool(near & {"how", "or", "rate", "rating", "means", "being", "from", "between"})


def one_sided(read: Reader) -> Iterator[Finding]:
    """A question that names one side of what can be answered; how much there is of something has one side only."""
    if read.is_statement or not read.is_chosen or _runs_from_none_of_it(read):
        return
    for sentence in read.text.sentences:
        if not lexicon.OTHER_SIDE.in_(sentence.words):
            for first, last in lexicon.ONE_SIDED.find(sentence.words):
                if not lexicon.CONSENTS.in_(sentence.words):
                    yield read.mark("one_sided", "stem", sentence.words[first:last])
        for first, last in lexicon.PRESUMES.find(sentence.words):
            yield read.mark("one_sided", "presumes", sentence.words[first:last])


def _runs_from_none_of_it(read: Reader) -> bool:
    """Whether the answers run from "not (at all) satisfied" to much of it, and none says the opposite."""
    if any(lexicon.OPPOSITE.in_(label.words) for label in read.labels):
        return False
    none_at_all = any(lexicon.NONE_AT_ALL.in_(text.words) for text in (read.text, read.help, *read.labels))
    return none_at_all or any(label.words and label.words[0].key == "not" for label in read.labels)


def double_barrelled(read: Reader) -> Iterator[Finding]:
    """Two things asked, one answer taken."""
    if read.is_statement:
        return
    found = list(_two_questions(read))
    yield from found
    if not found and read.rates:
        for part, index, text in read.answered:
            for sentence in text.sentences:
                yield from _two_things(read, part, index, sentence)


def _two_questions(read: Reader) -> Iterator[Finding]:
    asking = [sentence for sentence in read.text.sentences if sentence.asks]
    for before, sentence in itertools.pairwise(asking):
        if _in_brackets(read.asked.text, sentence):
            continue
        if lexicon.FOLLOW_UP.at(sentence.words, 0):
            yield read.mark("double_barrelled", "follow_up", sentence.words)
        elif _begins_a_question(sentence.words, 0) and _begins_a_question(before.words, 0):
            yield read.mark("double_barrelled", "two_questions", sentence.words)
    for sentence in asking:
        for place, word in enumerate(sentence.words[:-2]):
            if word.key == "and" and _joins_questions(read, sentence, place):
                yield read.mark("double_barrelled", "two_questions", sentence.words[place:])
                break


def _in_brackets(text: str, sentence: Sentence) -> bool:
    return text[max(0, sentence.start - 1) : sentence.start] in ("(", "[")


def _begins_a_question(words: tuple[Word, ...], place: int) -> bool:
    """Whether one asks from `place` on; "where 5 is the best" says what a number means."""
    says_a_number = words[place].key == "where" and len(words) > place + 1 and words[place + 1].key.isdigit()
    return words[place].key in lexicon.QUESTION_WORDS | lexicon.AUXILIARIES and not says_a_number


def _joins_questions(read: Reader, sentence: Sentence, place: int) -> bool:
    """Whether a second question begins behind the "and" at `place` of a sentence that asks one already."""
    words = sentence.words
    after, then = words[place + 1].key, words[place + 2].key
    if place < 2 or not any(_begins_a_question(words, n) for n in range(min(3, place))):
        return False
    if after in ("how", "what", "why", "where", "when", "which", "who"):
        joined = words[place - 1].key in lexicon.QUESTION_WORDS
        return not joined and not (after == "why" and read.asked.kind == "long_text")
    return after in ("do", "does", "did", "are", "is", "have", "has", "were", "was", "would") and then in lexicon.PRONOUNS


def _two_things(read: Reader, part: str, index: int, sentence: Sentence) -> Iterator[Finding]:
    words = sentence.words
    if words[0].key in lexicon.INSTRUCTIONS and not sentence.asks:
        return
    whole, open_brackets, read_to = read.asked.part(part, index), 0, sentence.start
    given = _behind_what_is_given(whole, words)
    for place in range(1, len(words) - 1):
        before = whole[read_to : words[place].start]
        open_brackets, read_to = open_brackets + before.count("(") - before.count(")"), words[place].start
        if words[place].key == "and" and place >= given and open_brackets <= 0 and _is_a_pair_to_judge(words, place):
            yield read.mark("double_barrelled", "two_things", words[place - 1 : place + 2], part, index)
            return


def _behind_what_is_given(whole: str, words: tuple[Word, ...]) -> int:
    """The place behind an opening such as "Given my skills and experience,", which is not what is judged; 0 without one."""
    if words[0].key not in lexicon.GIVEN:
        return 0
    return next((n for n in range(1, len(words)) if "," in whole[words[n - 1].end : words[n].start]), 0)


def _is_a_pair_to_judge(words: tuple[Word, ...], place: int) -> bool:
    left, right = words[place - 1], words[place + 1]
    if {left.key, right.key} & lexicon.NOT_A_THING or (left.key, right.key) in lexicon.PAIRS:
        return False
    if left.key.isdigit() or right.key.isdigit() or right.shown[0].isupper():
        return False
    earlier = {word.key for word in words[max(0, place - 5) : place]}
    return "between" not in earlier


def double_negation(read: Reader) -> Iterator[Finding]:
    """Negatives that have to be undone in the head."""
    if read.is_statement:
        return
    for part, index, text in read.answered:
        for sentence in text.sentences:
            denying = _denying(sentence)
            pair = _near_pair(denying)
            if pair:
                yield read.mark("double_negation", "two_negatives", sentence.words[pair[0] : pair[1] + 1], part, index)
            elif read.agrees and not sentence.asks and any(hard for _place, hard in denying):
                place = next(place for place, hard in denying if hard)
                yield read.mark("double_negation", "negative_statement", [sentence.words[place]], part, index)


def _denying(sentence: Sentence) -> list[tuple[int, bool]]:
    """Return (place, whether grammar denies) for the negatives of a sentence."""
    harmless = {n for first, last in lexicon.HARMLESS_NEGATIVES.find(sentence.words) for n in range(first, last)}
    found = [(n, w.key) for n, w in enumerate(sentence.words) if n not in harmless]
    return [
        (place, key in lexicon.HARD_NEGATIVES)
        for place, key in found
        if key in lexicon.HARD_NEGATIVES or key in lexicon.SOFT_NEGATIVES
    ]


def _near_pair(denying: list[tuple[int, bool]]) -> tuple[int, int] | None:
    for (first, one_hard), (second, other_hard) in itertools.pairwise(denying):
        if second - first <= NEAR and (one_hard or other_hard):
            return first, second
    return None


def absolute(read: Reader) -> Iterator[Finding]:
    """Words that leave no room, in what is to be agreed with, judged or answered by yes or no."""
    if read.is_statement or not (read.rates or read.yes_no):
        return
    for part, index, text in read.answered:
        for first, last in lexicon.ABSOLUTES.find(text.words):
            if not first or text.words[first - 1].key not in ("or", "how"):
                yield read.mark("absolute", "word", text.words[first:last], part, index)


def vague_quantifier(read: Reader) -> Iterator[Finding]:
    """Words of amount that mean another number to everybody."""
    if read.is_statement:
        return
    for part, index, text in read.stems:
        for first, last in lexicon.VAGUE.find(text.words):
            if not _asks_how_much(text, first, last):
                yield read.mark("vague_quantifier", "text", text.words[first:last], part, index)
    yield from _vague_choices(read)


def _asks_how_much(text: Text, first: int, last: int) -> bool:
    before = text.words[first - 1].key if first else ""
    return before in lexicon.ASKS_HOW_MUCH or _said_in_figures(text, last)


def _said_in_figures(text: Text, place: int) -> bool:
    """Whether what follows says how much is meant ("regularly (at least once a week)")."""
    after = text.words[place : place + 6]
    return any(word.key in ("least", "once", "twice") or word.key.isdigit() for word in after)


def _vague_choices(read: Reader) -> Iterator[Finding]:
    labels = [label.casefold().strip(" .") for label in read.asked.choices]
    vague = [place for place, label in enumerate(labels) if label in lexicon.VAGUE_CHOICES]
    if read.is_chosen and len(vague) >= 2:
        shown = ", ".join(brief_label(read.asked.choices[place]) for place in vague[:4])
        yield from read.mark_all("vague_quantifier", "choices", "choice", vague[0], labels=shown)


def brief_label(label: str) -> str:
    return label.strip()[:40]


def jargon(read: Reader) -> Iterator[Finding]:
    """Abbreviations that nobody spells out, and the words of offices."""
    if read.is_statement:
        return
    told = set[str]()
    for part, index, text in (*read.stems, ("help", 0, read.help)):
        shouting = sum(w.shown.isupper() and len(w.shown) > 1 for w in text.words) * 2 > len(text.words) > 1
        for place, word in enumerate(text.words):
            if word.key in told:
                continue
            if word.key in lexicon.JARGON:
                told.add(word.key)
                yield read.mark("jargon", "word", [word], part, index, plainer=lexicon.JARGON[word.key])
            elif not shouting and _is_abbreviation(word) and not _spelled_out(text, place):
                told.add(word.key)
                yield read.mark("jargon", "abbreviation", [word], part, index)


def _is_abbreviation(word: Word) -> bool:
    """Capitals that are no word: two or three letters, or up to five that nobody could say as one."""
    shown = word.shown
    if not (shown.isascii() and shown.isalpha() and shown.isupper() and 2 <= len(shown) <= 5):
        return False
    said = len(shown) > 3 and not set("AEIOU").isdisjoint(shown)
    return not said and shown not in lexicon.KNOWN_ABBREVIATIONS and word.key not in lexicon.SHOUTED


def _spelled_out(text: Text, place: int) -> bool:
    """Whether brackets stand around the abbreviation or right behind it."""
    word = text.words[place]
    before = text.text[max(0, word.start - 2) : word.start]
    return "(" in before or text.text[word.end : word.end + 2].lstrip().startswith("(")


def reading_level(read: Reader) -> Iterator[Finding]:
    """Running text that asks for many years of school."""
    text = read.text
    if len(text.words) >= FEWEST_FOR_A_GRADE:
        level = grade(text)
        if level >= HARD_GRADE:
            yield from read.mark_all("reading_level", "grade", grade=f"{level:.0f}")


def length(read: Reader) -> Iterator[Finding]:
    """Sentences and questions that are longer than they need be."""
    if read.is_statement:
        return
    if len(read.text.words) > LONG_QUESTION:
        yield from read.mark_all("length", "question", count=str(len(read.text.words)), most=str(LONG_QUESTION))
        return
    for sentence in read.text.sentences:
        if len(sentence.words) > LONG_SENTENCE:
            yield read.mark("length", "sentence", sentence.words, count=str(len(sentence.words)), most=str(LONG_SENTENCE))


def sensitive(read: Reader) -> Iterator[Finding]:
    """What people guard, asked without saying why."""
    if read.is_statement or read.offers(lexicon.DECLINES):
        return
    if lexicon.REASON.in_(read.text.words) or lexicon.REASON.in_(read.help.words):
        return
    found = next(lexicon.SENSITIVE_PHRASES.find(read.text.words), None)
    if found and _about_them(read.text.words):
        words = read.text.words[found[0] : found[1]]
        topic = lexicon.TOPIC_OF[" ".join(word.key for word in words)]
        yield read.mark("sensitive", "no_reason", words, topic=topic)


def _about_them(words: tuple[Word, ...]) -> bool:
    """Whether the question is about who answers: it says "you", or is only a name for what to fill in."""
    return len(words) <= 4 or any(word.key in ("you", "your", "yourself", "you're") for word in words)



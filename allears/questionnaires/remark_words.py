"""What a remark of the wording check says to people: the rule's name, why it matters, what could be done.

The library speaks in codes and figures; here they become sentences that can be translated.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allears.questionnaires.wording import Finding

Words = str | Promise


@dataclass(frozen=True)
class Said:
    """Why something is remarked on, and what could be done; both may hold `%(name)s` of a finding's params."""

    why: Words
    suggestion: Words


NAMES: dict[str, Words] = {
    "leading": _("Leading"),
    "loaded": _("Loaded words"),
    "one_sided": _("One side only"),
    "double_barrelled": _("Two questions in one"),
    "double_negation": _("Negatives to undo"),
    "absolute": _("Always and never"),
    "vague_quantifier": _("Vague amounts"),
    "jargon": _("Jargon and abbreviations"),
    "reading_level": _("Hard to read"),
    "length": _("Long"),
    "agree_disagree": _("Agree or disagree"),
    "unbalanced_scale": _("Unbalanced choices"),
    "unlabelled_scale": _("Steps without words"),
    "not_applicable": _("Nothing for whom it does not concern"),
    "sensitive": _("Sensitive, and no reason given"),
    "ranges": _("Ranges that overlap or leave gaps"),
}

LOOKS_FOR: dict[str, Words] = {
    "leading": _("Words that show which answer is expected: “don’t you”, “most people think”, “obviously”."),
    "loaded": _("Words that judge before the answer does: “excellent”, “wasteful”, “forbid”."),
    "one_sided": _("“How satisfied are you?” where dissatisfied is an answer too."),
    "double_barrelled": _("Two things asked, one answer taken: “speed and quality”, “where and how”, “if so, which”."),
    "double_negation": _("Two negatives close together, or a negative statement to disagree with."),
    "absolute": _("“Always”, “never”, “everybody” in what is answered by yes or no, or rated."),
    "vague_quantifier": _("“Often”, “regularly”, “recently”: another number to everybody."),
    "jargon": _("Abbreviations that nobody spells out, and the words of offices."),
    "reading_level": _("Long texts that ask for 13 years of school or more (Flesch-Kincaid)."),
    "length": _("Sentences of more than 30 words, questions of more than 60."),
    "agree_disagree": _("Statements to agree with, above all several in a row."),
    "unbalanced_scale": _("More good choices than bad ones, or the other way round."),
    "unlabelled_scale": _("Numbers to choose from, and no word for what they mean."),
    "not_applicable": _("Required questions about something that not everybody has, without a way to say so."),
    "sensitive": _("Income, health, beliefs and the like, without a word on why it is asked."),
    "ranges": _("“18–24, 24–30”, “under 5, 6–10”: someone fits twice, or nowhere."),
}

_NEUTRAL = _("Ask openly, so that every answer is equally easy to give.")
_ONE_THING = _("Ask about one of them, or make two questions of it.")

SAYS: dict[str, Said] = {
    "leading.expects": Said(_("“%(words)s” expects a yes, and people tend to follow."), _NEUTRAL),
    "leading.authority": Said(
        _("“%(words)s” tells what others think first. Many people then go along with it."),
        _("Leave the others out, and ask what this person thinks."),
    ),
    "leading.obvious": Said(
        _("“%(words)s” says that only one answer is sensible."),
        _("Strike it out: the question is complete without it."),
    ),
    "loaded.praise": Said(
        _("“%(words)s” praises before anybody has answered."),
        _("Name the thing without praise, and let the answers say how good it is."),
    ),
    "loaded.blame": Said(
        _("“%(words)s” blames before anybody has answered."),
        _("Choose a word that people on both sides would use."),
    ),
    "loaded.forbid": Said(
        _("Far fewer people would “forbid” a thing than would “not allow” it, though both mean the same."),
        _("Name both sides: “allow or not allow”."),
    ),
    "one_sided.stem": Said(
        _("“%(words)s” names one side of what can be answered, which makes the other side harder to say."),
        _("Name both sides: “satisfied or dissatisfied”, “for or against”."),
    ),
    "one_sided.presumes": Said(
        _("“%(words)s” takes it for granted that they did."),
        _("Ask how it was, with both sides named, or ask first whether it applies."),
    ),
    "double_barrelled.two_questions": Said(
        _("“%(words)s” is a second question, and there is one place to answer."), _("Make two questions of it.")
    ),
    "double_barrelled.follow_up": Said(
        _("“%(words)s” asks some people only, in the same breath."),
        _("Ask the first question alone, and the second one after it."),
    ),
    "double_barrelled.two_things": Said(
        _("“%(words)s” are two things. Whoever thinks differently of them cannot answer."), _ONE_THING
    ),
    "double_negation.two_negatives": Said(
        _("“%(words)s” holds two negatives. People have to work out what a yes would mean."),
        _("Say it without “not”."),
    ),
    "double_negation.negative_statement": Said(
        _("To disagree with “%(words)s” is a double negative: some will answer the opposite of what they mean."),
        _("Put the statement the other way round."),
    ),
    "absolute.word": Said(
        _("“%(words)s” leaves no room for exceptions, so hardly anybody can say yes."),
        _("Ask how often, or leave the word out."),
    ),
    "vague_quantifier.text": Said(
        _("“%(words)s” is another number to everybody who reads it."),
        _("Say how often or since when: “at least once a week”, “in the last 3 months”."),
    ),
    "vague_quantifier.choices": Said(
        _("“%(labels)s”: two people who do the same will choose differently."),
        _("Offer numbers: “once a week”, “2 or 3 times a month”."),
    ),
    "jargon.abbreviation": Said(
        _("Not everybody knows what “%(words)s” stands for."), _("Spell it out, at least the first time.")
    ),
    "jargon.word": Said(
        _("“%(words)s” is a word of offices."), _("Take the word that your customers would use.")
    ),
    "reading_level.grade": Said(
        _("It takes about %(grade)s years of school to read this with ease."),
        _("Shorter sentences, and everyday words. The formula knows nothing of meaning: trust your ear."),
    ),
    "length.sentence": Said(
        _("This sentence has %(count)s words; what stands at its beginning is forgotten at its end."),
        _("Make two sentences of it, the question last."),
    ),
    "length.question": Said(
        _("This question has %(count)s words, and many will read the first ones only."),
        _("Say it in fewer words, or put what has to be explained into a statement before it."),
    ),
    "agree_disagree.single": Said(
        _("Some people agree with almost anything, so agreement measures politeness too."),
        _("Ask about the thing itself: not “I agree that it was easy” but “how easy or difficult was it?”"),
    ),
    "agree_disagree.battery": Said(
        _("%(count)s statements in a row to agree with: people begin to agree, or to tick one column."),
        _("Ask about each thing itself, with choices of its own: “how easy or difficult was it?”"),
    ),
    "unbalanced_scale.more_good": Said(
        _("%(good)s of the choices are good and %(bad)s are bad, so answers look better than people meant."),
        _("Offer as many bad choices as good ones, with a middle between them."),
    ),
    "unbalanced_scale.more_bad": Said(
        _("%(bad)s of the choices are bad and %(good)s are good, so answers look worse than people meant."),
        _("Offer as many good choices as bad ones, with a middle between them."),
    ),
    "unbalanced_scale.good_only": Said(
        _("All choices are good. Whoever was not content cannot say so."), _("Offer as many bad choices as good ones.")
    ),
    "unlabelled_scale.numbers_only": Said(
        _("Nothing says what %(low)s and %(high)s mean, so some will take the best for the worst."),
        _("Give every choice words, or at least the two ends."),
    ),
    "unlabelled_scale.end_missing": Said(
        _("An end of this scale has no words, so nobody knows which way is up."), _("Say what both ends mean.")
    ),
    "not_applicable.experience": Said(
        _("Not everybody has, or did, “%(words)s”, and everybody has to answer."),
        _("Add a choice such as “does not apply to me”, or let them go on without answering."),
    ),
    "sensitive.no_reason": Said(
        _("“%(words)s” is what people guard. Without a reason many leave here, or do not say the truth."),
        _("Say in the line of help why you ask and who will see it, and offer “I’d rather not say”."),
    ),
    "ranges.overlap": Said(
        _("“%(words)s” and “%(other)s” overlap: some people fit twice."),
        _("Let each choice begin after the end of the one before."),
    ),
    "ranges.gap": Said(
        _("Between “%(other)s” and “%(words)s” something is left out: %(at)s."), _("Let each choice begin where the one before ends.")
    ),
}  # fmt: skip

PLAINER = _("Everyday English would be “%(plainer)s”.")


def why(finding: Finding) -> str:
    """Return the sentence that says why a finding matters."""
    return str(SAYS[finding.code].why) % dict(finding.params)


def suggestion(finding: Finding) -> str:
    """Return the sentence that says what could be done."""
    told = dict(finding.params)
    return str(PLAINER if told.get("plainer") else SAYS[finding.code].suggestion) % told

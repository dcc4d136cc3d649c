"""The rules by name: what can be found, and in which publications it is described. How is said per language.

A rule has one or more variants, for which the words on a page differ. Order is the order in which pages list them.
"""

from __future__ import annotations

from dataclasses import dataclass

from allears.questionnaires.wording.sources import SOURCES, Source


@dataclass(frozen=True)
class Rule:
    """One thing to look out for: its name, the ways in which it shows, the publications that describe it."""

    code: str
    variants: tuple[str, ...]
    source_keys: tuple[str, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(SOURCES[key] for key in self.source_keys)


_ALL = (
    Rule("leading", ("expects", "authority", "obvious"), ("payne_1951", "krosnick_presser_2010")),
    Rule("loaded", ("praise", "blame", "forbid"), ("payne_1951", "schuman_presser_1981", "krosnick_presser_2010")),
    Rule("one_sided", ("stem", "presumes"), ("dillman_2014", "schuman_presser_1981")),
    Rule(
        "double_barrelled", ("two_questions", "follow_up", "two_things"),
        ("belson_1981", "krosnick_presser_2010", "dillman_2014"),
    ),
    Rule("double_negation", ("two_negatives", "negative_statement"), ("dillman_2014", "krosnick_presser_2010")),
    Rule("absolute", ("word",), ("payne_1951",)),
    Rule("vague_quantifier", ("text", "choices"), ("bradburn_miles_1979", "schaeffer_1991", "tourangeau_2000")),
    Rule("jargon", ("abbreviation", "word"), ("krosnick_presser_2010", "dillman_2014")),
    Rule("reading_level", ("grade",), ("kincaid_1975", "lenzner_2014")),
    Rule("length", ("sentence", "question"), ("dillman_2014", "krosnick_presser_2010")),
    Rule("agree_disagree", ("single", "battery"), ("saris_2010", "krosnick_presser_2010", "schuman_presser_1981")),
    Rule("unbalanced_scale", ("more_good", "more_bad", "good_only"), ("dillman_2014",)),
    Rule("unlabelled_scale", ("numbers_only", "end_missing"), ("krosnick_presser_2010", "dillman_2014")),
    Rule("not_applicable", ("experience",), ("dillman_2014", "krosnick_presser_2010")),
    Rule("sensitive", ("no_reason",), ("tourangeau_yan_2007", "fowler_1995")),
    Rule("ranges", ("overlap", "gap"), ("krosnick_presser_2010", "dillman_2014")),
)  # fmt: skip
RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}

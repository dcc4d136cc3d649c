"""How many years of school an English text asks for: the Flesch-Kincaid grade.

grade = 0.39 words/sentences + 11.8 syllables/words - 15.59 (Kincaid et al. 1975). A formula about running text: Lenzner
2014 finds that such formulas tell little about single survey questions, so only long texts are judged by it.
"""

from __future__ import annotations

import re

from allears.questionnaires.wording.words import Text

_VOWELS = re.compile(r"[aeiouy]+")


def grade(text: Text) -> float:
    """Return the Flesch-Kincaid grade of a text; 0 for one without words."""
    words = len(text.words)
    if not words:
        return 0.0
    spoken = sum(syllables(word.key) for word in text.words)
    return 0.39 * words / len(text.sentences) + 11.8 * spoken / words - 15.59


def syllables(word: str) -> int:
    """Return about how many syllables an English word has: its groups of vowels, without a silent e at its end."""
    groups = len(_VOWELS.findall(word))
    silent = (word.endswith("e") and not word.endswith(("le", "ee", "ye"))) or (word.endswith("es") and word[-3:-2] not in "sxzcg")
    silent = silent or (word.endswith("ed") and word[-3:-2] not in "td")
    return max(1, groups - (groups > 1 and silent))

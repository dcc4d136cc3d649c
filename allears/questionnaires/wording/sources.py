"""The literature of survey methodology that the rules rest on. Each is cited for what it says, and for nothing more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A publication: how it is named in a sentence, and where to find it."""

    key: str
    short: str
    full: str


_ALL = (
    Source("belson_1981", "Belson 1981", "W. A. Belson, The Design and Understanding of Survey Questions. Gower, 1981."),
    Source(
        "bradburn_miles_1979", "Bradburn & Miles 1979",
        "N. M. Bradburn and C. Miles, Vague Quantifiers. Public Opinion Quarterly 43(1), 92-101, 1979.",
    ),
    Source(
        "dillman_2014", "Dillman, Smyth & Christian 2014",
        "D. A. Dillman, J. D. Smyth and L. M. Christian, Internet, Phone, Mail, and Mixed-Mode Surveys: The Tailored"
        " Design Method, 4th edition. Wiley, 2014.",
    ),
    Source(
        "fowler_1995", "Fowler 1995",
        "F. J. Fowler, Improving Survey Questions: Design and Evaluation. Sage, 1995.",
    ),
    Source(
        "kincaid_1975", "Kincaid et al. 1975",
        "J. P. Kincaid, R. P. Fishburne, R. L. Rogers and B. S. Chissom, Derivation of New Readability Formulas for Navy"
        " Enlisted Personnel. Research Branch Report 8-75, 1975.",
    ),
    Source(
        "krosnick_presser_2010", "Krosnick & Presser 2010",
        "J. A. Krosnick and S. Presser, Question and Questionnaire Design. In P. V. Marsden and J. D. Wright (eds.),"
        " Handbook of Survey Research, 2nd edition, 263-313. Emerald, 2010.",
    ),
    Source(
        "lenzner_2014", "Lenzner 2014",
        "T. Lenzner, Are Readability Formulas Valid Tools for Assessing Survey Question Difficulty? Sociological Methods &"
        " Research 43(4), 677-698, 2014.",
    ),
    Source("payne_1951", "Payne 1951", "S. L. Payne, The Art of Asking Questions. Princeton University Press, 1951."),
    Source(
        "saris_2010", "Saris et al. 2010",
        "W. E. Saris, M. Revilla, J. A. Krosnick and E. M. Shaeffer, Comparing Questions with Agree/Disagree Response"
        " Options to Questions with Item-Specific Response Options. Survey Research Methods 4(1), 61-79, 2010.",
    ),
    Source(
        "schaeffer_1991", "Schaeffer 1991",
        "N. C. Schaeffer, Hardly Ever or Constantly? Group Comparisons Using Vague Quantifiers. Public Opinion Quarterly"
        " 55(3), 395-423, 1991.",
    ),
    Source(
        "schuman_presser_1981", "Schuman & Presser 1981",
        "H. Schuman and S. Presser, Questions and Answers in Attitude Surveys: Experiments on Question Form, Wording, and"
        " Context. Academic Press, 1981.",
    ),
    Source(
        "tourangeau_2000", "Tourangeau, Rips & Rasinski 2000",
        "R. Tourangeau, L. J. Rips and K. Rasinski, The Psychology of Survey Response. Cambridge University Press, 2000.",
    ),
    Source(
        "tourangeau_yan_2007", "Tourangeau & Yan 2007",
        "R. Tourangeau and T. Yan, Sensitive Questions in Surveys. Psychological Bulletin 133(5), 859-883, 2007.",
    ),
)  # fmt: skip
SOURCES: dict[str, Source] = {source.key: source for source in _ALL}

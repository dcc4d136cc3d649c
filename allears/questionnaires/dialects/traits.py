"""Is this asked of who somebody is, or of what they think and do? Only the first is a way in which people differ: a facet.

Told by the heading, in four languages. In doubt it is an answer: a box is ticked sooner than a wrong facet is found out.
"""

from __future__ import annotations

import re

from .kinds import RATING, is_sentence

# A column with a name: nothing else may stand in it. "Age group" is a trait, "Product quality" is none.
NAMED = re.compile(
    r"(?:(?:q|your|current|main|customer|user|respondent|person) )*"
    r"(?:age|gender|sex|region|country|county|province|nationality|tenure|role|job title|occupation|profession|industry"
    r"|sector|seniority|education|qualification|degree|income|household|marital status|employment|tariff|plan|product"
    r"|package|channel|segment|membership|customer since|how long used|years in role"
    r"|(?:customer|user|company|organi[sz]ation|contract) (?:type|size)|type of (?:customer|user|company|organi[sz]ation|contract)"
    r"|alter|altersgruppe|geschlecht|land|bundesland|beruf|branche|tarif|produkt|kundenart|kunde seit"
    r"|edad|género|sexo|país|región|provincia|profesión|industria|tarifa|producto"
    r"|âge|genre|sexe|pays|région|secteur|métier|forfait|produit)"
    r"(?: (?:group|range|bracket|band|name|code|category))?",
    re.IGNORECASE,
)
# A question that was put to somebody about themselves.
ABOUT_THEM = re.compile(
    r"(?:^|\b(?:what|which) (?:is|are|best describes) |\b(?:select|choose|indicate|state|specify|enter) )your (?:current |main )?"
    r"(?:age|gender|sex|region|country|nationality|role|job title|occupation|profession|industry|sector|level of education"
    r"|highest qualification|income|household|marital status|tariff|plan|membership)\b"
    r"|\bhow old are you\b|\bhow many years have you (?:been|worked)\b"
    r"|\bhow long have you (?:used|been (?:an?|our|with|in|using|working|living)|had your (?:account|contract|plan|tariff))\b"
    r"|\bsince when (?:are|have) you\b|\bwhere do you (?:live|work|come from)\b|\bdo you work (?:full|part)\b"
    r"|\b(?:what|which) (?:country|region|city|state|industry|sector) (?:do|are) you\b"
    r"|\bwhat (?:kind|type|sort) of (?:customer|user) are you\b"
    r"|\bwhat (?:kind|type|sort) of (?:organi[sz]ation|company|contract) (?:do|are) you\b"
    r"|\bhighest (?:degree|qualification|level of (?:school|education))\b"
    r"|\bbest describes (?:you|your role|your job|what you do|the work you do)\b"
    r"|\b(?:wie alt sind|seit wann sind|seit wann nutzen|wie lange nutzen|wo wohnen|wo leben|wo arbeiten) sie\b"
    r"|\bin welche[mr] (?:land|region|branche) (?:wohnen|leben|arbeiten)\b|^ihr(?:e)? (?:alter|geschlecht|beruf|branche|tarif)\b"
    r"|\bcuál es (?:tu|su) (?:edad|género|sexo|región|país|profesión)\b|\bcuántos años tienes?\b|\bdónde (?:vives?|trabajas?)\b"
    r"|\ben qué (?:país|región|industria|sector) (?:vives?|trabajas?)\b|\bdesde cuándo (?:eres|es|usas?)\b"
    r"|\bquel(?:le)? est votre (?:âge|genre|sexe|région|pays|profession|métier|secteur)\b|\bquel âge avez-vous\b"
    r"|\bdans quel(?:le)? (?:pays|région|secteur) (?:vivez|travaillez|habitez)\b|\bdepuis (?:quand|combien de temps) (?:êtes|utilisez)\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[\W\d_]+|(?<=[a-zß-öø-ÿ])(?=[A-Z])")


def is_trait(heading: str) -> bool:
    """Whether a heading ("Q19AGE", "Where do you live?") asks of who somebody is."""
    if is_sentence(heading):
        return bool(ABOUT_THEM.search(heading)) and not RATING.search(heading)
    return NAMED.fullmatch(BETWEEN.sub(" ", heading).strip()) is not None

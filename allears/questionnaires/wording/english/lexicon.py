"""English words and phrases that the rules look for. A phrase is written in lower case, words apart by one space."""

from __future__ import annotations

from allears.questionnaires.wording.words import Phrases

NEGATED_AUXILIARIES = ["don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "won't", "wouldn't", "shouldn't", "couldn't", "can't", "haven't", "hasn't"]
PRONOUNS = frozenset(["i", "you", "he", "she", "it", "we", "they", "this", "that", "these", "those", "me", "him", "her", "us", "them", "my", "your", "his", "our", "their", "its"])

EXPECTS = Phrases(
    [f"{negated} you" for negated in NEGATED_AUXILIARIES]
    + [f"{negated} it" for negated in NEGATED_AUXILIARIES]
    + [f"{negated} {who}" for negated in ("isn't", "aren't", "wasn't", "weren't") for who in ("this", "that", "they", "there")]
    + ["do you not agree", "do you not think", "would you not", "surely you", "you must", "you surely"]
)
AUTHORITY = Phrases(
    [f"{who} {say}" for who in ("most people", "many people", "experts", "scientists", "doctors", "everyone", "everybody",
     "most customers", "most of our customers", "most users", "the majority") for say in
     ("agree", "agrees", "believe", "believes", "think", "thinks", "say", "says", "feel", "feels", "know", "knows", "recommend",
      "prefer", "prefers", "love", "like")]
    + ["research shows", "research has shown", "studies show", "studies have shown", "it is well known", "it's well known",
       "it is widely accepted", "it is widely known", "it is generally accepted", "according to experts", "has been proven",
       "it has been shown"]
)  # fmt: skip
OBVIOUS = Phrases(
    ["as you know", "as we all know", "of course", "obviously", "clearly", "needless to say", "without doubt",
     "without a doubt", "undoubtedly", "surely", "it is clear that", "it is obvious that", "everybody knows"]
)  # fmt: skip
# "clearly" and the like belong to what is asked behind these.
MANNER = frozenset(["how", "as", "so", "more", "most", "very", "less", "explain", "explained", "state", "describe", "write", "written", "speak", "understand", "see", "stated"])
# "of course" behind these speaks of a course.
OF_A_COURSE = frozenset(["kind", "kinds", "type", "types", "sort", "sorts", "part", "parts", "end", "start", "length"])

PRAISE = Phrases(
    ["excellent", "amazing", "wonderful", "fantastic", "superb", "outstanding", "brilliant", "award-winning", "world-class",
     "best-in-class", "exciting", "delightful", "exceptional", "state-of-the-art", "cutting-edge", "unbeatable", "much-loved",
     "great new", "our great", "new and improved", "groundbreaking", "beautiful new", "revolutionary"]
)  # fmt: skip
BLAME = Phrases(
    ["terrible", "awful", "horrible", "disastrous", "outrageous", "ridiculous", "disgraceful", "shameful", "shocking",
     "wasteful", "waste taxpayers", "wasting", "greedy", "corrupt", "so-called", "skyrocketing", "burden", "burdensome", "reckless",
     "dangerous and", "failed policies", "red tape", "bloated", "lazy", "stupid", "unfair burden", "crippling", "radical", "extremist",
     "bureaucrats", "scandalous", "useless", "dreadful", "appalling", "selfish", "irresponsible"]
)  # fmt: skip
FORBID = Phrases(["forbid", "forbidden", "outlaw", "outlawed", "forbidding"])

ONE_SIDED = Phrases(
    [f"how {word}" for word in ("satisfied", "happy", "pleased", "content", "positive", "favourable", "favorable")]
    + [f"{lead} {word}" for lead in ("do you", "how much do you", "how strongly do you", "to what extent do you",
       "to which extent do you", "would you", "how far do you") for word in ("favour", "favor", "support")]
    + ["to what extent do you agree", "how much do you agree", "how strongly do you agree", "to which extent do you agree"]
    + ["do you approve", "are you satisfied", "were you satisfied", "are you happy", "were you happy", "are you in favour",
       "are you in favor"]
)  # fmt: skip
_OPPOSITE = ["dissatisfied", "unsatisfied", "unhappy", "displeased", "discontent", "negative", "unfavourable", "unfavorable", "oppose", "against", "disagree", "disapprove"]
OPPOSITE = Phrases(_OPPOSITE)
OTHER_SIDE = Phrases([*_OPPOSITE, "not"])
NONE_AT_ALL = Phrases(["not at all"])
PRESUMES = Phrases(
    [f"how much {aux} you {verb}" for aux in ("do", "did") for verb in ("like", "love", "enjoy", "appreciate", "value")]
    + [f"what {aux} you {verb} {end}" for aux in ("do", "did") for verb in ("like", "love", "enjoy") for end in ("most", "best")]
    + [f"how much better {verb}" for verb in ("is", "was", "are", "were")]
)

QUESTION_WORDS = frozenset(["how", "what", "why", "when", "where", "who", "which", "whom", "whose"])
AUXILIARIES = frozenset(
    ["do", "does", "did", "is", "are", "was", "were", "will", "would", "should", "could", "can", "have", "has", "had", "may", "might", "must"]
)
FOLLOW_UP = Phrases(["if so", "if yes", "if no", "if not", "if you do", "if you did", "if you have", "if you are", "if you answered yes"])
# Two words that mean one thing, or belong together in every mouth.
PAIRS = frozenset(
    tuple(pair.split("/"))
    for pair in ["terms/conditions", "pros/cons", "research/development", "friends/family", "family/friends", "name/address", "health/safety", "black/white", "more/more", "again/again", "bed/breakfast", "food/drink", "time/effort", "time/energy", "time/money", "law/order", "supply/demand", "trial/error", "rules/regulations", "search/rescue", "arts/crafts", "men/women", "women/men", "boys/girls", "ladies/gentlemen", "mother/father", "parents/children", "husband/wife", "brothers/sisters", "questions/answers", "back/forth", "up/down", "in/out", "on/off", "here/there", "now/then", "day/night", "bits/pieces", "safe/sound", "peace/quiet", "goods/services", "products/services", "services/products", "diversity/inclusion", "equality/diversity", "equity/inclusion", "sales/marketing", "human/resources", "first/foremost", "each/every", "all/all", "information/communication", "science/technology", "maths/science", "water/sanitation", "gas/electricity", "hotels/restaurants", "one/only", "tried/tested", "try/see", "come/see", "go/see", "wait/see", "try/find", "year/month", "month/year", "date/time", "first/last", "advantages/disadvantages", "strengths/weaknesses", "likes/dislikes", "positives/negatives", "costs/benefits", "start/end", "before/after", "wear/tear", "cut/paste", "copy/paste", "drag/drop", "hardware/software", "yes/no", "true/false", "left/right", "north/south", "east/west", "old/new", "rich/poor", "good/bad", "satisfied/dissatisfied", "now/again", "over/over", "better/better", "less/less", "age/gender", "sex/age", "salt/pepper", "bread/butter", "security/safety", "safety/security", "features/functionality", "grow/develop", "growth/development", "learn/grow", "training/education", "education/training", "roles/responsibilities", "policies/procedures", "tips/tricks", "aims/objectives", "goals/objectives", "comments/suggestions"]
)
# What stands behind these, up to a comma, is not what is judged.
GIVEN = frozenset({"given", "considering"})
# After "and", these begin something else than a second thing to judge.
NOT_A_THING = PRONOUNS | AUXILIARIES | QUESTION_WORDS | frozenset(
    ["so", "then", "if", "not", "please", "select", "choose", "click", "tick", "mark", "write", "enter", "answer", "rate", "indicate", "tell", "give", "therefore", "also", "to", "for", "in", "on", "at", "by", "with", "from", "because", "thus", "yet", "or", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "0ne"]
)
INSTRUCTIONS = frozenset(["please", "think", "consider", "imagine", "select", "choose", "click", "tick", "mark", "write", "enter", "remember", "note", "read", "look", "use"])

HARD_NEGATIVES = frozenset(
    [*NEGATED_AUXILIARIES, "not", "never", "no", "nobody", "nothing", "none", "cannot", "without", "neither", "nor", "nowhere"]
)
SOFT_NEGATIVES = frozenset(
    ["unlikely", "unnecessary", "unable", "impossible", "unimportant", "unhappy", "dissatisfied", "disagree", "disapprove", "unfair", "unwilling", "unacceptable", "fail", "fails", "failed", "avoid", "avoids", "refuse", "refuses", "prevent", "prevents", "prohibit", "prohibited", "forbid", "forbidden", "oppose", "opposed", "against", "unless", "uncomfortable", "inadequate", "insufficient", "incorrect", "untrue", "lack", "lacks", "dislike", "unusual", "hardly", "barely"]
)
# Negatives that deny nothing.
HARMLESS_NEGATIVES = Phrases(
    ["not only", "whether or not", "or not", "if not", "why not", "not applicable", "do not know", "don't know", "yes or no",
     "yes no", "no opinion", "not sure", "no more than", "not more than", "not including", "not counting", "no one", "no longer",
     "no matter", "not listed", "not at all", "no answer", "prefer not", "do not wish", "no preference", "not relevant", "nor",
     "do not include", "don't include", "do not count", "please do not", "please don't", "none of"]
)  # fmt: skip

ABSOLUTES = Phrases(
    ["always", "never", "everyone", "everybody", "nobody", "every time", "all the time", "completely", "totally",
     "entirely", "absolutely", "under no circumstances", "without exception", "at all times", "in every case", "no one"]
)  # fmt: skip

VAGUE = Phrases(
    ["often", "frequently", "regularly", "regular", "sometimes", "rarely", "seldom", "occasionally", "usually", "recently", "a lot",
     "lots of", "several", "a few", "many", "much of the time", "from time to time", "now and then", "nearby", "lately"]
)  # fmt: skip
# "How often" and "as many as" ask for the number themselves.
ASKS_HOW_MUCH = frozenset(["how", "as", "so", "too", "more", "very", "that", "most", "this"])
VAGUE_CHOICES = frozenset(
    ["often", "very often", "quite often", "fairly often", "frequently", "very frequently", "regularly", "sometimes", "rarely", "very rarely", "seldom", "occasionally", "usually", "a lot", "a few", "a few times", "many", "several", "some", "hardly ever", "almost never", "almost always", "most of the time", "some of the time", "from time to time", "many times", "several times", "now and then", "not very often", "not often"]
)

KNOWN_ABBREVIATIONS = frozenset(
    ["UK", "US", "USA", "EU", "UN", "TV", "PC", "PCS", "ID", "PDF", "FAQ", "GPS", "SMS", "OK", "AM", "PM", "DVD", "CD", "IT", "HIV", "AIDS", "CV", "DIY", "GP", "NHS", "NASA", "BBC", "CNN", "PIN", "ATM", "WIFI", "USB", "LED", "BC", "AD", "VIP", "HR", "CEO", "PHD", "MBA", "BA", "BSC", "MSC", "MA", "GMT", "UTC", "EUR", "USD", "GBP", "NB", "PS", "RSVP", "ASAP", "LGBT", "QR", "URL", "WWW", "COVID", "DNA", "MP", "MPS", "UFO", "AI", "APP", "VAT", "A", "B", "C", "D", "E", "F", "G", "H", "N", "A4", "A5", "3D", "4G", "5G", "2D"]
)  # fmt: skip
# Ordinary words that are written in capitals to be heard.
SHOUTED = frozenset(
    ["not", "and", "or", "all", "only", "one", "yes", "no", "must", "any", "never", "always", "most", "least", "best", "first", "last", "more", "less", "both", "each", "this", "that", "other", "your", "you", "new", "none", "please", "note", "past", "main", "per", "if", "the", "in", "on", "for", "do", "does", "did", "is", "are", "be", "to", "of", "at", "as", "with", "by", "from", "who", "what", "how", "why", "when", "where", "which", "every", "before", "after", "before", "now", "than", "then", "many", "much", "have", "has", "need", "use", "used", "can", "may", "same", "two", "three", "four", "five", "next", "left", "right", "top", "bottom", "low", "high", "end", "stop", "go", "see", "add", "set", "test", "demo", "here", "there", "will", "own", "end"]
)
JARGON = {
    "utilise": "use", "utilize": "use", "utilised": "used", "utilized": "used", "utilisation": "use", "utilization": "use",
    "leverage": "use", "facilitate": "help", "stakeholder": "", "stakeholders": "", "synergy": "", "synergies": "",
    "paradigm": "", "touchpoint": "", "touchpoints": "", "onboarding": "getting started", "deliverable": "", "deliverables": "",
    "holistic": "whole", "commence": "begin", "commenced": "began", "terminate": "end", "endeavour": "try", "endeavor": "try",
    "aforementioned": "", "hereinafter": "", "pursuant": "", "remuneration": "pay", "ascertain": "find out",
    "subsequent": "later", "subsequently": "later", "functionality": "what it can do", "functionalities": "what it can do",
    "granularity": "detail", "omnichannel": "", "ideation": "", "learnings": "", "upskilling": "training", "actionable": "",
    "value-added": "", "best-of-breed": "", "scalability": "", "interoperability": "", "modality": "", "modalities": "",
    "methodology": "method", "methodologies": "methods", "parameters": "", "demographic": "", "socio-economic": "",
    "wayfinding": "finding your way", "turnaround": "", "efficacy": "", "heretofore": "", "notwithstanding": "despite",
}  # fmt: skip

NOT_APPLICABLE = Phrases(
    ["not applicable", "n a", "na", "does not apply", "doesn't apply", "don't know", "do not know", "not sure", "unsure", "no opinion",
     "none", "never", "not used", "haven't", "have not", "has not", "did not", "didn't", "do not have", "don't have", "no experience",
     "prefer not", "rather not", "can't say", "cannot say", "can't judge", "cannot judge", "no answer", "not relevant", "other",
     "not yet", "no basis", "unable to", "refuse", "undecided", "no idea", "dk", "not available", "uncertain", "no opinion"]
)  # fmt: skip
DECLINES = Phrases(
    ["prefer not", "rather not", "decline", "do not want", "don't want", "no answer", "refuse", "refused", "not say", "do not wish",
     "don't wish", "not disclose"]
)  # fmt: skip
EXPERIENCE = Phrases(
    [f"your {what}" for what in ("children", "child", "son", "daughter", "spouse", "husband", "wife", "partner", "employer", "job",
     "manager", "supervisor", "boss", "colleagues", "team", "car", "last visit", "last order", "last purchase", "most recent visit",
     "most recent order", "most recent purchase", "course", "teacher", "teachers", "instructor", "pet", "landlord", "degree",
     "school", "university", "workplace", "company", "job", "current job", "delivery", "last delivery", "visit", "stay",
     "purchase", "order", "call", "contact", "training", "previous job")]
    + [f"when you {verb}" for verb in ("called", "visited", "contacted", "ordered", "bought", "arrived", "used", "last", "complained")]
    + ["the last time you", "the support you received", "the service you received", "the help you received", "the training you",
       "since you bought", "the staff who served you", "last time you"]
)  # fmt: skip

SENSITIVE = {
    "income": ("income", "salary", "earnings", "how much do you earn", "wage", "wages", "household income", "debt", "debts", "savings"),
    "health": ("illness", "illnesses", "disease", "diseases", "disability", "disabilities", "disabled", "mental health", "medication",
               "hiv", "aids", "pregnant", "pregnancy", "abortion", "contraception", "medical conditions", "medical condition",
               "health condition", "health conditions", "health problems", "depression", "suicide"),
    "beliefs": ("religion", "religious beliefs", "religious affiliation", "your religious", "political party", "vote for", "voted for", "political views", "political orientation",
                "trade union", "your faith", "vote", "voted"),
    "origin": ("ethnicity", "ethnic", "ethnic group", "ethnic origin", "race", "racial", "immigration status", "citizenship",
               "nationality", "caste", "tribe"),
    "sexuality": ("sexual orientation", "sexuality", "sexual", "sexually", "gender identity", "transgender", "sex life"),
    "conduct": ("arrested", "convicted", "crime", "crimes", "illegal drugs", "recreational drugs", "drug use", "cannabis", "alcohol", "drunk", "cheated",
                "stolen", "weapon", "weapons", "violence", "abuse", "abused"),
    "identity": ("date of birth", "birth date", "passport number", "national id", "id number", "social security number",
                 "social security", "home address", "bank account", "credit card"),
}  # fmt: skip
SENSITIVE_PHRASES = Phrases(phrase for group in SENSITIVE.values() for phrase in group)
TOPIC_OF = {phrase: topic for topic, group in SENSITIVE.items() for phrase in group}
REASON = Phrases(
    ["because", "so that", "in order to", "helps us", "help us", "to help", "we ask", "we need", "we use", "will be used", "used to",
     "confidential", "anonymous", "anonymously", "confidentially", "optional", "voluntary", "prefer not", "rather not", "only if",
     "why we ask", "you do not have to", "you don't have to", "not be shared", "securely", "to make sure", "to understand", "to see whether"]
)  # fmt: skip

EVALUATIONS_GOOD = frozenset(
    ["excellent", "very good", "good", "great", "outstanding", "superb", "fantastic", "amazing", "wonderful", "satisfied", "happy", "pleased", "delighted", "like", "love", "easy", "helpful", "useful", "positive", "better", "best", "agree", "likely", "fast", "friendly", "clear", "favourable", "favorable", "above average", "approve", "support", "for", "much better", "awesome", "perfect", "exceeds expectations", "comfortable", "fair enough", "improved", "superior", "well"]
)
EVALUATIONS_BAD = frozenset(
    ["poor", "bad", "terrible", "awful", "dissatisfied", "unsatisfied", "unhappy", "displeased", "dislike", "hate", "difficult", "hard", "unhelpful", "useless", "negative", "worse", "worst", "disagree", "unlikely", "slow", "unfriendly", "unclear", "unfavourable", "unfavorable", "below average", "disapprove", "oppose", "against", "unacceptable", "much worse", "horrible", "dreadful", "uncomfortable", "inferior", "needs improvement", "badly", "fair", "unsatisfactory"]
)
INTENSIFIERS = frozenset(
    ["very", "extremely", "quite", "somewhat", "slightly", "strongly", "completely", "mostly", "totally", "rather", "fairly", "really", "a", "bit", "little", "moderately", "highly", "much", "tend", "to", "mildly", "partly", "generally", "absolutely"]
)
SCALE_EXPLAINED = Phrases(
    ["lowest", "highest", "worst", "best", "where 1", "where 0", "being", "means", "meaning", "least", "most", "1 is", "0 is", "from 1",
     "not at all", "scale of", "scale from", "stars"]
)  # fmt: skip
COUNTS = Phrases(
    ["how many", "number of", "how old", "what year", "which year", "how much", "age", "count", "grade", "quantity", "how long", "code",
     "how often", "times"]
)  # fmt: skip
CONSENTS = Phrases(
    [f"agree {to}" for to in ("to take", "to participate", "to the terms", "to be", "to our", "to these", "to continue", "to have")]
    + ["terms and conditions", "consent", "i have read", "agree to participate"]
)
AGREE_OR_NOT = Phrases(
    ["agree or disagree", "how much do you agree", "to what extent do you agree",  "how strongly do you agree", "level of agreement", "extent of your agreement", "to which extent do you agree"]
)  # fmt: skip

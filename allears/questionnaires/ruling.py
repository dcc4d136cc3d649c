"""Who is asked what, for who writes it: what a rule can look at, how it reads in words, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from allears.people.models import Facet
from allears.questionnaires import logic
from allears.questionnaires.calendar import said
from allears.questionnaires.logic import Condition, Rule
from allears.questionnaires.models import CHOICE_KINDS, Question, QuestionKind, Section
from allears.questionnaires.structure import Problem, problems_of, questions_in, shortened

MOST_VALUES = 40  # of a facet, in a list to choose from
NUMBERED = (QuestionKind.SCALE, QuestionKind.NUMBER)
TYPED = ("at_least", "at_most", "among", *logic.DAYS)
# A condition in a form's list of choices; values of numbers are typed beside it.
SEPARATOR = "|"


@dataclass(frozen=True)
class Group:
    """What can be said of one question, one facet or the language: values of a form's list, with their words."""

    label: str
    options: tuple[tuple[str, str], ...]


def sign(condition: Condition) -> str:
    """Return what stands for a condition in a form; a number or a day that is typed beside it is not part of it."""
    value = "" if condition.verb in TYPED or _is_typed(condition) else condition.value
    parts = (condition.about, condition.of, condition.verb, value)
    return SEPARATOR.join((*parts, condition.row) if condition.row else parts)


def _is_typed(condition: Condition) -> bool:
    return condition.about == "answer" and condition.verb in ("is", "is_not") and _is_number(condition.value)


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def read(sign: str) -> Condition:
    """Return the condition that a choice of a form stands for, without what is typed beside it."""
    about, of, verb, value = sign.split(SEPARATOR, 3)
    value, _bar, row = value.partition(SEPARATOR) if about == "answer" else (value, "", "")
    return Condition(about, of, verb, value, row)


def wants_number(sign: str) -> bool:
    """Whether a number has to be typed beside this choice of a form."""
    one = read(sign)
    return one.about == "answer" and not one.value and logic.VERBS[one.verb] == 1 and one.verb not in logic.DAYS


def wants_days(sign: str) -> int:
    """Return how many days have to be chosen beside this choice of a form."""
    return logic.DAYS.get(read(sign).verb, 0)


def condition_of(sign: str, number: float | None, days: Sequence[date] = ()) -> Condition:
    """Return the condition that a row of the form says."""
    one = read(sign)
    if wanted := wants_days(sign):
        return replace(one, value=logic.BETWEEN.join(day.isoformat() for day in days[:wanted]))
    return replace(one, value=f"{number:g}") if wants_number(sign) and number is not None else one


def number_of(condition: Condition) -> float | None:
    """Return the number that is typed beside a condition, if any is."""
    return float(condition.value) if wants_number(sign(condition)) and _is_number(condition.value) else None


def before(question: Question, sections: Iterable[Section]) -> list[Question]:
    """Return the questions that are asked before `question`, in order."""
    found: list[Question] = []
    for one in questions_in(sections):
        if one.key == question.key:
            return found
        if one.kind != QuestionKind.STATEMENT:
            found.append(one)
    return found


def groups_for(question: Question, sections: Sequence[Section], facets: Iterable[Facet]) -> list[Group]:
    """Return everything that a rule for `question` can look at; `facets` come with their values loaded."""
    asked = [Group(f"{n}. {shortened(q.text)}", tuple(_of_answer(q))) for n, q in _numbered(question, sections)]
    of_people = [Group(facet.label, tuple(_of_facet(facet))) for facet in facets]
    spoken = [(code, name) for code, name in settings.LANGUAGES]
    languages = Group(_("Their language"), tuple(_of_language(spoken)))
    return [*asked, *(group for group in of_people if group.options), languages]


def _numbered(question: Question, sections: Sequence[Section]) -> Iterator[tuple[int, Question]]:
    return enumerate(before(question, sections), 1)


def _of_answer(question: Question) -> Iterator[tuple[str, str]]:
    key = str(question.key)
    if question.kind in CHOICE_KINDS:
        for choice in question.choices.all():
            yield sign(Condition("answer", key, "is", str(choice.key))), _("is “%(choice)s”") % {"choice": choice.label}
        for choice in question.choices.all():
            words = _("is not “%(choice)s”") % {"choice": choice.label}
            yield sign(Condition("answer", key, "is_not", str(choice.key))), words
    if question.kind in NUMBERED:
        yield sign(Condition("answer", key, "at_least")), _("is at least …")
        yield sign(Condition("answer", key, "at_most")), _("is at most …")
        yield sign(Condition("answer", key, "is", "0")), _("is exactly …")
    yield from _OF_KIND.get(QuestionKind(question.kind), _nothing_more)(question)
    yield sign(Condition("answer", key, "answered")), _("was answered")
    yield sign(Condition("answer", key, "not_answered")), _("was not answered")


def _nothing_more(question: Question) -> Iterator[tuple[str, str]]:
    yield from ()


def _of_rows(question: Question) -> Iterator[tuple[str, str]]:
    sayings = ("at_least", _("“%(row)s” is at least …")), ("at_most", _("“%(row)s” is at most …")), ("is", _("“%(row)s” is exactly …"))
    for choice in question.choices.all():
        for verb, words in sayings:
            yield sign(Condition("answer", str(question.key), verb, "0", str(choice.key))), words % {"row": choice.label}


def _of_places(question: Question) -> Iterator[tuple[str, str]]:
    for verb, words in (("first", _("“%(row)s” comes first")), ("among", _("“%(row)s” is among the first …"))):
        for choice in question.choices.all():
            yield sign(Condition("answer", str(question.key), verb, row=str(choice.key))), words % {"row": choice.label}


def _of_days(question: Question) -> Iterator[tuple[str, str]]:
    for verb, words in (("before", _("is before …")), ("after", _("is after …")), ("on", _("is on …")), ("between", _("is from … to …"))):
        yield sign(Condition("answer", str(question.key), verb)), words


_OF_KIND = {QuestionKind.MATRIX: _of_rows, QuestionKind.RANKING: _of_places, QuestionKind.DATE: _of_days}


def _of_facet(facet: Facet) -> Iterator[tuple[str, str]]:
    values = list(facet.values.all())[:MOST_VALUES]
    for verb, words in (("is", _("%(facet)s is %(value)s")), ("is_not", _("%(facet)s is not %(value)s"))):
        for value in values:
            said = words % {"facet": facet.label, "value": value.label}
            yield sign(Condition("facet", facet.key, verb, value.key)), said


def _of_language(spoken: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for code, name in spoken:
        yield sign(Condition("language", "", "is", code)), _("their language is %(language)s") % {"language": name}
    for code, name in spoken:
        yield sign(Condition("language", "", "is_not", code)), _("their language is not %(language)s") % {"language": name}


# --- in words --------------------------------------------------------------------------------------------------


def facets_in(questions: Iterable[Question]) -> list[Facet]:
    """Return the facets that the rules of these questions look at, with their values; no query where none does."""
    keys = {key for question in questions if question.rule for key in question.rule.facets}
    return list(Facet.objects.filter(key__in=keys).prefetch_related("values")) if keys else []


def in_words(rule: Rule | None, questions: Iterable[Question], facets: Iterable[Facet] = ()) -> str:
    """Return a rule as a sentence; nothing for no rule. `questions`: the version's, with their choices."""
    if rule is None:
        return ""
    known = {str(question.key): question for question in questions}
    named = {facet.key: facet for facet in facets}
    parts = [_condition_in_words(condition, known, named) for condition in rule.conditions]
    if len(parts) == 1:
        return _("Asked only if %(condition)s.") % {"condition": parts[0]}
    if rule.join == "all":
        return _("Asked only if all of this holds: %(conditions)s.") % {"conditions": "; ".join(parts)}
    return _("Asked if any of this holds: %(conditions)s.") % {"conditions": "; ".join(parts)}


def _condition_in_words(condition: Condition, known: dict[str, Question], named: dict[str, Facet]) -> str:
    if condition.about == "language":
        name = dict(settings.LANGUAGES).get(condition.value, condition.value)
        words = _("their language is %(language)s") if condition.verb == "is" else _("their language is not %(language)s")
        return words % {"language": name}
    if condition.about == "facet":
        words = _("%(facet)s is %(value)s") if condition.verb == "is" else _("%(facet)s is not %(value)s")
        facet = named.get(condition.of)
        values = {value.key: value.label for value in facet.values.all()} if facet else {}
        value = values.get(condition.value, condition.value)
        return words % {"facet": facet.label if facet else condition.of, "value": value}
    question = known.get(condition.of)
    if question is None:
        return _("a question that is not there any more was answered")
    return _answer_in_words(condition, question)


def _answer_in_words(condition: Condition, question: Question) -> str:
    labels = {str(choice.key): choice.label for choice in question.choices.all()}
    of_answer = {"question": shortened(question.text), "value": labels.get(condition.value, condition.value)}
    if condition.row:
        return _ROWS[condition.verb]() % {**of_answer, "row": labels.get(condition.row, condition.row)}
    if days := [said(day) for day in logic.days_of(condition) or ()]:
        of_answer |= {"value": days[0], "last": days[-1]}
    return _ANSWERS[condition.verb]() % of_answer


_ANSWERS = {
    "is": lambda: _("“%(question)s” is “%(value)s”"),
    "is_not": lambda: _("“%(question)s” is not “%(value)s”"),
    "at_least": lambda: _("“%(question)s” is at least %(value)s"),
    "at_most": lambda: _("“%(question)s” is at most %(value)s"),
    "answered": lambda: _("“%(question)s” was answered"),
    "not_answered": lambda: _("“%(question)s” was not answered"),
    "on": lambda: _("“%(question)s” is %(value)s"),
    "before": lambda: _("“%(question)s” is before %(value)s"),
    "after": lambda: _("“%(question)s” is after %(value)s"),
    "between": lambda: _("“%(question)s” is from %(value)s to %(last)s"),
}
_ROWS = {
    "is": lambda: _("“%(row)s” is %(value)s at “%(question)s”"),
    "at_least": lambda: _("“%(row)s” is at least %(value)s at “%(question)s”"),
    "at_most": lambda: _("“%(row)s” is at most %(value)s at “%(question)s”"),
    "first": lambda: _("“%(row)s” comes first at “%(question)s”"),
    "among": lambda: _("“%(row)s” is among the first %(value)s at “%(question)s”"),
}


# --- what is wrong ---------------------------------------------------------------------------------------------


def everything_wrong(sections: Sequence[Section]) -> list[Problem]:
    """Return all that stands between loaded sections and being published."""
    return [*problems_of(list(sections)), *problems_of_rules(sections)]


def problems_of_rules(sections: Sequence[Section]) -> list[Problem]:
    """Return what keeps a version's rules from being asked: they look at what is not asked before them."""
    found: list[Problem] = []
    passed: dict[str, Question] = {}
    for question in questions_in(sections):
        rule = question.rule
        for condition in rule.conditions if rule else ():
            words = _wrong(condition, passed)
            if words:
                found.append(Problem(words % {"question": shortened(question.text)}, question))
                break
        passed[str(question.key)] = question
    return found


def _wrong(condition: Condition, passed: dict[str, Question]) -> str:
    if condition.about != "answer":
        return ""
    question = passed.get(condition.of)
    if question is None:
        return _("“%(question)s” depends on a question that is not asked before it. Change who is asked it.")
    by_choice = condition.verb in ("is", "is_not") and question.kind in CHOICE_KINDS
    offered = {str(choice.key) for choice in question.choices.all()}
    of_its_kind = QuestionKind.RANKING if condition.verb in logic.PLACES else QuestionKind.MATRIX
    if condition.row and (question.kind != of_its_kind or condition.row not in offered):
        return _("“%(question)s” depends on a row or an item that is not there any more. Change who is asked it.")
    if condition.verb in logic.DAYS and question.kind != QuestionKind.DATE:
        return _("“%(question)s” depends on the day of a question that asks for none. Change who is asked it.")
    if by_choice and condition.value not in offered:
        return _("“%(question)s” depends on a choice that is not offered any more. Change who is asked it.")
    return ""

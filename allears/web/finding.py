"""Search over everything that the reader may see: words first, then what was understood, decided, done and told, what
was asked, and people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from allears.core.models import User
from allears.decisions import in_public, publishing
from allears.decisions.models import Change, ChangeStep, Decision, Option, Update
from allears.insights import narrowing, paging
from allears.insights.filters import NEWEST, Filters
from allears.insights.models import Insight, Theme
from allears.insights.room import Room
from allears.people import search as people_search
from allears.people.folding import account_key
from allears.people.models import Account, Person
from allears.people.rules import may_read
from allears.questionnaires.models import Choice, Question, Version
from allears.studies.models import Study
from allears.studies.queries import looking_for, mine, seen_by
from allears.verbatims.models import Verbatim

if TYPE_CHECKING:
    from allears.decisions.in_public import PublishedItem

MOST = 10
SOME_QUESTIONS = 500  # the newest, that are looked at first
MOST_WORDS, MOST_CHARACTERS = 8, 1000
BEFORE, AROUND = 40, 140
LONGEST_PASSAGE = 1_200  # characters of somebody's words


@dataclass(frozen=True)
class Hit:
    """One thing found: what it says, where it leads, what it belongs to, and whether it is an example."""

    text: str
    url: str
    note: str = ""
    example: bool = False


@dataclass(frozen=True)
class Found:
    """What a search found, at most ten of each."""

    words: list[Verbatim] = field(default_factory=list)
    looked: int = 0  # of how many words, where there may be more
    insights: list[Hit] = field(default_factory=list)
    decisions: list[Hit] = field(default_factory=list)  # and changes
    updates: list[Hit] = field(default_factory=list)
    published: list[Hit] = field(default_factory=list)
    questions: list[Hit] = field(default_factory=list)
    themes: list[Hit] = field(default_factory=list)
    studies: list[Hit] = field(default_factory=list)
    people: list[Hit] = field(default_factory=list)
    accounts: list[Hit] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether nothing at all was found."""
        return not any(vars(self).values())


def find(user: User, query: str) -> Found:
    """Search for `query` in everything that `user` may see; an empty query finds nothing.

    Of what is not people's own words, the first eight words of `query` are looked for, each anywhere in its texts.
    """
    if not query.strip():
        return Found()
    studies, words = seen_by(user), query.split()[:MOST_WORDS]
    reads_people = may_read(user)
    said, looked = _words(user, studies, query[:MOST_CHARACTERS])
    return Found(
        words=said,
        looked=looked,
        insights=_insights(studies, words),
        decisions=_decisions(studies, words) + _changes(studies, words),
        updates=_updates(studies, words),
        published=_published(words),
        questions=_questions(user, studies, words),
        themes=_themes(studies, words),
        studies=_studies(studies, words),
        people=_people(query) if reads_people else [],
        accounts=_accounts(words) if reads_people else [],
    )


def _each(words: Iterable[str], anywhere: Callable[[str], Q]) -> Q:
    asked = Q()
    for word in words:
        asked &= anywhere(word)
    return asked


def _in(word: str, *names: str) -> Q:
    asked = Q()
    for name in names:
        asked |= Q(**{f"{name}__icontains": word})
    return asked


def _note(belongs_to: str, words: Iterable[str], shown: str, *texts: str) -> str:
    """What a hit belongs to, and where what is shown does not hold all the words, the text that holds another."""
    missing = [word.casefold() for word in words if word.casefold() not in shown.casefold()]
    for text in texts if missing else ():
        places = [place for word in missing if (place := text.casefold().find(word)) >= 0]
        if places:
            return " · ".join(part for part in (belongs_to, f"“{_around(text, min(places))}”") if part)
    return belongs_to


def _around(text: str, place: int) -> str:
    start = max(0, place - BEFORE)
    end = start + AROUND
    return ("…" if start else "") + " ".join(text[start:end].split()) + ("…" if end < len(text) else "")


def passage(text: str, found: list[int]) -> str:
    """Return as much of somebody's words as a list of them shows: all, or where they are very long, what stands around
    the first place of `found`. The whole is where it leads.
    """
    if len(text) <= LONGEST_PASSAGE:
        return text
    start = max(0, min(found, default=0) - BEFORE)
    end = start + LONGEST_PASSAGE
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _words(user: User, studies: QuerySet[Study], query: str) -> tuple[list[Verbatim], int]:
    """The newest words, found as the reading room finds them; and how many were looked through, if that was given up."""
    all_there_is = not Study.objects.exclude(pk__in=studies.values("pk")).exists()
    room = Room(user, () if all_there_is else tuple(studies.order_by("pk")), all_there_is)
    page = paging.page(narrowing.matching(room, Filters(q=query, order=NEWEST), counted=False), NEWEST, per_page=MOST)
    rows = Verbatim.objects.select_related("person", "source", "collection", "undated").in_bulk(page.ids)
    return [rows[pk] for pk in page.ids], page.looked


def _insights(studies: QuerySet[Study], words: list[str]) -> list[Hit]:
    held = Insight.objects.filter(_each(words, lambda word: _in(word, "claim", "explanation")), study__in=studies)
    return [_insight(i, words) for i in held.select_related("study").order_by("-made_at", "-pk")[:MOST]]


def _insight(insight: Insight, words: list[str]) -> Hit:
    withdrawn = _("Withdrawn")
    belongs_to = insight.study.title if insight.stands else f"{insight.study.title} · {withdrawn}"
    note = _note(belongs_to, words, insight.claim, insight.explanation)
    return Hit(insight.claim, reverse("insights:insight", args=[insight.ref]), note, insight.example)


_OF_A_DECISION = ("statement", "because", "until", "against", "impact_customers", "impact_teams")


def _decisions(studies: QuerySet[Study], words: list[str]) -> list[Hit]:
    def anywhere(word: str) -> Q:
        return _in(word, *_OF_A_DECISION) | Q(pk__in=Option.objects.filter(_in(word, "text", "why")).values("decision"))

    decided = Decision.objects.filter(_each(words, anywhere), study__in=studies).order_by("-decided_at", "-pk")
    return [_decision(d, words) for d in decided.select_related("study").prefetch_related("options")[:MOST]]


def _decision(decision: Decision, words: list[str]) -> Hit:
    options = [text for option in decision.options.all() for text in (option.text, option.why)]
    texts = [getattr(decision, name) for name in _OF_A_DECISION]
    note = _note(decision.study.title, words, decision.headline, *texts, *options)
    return Hit(decision.headline, reverse("decisions:decision", args=[decision.ref]), note, decision.example)


def _changes(studies: QuerySet[Study], words: list[str]) -> list[Hit]:
    def anywhere(word: str) -> Q:
        return _in(word, "what") | Q(pk__in=ChangeStep.objects.filter(_in(word, "note")).values("change"))

    changed = Change.objects.filter(_each(words, anywhere), decision__study__in=studies).order_by("-pk")
    return [_change(c, words) for c in changed.select_related("decision__study").prefetch_related("steps")[:MOST]]


def _change(change: Change, words: list[str]) -> Hit:
    notes = [step.note for step in change.steps.all()]
    note = _note(change.decision.study.title, words, change.what, *notes)
    return Hit(change.what, reverse("decisions:change", args=[change.ref]), note, change.example)


def _updates(studies: QuerySet[Study], words: list[str]) -> list[Hit]:
    held = _each(words, lambda word: _in(word, "text_cited", "text_general"))
    drafted = Update.objects.filter(held, study__in=studies, discarded_at=None).order_by("-drafted_at", "-pk")
    # Of the ten on the page alone: joined, PostgreSQL looks all of it up for each that was found, before it takes ten.
    about = drafted.select_related("study").prefetch_related("decision", "change_step__change", "insight")
    return [
        Hit(
            u.subject,
            reverse("decisions:update", args=[u.ref]),
            _note(u.study.title, words, u.subject, u.text_cited, u.text_general),
            u.example,
        )
        for u in about[:MOST]
    ]


def _published(words: list[str]) -> list[Hit]:
    items = list(publishing.published().filter(_each(words, lambda word: _in(word, "said", "did")))[:MOST])
    pages = publishing.pages_of(items)
    return [_public(item, pages.get(item.pk, 1), words) for item in items]


def _public(item: PublishedItem, page: int, words: list[str]) -> Hit:
    """The item is public; whose study it is, only those know who may see the study."""
    address = f"{reverse('web:you_said')}?page={page}#{item.ref}"
    turned = in_public.overtaken(item).turned
    note = _("what was decided has changed since") if turned else ""
    return Hit(item.said if turned else item.did, address, _note(note, words, item.did, item.said), item.decision.example)


def _questions(user: User, studies: QuerySet[Study], words: list[str]) -> list[Hit]:
    rows = Question.objects.filter(pk__in=_newest_wordings(words, _readable(user, studies))).order_by("-pk")
    known = list(rows.select_related("version__questionnaire__study").prefetch_related("choices"))
    shown = _shown(_readable(user, studies), {question.version.questionnaire_id for question in known})
    return [_question(q, words, was=q.version_id not in shown) for q in known]


def _newest_wordings(words: list[str], readable: QuerySet[Version]) -> list[int]:
    """Each question once, in its newest wording that holds the words; where enough of the newest do, no others are read."""
    newest = list(Question.objects.order_by("-pk").values_list("pk", flat=True)[SOME_QUESTIONS : SOME_QUESTIONS + 1])
    found = _wordings(words, readable, since=newest[0]) if newest else []
    return found if len(found) >= MOST else _wordings(words, readable)


def _wordings(words: list[str], readable: QuerySet[Version], since: int = 0) -> list[int]:
    def anywhere(word: str) -> Q:
        own = _in(word, "text", "help", "low_label", "high_label")
        return own | Q(pk__in=Choice.objects.filter(_in(word, "label"), question__gte=since).values("question"))

    asked = Question.objects.filter(_each(words, anywhere), pk__gte=since, version__in=readable).order_by()
    # A question's rows are written version by version: the newest has the highest id.
    newest = asked.values("version__questionnaire", "key").annotate(row=Max("pk")).order_by("-row")
    return [found["row"] for found in newest[:MOST]]


def _readable(user: User, studies: QuerySet[Study]) -> QuerySet[Version]:
    """The versions that `user` may read: those that were published, and the draft for who works on the study."""
    works_on = mine(studies, user) if user.is_researcher else studies.none()
    published = Q(published_at__isnull=False) | Q(questionnaire__study__in=works_on)
    return Version.objects.filter(published, questionnaire__study__in=studies)


def _shown(readable: QuerySet[Version], questionnaires: set[int]) -> set[int]:
    """The newest of the versions of each questionnaire that may be read: the one that its page shows."""
    theirs = readable.filter(questionnaire__in=questionnaires)
    newest = dict(theirs.order_by("number").values_list("questionnaire", "pk"))
    return set(newest.values())


def _question(question: Question, words: list[str], *, was: bool) -> Hit:
    """A question as it is asked now, or as it was: then it leads to the version that asked it so."""
    version = question.version
    study = version.questionnaire.study
    others = [question.help, question.low_label, question.high_label, *(c.label for c in question.choices.all())]
    address, belongs_to = reverse("questionnaires:questionnaire", args=[study.slug]), study.title
    if was:
        address = reverse("questionnaires:version", args=[study.slug, version.number])
        belongs_to += " · " + _("in version %(number)s") % {"number": version.number}
    return Hit(question.in_general, f"{address}#question-{question.key}", _note(belongs_to, words, question.text, *others))


def _themes(studies: QuerySet[Study], words: list[str]) -> list[Hit]:
    held = _each(words, lambda word: _in(word, "name", "definition"))
    themes = Theme.objects.in_use().filter(held, study__in=studies).select_related("study")
    return [
        Hit(
            t.name,
            reverse("insights:words_of_study", args=[t.study.slug]) + f"?theme={t.ref}",
            _note(t.study.title, words, t.name, t.definition),
        )
        for t in themes[:MOST]
    ]


def _studies(studies: QuerySet[Study], words: list[str]) -> list[Hit]:
    return [
        Hit(
            s.title,
            reverse("studies:study", args=[s.slug]),
            _note(s.get_state_display(), words, s.title, s.decision, s.options, s.known, s.unknown, s.problem),
            s.example,
        )
        for s in looking_for(studies, " ".join(words))[:MOST]
    ]


def _accounts(words: list[str]) -> list[Hit]:
    keys = [key for word in words if (key := account_key(word))]
    found = Account.objects.filter(_each(keys, lambda key: Q(key__contains=key))).order_by("key")
    return [Hit(a.name, reverse("people:account", args=[a.pk])) for a in found[:MOST]] if keys else []


def _people(query: str) -> list[Hit]:
    found = Person.objects.living().filter(pk__in=people_search.some_ids(query, MOST))
    return [_person(p) for p in found.select_related("account").order_by("-pk")]


def _person(person: Person) -> Hit:
    return Hit(
        person.shown_name,
        reverse("people:person", args=[person.ref]),
        person.account.name if person.account else "",
    )

"""A questionnaire tried out as somebody would answer it: the participants' own pages, rules and words included, of
which nothing is kept. What was answered so far travels along in the address.

It is read in the language that the author chose; otherwise in the person's own where the study offers it, as they would
read it, or else in the study's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from django.http import HttpResponse
from django.utils.html import escape
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from allears.core.languages import best, direction, marked, name_of
from allears.core.queries import the_organisation
from allears.core.typed import whole_number
from allears.people.models import Person
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_notes as notes
from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_asked import Asked, Asking, Given, Page
from allears.questionnaires.answering_asked import read as read_version
from allears.questionnaires.answering_forms import Fields, Posted, missing, read
from allears.questionnaires.answering_ways import Way
from allears.questionnaires.answering_wrong import Wrong, in_order
from allears.questionnaires.models import Version
from allears.studies.translating import Words, languages_of, possible_for, words_of


@dataclass(frozen=True)
class Trial:
    """Somebody's way through a version that is tried out: `fields` are those of the form that was sent last."""

    version: Version
    person: Person | None
    fields: Fields
    leave: str  # the address of the editor
    named: str = ""  # whom the author asked for, where nobody was found

    def page(self) -> HttpResponse:
        """Return what would come next: the page that was asked for, the same one with what is wrong, or the end."""
        study, language = self.version.questionnaire.study, self.language
        words = words_of(study, language) if language != study.language else None
        whole, way = read_version(self.version, words), self._way(words)
        if not whole.pages:
            return notes.note(way, _("There is nothing to look at yet."), onward=self.leave, onward_words=_("Go back"))
        above = self._lead(language)
        with override(language):
            posted = read(whole.questions(), self.fields)
            return self._next(logic.tailored(whole, way, posted.given), way, posted, above)

    @property
    def language(self) -> str:
        """The language that is tried: the one that was chosen, or the one that this person would read."""
        study = self.version.questionnaire.study
        chosen = self._first("lang")
        if chosen in (study.language, *possible_for(study)):
            return chosen
        return best([self._own_language], languages_of(study)) or study.language

    @property
    def _own_language(self) -> str:
        return self.person.language if self.person else ""

    def _way(self, words: Words | None) -> Way:
        study = self.version.questionnaire.study
        name, person_id = (self.person.name, self.person.pk) if self.person else ("", None)
        title, problem = study.title_as_told, study.problem_as_told
        if words:
            title, problem = words.told("study.title", title), words.told("study.problem", problem)
        return Way(
            "trial", "", study.pk, study.slug, title, problem, study.promise_on, self.language, study.state, study.collection_id, study.owner.name, the_organisation().name,
            self.version.pk, None, self.version.pk, None, None, 0, None, person_id, name, None, None, None, "", "",
            source=study.language, example=study.example,
        )  # fmt: skip

    def _next(self, asked: Asking, way: Way, posted: Posted, above: str) -> HttpResponse:
        there = logic.pages_there(asked)
        at = min(max(self._number("page", there[0] + 1) - 1, 0), len(asked.pages) - 1)
        goes = self._first("go")
        shown = partial(self._shown, asked, way, posted, above)
        if goes == "back":
            return shown(max((page for page in there if page < at), default=there[0]))
        if goes != "next":
            return shown(at if at in there else there[0])
        wrong, follows = self._troubles(asked.pages[at], posted)
        if wrong or follows:
            return shown(at, wrong=wrong, news="more" if follows and not wrong else "")
        onward = min((page for page in there if page > at), default=None)
        return self._end(asked, way, posted) if onward is None else shown(onward)

    def _troubles(self, page: Page, posted: Posted) -> tuple[list[Wrong], bool]:
        """What is wrong on the page that was sent, and whether a question follows there from its answers."""
        seen = set(self._first("shown").split("."))
        here = [question for question in page.questions if str(question.id) in seen]
        ids = {question.id for question in here}
        wrong = [one for one in posted.wrong if one.question.id in ids]
        return in_order(here, [*wrong, *missing(here, posted.given)]), len(here) < len(page.questions)

    def _first(self, name: str) -> str:
        return self.fields.get(name, [""])[0]

    def _number(self, name: str, otherwise: int) -> int:
        told = whole_number(self._first(name), digits=5)
        return otherwise if told is None else told

    # --- what is shown -----------------------------------------------------------------------------------------

    def _shown(
        self, asked: Asking, way: Way, posted: Posted, above: str, at: int, *, wrong: list[Wrong] | None = None, news: str = ""
    ) -> HttpResponse:
        page, there, given = asked.pages[at], logic.pages_there(asked), posted.given
        place = there.index(at) if at in there else at
        compiled = pages.compile_page(page, at, way.language)
        if page.is_shuffled:
            compiled = compiled.shuffled(f"trial {way.person_id}")
        answers = pages.answered(page.questions, given) | (pages.troubled(wrong) if wrong else {})
        parts = {
            "title": escape(_("Trying it out") + f" · {way.title}"),
            "kicker": escape(f"{way.organisation} · {way.asks}"),
            "heading": escape(marked(_heading(way, page, first=place == 0))),
            "lead": above + notes.lead(way, at, asked, place, len(there), given),
            "summary": _above(wrong, news, page, asked, way, given),
            "hidden": self._hidden(page, at),
            "onward": _onward(first=place == 0, last=at >= there[-1]),
            **logic.places(page, asked, way, given),
        }
        html = compiled.filled(parts, answers)
        # Nothing is kept: the form asks for its next page by the address instead of posting answers.
        return HttpResponse(html.replace('method="post" action=""', 'method="get" action=""', 1))

    def _lead(self, language: str) -> str:
        """What is said to the author, in the language of the author's pages."""
        study, own = self.version.questionnaire.study, self._own_language
        mine = get_language() or study.language
        return pages.part(
            "trial", who=str(self.person) if self.person else "", named=self.named, leave=self.leave, mine=mine,
            mine_runs=direction(mine), language=name_of(language), chosen=language if language == self._first("lang") else "",
            languages=[(code, name_of(code)) for code in (study.language, *possible_for(study))],
            not_offered=name_of(own) if own and not best([own], languages_of(study)) else "",
        )  # fmt: skip

    def _others(self, here: Iterable[Asked]) -> list[tuple[str, str]]:
        """What was answered on other pages, to be sent along."""
        names = tuple(question.name for question in here)
        rows = ((name, value) for name, values in self.fields.items() for value in values)
        return [(n, v) for n, v in rows if n[:1] == "q" and n.partition(".")[0] not in names]

    def _hidden(self, page: Page, at: int) -> str:
        shown = ".".join(str(question.id) for question in page.questions)
        own = [("page", str(at + 1)), ("shown", shown), ("as", self._first("as")), ("lang", self._first("lang"))]
        return "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in [*own, *self._others(page.questions)]
        )

    def _end(self, asked: Asking, way: Way, posted: Posted) -> HttpResponse:
        count = sum(1 for question in asked.questions() if posted.given.get(question.id))
        of = sum(1 for question in asked.questions() if question.kind != "statement")
        told = _("%(count)d of the %(of)d questions that this person is asked were answered.") % {"count": count, "of": of}
        return notes.note(
            way, _("Here it would be sent."), told, _("Nothing of it was kept."),
            onward=self.leave, onward_words=_("Back to the questions"),
        )  # fmt: skip


def _heading(way: Way, page: Page, *, first: bool) -> str:
    if not first:
        return page.title or way.title
    if way.first_name:
        return _("%(name)s, can you help us understand?") % {"name": way.first_name}
    return _("Can you help us understand?")


def _above(
    wrong: list[Wrong] | None, news: str, page: Page, asked: Asking, way: Way, given: Mapping[int, Given]
) -> str:
    if wrong:
        read = logic.reading([page], asked, way, given)
        said = [{"field": one.field, "text": read(one.question.text), "words": one.words} for one in wrong]
        return pages.part("summary", wrong=said)
    return pages.part("above", news=news) if news else ""


def _onward(*, first: bool, last: bool) -> str:
    def button(goes: str, words: str, style: str) -> str:
        return f'<button class="button button--{style}" name="go" value="{goes}">{escape(words)}</button>'

    back = "" if first else button("back", _("Back"), "quiet")
    onward = button("next", _("Send") if last else _("Next"), "primary")
    return f'<div class="onward onward--reverse">{onward}{back}</div>'

"""What participants read where there is nothing to answer, and the lines around what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allears.core.languages import choices, marked
from allears.core.languages import direction as way_of_writing
from allears.core.queries import the_organisation
from allears.people import leaving
from allears.people.models import Person, Purpose
from allears.people.queries import survivor
from allears.questionnaires import answering_kiosk as kiosk
from allears.questionnaires import answering_language
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_asked import Asking, Given
from allears.questionnaires.answering_progress import minutes_from
from allears.questionnaires.answering_ways import Way
from allears.studies.links import answering_url


def head(way: Way, at: int, page_title: str, place: int, count: int, *, wrong: bool) -> dict[str, str]:
    """Return the slots of the page's title, and of its heading with the line above it. `place`: which of the `count` pages
    that this person sees.
    """
    parts = dict(_head(way.language, way.source, way.organisation, way.asks, way.title, page_title, at, place, count))
    if at == 0 and way.first_name:
        parts["heading"] = escape(_("%(name)s, can you help us understand?") % {"name": way.first_name})
    if wrong:
        again = _("Please look again")
        parts["title"] = f"{escape(again)} · {parts['title']}"
    return parts


@lru_cache(maxsize=512, typed=True)  # words of another language are of a type of their own
def _head(
    _language: str, _source: str, organisation: str, asks: str, title: str, page_title: str, at: int, place: int, count: int
) -> dict[str, str]:
    """The same for everybody who is asked without a name."""
    first = _("%(organisation)s · %(name)s asks") % {"organisation": organisation, "name": asks}
    later = format_html("{} · {}", organisation, marked(title)) if page_title else escape(organisation)
    return {
        "title": escape(f"{place + 1}/{count} · {title}" if place else f"{title} · {organisation}"),
        "kicker": escape(first) if at == 0 else later,
        "heading": escape(_("Can you help us understand?") if at == 0 else marked(page_title or title)),
    }


def lead(way: Way, at: int, asked: Asking, place: int, count: int, given: Mapping[int, Given]) -> str:
    """Return what stands above the questions: the problem, the minutes left once `given` is answered, the promise. `place`: which of the `count`
    pages that this person sees.
    """
    template = _lead(
        way.language, way.problem, way.promise_on, way.promise_to_come is None, way.kind, way.at_a_counter, way.submitted_at is not None,
        place, count, pages.minutes_left(minutes_from(asked, at, way.device, given)), way.example,
    )  # fmt: skip
    link = escape(answering_url(way.token)) if way.kind == "own" and not way.at_a_counter else ""
    return template.filled({"own_link": link})


@lru_cache(maxsize=512)
def _lead(
    language: str, problem: str, promise_on: Any, late: bool, kind: str, kiosk: bool, submitted: bool, at: int, count: int,
    minutes: str, example: bool,
) -> pages.Compiled:
    return pages.compile_part(
        "lead",
        way={"problem": marked(problem), "promise_on": promise_on, "late": late, "kind": kind, "example": example},
        kiosk=kiosk,
        submitted=submitted,
        own_link=pages.slot("own_link") if kind == "own" and not kiosk else "",
        first=at == 0,
        number=at + 1,
        pages=count,
        minutes=minutes,
    )


def ways(way: Way) -> str:
    """Return the ways to say no, which who answers by a public link or has answered has not, and to what is kept."""
    may_decline = way.kind == "personal" and way.submitted_at is None
    page = _ways(way.language, may_decline=may_decline)
    return page.filled({"token": way.token, "query": answering_language.query(way)})


@lru_cache(maxsize=64)
def _ways(language: str, *, may_decline: bool) -> pages.Compiled:
    return pages.compile_part(
        "ways", token=pages.slot("token"), query=pages.slot("query"), may_decline=may_decline
    )


def direction(way: Way | None) -> dict[str, Any]:
    """Return what the layout needs to know of the page's language."""
    language = way.language if way else (translation.get_language() or "en")
    return {
        "page_language": language,
        "page_rtl": way_of_writing(language) == "rtl",
        "languages": mark_safe(answering_language.choice(way)),
        "query": answering_language.query(way) if way else "",
    }


def note(way: Way | None, heading: str, *lines: str, status: int = 200, **more: Any) -> HttpResponse:
    """Return a page that says something and asks nothing."""
    context = {"way": way, "heading": heading, "lines": [line for line in lines if line], **more}
    html = render_to_string(f"{pages.FOLDER}/note.html", {**direction(way), **context})
    return HttpResponse(html.encode(), status=status)


def dead_end(way: Way | None, heading: str, *lines: str, status: int = 200) -> HttpResponse:
    """Return a page for a link that leads no further: it says what can be done instead, in every language there is."""
    helps: dict[str, Any] = {"helps": True, "organisation": the_organisation()}
    if way is None:
        helps["languages"] = render_to_string("design/languages.html", {"languages": choices()})
        helps["query"] = f"?lang={translation.get_language()}"
    return note(way, heading, *lines, status=status, **helps)


def unknown() -> HttpResponse:
    """A link that nobody made, or of which a piece was lost on the way."""
    return dead_end(
        None,
        _("This link opens nothing."),
        _("Perhaps a piece of it was lost on the way: please copy it whole from the mail that it came with."),
        _("If it still does not open, %(organisation)s can send you a new one.")
        % {"organisation": the_organisation().name},
        status=404,
    )


def held_back() -> HttpResponse:
    """To who has tried many links that nobody made."""
    response = HttpResponse(_held_back(translation.get_language() or "en"), status=429)
    response.headers["Retry-After"] = "600"
    return response


@lru_cache(maxsize=16)
def _held_back(language: str) -> bytes:
    lines = (
        _("Many links that lead nowhere were tried from where you are, so this one is not looked at for a while."),
        _("A link that we sent you still opens: please copy it whole from its mail."),
    )
    return note(None, _("Please wait a few minutes."), *lines).content


def withdrawn(way: Way) -> HttpResponse:
    """A link that was revoked: by whoever gave it, or because its person was erased."""
    if way.person_id and Person.objects.filter(pk=way.person_id, erased_at__isnull=False).exists():
        gone = _("Whoever it was for had everything about them erased: their name, their address and their words are gone.")
        return note(way, _("This link is no longer in use."), gone, status=410)
    return dead_end(
        way,
        _("This link is no longer in use."),
        _("It was withdrawn, perhaps because it got into other hands. What was answered with it is kept."),
        _("If you were asked to take part, %(name)s can send you a new one.") % {"name": way.asks},
        status=410,
    )


def not_open_yet(way: Way) -> HttpResponse:
    return dead_end(
        way,
        _("These questions are not open yet."),
        _("Please come back later: the same link will bring you here."),
    )


def closed(way: Way) -> HttpResponse:
    """The study takes no more answers; who had begun keeps what they saved."""
    begun = _("What you had saved is kept as it was.") if way.response_id else ""
    return dead_end(
        way, _("This study is closed."), _("It takes no more answers. Thank you for coming."), begun, _promise(way)
    )


def _promise(way: Way) -> str:
    if way.promise_on is None:
        return ""
    told = (
        _("Whoever took part hears by %(day)s what came of it.")
        if way.promise_to_come
        else _("Whoever took part was to hear by %(day)s what came of it.")
    )
    return told % {"day": date_format(way.promise_on, "DATE_FORMAT")}


def declined(way: Way) -> HttpResponse:
    return note(
        way,
        _("All right. Thank you for telling us."),
        _("We do not ask you about this again."),
        _what_else_ended(way),
        onward=f"/a/{way.token}/1/{answering_language.query(way)}",
        onward_words=_("I’d like to answer after all"),
    )


def _what_else_ended(way: Way) -> str:
    """What they have ended beside this: being asked at all, or every mail."""
    person = Person.objects.filter(pk=way.person_id).first() if way.person_id else None
    may = leaving.allowed(survivor(person)) if person else {}
    if may.get(Purpose.CONTACT, True):
        return ""
    if may[Purpose.HEAR]:
        return _("We ask you nothing more. What becomes of what you have said before we still write to you.")
    return _("We ask you nothing more, and write you nothing.")


MET, NOT_TAKEN = "met", "not"  # in addresses, before numbers of questions; see `told_of`
Numbers = Mapping[str, Any]


def told_along(way: Way, asked: Asking, numbers: Numbers, given: Mapping[int, Given]) -> str:
    """Return a notice with what `told_of` says, and the way to both answers where two met; "" where there is nothing."""
    lines = told_of(way, asked, numbers, given)
    look = f"/a/{way.token}/review/{answering_language.query(way)}" if _named(asked, numbers, MET) else ""
    return pages.part("told", lines=lines, look=look) if lines else ""


def told_of(way: Way, asked: Asking, numbers: Numbers, given: Mapping[int, Given]) -> list[str]:
    """Return what has to be said of a page before: which of its answers could not be taken, and which met another that
    was given on another device. Questions are called as this person reads them, who has answered `given`.
    """
    met, not_taken = _named(asked, numbers, MET), _named(asked, numbers, NOT_TAKEN)
    if not met and not not_taken:
        return []
    read = logic.reading(asked.pages, asked, way, given)
    return [*(_not_taken(read(text)) for text in not_taken), *([_met([read(text) for text in met])] if met else [])]


def _named(asked: Asking, numbers: Numbers, what: str) -> list[str]:
    """The texts of the questions whose numbers stand in an address (a `QueryDict`) or in a mapping of lists."""
    found = numbers.getlist(what) if isinstance(numbers, QueryDict) else numbers.get(what, ())
    wanted = set(map(str, found))
    return [question.text for question in asked.questions() if str(question.id) in wanted] if wanted else []


def paused(way: Way, minutes: float, told: Sequence[str] = (), *, saved: bool) -> HttpResponse:
    """What stands there after "Stop for now"; `told`: what has to be said of the answers before, `saved`: whether any is kept."""
    return note(
        way,
        _("Saved. Come back whenever it suits you.") if saved else _("Come back whenever it suits you."),
        *told,
        _("This link brings you to where you stopped, on any device.") + " " + pages.minutes_left(minutes) + ".",
        link=answering_url(way.token),
        onward=f"/a/{way.token}/",
        onward_words=_("Go on now"),
        later=f"/a/{way.token}/later/" if way.kind == "personal" else "",
    )


def _not_taken(text: str) -> str:
    words = _("Only your answer to “%(question)s” could not be taken, and is not kept. You can give it anew when you come back.")
    return words % {"question": text}


def _met(texts: Sequence[str]) -> str:
    words = _("Answered differently meanwhile, on another device or in another window: %(questions)s. The newer answer counts, and the other one is kept.")
    told = (_("“%(question)s”") % {"question": text} for text in texts)
    return words % {"questions": " · ".join(told)}


def what_is_kept(way: Way) -> HttpResponse:
    """What is kept of who answers, and where; also what waits in their browser, as long as it waits."""
    around = kiosk.parts(way)
    named = (
        _("%(name)s keeps your answers with your name, to tell you what became of them. On your own page you can take all of it along, or have it erased.")
        if way.kind == "personal"
        else _("%(name)s keeps your answers without your name, unless you write it into them.")
    )  # fmt: skip
    waits = (
        _("This device belongs to all who come by: nothing that you answer is kept on it.")
        if way.at_a_counter
        else _(
            "What you answer while there is no connection waits in this browser, on this device, so that nothing is lost. It"
            " is deleted there as soon as it has reached us. What never could be sent is deleted when one of our pages is"
            " opened here after thirty days. Until then, whoever uses this browser could read it."
        )
    )
    return note(
        way,
        _("What we keep, and where"),
        named % {"name": way.organisation},
        _("Your own words are kept exactly as you say them."),
        waits,
        _("We set no cookies. With your answers we note how long a page was open, and whether on a phone or a computer."),
        onward=f"/a/{way.token}/{answering_language.query(way)}",
        onward_words=_("Back"),
        frame=mark_safe(around.get("frame", "")),
        after=mark_safe(around.get("after", "")),
    )


def from_elsewhere(way: Way) -> HttpResponse:
    return note(
        way,
        _("This came from another site."),
        _("Nothing was saved. Please open your link and answer there."),
        onward=f"/a/{way.token}/",
        onward_words=_("Open the questions"),
        status=403,
    )


def too_much(way: Way) -> HttpResponse:
    return note(
        way,
        _("That is more than we can take at once."),
        _("Nothing of this page was saved. Go back in your browser: what you wrote is still there. Please shorten it."),
        status=413,
    )

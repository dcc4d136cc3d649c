"""The pages by which people answer: no account, no cookie, no script.

There is no CSRF token here, on purpose. Such a token keeps another site from using the cookies that a
browser sends along by itself; these pages set and read none. The only credential is the link, which a
stranger's site does not know. What a browser says about where a form came from (`Sec-Fetch-Site`, `Origin`)
is checked all the same.

Opening a page changes nothing: mail scanners open links. What was posted and could be taken is saved even
when the page is shown again because something is missing; that answer is a 200, because the answers were
saved. Only what could not be taken makes it a 422.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from allears.core.clock import now
from allears.core.doors import open_door
from allears.core.languages import for_reader
from allears.core.links import hash_token, new_token
from allears.people import leaving
from allears.people.queries import survivor
from allears.questionnaires import answering_files as files
from allears.questionnaires import answering_guard as guard
from allears.questionnaires import answering_kiosk as kiosk
from allears.questionnaires import answering_language as language
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_notes as notes
from allears.questionnaires import answering_opener as opener
from allears.questionnaires import answering_pages as pages
from allears.questionnaires import answering_progress as progress
from allears.questionnaires import answering_review as review
from allears.questionnaires import answering_saving as along
from allears.questionnaires import answering_timing as timing
from allears.questionnaires.answering import OnceKept, keep
from allears.questionnaires.answering_asked import Asked, Asking, Given, Page
from allears.questionnaires.answering_door import InPieces
from allears.questionnaires.answering_forms import Fields, Posted, Wrong, missing, read
from allears.questionnaires.answering_store import Closed, Saved, Saving
from allears.questionnaires.answering_thanks import thanks
from allears.questionnaires.answering_turn import apart
from allears.questionnaires.answering_ways import SHAPE, Way, look, remember
from allears.questionnaires.answering_wrong import in_order
from allears.questionnaires.refusal import Refusal
from allears.studies import actions as studies
from allears.studies.models import Decline, Invitation, State

LARGEST_FORM = 16 * 1024 * 1024
MOST_FIELDS = 5_000
LEAST_COMPRESSED = 1_000  # bytes
Made = HttpResponse | OnceKept
View = Callable[..., Any]  # Made; an InPieces alone gets what is not made yet


def participant(view: View) -> View:
    """Open a page to whoever holds a link, in their language; hand the view the way that the link opens.

    Who asked in pieces gets a page that waits for the disk as such; all others wait for it here.
    """

    @csrf_exempt
    @open_door
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> Made:
        # A page that is opened shows what was answered; a form's is read when it is kept, while nobody else writes.
        way = look(token, with_answers=request.method == "GET", begun="number" in kwargs)
        if way is None:
            with _in(for_reader(request)):
                return private(guard.unknown_link(request))
        language.settle(request, way)
        way.device = timing.device_of(request)
        spoken = way.language

        def finished(response: HttpResponse) -> HttpResponse:
            return compressed(request, private(response))

        with _in(spoken):
            made: Made = _barred(request, way) or view(request, way, **kwargs)
            if not isinstance(made, OnceKept):
                return finished(made)
            if not isinstance(request, InPieces):
                return finished(made.now())
        waiting = made

        def later(kept: Callable[[], Saved]) -> HttpResponse:
            with _in(spoken):
                return finished(waiting.made(kept))

        return OnceKept(waiting.saving, later)

    return opened


def _in(language_: str) -> AbstractContextManager[None]:
    """The language of a page; mostly the thread has it already."""
    return nullcontext() if translation.get_language() == language_ else translation.override(language_)


def compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Send a page in fewer bytes to a browser that can read them.

    What makes compression tell secrets (BREACH) is not given here: only who knows the link, which is the page's one
    secret, can make a browser ask for it; no cookie comes along.
    """
    if len(response.content) < LEAST_COMPRESSED or "gzip" not in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        return response
    response.content = gzip.compress(response.content, compresslevel=5, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def private(response: HttpResponse) -> HttpResponse:
    """Nobody between us and the participant keeps the page, and the link is not told to other sites."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _barred(request: HttpRequest, way: Way) -> HttpResponse | None:
    if request.method == "POST" and not _from_here(request):
        return notes.from_elsewhere(way)
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    if way.closed_at:
        return notes.withdrawn(way)
    if way.state == State.DRAFT or way.asked_id is None:
        return notes.not_open_yet(way)
    if request.method != "POST" and way.at_a_counter and kiosk.is_over(way, now()):
        return SeeOther(f"/a/{way.door}/")
    return None


def _from_here(request: HttpRequest) -> bool:
    """Whether a form was sent by our own page, as far as the browser says; old ones say nothing."""
    if request.META.get("HTTP_SEC_FETCH_SITE", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.META.get("HTTP_ORIGIN", "null")
    return origin == "null" or urlsplit(origin).netloc == request.get_host()


# --- pages -----------------------------------------------------------------------------------------------------


@participant
def start(request: HttpRequest, way: Way) -> Made:
    """The way in: the first page for who is new, the next unanswered one for who was here, thanks for who
    has sent.
    """
    if request.method == "POST":
        return _post(request, way, progress.next_page(way))
    if way.submitted_at:
        said = request.GET if request.META.get("QUERY_STRING") else {}
        return _html(thanks(way, notes.told_along(way, progress.asking_of(way), said, progress.given_by(way)) if said else ""))
    if way.state != State.OPEN:
        return notes.closed(way)
    if way.declined_at:
        return notes.declined(way)
    return _show(way, progress.next_page(way), picked=opener.picked(request))


@participant
def numbered(request: HttpRequest, way: Way, number: int) -> Made:
    """One page of questions, to be answered or changed."""
    at = number - 1
    if way.at_a_counter and way.submitted_at:
        return _go_to(way)
    if way.state != State.OPEN:
        return _html(thanks(way)) if way.submitted_at else notes.closed(way)
    if at >= len(progress.asking_of(way).pages) or at < 0 or (way.kind == "public" and at > 0):
        return _go_to(way)
    if request.method == "POST":
        return _post(request, way, at)
    stored = progress.given_by(way)
    asked = logic.tailored(progress.asking_of(way), way, stored)
    if not logic.is_there(asked.pages[at]):
        return _onward(way, at, asked, back=False, sent=False)
    said = request.GET if request.META.get("QUERY_STRING") else {}
    wrong = missing(asked.pages[at].questions, stored) if "missing" in said else []
    told = notes.told_along(way, asked, said, stored) if said else ""
    return _show(way, at, stored=stored, wrong=wrong, more=said.get("more"), returns=review.RETURNS in said, told=told)


@participant
def paused(request: HttpRequest, way: Way) -> HttpResponse:
    """What stands there after "Stop for now"; who has begun nothing gets the first page."""
    if way.response_id is None or way.submitted_at or way.at_a_counter:
        return _go_to(way)
    given = progress.given_by(way)
    told = notes.told_of(way, progress.asking_of(way), request.GET, given)
    return notes.paused(way, progress.minutes_left(way), told, saved=any(given.values()))


@participant
def kept(request: HttpRequest, way: Way) -> HttpResponse:
    """What is kept of who answers, and where."""
    return notes.what_is_kept(way)


@participant
def decline(request: HttpRequest, way: Way) -> HttpResponse:
    """Saying no, with or without a reason."""
    if way.invitation_id is None or way.submitted_at:
        return _go_to(way)
    if way.state != State.OPEN:
        return notes.closed(way)
    kinds = Decline._meta.get_field("kind").choices
    if request.method != "POST":
        asked_for = request.GET.get("kind", "rather_not")
        return _html(
            render_to_string(
                f"{pages.FOLDER}/decline.html",
                {"way": way, "kinds": kinds, "kind": asked_for, **notes.direction(way)},
            )
        )
    fields = _fields(request)
    if fields is None:
        return notes.too_much(way)
    kind = fields.get("kind", ["rather_not"])[0]
    invitation = Invitation.objects.select_related("person").get(pk=way.invitation_id)
    studies.decline(
        invitation=invitation,
        kind=kind if kind in dict(kinds or ()) else "rather_not",
        reason=fields.get("reason", [""])[0][:10_000].replace("\0", ""),
    )
    for what in leaving.ENDS.keys() & set(fields.get("stop", [])):
        leaving.stop(person=survivor(invitation.person), what=what, source=_("declining “%(study)s”") % {"study": way.title[:120]})
    return _go_to(way)


@participant
def looked_through(request: HttpRequest, way: Way) -> HttpResponse:
    """All answers, to be looked through and changed before they are sent; the button there sends them."""
    if way.response_id is None or (way.at_a_counter and way.submitted_at):
        return _go_to(way)
    if way.state != State.OPEN:
        return _html(thanks(way)) if way.submitted_at else notes.closed(way)
    given = progress.given_by(way)
    asked = logic.tailored(progress.asking_of(way), way, given)
    if request.method == "POST" and not way.submitted_at:
        return _send(request, way, asked, given)
    return _html(review.page(way, asked, given))


def _send(request: HttpRequest, way: Way, asked: Asking, given: dict[int, Given]) -> HttpResponse:
    """Send what was looked through: all of it, and as it was shown."""
    fields = _fields(request)
    if fields is None:
        return notes.too_much(way)
    gap = next((at for at in logic.pages_there(asked) if missing(asked.pages[at].questions, given)), None)
    if gap is not None:
        return _go_to(way, f"{gap + 1}/?missing&{review.RETURNS}")
    seen = fields.get("seen", [way.seen])[0]
    if seen != way.seen:
        return _html(review.page(way, asked, given, changed=True))
    whole = progress.asking_of(way)
    unasked: dict[int, Given] = dict.fromkeys(logic.hidden(whole, asked, given), ())
    seconds = timing.open_for(fields)
    try:
        keep(
            Saving(
                way, whole, unasked, seen=seen, now=now(), passed=len(asked.pages), send=True, seconds=seconds, device=way.device
            )
        )
    except Closed:
        return notes.closed(way)
    return _go_to(way)


# --- what a post does ------------------------------------------------------------------------------------------


def _post(request: HttpRequest, way: Way, at: int) -> Made:
    """Take what was posted from page `at`, and go where its button says."""
    fields = _fields(request)
    if fields is None:
        return notes.too_much(way)
    goes = fields.get("go", ["next"])[0]
    if goes == along.GO and not along.is_on(way):
        return along.refused(way)
    if way.kind == "public" and not guard.may_begin(request, way):
        return along.crowded() if goes == along.GO else _not_now(way, at, fields)
    whole = progress.asking_of(way)
    before = progress.given_by(way) if whole.is_ruled else {}
    shown = logic.tailored(whole, way, before).pages[at]
    seen = logic.stood(whole.pages[at], fields[logic.HERE][0]) if logic.HERE in fields else shown
    posted = read(seen.questions, fields)
    if goes == along.GO and along.is_nothing(way, posted):
        return HttpResponse(status=422 if posted.not_taken else 204)
    # What is saved while somebody types leaves files alone: they come with the button.
    taken = files.take(request, way, seen, fields, posted) if seen.takes_files and goes != along.GO else None
    asked = logic.tailored(whole, way, {**before, **posted.given})
    other = language.switched_to(way, goes)
    if other and not way.response_id and not any(posted.given.values()):
        return _go_to(way, f"{at + 1}/", lang=other)
    gaps = [] if goes != "next" else missing(logic.still_asked(seen, asked.pages[at]), _standing(way, posted))
    if posted.wrong:  # what could not be taken is said once, with the reason
        refused = {one.question.id for one in posted.wrong}
        gaps = [gap for gap in gaps if gap.question.id not in refused]
    last = at >= logic.pages_there(asked)[-1]
    follows = logic.follows(seen, asked.pages[at]) if goes == "next" else None
    complete = goes == "next" and not posted.wrong and not gaps and not follows
    elsewhere = _first_gap(way, asked, posted) if complete and last and len(asked.pages) > 1 else None
    looked_at = whole.reviewed and way.submitted_at is None
    sends = complete and last and elsewhere is None and not looked_at
    if sends:  # what was answered and is not asked any more does not count; it stays among the earlier answers
        posted.given.update(dict.fromkeys(logic.hidden(whole, asked, {**before, **posted.given}), ()))
    saving = Saving(
        way,
        whole,
        posted.given,
        seen=fields.get("seen", [""])[0],
        now=now(),
        token=_own_token(way, fields),
        passed=at + 1 if complete else 0,
        send=sends,
        new_files=taken.new if taken else (),
        dropped_files=taken.dropped if taken else (),
        seconds=0 if goes == along.GO else timing.open_for(fields),
        device=way.device,
        becomes=other,
        ages=along.ages(fields) if goes == along.GO else {},
        wrote=along.wrote(fields) if "wrote" in fields else (),
    )
    onward = review.GO if goes == review.GO or (complete and last and looked_at) else f"more={follows.id}" if follows else ""
    press = _Press(saving, at, fields, goes, seen, asked, posted, gaps, taken, other, elsewhere, onward)
    return OnceKept(saving, partial(_led_on, press))


@dataclass(frozen=True, slots=True)
class _Press:
    """A button that was pressed, and what its page brought."""

    saving: Saving
    at: int
    fields: Fields
    goes: str
    seen: Page
    asked: Asking
    posted: Posted
    gaps: list[Wrong]
    taken: files.Taken | None
    other: str  # the language in which they want to go on
    elsewhere: int | None  # the first page with a gap
    onward: str  # what follows if nothing of the above does: `review.GO`, "more=ID" of this page, or the next one


def _led_on(press: _Press, kept: Callable[[], Saved]) -> HttpResponse:
    """Where a press of a button leads once what it brought is kept."""
    saving, at, goes, posted, other = press.saving, press.at, press.goes, press.posted, press.other
    way = saving.way
    try:
        saved = kept()
    except Closed:
        if press.taken:
            files.give_up(press.taken)
        return along.refused(way) if goes == along.GO else notes.closed(way)
    if goes == along.GO:
        return along.reply(saving, saved, at, refused=bool(posted.not_taken))
    if way.kind == "public":
        way.token = saving.token
        remember(hash_token(saving.token), "own")
    way.response_id = saved.response_id
    if other and posted.wrong:
        return _again_in(way, other, at, press.fields, posted, saved.met)
    if (posted.wrong or press.gaps) and goes not in ("pause", "back"):
        wrong = in_order(press.seen.questions, [*posted.wrong, *press.gaps])
        return _again(way, at, press.fields, posted, wrong, saved.met)
    if other:
        return _telling(_go_to(way, f"{at + 1}/", lang=other), saved.met)
    if goes == "pause":
        if way.invitation_id:
            with apart():
                studies.mark_paused(invitation_id=way.invitation_id)
        return _telling(_go_to(way, "pause/"), saved.met, posted.not_taken)
    if press.elsewhere is not None:
        return _telling(_go_to(way, f"{press.elsewhere + 1}/?missing"), saved.met)
    if press.onward == review.GO:
        return _go_to(way, review.PATH)
    if press.onward:
        return _telling(_go_to(way, f"{at + 1}/?{press.onward}"), saved.met)
    return _telling(_onward(way, at, press.asked, back=goes == "back", sent=saving.send), saved.met, posted.not_taken)


def _telling(onward: SeeOther, met: Sequence[int], not_taken: Sequence[Wrong] = ()) -> SeeOther:
    """Let the page that follows say which questions were answered differently on another device, and which answers could
    not be taken.
    """
    said = [(notes.MET, question) for question in met] + [(notes.NOT_TAKEN, one.question.id) for one in not_taken]
    return SeeOther(f"{onward.url}{'&' if '?' in onward.url else '?'}{urlencode(said)}") if said else onward


def _not_now(way: Way, at: int, fields: Fields) -> HttpResponse:
    """The same page with everything that was typed, to who comes by a public link when too many do at once."""
    said = pages.typed(progress.asking_of(way).pages[at].questions, fields)
    response = _show(way, at, typed=said, crowded=True, start=fields.get("start", [""])[0])
    response.status_code = 429
    response.headers["Retry-After"] = "60"
    return response


def _onward(way: Way, at: int, asked: Asking, *, back: bool, sent: bool) -> SeeOther:
    if sent:
        return _go_to(way)
    there = logic.pages_there(asked)
    if back:
        to = max((page for page in there if page < at), default=there[0])
    else:
        to = min((page for page in there if page > at), default=there[-1])
    return _go_to(way, f"{to + 1}/")


def _again(
    way: Way, at: int, fields: Fields, posted: Posted, wrong: list[Wrong], met: Sequence[int] = ()
) -> HttpResponse:
    """The same page with what is wrong; what was typed stays in its fields."""
    fresh = look(way.token)
    assert fresh is not None
    language.settle_as(fresh, way)
    refused = [one.question for one in posted.wrong]
    asked_once = [one.again for one in posted.wrong]
    settled = pages.still_settled(fields, but=asked_once)
    returns = review.RETURNS in fields
    retyped = {question.id for question in refused}
    response = _show(
        fresh, at, wrong=wrong, typed=pages.typed(refused, fields), retyped=retyped, settled=settled, returns=returns, met=met
    )
    response.status_code = 422 if refused else 200
    return response


def _again_in(
    way: Way, other: str, at: int, fields: Fields, posted: Posted, met: Sequence[int]
) -> HttpResponse:
    """The same page in the language that they have just chosen; what could not be taken is said in it, too."""
    language.settle_to(way, other)
    files_refused = [one for one in posted.wrong if one.question.kind == "file"]
    with _in(other):
        questions = logic.tailored(progress.asking_of(way), way, progress.given_by(way)).pages[at].questions
        anew = read(questions, fields)
        anew.wrong += files_refused
        return _again(way, at, fields, anew, in_order(questions, anew.wrong), met)


def _standing(way: Way, posted: Posted) -> dict[int, Given]:
    """What the page's questions are answered with; where a stale form says nothing, what was answered
    elsewhere.
    """
    if not way.response_id or fields_cover(way, posted):
        return posted.given
    stored = progress.given_by(way)
    return {**posted.given, **{q: given for q, given in stored.items() if not posted.given.get(q)}}


def fields_cover(way: Way, posted: Posted) -> bool:
    return all(posted.given.values())


def _first_gap(way: Way, asked: Asking, posted: Posted) -> int | None:
    """The first page on which something that must be answered is not, for who wants to send; None: all is
    there.
    """
    given = {**progress.given_by(way), **posted.given}
    return next((at for at, page in enumerate(asked.pages) if missing(page.questions, given)), None)


def _own_token(way: Way, fields: Fields) -> str:
    """The token of a response that begins by a public link. The form carries it, so that a second click
    finds it.
    """
    if way.kind != "public":
        return ""
    token = fields.get("start", [""])[0]
    return token if len(token) == 24 and SHAPE.fullmatch(token) else new_token()


def _fields(request: HttpRequest) -> Fields | None:
    """What the form holds, by name; None when it is more than a form of ours can hold."""
    if request.content_type == "multipart/form-data":
        return files.fields_of(request)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > LARGEST_FORM:
            guard.refused(request, Refusal.LONG_FORM)
            return None
        body = request.META["wsgi.input"].read(length).decode("utf-8", "replace")
        return parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        guard.refused(request, Refusal.BROKEN_FORM)
        return None


# --- what is shown ---------------------------------------------------------------------------------------------


class SeeOther(HttpResponse):
    """What was posted is done; what comes next is fetched (303, so that a reload does not post again).

    The addresses are our own, so that nothing of Django's redirects has to look at them.
    """

    status_code = 303

    def __init__(self, url: str) -> None:
        super().__init__(headers={"Location": url})
        self.url = url


def _go_to(way: Way, where: str = "", lang: str = "") -> SeeOther:
    return SeeOther(f"/a/{way.token}/{where}{f'?lang={lang}' if lang else language.query(way)}")


def _html(html: str) -> HttpResponse:
    return HttpResponse(html.encode())


def _show(
    way: Way,
    at: int,
    *,
    stored: dict[int, Given] | None = None,
    wrong: list[Wrong] | None = None,
    typed: dict[str, str] | None = None,
    retyped: Collection[int] = (),
    picked: str = "",
    more: str | None = None,
    crowded: bool = False,
    start: str = "",
    settled: str = "",
    returns: bool = False,
    told: str = "",
    met: Sequence[int] = (),
) -> HttpResponse:
    """Page `at` with the answers that stand, and what is wrong with them.

    `typed` stands in the fields of the questions `retyped` in place of what was answered. `picked` is an answer that was clicked in a mail: it is marked, and counts once the form is sent. `more`: an answer
    on this page has brought up another question here. `crowded`: too many come from there, nothing was taken. `returns`: they came from looking through
    their answers, and go back there. `told`: what has to be said of the page before, as HTML; `met`: questions that were
    answered on another device meanwhile.
    """
    submitted = way.submitted_at is not None
    if stored is None:
        stored = progress.given_by(way)
    asked = logic.tailored(progress.asking_of(way), way, stored)
    page, there = asked.pages[at], logic.pages_there(asked)
    place, count = there.index(at) if at in there else at, len(there)
    shown = [question for question in page.questions if question.id not in retyped] if retyped else page.questions
    answers = pages.answered(shown, stored) if stored else {}
    if answers and page.takes_files:
        answers |= files.shown(page.questions, stored)
    if wrong:
        answers |= pages.troubled(wrong)
    answers |= typed or {}
    mark = opener.marked(page, picked, stored) if picked else {}
    first, last = at == there[0], at >= there[-1]
    start = (start or new_token()) if way.kind == "public" else ""
    parts = {
        **notes.head(way, at, progress.asking_of(way).pages[at].title, place, count, wrong=bool(wrong)),
        "languages": language.choice(way, in_form=True),
        "lead": notes.lead(way, at, asked, place, count, stored),
        "summary": (notes.told_along(way, asked, {notes.MET: met}, stored) if met else told) + _above(
            wrong,
            "crowded" if crowded else "more" if more is not None else "marked" if mark else "",
            lambda: logic.reading([page], asked, way, stored),
            next((question for question in page.questions if str(question.id) == more), None),
        ),
        "action": f"/a/{way.token}/{at + 1}/{language.action_query(way)}",
        "hidden": _hidden(way, start) + (_here(page) if asked.is_ruled else "") + settled + (review.MARK if returns else ""),
        "onward": pages.onward(
            language=way.language, first=first, last=last, submitted=submitted, kiosk=way.at_a_counter,
            reviewed=asked.reviewed, returns=returns,
        ),
        **kiosk.parts(way),
        **logic.places(page, asked, way, stored),
        "ways": notes.ways(way),
        "saving": along.part(way),
    }
    compiled = pages.compiled(asked, at, way.language)
    if page.is_shuffled:
        compiled = compiled.shuffled(_seed(way, start))
    return _html(compiled.filled(parts, answers | mark))


def _seed(way: Way, start: str) -> str:
    """What orders this person's lists, the same before and after their response begins: whoever comes by a public
    link keeps the token that their first page brought along.
    """
    return f"invitation {way.invitation_id}" if way.invitation_id else hash_token(start or way.token)


def _above(
    wrong: list[Wrong] | None, news: str, reading: Callable[[], Callable[[str], str]], follows: Asked | None = None
) -> str:
    """What is said above the questions about what stands in them; what `follows` from an answer is led to."""
    if wrong:
        read = reading()
        said = [{"field": one.field, "text": read(one.question.text), "words": one.words} for one in wrong]
        return pages.part("summary", wrong=said)
    return pages.part("above", news=news, follows=follows) if news else ""


def _hidden(way: Way, start: str) -> str:
    """What the form says of itself: the answers it was filled from, and the token of a response yet to
    begin.
    """
    if way.kind == "public":
        return f'<input type="hidden" name="start" value="{start}">{timing.stamp()}'
    return f'<input type="hidden" name="seen" value="{way.seen}">{timing.stamp()}'


def _here(page: Page) -> str:
    """Which questions the form shows: others may follow from what is saved while somebody types."""
    return f'<input type="hidden" name="{logic.HERE}" value="{".".join(str(question.id) for question in page.questions)}">'

"""People's words, the largest thing on every page."""

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString

from allears.design.tags import drawn, register
from allears.design.words import segments as cut

LARGE = 320  # letters; what is longer is set for reading, not for seeing


def _pieces(words: str, spans: Iterable[Any], segments: Iterable[Any] | None) -> list[Any]:
    return list(segments) if segments is not None else list(cut(words, spans or ()))


@register.simple_block_tag(name="words", end_name="endwords")
def verbatim(
    content: SafeString,
    words: str = "",
    segments: Iterable[Any] | None = None,
    spans: Iterable[Any] = (),
    who: str = "",
    who_href: str = "",
    facts: Iterable[str] = (),
    when: str = "",
    href: str = "",
    lang: str = "",
    dir: str = "auto",
    id: str = "",
    size: str = "",
    paper: bool = True,
    line: bool = False,
) -> SafeString:
    """`{% words %}`: a verbatim, somebody's own words: in the serif, quote mark hanging, spans marked, a
    quiet line below.

    `words` (with `spans`: words.Span) or ready `segments` (words.Segment). `href` leads to the line of sight.
    What stands between the tags (chips, links) follows in the same line. `size="large"` for the one of the
    home page (a long one is set smaller),
    `paper=False` takes the sheet away. `line=True`: of `facts` and `when` as much stands there as one line has room
    for; all of it belongs into a `<details class="meta__more">` at the end of the content (on paper
    without its rows of class `meta__again`). Without words (redacted) it says so. (`verbatim` itself is Django's
    own tag.)
    """
    pieces = _pieces(words, spans, segments)
    facts = [fact for fact in facts if fact]
    return drawn(
        "verbatim",
        content=content,
        pieces=pieces,
        who=who,
        who_href=who_href,
        facts=facts,
        known=bool(who or facts or when),
        when=when,
        href=href,
        lang=lang,
        dir=dir,
        id=id,
        size=_size(size, pieces),
        paper=paper,
        line=line,
    )


def _size(wished: str, pieces: Iterable[Any]) -> str:
    return "long" if wished == "large" and sum(len(piece.text) for piece in pieces) > LARGE else wished


@register.simple_tag
def quote(
    words: str = "",
    segments: Iterable[Any] | None = None,
    spans: Iterable[Any] = (),
    who: str = "",
    href: str = "",
    lang: str = "",
    dir: str = "auto",
    against: str = "",
) -> SafeString:
    """A quotation inside something else: smaller, no sheet; `who` names the speaker, `href` leads to the
    source: by the speaker's name, or by the words where nobody is named. `against` says in words that it speaks
    against what it stands under. `dir` is "" for words without a letter: they stand as the page runs, and their
    figures from left to right. Blanks around the words stay out of the quotation marks. Without words it says that they
    were taken back.
    """
    pieces = _pieces(words if spans else words.strip(), spans, segments)
    return drawn("quote", pieces=pieces, who=who, href=href, lang=lang, dir=dir, against=against)


@register.simple_tag
def marked(words: str = "", spans: Iterable[Any] = (), segments: Iterable[Any] | None = None) -> SafeString:
    """Only the text with its marked spans, to stand in an element of your own."""
    return drawn("marked", pieces=_pieces(words, spans, segments))


@register.simple_block_tag
def timeline(content: SafeString, label: str = "") -> SafeString:
    """The line of sight: a vertical line through time. Between the tags stand `moment`s."""
    return drawn("timeline", content=content, label=label)


@register.simple_block_tag
def moment(
    content: SafeString,
    label: str,
    tone: str = "voice",
    when: str = "",
    who: str = "",
    ahead: bool = False,
    id: str = "",
) -> SafeString:
    """One step on the line: `tone` goes voice, accent, kept in the loop's order; `ahead` draws what has not
    come yet.
    """
    return drawn("moment", content=content, label=label, tone=tone, when=when, who=who, ahead=ahead, id=id)

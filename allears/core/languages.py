"""Languages as pages and mails need them: which of several to use, what each calls itself, which way it runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation.trans_real import parse_accept_lang_header

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "nqo", "ps", "sd", "ug", "ur", "yi"})
# ISO 639-1, with the codes that it gave up and some systems still write.
TWO_LETTERS = frozenset(
    ["aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh", "bi", "bm", "bn", "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el", "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "in", "io", "is", "it", "iu", "iw", "ja", "ji", "jv", "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mo", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm", "rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "sh", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st", "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk", "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu"]
)


def may_be_language(code: str) -> bool:
    """Whether `code` can name a language: of two letters those that do are known, of three there are too many."""
    first = code.replace("_", "-").partition("-")[0].lower()
    return len(first) != 2 or first in TWO_LETTERS


class Foreign(str):
    """Words in another language than the page around them, because nobody has translated them yet."""

    __slots__ = ("language",)

    def __new__(cls, words: str, language: str) -> Foreign:
        """Return `words`, which are in `language`."""
        made = super().__new__(cls, words)
        made.language = language
        return made

    language: str


def marked(words: str) -> str:
    """Return `words` for a page: those of another language say which, and which way they run."""
    return wrapped(escape(words), words) if isinstance(words, Foreign) else words


def wrapped(html: SafeString, words: str) -> SafeString:
    """Return `html`, which was made of `words`, with their language around it where it is another one."""
    if not isinstance(words, Foreign) or not words:
        return html
    return format_html('<span lang="{}" dir="{}">{}</span>', words.language, direction(words.language), html)


def has_letters(words: str) -> bool:
    """Whether anything in `words` says by itself which way it runs; figures and signs do not."""
    return any(unicodedata.bidirectional(sign) in ("L", "R", "AL") for sign in words)


def way_of(words: str) -> str:
    """Return what an element around somebody's words says of their way: "auto", by their first letter; "" where there
    is none, so that a lone number stands where the page's own lines begin.
    """
    return "auto" if has_letters(words) else ""


def runs(words: str) -> SafeString:
    """Return the attribute that says so, to stand behind the name of an element, or nothing: see `way_of`."""
    way = way_of(words)
    return format_html(' dir="{}"', way) if way else SafeString()


def set_down(words: str) -> SafeString:
    """Return `words` for a page; those without a letter run from left to right on every one, so that "+20 2 555" is
    read in its order.
    """
    return escape(words) if has_letters(words) or not words.strip() else format_html('<bdi dir="ltr">{}</bdi>', words)


def spoken() -> list[str]:
    """Return the codes of the languages that the product itself speaks."""
    return [code for code, _name in settings.LANGUAGES]


def name_of(code: str) -> str:
    """Return what a language calls itself."""
    return str(dict(settings.LANGUAGES).get(code, code))


def direction(code: str) -> str:
    """Return "rtl" for a language that is written from right to left, else "ltr"."""
    return "rtl" if code.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def best(wanted: Iterable[str], offered: Iterable[str]) -> str:
    """Return the first of `wanted` that is offered, or whose language is ("ar-EG" finds "ar"); "" where none is."""
    among = set(offered)
    for one in wanted:
        code = one.lower().replace("_", "-")
        for candidate in (code, code.split("-")[0]):
            if candidate in among:
                return candidate
    return ""


def accepted(header: str) -> Iterator[str]:
    """Return what a browser's Accept-Language asks for, most wanted first."""
    return (code for code in _accepted(header[:500]) if code != "*")


@lru_cache(maxsize=256)
def _accepted(header: str) -> tuple[str, ...]:
    return tuple(code for code, weight in parse_accept_lang_header(header) if weight > 0)


def for_reader(request: HttpRequest, *wanted: str) -> str:
    """Return the language of a page outside of any study: what its address says, else the first of `wanted` that the
    product speaks, else what the browser asks for.
    """
    asked_for = request.GET.get("lang", "") if request.META.get("QUERY_STRING") else ""
    browsers = accepted(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    return best((asked_for, *wanted, *browsers), spoken()) or settings.LANGUAGE_CODE


def for_staff(wanted: str) -> str:
    """Return the language of a page of staff: `wanted` where they are spoken to in it."""
    return best((wanted,), settings.STAFF_LANGUAGES) or settings.LANGUAGE_CODE


def in_readers_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer in the language that the page's address names (`?lang=`), else in the one that the browser asks for."""

    @wraps(view)
    def spoken_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = for_reader(request)
        request.readers_language = language  # type: ignore[attr-defined]  # for the page that says what went wrong, too
        with translation.override(language):
            response = view(request, *args, **kwargs)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    return spoken_view


def choices() -> list[dict[str, Any]]:
    """Return the languages that the product speaks, as the row of languages on a page shows them."""
    here = translation.get_language()
    return [{"code": c, "name": name_of(c), "dir": direction(c), "here": c == here} for c in spoken()]

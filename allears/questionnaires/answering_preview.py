"""What participants will see, for who writes it: the very page, from the same template, that takes no
answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from allears.core.languages import marked
from allears.core.queries import the_organisation
from allears.questionnaires import answering_logic as logic
from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_asked import Asking, read
from allears.questionnaires.models import Section, Version
from allears.studies.translating import Words, words_of

_SCRIPT = re.compile(r"<script\b[^>]*></script>")


def render_preview(version: Version, page: int = 1, *, leave: str = "", language: str = "") -> str:
    """Return page `page` (from 1) of a version, be it a draft, as a whole HTML page.

    Its form is sent nowhere: "Next" and "Back" ask for `?page=N` of the address that shows it, and `leave`
    is where the link out of the preview leads. `language`: another one than it is written in.
    """
    return _rendered(version, read(version, _words(version, language)), page, leave=leave, language=language)


def render_beside(version: Version, sections: Sequence[Section], key: str) -> str:
    """Return the page with the question `key`, as a whole HTML page without scripts, to be shown inside another one.

    `sections`: the version's loaded ones, as they are being typed.
    """
    asked = read(version, sections=sections)
    at = next((at for at, one in enumerate(asked.pages, 1) if any(q.key == key for q in one.questions)), 1)
    return _SCRIPT.sub("", _rendered(version, asked, at))


def _words(version: Version, language: str) -> Words | None:
    study = version.questionnaire.study
    return words_of(study, language) if language and language != study.language else None


def _rendered(version: Version, asked: Asking, page: int, *, leave: str = "", language: str = "") -> str:
    study = version.questionnaire.study
    words = asked.words
    language = language if words else study.language
    told = words.told if words else lambda _key, source: source
    if not asked.pages:
        return ""
    at = min(max(page, 1), len(asked.pages)) - 1
    title = told("study.title", study.title_as_told)
    with override(language):
        parts = {
            "title": escape(_("Preview") + f" · {title}"),
            "kicker": escape(f"{the_organisation().name} · {study.owner.name}"),
            "heading": escape(_("Can you help us understand?") if at == 0 else marked(asked.pages[at].title or title)),
            "lead": _lead(told("study.problem", study.problem_as_told) if at == 0 else "", asked.pages[at].minutes, leave),
            "onward": _onward(at, len(asked.pages)),
            # Read as somebody of whom nothing is known: what stands behind the bar, and else nothing.
            **{logic.slot_name(place): escape(pipe.fallback) for place, pipe in enumerate(asked.pages[at].pipes)},
        }
    # Two forms cannot stand in each other: this one asks for the next page instead of posting answers.
    compiled = pages.compile_page(asked.pages[at], at, language)
    if asked.pages[at].is_shuffled:
        compiled = compiled.shuffled("preview")
    form = f'method="get"><input type="hidden" name="lang" value="{language}"' if words else 'method="get"'
    return compiled.filled(parts).replace('method="post" action=""', form, 1)


def _lead(problem: str, minutes: float, leave: str) -> str:
    told = f'<p class="problem">{escape(marked(problem))}</p>' if problem else ""
    words = _("Leave the preview")
    out = f' <a href="{escape(leave)}">{escape(words)}</a>' if leave else ""
    notice = escape(_("This is a preview: nothing that you type is kept."))
    return f'<p class="notice">{notice}{out}</p>{told}<p class="small">{escape(pages.minutes_left(minutes))}</p>'


def _onward(at: int, count: int) -> str:
    def button(page: int, words: str, style: str) -> str:
        return f'<button class="button button--{style}" name="page" value="{page}">{escape(words)}</button>'

    onward = button(at + 2, _("Next"), "primary") if at + 1 < count else button(1, _("Start over"), "primary")
    back = button(at, _("Back"), "quiet") if at > 0 else ""
    return f'<div class="onward onward--reverse">{onward}{back}</div>'

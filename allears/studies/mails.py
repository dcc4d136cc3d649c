"""The letters by which a study asks: who asks, the problem, honest minutes, the promise, and the ways out.

In the person's language; the problem and the first question too, where the study offers them in it. Every letter names a
way to decline and a way to be asked nothing any more, also in its headers (RFC 2369, RFC 8058), so that one
click in a mail program is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from allears.core.languages import Foreign, best, direction, name_of, spoken
from allears.core.models import Organisation
from allears.people.links import leaving_headers, leaving_link
from allears.studies import asking
from allears.studies.links import answering_url
from allears.studies.models import Invitation, Referral, Study
from allears.studies.translating import languages_of, words_of
from allears.studies.wording import minutes_in_words

KEPT_DAYS = 7  # for which the address of a named person is kept without their word


class Letters:
    """Writes the letters of one study; what is the same for everybody is looked up once."""

    def __init__(self, study: Study, organisation: Organisation) -> None:
        self.study = study
        self.organisation = organisation
        self.asker = study.owner.name or organisation.name
        self._openers: dict[str, asking.Opener | None] = {}
        self._patterns: dict[tuple[str, str, Decimal, bool], Pattern] = {}
        self._problems: dict[str, str] = {}
        self._offered = (study.language, *languages_of(study))

    def invitation(self, invitation: Invitation, token: str) -> dict[str, Any]:
        """Return what `core.mail.put` needs for the invitation, but its key."""
        return self._letter("invitation", invitation, token)

    def reminder(self, invitation: Invitation, token: str) -> dict[str, Any]:
        """Return what `core.mail.put` needs for the reminder, but its key."""
        return self._letter("reminder", invitation, token)

    def later(self, invitation: Invitation, token: str) -> dict[str, Any]:
        """Return what `core.mail.put` needs for the letter at the moment that they chose, but its key."""
        return self._letter("later", invitation, token)

    def naming(self, referral: Referral, link: str, language: str) -> dict[str, Any]:
        """Return what `core.mail.put` needs to ask a named person whether they agree, but its key."""
        namer = referral.invitation.person
        with translation.override(language_for(language, self.study.language)):
            by = one_line(namer.name) or _("Somebody whom we asked")
            words = {
                **self._told(referral.minutes), "name": one_line(referral.name), "by": by, "note": referral.note,
                "link": link, "days": KEPT_DAYS,
            }  # fmt: skip
            return {
                "to": referral.email,
                "to_name": one_line(referral.name),
                "subject": one_line(_("%(by)s thinks that you would know") % {"by": by}),
                "text": render_to_string("studies/mails/named.txt", words),
                "html": render_to_string("studies/mails/named.html", words),
                "kind": "study-named",
                "headers": {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            }

    def _letter(self, kind: str, invitation: Invitation, token: str) -> dict[str, Any]:
        person, link = invitation.person, answering_url(token)
        language = language_for(person.language, self.study.language)
        stop_link = leaving_link(person)
        own = {
            "name": person.first_name, "link": link, "decline_link": f"{link}decline/", "later_link": f"{link}later/",
            "somebody_link": f"{link}somebody/", "stop_link": stop_link,
        }  # fmt: skip
        like = self._like(kind, language, invitation.minutes, bool(person.first_name))
        return {
            "to": person.email,
            "to_name": one_line(person.name),
            "subject": one_line(like.filled(like.subject, own)),
            "text": like.filled(like.text, own),
            "html": like.filled(like.html, {name: escape(words) for name, words in own.items()}),
            "kind": f"study-{kind}",
            "headers": leaving_headers(stop_link),
        }

    def _like(self, kind: str, language: str, minutes: Decimal, named: bool) -> Pattern:
        """What all letters like this one say; written once for all of them."""
        like = (kind, language, minutes, named)
        if like not in self._patterns:
            with translation.override(language):
                words = self._words(minutes, MARKS if named else {**MARKS, "name": ""})
                self._patterns[like] = Pattern(
                    self._subject(kind, words["name"]),
                    render_to_string(f"studies/mails/{kind}.txt", {**words, "plain": True}),
                    render_to_string(f"studies/mails/{kind}.html", words),
                )
        return self._patterns[like]

    def _subject(self, kind: str, name: str) -> str:
        if kind == "reminder":
            return _("A reminder: can you help %(organisation)s understand?") % {"organisation": self.organisation.name}
        if kind == "later":
            return _("You asked us to ask you now: can you help %(organisation)s understand?") % {
                "organisation": self.organisation.name
            }
        if name:
            return _("%(name)s, can you help us understand?") % {"name": name}
        return _("Can you help us understand?")

    def _words(self, minutes: Decimal, own: dict[str, str]) -> dict[str, Any]:
        return {
            **self._told(minutes),
            **own,
            "opener": self._opener(translation.get_language() or self.study.language),
        }

    def _opener(self, language: str) -> asking.Opener | None:
        """The first question, to be answered by a click and confirmed on the page."""
        if language not in self._openers:
            self._openers[language] = asking.opener_of(self.study, language)
        return self._openers[language]

    def _told(self, minutes: Any) -> dict[str, Any]:
        """What every letter of the study says, in the language that is active."""
        language = translation.get_language() or self.study.language
        problem = self._problem(language)
        return {
            "organisation": self.organisation.name,
            "asker": self.asker,
            "problem": str(problem),
            "asked_in": "" if language in self._offered else name_of(self.study.language),
            "problem_language": problem.language if isinstance(problem, Foreign) else language,
            "problem_way": direction(problem.language if isinstance(problem, Foreign) else language),
            "minutes": minutes_in_words(minutes),
            "promise": formats.date_format(self.study.promise_to_come, "DATE_FORMAT") if self.study.promise_to_come else "",
            "way": direction(language),
            "language": language,
        }

    def _problem(self, language: str) -> str:
        """The problem in `language`, where it is offered and translated; else as it was written, and marked so."""
        if language not in self._problems:
            source = self.study.problem_as_told.strip()
            if language == self.study.language:
                told = source
            elif language in self._offered:
                told = words_of(self.study, language).told("study.problem", source)
            else:
                told = Foreign(source, self.study.language)
            self._problems[language] = told
        return self._problems[language]


# Where a letter says what is one person's alone. The signs around it stand for nothing and are in no keyboard; what
# somebody typed cannot be taken for a mark, because all marks are filled in one go.
OWN = ("name", "link", "decline_link", "later_link", "somebody_link", "stop_link")
MARKS = {name: f"\ue000{name}\ue001" for name in OWN}
_MARK = re.compile("\ue000([a-z_]+)\ue001")


@dataclass(frozen=True)
class Pattern:
    """A letter with marks where it speaks of one person."""

    subject: str
    text: str
    html: str

    @staticmethod
    def filled(words: str, own: dict[str, str]) -> str:
        return _MARK.sub(lambda mark: own.get(mark[1], ""), words)


def language_for(person: str, study: str) -> str:
    """Return the language of the two that the product speaks, the person's first; else the study's own."""
    return best((person, study), spoken()) or settings.LANGUAGE_CODE


def one_line(words: str) -> str:
    """Return `words` fit for a header: no line break can smuggle another header in."""
    return " ".join(words.split())


def is_address(email: str) -> bool:
    """Whether the outbox takes a mail to `email`."""
    return "@" in email and not any(sign in email for sign in "\r\n")

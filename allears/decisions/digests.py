"""What one person is told: their own words, then what became of them, for every step that is new to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.languages import direction
from allears.core.queries import the_organisation
from allears.decisions.chain import Quoted, insights_behind, insights_behind_all, quoted_by_person
from allears.decisions.models import Telling, Update
from allears.people.models import Person
from allears.studies.mails import language_for


@dataclass(frozen=True)
class Part:
    """One update as one person gets it: the spans of theirs that it rests on (none: they took part, uncited)."""

    update: Update
    quotes: Sequence[Quoted]
    text: str

    @property
    def cited(self) -> bool:
        return bool(self.quotes)


@dataclass(frozen=True)
class Composed:
    """A digest ready to be put into the outbox."""

    subject: str
    text: str
    html: str


def as_told(telling: Telling) -> Part:
    """Return one update as it reached one person: their words as its insights cited them when it was told."""
    update = telling.update
    hearer = telling.person.merged_into_id or telling.person_id
    quotes = quoted_by_person(insights_behind(update, telling.told_at), [hearer]).get(hearer, [])
    text = update.text_cited if telling.cited else update.text_general
    return Part(update, quotes if telling.cited else [], text)


def parts_for(people: Iterable[int], updates: Sequence[Update]) -> dict[int, list[Part]]:
    """Return what each person is told, updates in order; an update with no text for them is left out."""
    ids, grounds = list(people), insights_behind_all(updates)
    quoted = {u.pk: quoted_by_person(grounds[u.pk], ids) for u in updates}
    found: dict[int, list[Part]] = {}
    for person_id in ids:
        parts = [_part(u, quoted[u.pk].get(person_id, [])) for u in updates]
        found[person_id] = [part for part in parts if part.text.strip()]
    return found


def _part(update: Update, quotes: Sequence[Quoted]) -> Part:
    return Part(update, quotes, update.text_cited if quotes else update.text_general)


def compose(person: Person, parts: Sequence[Part], page_url: str, stop_url: str) -> Composed:
    """Write the digest for `person` in their language; `page_url` is their own page, `stop_url` ends such mails."""
    language = language_for(person.language, parts[0].update.study.language)
    with translation.override(language):
        context = {
            "person": person,
            "parts": list(_each_quoted_once(_own_words_first(parts))),
            "anything_done": any(part.update.tells_what_is_done for part in parts),
            "page_url": page_url,
            "stop_url": stop_url,
            "organisation": the_organisation(),
            "language": language,
            "way": direction(language),
        }
        return Composed(
            subject=_subject(parts),
            text=render_to_string("decisions/mail/digest.txt", context).strip() + "\n",
            html=render_to_string("decisions/mail/digest.html", context),
        )


def _own_words_first(parts: Sequence[Part]) -> list[Part]:
    """What rests on the reader's own words, in its order; then what they are told because they took part."""
    return sorted(parts, key=lambda part: not part.cited)


def _each_quoted_once(parts: Sequence[Part]) -> Iterator[Part]:
    """Where several updates rest on the same words, only the first repeats them."""
    before: set[str] = set()
    for part in parts:
        yield replace(part, quotes=[quote for quote in part.quotes if quote.quoted not in before])
        before |= {quote.quoted for quote in part.quotes}


def _subject(parts: Sequence[Part]) -> str:
    titles = {part.update.study.title_as_told for part in parts}
    if len(titles) > 1:
        return _("What became of what you told us")
    words = ngettext(
        "What became of your words: %(study)s",
        "What became of your words: %(study)s",
        sum(p.cited for p in parts),
    )
    line = words if any(part.cited for part in parts) else _("What came of “%(study)s”")
    return " ".join((line % {"study": titles.pop()}).split())

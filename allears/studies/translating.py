"""What participants read of a study, in other languages: written beside the source, offered when it is ready.

A study is written in one language. Each of its texts, and of its questions' in the room above, has a key that stays;
a translation belongs to a key and to the exact words that it translates. Nothing is overwritten: who corrected what,
and when, stays on record. Pages that were kept ready know by `Study.wording` that they are out of date.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.languages import Foreign, spoken
from allears.core.models import User
from allears.studies import piping
from allears.studies.models import Study, Translation
from allears.studies.wording import never_put_in

LONGEST = 20_000
OWN = "study."  # how the keys of what a study says of itself begin
_SIGN = re.compile("[0-9a-f]{16}")
Standing = Literal["there", "missing", "old"]


class NotTranslated(Exception):
    """It cannot be translated like this; the message says why, and nothing was written."""


@dataclass(frozen=True)
class Text:
    """Something that participants read: its key, its words, and where it stands, in words."""

    key: str
    source: str
    where: str

    @property
    def sign(self) -> str:
        """What forms and files call it: the same for the same words under the same key, whatever moves around it."""
        return hashlib.sha256(f"{self.key}\0{_same(self.source)}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Line:
    """A text beside its translation. `old` is what an earlier wording was translated with, `earlier` that wording."""

    text: Text
    translation: Translation | None
    old: Translation | None

    @property
    def standing(self) -> Standing:
        """Whether it is translated, not at all, or only in words that have changed since."""
        if self.translation is not None and self.translation.text:
            return "there"
        return "old" if self.old is not None else "missing"


@dataclass(frozen=True)
class Translated:
    """What was kept: how many texts changed, and those left as they are because somebody else has changed them too."""

    changed: int
    contested: tuple[Line, ...] = ()


class Words:
    """The translations of one study into one language."""

    def __init__(self, source_language: str, rows: Iterable[Translation]) -> None:
        self.source_language = source_language
        self._texts = {(row.key, _as_told(row.key, row.source)): _as_told(row.key, row.text) for row in rows}

    def told(self, key: str, source: str) -> str:
        """Return `source` in this language; where nobody has translated it, itself, marked as foreign."""
        words = _as_told(key, source)
        found = self._texts.get((key, _same(words)))
        return found or (Foreign(words, self.source_language) if words else words)


def _as_told(key: str, words: str) -> str:
    """What a study says of itself reads the same to everybody; only in its questions words differ from person to person."""
    return piping.general(words) if key.startswith(OWN) else words


def words_of(study: Study, language: str) -> Words:
    """Return what `study` says in `language`."""
    return Words(study.language, _rows(study, language))


def words_of_all(studies: Iterable[Study], language: str, keys: Iterable[str] = ()) -> dict[int, Words]:
    """Return what several studies' own texts, and those under `keys`, say in `language`, by study; one query."""
    found = {s.pk: s for s in studies}
    wanted = Q(key__startswith=OWN) | Q(key__in=list(keys))
    rows = Translation.objects.filter(wanted, study__in=found, language=language).order_by("pk")
    of: dict[int, list[Translation]] = {pk: [] for pk in found}
    for row in rows:
        of[row.study_id].append(row)
    return {pk: Words(s.language, of[pk] if language in languages_of(s) else ()) for pk, s in found.items()}


def _rows(study: Study, language: str) -> list[Translation]:
    rows = Translation.objects.filter(study=study, language=language)
    return list(rows.select_related("by").order_by("pk"))


def _same(words: str) -> str:
    """Line ends differ between browsers and files; words do not."""
    return words.replace("\r\n", "\n").strip()


def languages_of(study: Study) -> list[str]:
    """Return the languages that participants can choose from, the study's own first."""
    return [study.language, *(code for code in study.languages.split() if code != study.language)]


def possible_for(study: Study) -> list[str]:
    """Return the languages that `study` can be translated into: those that the pages around it speak, too."""
    return [code for code in spoken() if code != study.language]


def own_texts(study: Study) -> list[Text]:
    """Return the study's own texts that participants read."""
    texts = [Text("study.title", study.title, _("Title of the study"))]
    if study.problem.strip():
        texts.append(Text("study.problem", study.problem, _("The problem as told to participants")))
    return texts


def beside(study: Study, language: str, texts: Iterable[Text]) -> list[Line]:
    """Return `texts`, each with its translation as it stands."""
    exact: dict[tuple[str, str], Translation] = {}
    by_key: dict[str, Translation] = {}
    for row in _rows(study, language):
        exact[row.key, row.source] = row
        if row.text:
            by_key[row.key] = row
    lines = []
    for text in texts:
        found = exact.get((text.key, _same(text.source)))
        # Pages have no key of their own: another page's title is no earlier wording of this one's.
        old = None if text.key.startswith("page.") else by_key.get(text.key)
        lines.append(Line(text, found, old if found is None else None))
    return lines


@transaction.atomic
def translate(
    *,
    study: Study,
    language: str,
    texts: Iterable[Text],
    said: Mapping[str, str],
    by: User | str | None,
    seen: int | None = None,
) -> Translated:
    """Keep what `said` gives for `texts`, by their signs, and return what came of it.

    An empty one takes a translation back. `seen` is the newest translation that the form showed (`newest`): what was
    left as it stood then is left as it stands now, so that two people can translate at once; and what both have
    changed, each in another way, is left to whoever came second to decide. Raises `NotTranslated`.
    """
    _must_be_possible(study, language)
    Study.objects.select_for_update().get(pk=study.pk)
    then = _as_of(study, language, seen) if seen is not None else None
    fresh, contested = [], []
    for line in beside(study, language, texts):
        words = _fit(said.get(line.text.sign))
        before = then.get((line.text.key, _same(line.text.source)), "") if then is not None else None
        current = line.translation.text if line.translation else ""
        if words is None or words in (before, current):
            continue
        if before is not None and before != current:
            contested.append(line)
        else:
            _must_be_told_to_all(line.text, words)
            fresh.append(_row(study, language, line.text, words, by))
    if fresh:
        Translation.objects.bulk_create(fresh)
        _note(study)
        audit.record(by=by, verb="studies.translated", target=study, language=language, texts=len(fresh))
    return Translated(len(fresh), tuple(contested))


def _must_be_told_to_all(text: Text, words: str) -> None:
    for place in piping.written_in(words) if text.key.startswith(OWN) else ():
        raise NotTranslated(never_put_in(place))


def _row(study: Study, language: str, text: Text, words: str, by: User | str | None) -> Translation:
    who = by if isinstance(by, User) else None
    return Translation(study=study, language=language, key=text.key, source=_same(text.source), text=words, by=who)


def _as_of(study: Study, language: str, seen: int) -> dict[tuple[str, str], str]:
    return {(row.key, row.source): row.text for row in _rows(study, language) if row.pk <= seen}


def unsaid(study: Study, language: str, texts: Iterable[Text], said: Mapping[str, str]) -> list[str]:
    """Return translations in `said` that belong to none of `texts`, because their words were changed or taken away, and
    that are kept nowhere.
    """
    asked = {text.sign for text in texts}
    kept = {Text(row.key, row.source, "").sign: row.text for row in _rows(study, language)}
    strays = ((sign, _same(words)) for sign, words in said.items() if sign not in asked and _SIGN.fullmatch(sign))
    return [words for sign, words in strays if words and words != kept.get(sign)]


def newest(study: Study, language: str) -> int:
    """Return the newest translation there is, for a form to say what it was filled from."""
    return Translation.objects.filter(study=study, language=language).aggregate(newest=Max("pk"))["newest"] or 0


def _fit(words: str | None) -> str | None:
    if words is None:
        return None
    words = _same(words.replace("\0", ""))
    if len(words) > LONGEST:
        raise NotTranslated(_("“%(text)s …” is longer than we can keep. Please shorten it.") % {"text": words[:60]})
    return words


def _must_be_possible(study: Study, language: str) -> None:
    if language not in possible_for(study):
        raise NotTranslated(_("This study cannot be translated into that language."))


@transaction.atomic
def offer(*, study: Study, language: str, by: User) -> None:
    """Let participants choose `language`; a second time changes nothing. Raises `NotTranslated`."""
    _must_be_possible(study, language)
    _set_offered(study, {*study.languages.split(), language}, by, "studies.language_offered", language)


@transaction.atomic
def stop_offering(*, study: Study, language: str, by: User) -> None:
    """Participants get the study's own language again; translations stay, and so does what was answered in them."""
    _set_offered(study, {*study.languages.split()} - {language}, by, "studies.language_withdrawn", language)


def _set_offered(study: Study, wanted: set[str], by: User, verb: str, language: str) -> None:
    languages = " ".join(code for code in spoken() if code in wanted)
    if languages != study.languages:
        study.languages = languages
        study.save(update_fields=["languages"])
        _note(study)
        audit.record(by=by, verb=verb, target=study, language=language)


def _note(study: Study) -> None:
    Study.objects.filter(pk=study.pk).update(wording=F("wording") + 1)

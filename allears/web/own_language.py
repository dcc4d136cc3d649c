"""What stands on a participant's own page in their language: what studies are called and what they asked, as far as
it is offered in it; the rest is said as it was written, and marked as another language's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allears.core.languages import Foreign
from allears.people.models import Contact
from allears.questionnaires.translatable import texts_of_prompts
from allears.studies import piping
from allears.studies.models import Study
from allears.studies.translating import words_of_all
from allears.verbatims.models import Source


@dataclass(frozen=True)
class Told:
    """Titles and problems by study, prompts by source, what minutes were asked for by contact."""

    titles: dict[int, str]
    problems: dict[int, str]
    prompts: dict[int, str]
    subjects: dict[int, str]


def told(
    studies: Iterable[Study], sources: Iterable[Source], contacts: Iterable[Contact], language: str, read: Mapping[int, str]
) -> Told:
    """Return what a page in `language` says of these studies, what was asked at these sources, and what these minutes
    were for. `read`: what was asked as this very person read it, by source. As many queries for one as for many.
    """
    asked, minutes = {source.pk: source for source in sources}, list(contacts)
    known = {study.pk: study for study in studies}
    topics = {contact.topic.removeprefix("study:") for contact in minutes}
    for study in Study.objects.filter(ref__in=topics):
        known.setdefault(study.pk, study)
    written = texts_of_prompts(asked)
    words = words_of_all(known.values(), language, [key for key, _text in written.values()])
    by_collection = {study.collection_id: study for study in known.values()}
    by_topic = {f"study:{study.ref}": study for study in known.values()}

    def say(study: Study | None, key: str, source: str) -> str:
        return _in_general(source if study is None or study.language == language else words[study.pk].told(key, source))

    return Told(
        titles={study.pk: say(study, "study.title", study.title) for study in known.values()},
        problems={study.pk: say(study, "study.problem", study.problem) for study in known.values()},
        prompts={
            pk: read.get(pk) or say(by_collection.get(source.collection_id), *written.get(pk, ("", source.prompt)))
            for pk, source in asked.items()
        },
        subjects={c.pk: say(by_topic.get(c.topic), "study.title", c.subject) for c in minutes},
    )


def _in_general(asked: str) -> str:
    """What stands there, without places; still marked where it is in another language than the page."""
    read = piping.general(asked)
    return Foreign(read, asked.language) if isinstance(asked, Foreign) else read

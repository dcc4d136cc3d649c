"""verbatims.jsonl: a line for each entry of a study's ledger, in the order in which the words were kept."""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring

from allears.people.models import Person
from allears.questionnaires.exporting_rows import chunks, refs_of, same
from allears.studies.models import Study
from allears.verbatims.models import Source, Stone, Undated, Verbatim

# JSON lets these stand in a text as they are, but some readers would end the line there.
LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
VERBATIM = (
    "pk", "ref", "source_id", "person_id", "text", "language", "spoken_at", "recorded_at", "supersedes_id", "digest",
)  # fmt: skip
SUPERSEDES = VERBATIM.index("supersedes_id")


def verbatims_jsonl(study: Study) -> Iterator[str]:
    """verbatims.jsonl as a stream of lines, in the order in which the words were kept."""
    sources = Source.objects.filter(collection=study.collection_id).values_list("pk", "prompt")
    prompts = {pk: _json(prompt) for pk, prompt in sources}
    words = Verbatim.objects.filter(collection=study.collection_id)
    for chunk in chunks(words.values_list(*VERBATIM)):
        these = same(words, chunk)
        people = {pk: encode_basestring(ref) for pk, ref in refs_of(Person, these.values("person")).items()}
        replaced = any(row[SUPERSEDES] for row in chunk)
        earlier = refs_of(Verbatim, these.values("supersedes")) if replaced else {}
        stones = dict(Stone.objects.filter(verbatim__in=these).values_list("pk", "at"))
        undated = set(Undated.objects.filter(verbatim__in=these).values_list("pk", flat=True))
        for pk, ref, source, person, text, language, spoken_at, recorded_at, supersedes, digest in chunk:
            redacted, text = (stones[pk].isoformat(), None) if pk in stones else (None, text)
            # Put together by hand, as `json.dumps` would: it is half of the work otherwise.
            line = (
                f'{{"ref": {encode_basestring(ref)}, "question": {prompts[source]}, "person": {people.get(person, "null")}, '
                f'"text": {_json(text)}, "redacted_at": {_json(redacted)}, "language": {encode_basestring(language)}, '
                f'"spoken_at": {_json(None if pk in undated else spoken_at.isoformat())}, '
                f'"day_known": {"false" if pk in undated else "true"}, "recorded_at": "{recorded_at.isoformat()}", '
                f'"supersedes": {_json(earlier.get(supersedes))}, '
                f'"digest": "{bytes(digest).hex()}"}}\n'
            )
            yield line if line.isascii() else line.translate(LINE_ENDS)


def _json(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)

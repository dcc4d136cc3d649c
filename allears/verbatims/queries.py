"""Questions to the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from allears.people.models import Person
from allears.people.queries import all_of
from allears.verbatims import ledger
from allears.verbatims.models import Source, Verbatim


def current() -> QuerySet[Verbatim]:
    """Words that stand: neither redacted nor superseded by what the same person said later."""
    later = Verbatim.objects.filter(supersedes=OuterRef("pk"))
    return Verbatim.objects.filter(~Exists(later), salt__isnull=False)


def what_was_asked(sources: Iterable[int] | None = None) -> dict[int, bytes]:
    """Return the digest of what was asked at each of `sources` (their ids; all when None), by id."""
    found = Source.objects.in_bulk(None if sources is None else set(sources))
    return {pk: _asked(source) for pk, source in found.items()}


def _asked(source: Source) -> bytes:
    return ledger.asked_digest(
        ledger.Asked(
            source.pk,
            source.ref,
            source.collection_id,
            source.kind,
            source.prompt,
            source.touchpoint,
            source.position,
        )
    )


def said_by(person: Person) -> QuerySet[Verbatim]:
    """Everything `person` ever said, by any of the rows that were merged into them, redacted or superseded
    or not.
    """
    return Verbatim.objects.filter(person_id__in=all_of(person)).order_by("-id")


def wordings_of(verbatim: Verbatim) -> QuerySet[Verbatim]:
    """Return these words with what they supersede and what supersedes them, however often, the first wording first.

    One query, however often somebody said it anew.
    """
    table = Verbatim._meta.db_table
    sql = f"""
        WITH RECURSIVE
        before(id, supersedes_id) AS (
            SELECT id, supersedes_id FROM {table} WHERE id = %s
            UNION SELECT v.id, v.supersedes_id FROM {table} v JOIN before ON v.id = before.supersedes_id
        ),
        since(id) AS (
            SELECT id FROM {table} WHERE id = %s
            UNION SELECT v.id FROM {table} v JOIN since ON v.supersedes_id = since.id
        )
        SELECT id FROM before UNION SELECT id FROM since
    """  # noqa: S608
    found = Verbatim.objects.filter(pk__in=RawSQL(sql, [verbatim.pk, verbatim.pk]))  # noqa: S611
    return found.filter(collection=verbatim.collection_id).order_by("pk")

"""The ledger of words: append-only, sealed in hash-linked blocks, redactable only by law or by the person.

Nothing here knows of studies or questions; those rooms lie above and point down to their `Collection` and
`Source`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import User
from allears.people.models import Person


class Collection(models.Model):
    """Words that were gathered for one purpose: a study's, a conversation's."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    title = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.title


class Source(models.Model):
    """What somebody was asked, or the moment at which they spoke."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="sources")
    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    kind = models.CharField(max_length=20, default="question")
    prompt = models.TextField()
    touchpoint = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.prompt


class Verbatim(models.Model):
    """Somebody's own words, exactly as spoken. Rows are never changed or deleted; see `Stone` for the one
    exception.
    """

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    collection = models.ForeignKey(
        Collection, on_delete=models.PROTECT, related_name="verbatims", db_index=False
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="verbatims", db_index=False)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    text = models.TextField()
    language = models.CharField(max_length=12, blank=True)
    spoken_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=now, db_default=Now())
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    salt = models.BinaryField(max_length=16, null=True)
    digest = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            # Newest last, though they are asked for newest first: a row is put at the end, where there is room.
            models.Index(fields=["collection", "id"], name="verbatims_of_collection"),
            models.Index(fields=["source", "id"], name="verbatims_of_source"),
            models.Index(fields=["spoken_at", "id"], name="verbatims_by_day"),
            models.Index(fields=["language", "id"], name="verbatims_in_language"),
            models.Index(
                fields=["person", "id"], name="verbatims_of_person", condition=Q(person__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_dated(self) -> bool:
        """Whether it is known when they were spoken; else `spoken_at` is when they were brought here.

        Costs a query unless "undated" was selected along.
        """
        return not hasattr(self, "undated")

    @property
    def said_day(self) -> str:
        """The day as people read it, in the reader's time zone; of words without one, the day they were brought."""
        day = date_format(localtime(self.spoken_at), "DATE_FORMAT")
        return day if self.is_dated else gettext("brought here on %(day)s, day unknown") % {"day": day}


class Undated(models.Model):
    """A mark on words that were brought from elsewhere and of which nobody knows when they were spoken.

    It comes in one transaction with its words, is sealed with them, and stays.
    """

    verbatim = models.OneToOneField(
        Verbatim, primary_key=True, on_delete=models.PROTECT, related_name="undated"
    )

    def __str__(self) -> str:
        return f"verbatim {self.verbatim_id}, whose day is unknown"


class Block(models.Model):
    """A sealed run of verbatims: the Merkle root over their digests, linked to the block before (RFC
    9162). Its frame seals what was asked, when the words were recorded and whether they are undated; the oldest blocks
    have none.
    """

    number = models.PositiveBigIntegerField(unique=True)
    size = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    frame = models.BinaryField(max_length=32, null=True)
    hash = models.BinaryField(max_length=32, unique=True)
    sealed_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"block {self.number}"


class Leaf(models.Model):
    """A verbatim's place in its block."""

    verbatim = models.OneToOneField(Verbatim, primary_key=True, on_delete=models.PROTECT, related_name="leaf")
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="leaves", db_index=False)
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block", "position"], name="verbatims_leaf_place_once")
        ]

    def __str__(self) -> str:
        return f"block {self.block_id}, place {self.position + 1}"


class Stone(models.Model):
    """What stands where words were redacted: when, why and by whom. The words and their salt are gone."""

    verbatim = models.OneToOneField(
        Verbatim, primary_key=True, on_delete=models.PROTECT, related_name="stone"
    )
    at = models.DateTimeField(default=now)
    reason = models.CharField(
        max_length=20, choices=[("person", "the person asked"), ("law", "the law asks it")]
    )
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"stone of verbatim {self.verbatim_id}"

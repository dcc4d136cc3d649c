"""Making sense of words: themes, codings, and insights with words for and against them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import User
from allears.studies.models import Study
from allears.verbatims.models import Collection, Verbatim


class ThemeQuerySet(models.QuerySet["Theme"]):
    """Chainable filters over themes."""

    def in_use(self) -> ThemeQuerySet:
        """Those that words can be given: not merged away and not retired."""
        return self.filter(merged_into=None, retired_at=None)


class Theme(models.Model):
    """An entry of a study's codebook: a name, a definition, a place among the others."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=120)
    definition = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=now)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    retired_at = models.DateTimeField(null=True, blank=True)
    # How many verbatims carry it; kept by the actions in the same transaction, so that lists need not count.
    words = models.PositiveIntegerField(default=0)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                "study", Lower("name"), condition=Q(merged_into=None, retired_at=None), name="insights_theme_once"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="insights_theme_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_use(self) -> bool:
        return self.merged_into_id is None and self.retired_at is None


class CoderKind(models.TextChoices):
    PERSON = "person", _("by hand")
    MACHINE = "machine", _("by machine")
    IMPORT = "import", _("brought from elsewhere")


class Coding(models.Model):
    """A span of a verbatim speaks of a theme; who or what said so, and when. [start, end) count characters."""

    verbatim = models.ForeignKey(Verbatim, on_delete=models.CASCADE, related_name="+", db_index=False)
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="codings", db_index=False)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    coder_kind = models.CharField(max_length=10, choices=CoderKind.choices, default=CoderKind.PERSON)
    coder = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    coder_label = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=now)
    # The theme it was given first, where a merge or a split has moved it since.
    first_theme = models.ForeignKey(
        Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            # Two coders may say the same: each of them has said it once.
            models.UniqueConstraint(
                "verbatim", "theme", "start", "end", Coalesce("coder", 0), name="insights_coding_once"
            ),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="insights_coding_span_not_empty"),
        ]
        indexes = [models.Index(fields=["theme", "-verbatim"], name="insights_coding_of_theme")]


class MovedByMerge(models.Model):
    """A coding went along when its theme became a part of another one: what taking the merge back gives back."""

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="+", db_index=False)
    coding = models.ForeignKey(Coding, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["theme", "coding"], name="insights_moved_once")]


class Insight(models.Model):
    """A claim about customers, held by words for it and tried by words against it."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    claim = models.CharField(max_length=400)
    explanation = models.TextField(blank=True)
    made_at = models.DateTimeField(default=now)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    example = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_because = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="insights_insight_newest")]

    def __str__(self) -> str:
        return self.claim

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


class Side(models.TextChoices):
    FOR = "for", _("speaks for it")
    AGAINST = "against", _("speaks against it")


class Citation(models.Model):
    """A span of somebody's words that speaks for or against an insight; rendered from the source, never typed."""

    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="citations")
    verbatim = models.ForeignKey(Verbatim, on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    side = models.CharField(max_length=7, choices=Side.choices)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["insight", "verbatim", "start", "end"], name="insights_citation_once"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="insights_citation_span_not_empty"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="insights_citation_side_known"),
        ]


class LookAgainst(models.Model):
    """Somebody searched for words against an insight, and says how; without one the insight says nobody did."""

    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="looks_against")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    how = models.TextField()


class Read(models.Model):
    """A user has read a verbatim."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    verbatim = models.ForeignKey(Verbatim, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "verbatim"], name="insights_read_once")]
        indexes = [models.Index(fields=["user", "at"], name="insights_read_when")]


class Surprise(models.Model):
    """How unexpected somebody's words are among the words of their study; see `surprise.py` for the reckoning.

    Derived from codings and citations and rebuilt at will; words that nobody has given a theme have no row.
    """

    verbatim = models.OneToOneField(Verbatim, primary_key=True, on_delete=models.CASCADE, related_name="+")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["collection", "-score", "-verbatim"], name="insights_surprise_of_words"),
            models.Index(fields=["-score", "-verbatim"], name="insights_surprise_first"),
        ]


class Tally(models.Model):
    """How many people there are by facet value, counted once for many readers, where counting takes long."""

    key = models.CharField(max_length=60, unique=True)  # "customers", "speakers:<collection>"
    people = models.PositiveIntegerField()
    by_value = models.JSONField(default=dict)  # {facet value's id: people}
    last = models.PositiveBigIntegerField(default=0)  # the newest row that was counted
    at = models.DateTimeField(default=now)

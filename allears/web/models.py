"""What the web room keeps itself: statements that the organisation published about what it asked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from allears.core.clock import now
from allears.core.models import User


class Statement(models.Model):
    """The figures of one year as they were published; withdrawn, it stays on record. At most one of a year stands."""

    year = models.PositiveSmallIntegerField()
    figures = models.JSONField()  # see web.statements: small groups are left out before they are kept
    words = models.TextField(blank=True)  # what the organisation says to it
    published_at = models.DateTimeField(default=now)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(withdrawn_at=None), name="web_statement_one_of_a_year_stands"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)

"""What was done to a draft, step by step, so that it can be undone and done again."""

from __future__ import annotations

from django.db import models

from allears.core.clock import now
from allears.core.models import User


class DraftStep(models.Model):
    """One change of a draft. Kept until the draft is published or thrown away; those taken back may be done again
    until something else is done.
    """

    version = models.ForeignKey("questionnaires.Version", on_delete=models.CASCADE, related_name="steps")
    act = models.CharField(max_length=30)  # one of `steps.ACTS`
    subject = models.CharField(max_length=80, blank=True)  # which question or page, in its own words
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    # Table -> id -> [columns before, columns after]; null where the row is not there.
    changes = models.JSONField()
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.act} in {self.version_id}"

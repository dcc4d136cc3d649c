"""Files of responses that were gathered elsewhere: what was handed in, the plan for it, what was not understood."""

from __future__ import annotations

from django.db import models

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import Job, User
from allears.core.tables import Reading
from allears.studies.models import Study


class Import(models.Model):
    """One file on its way into a study. The file itself is thrown away once its rows are in.

    `reading` says how it was read when it was looked at; that is not kept.
    """

    reading: Reading | None = None

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)  # of the file, as it was called
    file = models.FileField(upload_to="imports/", max_length=400, blank=True)
    sheet = models.CharField(max_length=200, blank=True)
    encoding = models.CharField(max_length=40, blank=True)  # as somebody said; empty: as it is recognised
    headed = models.BooleanField(default=True)  # whether the first row holds headings
    plan = models.JSONField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)  # data rows that the first look counted
    first_number = models.PositiveIntegerField(default=1)  # of whoever said nothing of who they are
    made_at = models.DateTimeField(default=now)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["study", "-id"], name="questionnaires_import_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def can_go_on(self) -> bool:
        """Whether the work was given up or stopped before its end, and the file is still there."""
        return bool(self.file and not self.ended_at and self.job and self.job.ended_at)


class ImportProblem(models.Model):
    """Something in a row that was not understood."""

    bringing = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems", db_index=False)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=400)
    reason = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["bringing", "row", "id"], name="questionnaires_imp_problems")]

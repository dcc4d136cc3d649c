"""What the organisation decided about the wording check: which rules speak, and which remarks it has answered."""

from __future__ import annotations

from django.db import models

from allears.core.clock import now
from allears.core.models import User


class WordingSwitch(models.Model):
    """An administrator switched a rule of the wording check on or off; without a row the measured precision decides."""

    rule = models.CharField(max_length=40, unique=True)
    on = models.BooleanField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.rule} {'on' if self.on else 'off'}"


class MeantWording(models.Model):
    """Somebody said "we mean it" to a remark: it rests in every version, as long as the question says the same.

    `mark` is a digest over the rule and the words that it remarked on.
    """

    questionnaire = models.ForeignKey("questionnaires.Questionnaire", on_delete=models.CASCADE, related_name="meant_wordings")
    key = models.UUIDField()  # the question's
    rule = models.CharField(max_length=40)
    mark = models.CharField(max_length=32)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key", "mark"], name="questionnaires_meant_once")
        ]

    def __str__(self) -> str:
        return f"{self.rule} is meant in {self.key}"

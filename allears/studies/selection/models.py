"""A selection: who may be drawn and how, what was committed before the seed, what was drawn, what was published."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.people.models import Kind


def new_salt() -> str:
    """Return the secret that turns people's references into what is published."""
    return secrets.token_hex(32)


class Rule(models.TextChoices):
    AUTO = "auto", _("Choose for me")
    PANEL = "panel", _("A panel: fair chances first, then as many voices as can be heard")
    LEXIMIN = "leximin", _("A lottery of whole groups: every chance as equal as can be")
    SAMPLE = "sample", _("One sample: equal chances from a pool of very many kinds of people")


class Selection(models.Model):
    """The wish to choose some people by lot; it may change until its lottery is committed."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="selections")
    size = models.PositiveIntegerField(default=4)
    rule = models.CharField(max_length=10, choices=Rule.choices, default=Rule.AUTO)
    criteria = models.JSONField(default=dict)  # who may be drawn: see people.queries.matching
    rested = models.PositiveSmallIntegerField(null=True, blank=True)  # not asked for so many days
    minutes = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal(0))  # asked of whoever is drawn
    facets = models.JSONField(default=list)  # keys of the facets that are balanced
    quotas = models.JSONField(default=list)  # {"facet", "value", "min", "max"}, by keys
    carries = models.BooleanField(default=True)  # what earlier panels owe weighs in this one
    seconds = models.PositiveSmallIntegerField(default=60)  # how long the search may take
    version = models.PositiveIntegerField(default=1)  # grows with every change: a late search is not taken for this one
    salt = models.CharField(max_length=64, default=new_salt)  # empty once somebody of the committed pool was erased
    made_at = models.DateTimeField(default=now)
    made_by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["study", "-id"], name="studies_selection_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=1), name="studies_selection_somebody"),
            models.CheckConstraint(condition=Q(rule__in=Rule.values), name="studies_selection_rule_known"),
        ]

    def __str__(self) -> str:
        return f"{self.size} of {self.study}"

    @property
    def kind(self) -> str:
        """Which kind of people is drawn from: customers, unless the criteria name another."""
        return str(self.criteria.get("kind") or Kind.CUSTOMER)


class Prepared(models.Model):
    """The lottery that was found for a selection as it stands, or why there is none; gone when anything changes."""

    selection = models.OneToOneField(Selection, on_delete=models.CASCADE, related_name="prepared")
    number = models.PositiveSmallIntegerField()  # 0: the first draw; then a redraw each
    proof = models.JSONField(null=True)  # as committed, should it be: see selection/proof.schema.json
    facts = models.JSONField(default=dict)  # what pages show: see studies.selection.facts
    trouble = models.JSONField(null=True)  # why there is no lottery: see studies.selection.facts
    at = models.DateTimeField(default=now)


class PoolMember(models.Model):
    """Somebody was in the pool when it was committed: their salted id in the proof, and their chance.

    Rows of a large pool are written before its commitment, and mean nothing until that stands. Rows go when the person
    is erased; the proof then holds a number that leads to nobody.
    """

    selection = models.ForeignKey(Selection, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=32)
    place = models.PositiveIntegerField()  # the number of their type in the proof
    chance = models.CharField(max_length=120)  # a fraction: "6/55"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["selection", "person"], name="studies_member_in_pool_once"),
            models.UniqueConstraint(fields=["selection", "token"], name="studies_member_one_token"),
        ]


class Commitment(models.Model):
    """A lottery was fixed before its seed could be known. The database refuses to change or delete it."""

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="commitments")
    number = models.PositiveSmallIntegerField()  # 0: the first draw; then a redraw each
    digest = models.CharField(max_length=64, unique=True)
    pool_hash = models.CharField(max_length=64)
    pool = models.JSONField(null=True)  # of the first: format, rule, facets, quotas, pool
    lottery = models.JSONField()  # the round of the proof, without what the draw adds
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["selection", "number"], name="studies_commitment_in_order"),
        ]


class Draw(models.Model):
    """The seed was said and the lottery drawn, once. The database refuses to change or delete it."""

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="draw")
    seed = models.CharField(max_length=500)
    source = models.CharField(max_length=300, blank=True)  # the public source; empty: typed before witnesses
    source_on = models.DateField(null=True, blank=True)
    result = models.JSONField()  # what the draw adds to the round
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")


class Publication(models.Model):
    """Somebody put the proof of a selection where everybody can read it; or took it away again."""

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="publications")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("core.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["selection"], condition=Q(withdrawn_at=None), name="studies_publication_one_at_a_time"
            )
        ]


KEPT: tuple[type[models.Model], ...] = (Commitment, Draw)


def committed_proof(commitments: list[Commitment]) -> dict[str, Any]:
    """Return the proof that these commitments of one selection, in order and with their draws, amount to."""
    rounds = []
    for commitment in commitments:
        drawn = getattr(commitment, "draw", None)
        rounds.append({**commitment.lottery, **(drawn.result if drawn else {})})
    return {**(commitments[0].pool or {}), "rounds": rounds}

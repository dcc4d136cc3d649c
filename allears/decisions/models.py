"""What was decided because of customers' words, what was done, and how every contributor hears back."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import Message, User
from allears.insights.models import Insight
from allears.people.models import Person
from allears.studies.models import Study
from allears.verbatims.models import Verbatim


class DecisionKind(models.TextChoices):
    WILL = "will", _("We will")
    WONT = "wont", _("We won’t, because")
    NOT_YET = "not_yet", _("Not yet, until")


class Decision(models.Model):
    """We will, we won't because, or not yet until; it cites insights, and keeps what speaks against it on record."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    statement = models.CharField(max_length=400)
    because = models.TextField(blank=True)
    until = models.CharField(max_length=300, blank=True)  # for "not yet": what has to happen first
    against = models.TextField(blank=True)  # what speaks against it
    impact_customers = models.TextField(blank=True)
    impact_teams = models.TextField(blank=True)
    decided_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(null=True, blank=True)  # since when it says what people are told of it now
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    example = models.BooleanField(default=False)
    insights = models.ManyToManyField(Insight, through="Ground", related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decisions_decision_kind_known"),
            models.CheckConstraint(condition=~Q(kind="wont") | ~Q(because=""), name="decisions_no_says_because"),
            models.CheckConstraint(condition=~Q(kind="not_yet") | ~Q(until=""), name="decisions_not_yet_says_until"),
        ]

    def __str__(self) -> str:
        return self.statement

    @property
    def headline(self) -> str:
        """The decision as a sentence: "We will: call before you do"."""
        lead = {
            DecisionKind.WILL: _("We will: %(what)s"),
            DecisionKind.WONT: _("We won’t: %(what)s"),
            DecisionKind.NOT_YET: _("Not yet: %(what)s"),
        }[DecisionKind(self.kind)]
        return str(lead) % {"what": self.statement}


# What people are told of a decision.
TOLD = ("kind", "statement", "because", "until")


class Ground(models.Model):
    """A decision rests on an insight."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="grounds")
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "insight"], name="decisions_ground_once")]


class Option(models.Model):
    """An option that was considered, and why it was or was not taken."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(max_length=400)
    chosen = models.BooleanField(default=False)
    why = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]


class ChangeState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    STARTED = "started", _("Started")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class Change(models.Model):
    """What is done about a decision: an owner, a date, a state."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=400)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.PLANNED)
    made_at = models.DateTimeField(default=now)
    example = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.what


class ChangeStep(models.Model):
    """A change moved to a state; the newest one is the change's state."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=ChangeState.choices)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)


class Update(models.Model):
    """What contributors are told about one step: a text for those whose words are in its chain, one for the others."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    change_step = models.ForeignKey(ChangeStep, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    insight = models.ForeignKey(Insight, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text_cited = models.TextField()
    text_general = models.TextField(blank=True)
    drafted_at = models.DateTimeField(default=now)
    edited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    discarded_at = models.DateTimeField(null=True, blank=True)
    overtaken_at = models.DateTimeField(null=True, blank=True)  # its decision or change moved on; approving clears it
    # What the decision said when people were told this, once it has changed; on a correction about a change or an
    # insight, what they had been told of it.
    said = models.TextField(blank=True)
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # It goes to whoever was not told this one, whose texts were about other words.
    instead_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    example = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=False) | Q(change_step__isnull=False) | Q(insight__isnull=False),
                name="decisions_update_about_something",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def wording(self) -> str:
        """A short name of exactly these texts, as what they are about stood: who approves says by it what they read."""
        read = f"{self.text_cited}\0{self.text_general}\0{self.overtaken_at or ''}"
        return hashlib.sha256(read.encode()).hexdigest()[:16]

    @property
    def tells_what_is_done(self) -> bool:
        """Whether it says that something was done: only then can it have helped."""
        return self.change_step is not None and self.change_step.state == ChangeState.DONE

    @property
    def subject(self) -> str:
        """What the update is about, in a line."""
        if self.decision:
            return self.decision.headline
        if self.change_step:
            return f"{self.change_step.get_state_display()}: {self.change_step.change.what}"
        if self.insight:
            return _("Withdrawn: %(what)s") % {"what": self.insight.claim} if self.corrects_id else self.insight.claim
        return ""


class Digest(models.Model):
    """One message to one person with everything new for them: never one mail a step."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)


class Telling(models.Model):
    """An update reaches a person, once: by a digest in the mail, or on their page when there is no address."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="tellings")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    cited = models.BooleanField()
    digest = models.ForeignKey(Digest, null=True, blank=True, on_delete=models.PROTECT, related_name="tellings")
    told_at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(null=True, blank=True)
    spoke_at = models.DateTimeField()  # when this person first spoke in the update's study

    class Meta:
        constraints = [models.UniqueConstraint(fields=["update", "person"], name="decisions_telling_once")]
        indexes = [models.Index(fields=["person", "-told_at"], name="decisions_telling_of_person")]

    def __str__(self) -> str:
        return f"{self.update_id} to {self.person_id}"

    @property
    def by_mail(self) -> bool:
        """Whether it went out by mail; otherwise it waits on the person's page."""
        return self.digest_id is not None


class HeldTelling(models.Model):
    """An update was sent while this person's new address waited for its two days (`people.addresses`): it is told by
    itself when they are over. Gone once that is done.
    """

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["update", "person"], name="decisions_heldtelling_once")]


class Helped(models.Model):
    """A contributor's answer to "did it help?"; the newest counts."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="helped")
    helped = models.BooleanField()
    verbatim = models.ForeignKey(Verbatim, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)


class PublicItem(models.Model):
    """An entry of the public page "You said, we did", published one by one."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="+")
    said = models.TextField()  # what people said, in our words; quotes stand beside it by consent
    did = models.TextField()
    # What was decided, each time as it was published (`TOLD`, and "on", since when it said so); the last stands there.
    decided = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class PublicGround(models.Model):
    """An insight that a decision rested on when its item was published."""

    item = models.ForeignKey(PublicItem, on_delete=models.CASCADE, related_name="grounds")
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "insight"], name="decisions_publicground_once")]


class PublicQuote(models.Model):
    """A span quoted on the public page; shown only while its speaker's consent holds."""

    item = models.ForeignKey(PublicItem, on_delete=models.CASCADE, related_name="quotes")
    verbatim = models.ForeignKey(Verbatim, on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    by_name = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "verbatim", "start", "end"], name="decisions_publicquote_once")
        ]

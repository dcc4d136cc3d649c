"""Why we ask and whom: the study, its promise, its people, its invitations."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allears.core.clock import now, today
from allears.core.ids import new_ref
from allears.core.models import Job, Message, User
from allears.people.models import Contact, Person
from allears.studies import piping
from allears.verbatims.models import Collection


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Study(models.Model):
    """One customer-learning project: the decision it informs, the problem as told, the promise to be heard
    back.
    """

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    decision = models.TextField(blank=True)  # the decision that it informs
    options = models.TextField(blank=True)  # the options on the table, one a line
    known = models.TextField(blank=True)
    unknown = models.TextField(blank=True)  # the knowledge gaps
    problem = models.TextField(blank=True)  # as told to participants, in a sentence or two
    promise_on = models.DateField(null=True, blank=True)  # by when contributors hear back
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    collection = models.OneToOneField(Collection, on_delete=models.PROTECT, related_name="+")
    touchpoints = models.JSONField(default=list)  # labels
    language = models.CharField(max_length=12, default="en")  # in which it is written
    languages = models.CharField(max_length=200, blank=True, default="")  # offered beside it, codes with spaces
    wording = models.PositiveIntegerField(default=0)  # counts changes of translations: kept pages know by it
    team_only = models.BooleanField(default=False)  # False: everybody who signs in may read it
    example = models.BooleanField(default=False)  # its frame was made to show the product; its pages say so, and that words are real
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)  # newest StateChange
    # So many days after the invitation, who has said nothing is reminded once; NULL: nobody is.
    remind_after = models.PositiveSmallIntegerField(null=True, blank=True, default=7)
    criteria = models.JSONField(default=dict)  # who may be asked: see people.queries.matching
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [models.CheckConstraint(condition=Q(state__in=State.values), name="studies_study_state_known")]
        indexes = [models.Index(fields=["-created_at"], name="studies_study_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def title_as_told(self) -> str:
        """The title as everybody reads it who does not work here: see `piping.general`."""
        return piping.general(self.title)

    @property
    def problem_as_told(self) -> str:
        """The problem as every participant reads it: see `piping.general`."""
        return piping.general(self.problem)

    @property
    def unfilled(self) -> list[str]:
        """The places in title and problem, as they are written: nothing is put in there, because only questions have such."""
        return piping.written_in(f"{self.title}\n{self.problem}")

    @property
    def promise_is_past(self) -> bool:
        """Whether the day by which contributors were to hear back is over."""
        return self.promise_on is not None and self.promise_on < today()

    @property
    def promise_to_come(self) -> date | None:
        """By when contributors hear back; None where nothing is promised, and where that day is past."""
        return None if self.promise_is_past else self.promise_on


class Translation(models.Model):
    """One text of a study in another language. Rows are only added: the newest for a text is the one that holds.

    It translates exact words (`source`). When those change, the text counts as not translated until somebody
    says it anew; whoever still answers the version with the old words goes on reading their translation.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="translations", db_index=False)
    language = models.CharField(max_length=12)
    key = models.CharField(max_length=80)  # the same in every version: "question.<key>.text", "study.title"
    source = models.TextField()
    text = models.TextField(blank=True)  # empty: taken back
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["study", "language", "id"], name="studies_translation_of_study")]


class StateChange(models.Model):
    """Somebody opened, closed or reopened a study."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="state_changes")
    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)


class Member(models.Model):
    """Somebody works on a study beside its owner."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "user"], name="studies_member_once")]


class WayIn(models.TextChoices):
    LINK = "link", _("Link and code")
    KIOSK = "kiosk", _("Tablet at the counter")
    WIDGET = "widget", _("On your own site")


class PublicLink(models.Model):
    """A link by which anybody may answer an open study; its token is public and can be withdrawn.

    One for each way in, so that each can be withdrawn alone and answers tell how they came.
    """

    kind = models.CharField(max_length=10, choices=WayIn.choices, default=WayIn.LINK, db_default=WayIn.LINK.value)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="public_links")
    token = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField(default=now)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=WayIn.values), name="studies_publiclink_kind_known"),
            models.UniqueConstraint(
                fields=["study", "kind"], condition=Q(withdrawn_at=None), name="studies_publiclink_one_that_works"
            ),
        ]


class Invitation(models.Model):
    """A person is asked to take part in a study; once at most."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    minutes = models.DecimalField(max_digits=5, decimal_places=1, default=0)  # as estimated when they were asked
    invited_at = models.DateTimeField(default=now)
    invited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)  # first POST or script beacon, never a mere GET
    paused_at = models.DateTimeField(null=True, blank=True)  # they stopped on purpose: nothing reminds them by itself

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "person"], name="studies_invitation_once")]
        indexes = [
            models.Index(fields=["person", "-id"], name="studies_invitation_person"),
            models.Index(fields=["study", "-id"], name="studies_invitation_newest"),
        ]


class RoundList(models.Model):
    """Whom a round in the background asks: fixed when it was begun, one bit a person (`people.crowds`).

    Kept until everybody had their turn, so that a round which stopped before can go on (`studies.rounds`), and for thirty days
    after it stopped: by then people have changed, and whom to ask is chosen anew.
    """

    KEPT = timedelta(days=30)

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="+")
    bits = models.BinaryField()

    @property
    def left(self) -> int:
        """How many had no turn yet."""
        return max((self.job.total or 0) - self.job.done, 0)

    @property
    def can_go_on(self) -> bool:
        """Whether the round was stopped or given up before everybody had their turn."""
        return bool(self.job.ended_at and self.left)

    @property
    def until(self) -> datetime | None:
        """When the list of a round that stopped is thrown away; None while it is under way."""
        return self.job.ended_at + self.KEPT if self.job.ended_at else None


class InvitationLink(models.Model):
    """A personal link of an invitation. Each mail carries one of its own; any of them opens the same answers."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True, blank=True)


class InvitationMail(models.Model):
    """A mail that carried an invitation: the first letter, its reminder, the one at the moment they chose (*later*), or
    the first letter once more, because none had arrived (*anew*).
    """

    ASKING = ("invite", "anew")  # what a reminder reminds of

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="mails")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(
        max_length=10,
        choices=[("invite", "invite"), ("remind", "remind"), ("later", "later"), ("anew", "anew")],
    )
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["invite", "remind", "later", "anew"]), name="studies_invitationmail_kind_known"
            ),
            models.UniqueConstraint(
                fields=["invitation"], condition=Q(kind="invite"), name="studies_invitationmail_invited_once"
            ),
        ]


class Decline(models.Model):
    """An invited person would rather not; a first-class answer. Withdrawn when they answer after all."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="decline")
    at = models.DateTimeField(default=now)
    kind = models.CharField(
        max_length=20,
        default="rather_not",
        choices=[
            ("rather_not", _("would rather not")),
            ("not_me", _("not the right person")),
            ("no_time", _("no time")),
        ],
    )
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["rather_not", "not_me", "no_time"]), name="studies_decline_kind_known"
            )
        ]


class Later(models.Model):
    """An invited person said when they want to be asked; until then nothing reminds them.

    At most one of an invitation is open: not yet asked, and not over because they changed their mind or can
    no longer be asked.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="laters")
    said_at = models.DateTimeField(default=now)
    ask_at = models.DateTimeField()  # outside their quiet hours
    try_after = models.DateTimeField(null=True, blank=True)  # no minutes were left when the time had come
    asked_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invitation"], condition=Q(asked_at=None, over_at=None), name="studies_later_one_open"
            )
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=Q(asked_at=None, over_at=None), name="studies_later_due"),
        ]


class Referral(models.Model):
    """An invited person named somebody who would know. That somebody is asked once whether they agree.

    Until they do they are nobody here: name, address and note go when they refuse, and when they are silent
    for some days. A keyed hash of the address stays, so that they are not written to again.
    """

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="referrals")  # who named them
    address_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=320, blank=True)
    note = models.TextField(blank=True)  # why, in the words of who named them
    minutes = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    named_at = models.DateTimeField(default=now)
    unasked = models.CharField(
        max_length=10,
        blank=True,
        choices=[
            ("invited", _("was invited already")),
            ("left", _("does not want to be asked")),
            ("before", _("was written to before")),
            ("no_budget", _("has no minutes left")),
        ],
    )
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)
    agreed = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="named_by"
    )
    # Whoever was named and is invited otherwise; see `recognising`.
    about = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The minutes that our mail asked of them; none while we do not know them.
    contact = models.OneToOneField(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invitation", "address_hash"], name="studies_referral_once"),
            models.CheckConstraint(
                condition=Q(agreed_at=None) | Q(refused_at=None), name="studies_referral_one_answer"
            ),
        ]
        indexes = [
            models.Index(fields=["address_hash"], name="studies_referral_address"),
            models.Index(fields=["named_at"], condition=Q(forgotten_at=None), name="studies_referral_kept"),
        ]


# The rows of the lottery stand in a module of their own; Django looks for a room's models here.
from allears.studies.selection.models import (  # noqa: E402
    Commitment,
    Draw,
    PoolMember,
    Prepared,
    Publication,
    Selection,
)

__all__ = [
    "Commitment", "Decline", "Draw", "Invitation", "InvitationLink", "InvitationMail", "Later", "Member", "PoolMember",
    "Prepared", "PublicLink", "Publication", "Referral", "Selection", "State", "StateChange", "Study",
]  # fmt: skip

"""Who signs in, what was done, what is to be mailed and how far long work has come."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from allears.core.clock import now
from allears.core.ids import new_ref


class Role(models.TextChoices):
    """What somebody who signs in is here for; one role a person."""

    RESEARCHER = "researcher", _("Researcher")
    LEADER = "leader", _("Leader")
    STAFF = "staff", _("Staff member")
    ADMINISTRATOR = "administrator", _("Administrator")


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Return a new, saved user. `password=None` means: cannot sign in by password yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in: researcher, leader, staff member or administrator."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.STAFF)
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(
        max_length=5, default="auto", choices=[("auto", _("Automatic")), ("light", _("Light")), ("dark", _("Dark"))]
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="core_user_email_whatever_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="core_user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """What Django's own tools ask for: may this user see administration?"""
        return self.is_administrator

    @property
    def is_researcher(self) -> bool:
        return self.role == Role.RESEARCHER

    @property
    def is_leader(self) -> bool:
        return self.role == Role.LEADER

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR


class StaffInvitation(models.Model):
    """An administrator's invitation to sign in; there is no open registration."""

    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.STAFF)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name or self.email} as {self.get_role_display()}"

    @property
    def is_open(self) -> bool:
        """Can it still be accepted?"""
        return not self.accepted_at and not self.withdrawn_at and self.expires_at > now()


class Organisation(models.Model):
    """The one organisation that this installation serves: its name, and how its mail leaves."""

    name = models.CharField(max_length=200, default="Your organisation")
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    mail_from = models.EmailField(blank=True)
    reply_to = models.EmailField(blank=True)
    smtp_host = models.CharField(max_length=255, blank=True)
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.CharField(
        max_length=10,
        default="starttls",
        choices=[("starttls", "STARTTLS"), ("implicit", _("TLS from the start")), ("none", _("None"))],
    )
    smtp_user = models.CharField(max_length=255, blank=True)
    smtp_password_sealed = models.TextField(blank=True)
    # What the mail server said when it last refused us altogether; empty once it has taken a mail again.
    mail_trouble = models.TextField(blank=True)
    mail_trouble_at = models.DateTimeField(null=True, blank=True)
    # While somebody has paused the outbox, only what somebody waits for leaves (`URGENT`).
    mail_paused_at = models.DateTimeField(null=True, blank=True)
    mail_paused_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="core_organisation_only_one")]

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """Something was changed: by whom, when, what. Written by every action, changed by none."""

    at = models.DateTimeField(default=now, db_default=Now())
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    verb = models.CharField(max_length=80)
    target = models.CharField(max_length=120, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="core_audit_newest"),
            models.Index(fields=["target", "-id"], name="core_audit_of_target"),
            models.Index(fields=["verb", "-id"], name="core_audit_of_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label}: {self.verb} {self.target}".rstrip()


# Kinds of mail that somebody waits for: to sign in, or by a link of their own that they asked for a moment ago.
URGENT = ("account", "own")


class Message(models.Model):
    """A mail: waiting in the outbox, sent or failed. `key` makes sure that nobody gets the same one twice.

    `claimed_at` is set just before the mail is handed to the mail server: whatever happens afterwards, it is not
    sent again by itself (see core.delivery).
    """

    key = models.CharField(max_length=200, unique=True)
    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    to = models.EmailField(max_length=320)
    to_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=400)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    kind = models.CharField(max_length=40, default="other")
    put_at = models.DateTimeField(default=now)
    not_before = models.DateTimeField(null=True, blank=True)
    try_after = models.DateTimeField(null=True, blank=True)  # after a refusal that may pass
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(sent_at=None, failed_at=None), name="core_message_waiting"),
            models.Index(fields=["not_before"], condition=Q(sent_at=None, failed_at=None), name="core_message_due"),
            models.Index(
                fields=["id"],
                condition=Q(*(("kind", kind) for kind in URGENT), _connector=Q.OR) & Q(sent_at=None, failed_at=None),
                name="core_message_urgent",
            ),
            models.Index(
                fields=["failed_at"], condition=Q(sent_at=None, failed_at__isnull=False), name="core_message_failed"
            ),
            models.Index(fields=["-put_at", "-id"], name="core_message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} -> {self.to}"

    @property
    def state(self) -> str:
        """One of waiting, sending, sent, failed."""
        if self.sent_at or self.failed_at:
            return "sent" if self.sent_at else "failed"
        return "sending" if self.claimed_at else "waiting"


class Job(models.Model):
    """Long work and how far it has come; lives on when whoever started it leaves the page or the server stops."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    started_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    parameters = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    next_url = models.CharField(max_length=400, blank=True)
    next_words = models.CharField(max_length=100, blank=True, default="", db_default="")  # what waits at `next_url`
    task_id = models.UUIDField(null=True, blank=True, unique=True)  # the background task that does it

    class Meta:
        indexes = [models.Index(fields=["-asked_at"], name="core_job_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        """One of waiting, running, done, failed, stopped."""
        if self.ended_at and self.error:
            return "failed"
        if self.stopped_at:
            return "stopped"
        if self.ended_at:
            return "done"
        return "running" if self.started_at else "waiting"


class Worker(models.Model):
    """A process that does background work, and when it was last seen alive."""

    name = models.CharField(max_length=64, unique=True)
    host = models.CharField(max_length=255)
    process = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.host}, process {self.process}"


class Counted(models.Model):
    """A figure over very many rows, counted ahead (`core.ahead`)."""

    kind = models.CharField(max_length=40)
    of = models.CharField(max_length=60, blank=True)  # of which study, year or the like
    value = models.JSONField()
    at = models.DateTimeField()  # when counting began: what happened later may be missing
    seconds = models.FloatField()  # how long it took

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "of"], name="core_counted_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.of}"


class Sent(models.Model):
    """A form that made something, so that it makes it once (`core.once`); forgotten after a day."""

    form = models.CharField(max_length=64, unique=True)  # a digest of who sent it, where to, and of all that it said
    led_to = models.CharField(max_length=500)
    at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return f"{self.led_to} at {self.at}"


class Unwiped(models.Model):
    """Something was erased whose bytes may still be in the database's file (`core.wiping`)."""

    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"erased at {self.at}"

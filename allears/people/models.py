"""Customers, staff and neighbours as people: who they are, how they differ, what they agreed to."""

from __future__ import annotations

from datetime import datetime, time
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import Job, Message, User


class Account(models.Model):
    """The organisation or household that people belong to."""

    name = models.CharField(max_length=200)
    key = models.CharField(max_length=200, unique=True)  # the name, folded: two spellings are one account
    external_id = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    STAFF = "staff", _("Staff")
    NEIGHBOUR = "neighbour", _("Neighbour")


# Neither merged into another row nor erased: only these are listed, counted and asked.
LIVING = Q(merged_into=None, erased_at=None)
QUIET_HOURS = frozenset({"quiet_from", "quiet_to"})  # say something only together


class People(models.QuerySet["Person"]):
    """Filters over people that can be chained."""

    def living(self) -> People:
        """Leave out who was merged into another row or erased."""
        return self.filter(LIVING)

    def by_name(self) -> People:
        """As a list is read: by name whatever its case, the older row first among equals."""
        return self.order_by(Lower("name"), "pk")


class Person(models.Model):
    """Somebody who can be asked and heard. Merging keeps the row and points it to the one that stays."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CUSTOMER)
    name = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=60, blank=True)  # what they are called where no name may stand
    email = models.EmailField(max_length=320, blank=True)
    email_key = models.CharField(max_length=320, null=True, blank=True)  # folded; NULL where there is none
    phone = models.CharField(max_length=40, blank=True)
    phone_key = models.CharField(max_length=40, blank=True)  # folded: figures only, with + where it is known
    external_id = models.CharField(max_length=120, null=True, blank=True)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="people")
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    budget_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # their own limit; NULL: the house's
    contactable = models.BooleanField(default=True)  # kept by the consent actions; the history is in Consent
    joined_on = models.DateField(null=True, blank=True)  # customer since
    created_at = models.DateTimeField(default=now, db_default=Now())
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Person]] = models.Manager.from_queryset(People)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email_key"],
                condition=Q(email_key__isnull=False, merged_into=None),
                name="people_person_one_per_address",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=Q(external_id__isnull=False, merged_into=None),
                name="people_person_one_per_external_id",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="people_person_kind_known"),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="people_person_not_into_itself"),
        ]
        indexes = [
            models.Index(Lower("name"), "id", name="people_person_living_by_name", condition=LIVING),
            models.Index("kind", Lower("name"), "id", name="people_person_kind_by_name", condition=LIVING),
            models.Index("contactable", Lower("name"), "id", name="people_person_asked_by_name", condition=LIVING),
            models.Index(fields=["phone_key"], name="people_person_by_phone", condition=~Q(phone_key="")),
            # Hardly anybody was merged: with all the others in this index, SQLite would find those by it.
            models.Index(
                fields=["merged_into"], name="people_person_merged", condition=Q(merged_into__isnull=False)
            ),
            # A list that is brought again still finds the rows that were merged away.
            models.Index(
                fields=["email_key"],
                name="people_person_merged_address",
                condition=Q(merged_into__isnull=False),
            ),
            models.Index(
                fields=["external_id"], name="people_person_merged_id", condition=Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """What staff see this person called."""
        return self.name or self.label or self.email or f"Person {self.ref}"

    @property
    def first_name(self) -> str:
        """How a mail may greet them; empty when no name is known."""
        return self.name.split()[0] if self.name.strip() else ""


class Facet(models.Model):
    """A way in which people differ: region, tenure, product, size, channel."""

    key = models.SlugField(max_length=80, unique=True)
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label


class FacetValue(models.Model):
    """One value of a facet."""

    facet = models.ForeignKey(Facet, on_delete=models.CASCADE, related_name="values")
    key = models.CharField(max_length=200)
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "label"]
        constraints = [models.UniqueConstraint(fields=["facet", "key"], name="people_facetvalue_once")]

    def __str__(self) -> str:
        return self.label


class PersonFacet(models.Model):
    """A person has a value of a facet; at most one value of each."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facets")
    facet = models.ForeignKey(Facet, on_delete=models.CASCADE, related_name="+")
    value = models.ForeignKey(FacetValue, on_delete=models.CASCADE, related_name="people", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "facet"], name="people_personfacet_one_value")]
        indexes = [models.Index(fields=["value", "person"], name="people_personfacet_by_value")]


class LivedThrough(models.Model):
    """A person went through a touchpoint on a day: what they can know of, and how fresh it is."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="lived_through")
    touchpoint = models.CharField(max_length=200)
    key = models.CharField(max_length=200)  # the touchpoint, folded: two spellings are one
    on = models.DateField()
    source = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key", "on"], name="people_livedthrough_once"),
            models.CheckConstraint(condition=~Q(key=""), name="people_livedthrough_something"),
        ]
        indexes = [models.Index(fields=["key", "on", "person"], name="people_livedthrough_found")]


class Purpose(models.TextChoices):
    """What a consent is about."""

    CONTACT = "contact", _("be asked by us")
    # Allowed until they say otherwise, as being asked is; see docs/adr/0014.
    HEAR = "hear", _("be told by mail what became of my words")
    QUOTE_UNNAMED = "quote_unnamed", _("be quoted without a name")
    QUOTE_NAMED = "quote_named", _("be quoted by name")
    # Whatever a statement in a questionnaire says; its wording stands in the entry.
    STATEMENT = "statement", _("use answers as agreed in a questionnaire")


class Consent(models.Model):
    """One entry in somebody's consent history; the newest of a purpose counts."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    given = models.BooleanField()
    at = models.DateTimeField(default=now)
    source = models.CharField(max_length=200, blank=True)  # where it was given: form, import, phone call
    wording = models.TextField(blank=True)  # what they were shown
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["person", "purpose", "-at", "-id"], name="people_consent_newest")]


class Contact(models.Model):
    """A message that asked a person for minutes: what the contact budget counts."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts")
    at = models.DateTimeField(default=now)
    anew_at = models.DateTimeField(null=True, blank=True)  # its letter never arrived, and was sent once more
    minutes = models.DecimalField(max_digits=5, decimal_places=1)
    subject = models.CharField(max_length=200)  # what it was for, e.g. the study's title
    topic = models.CharField(max_length=60)  # "study:<ref>"
    override_reason = models.TextField(blank=True)
    overridden_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="people_contact_of_person"),
            models.Index(fields=["topic", "-at"], name="people_contact_of_topic"),
            models.Index(fields=["at"], name="people_contact_by_day"),
            models.Index(fields=["anew_at"], condition=Q(anew_at__isnull=False), name="people_contact_anew"),
            models.Index(fields=["at"], condition=Q(overridden_by__isnull=False), name="people_contact_overridden"),
        ]

    @property
    def counts_from(self) -> datetime:
        """From when it counts in the contact budget: the letter that came to nothing is not counted, but the one after it."""
        return self.anew_at or self.at


class MailBounce(models.Model):
    """A mail to an address came back. Hard: the address does not work, and gets no mail until somebody clears it
    or changes the address.
    """

    key = models.CharField(max_length=64, unique=True)  # of the report: read twice, it counts once
    address_key = models.CharField(max_length=320)  # folded
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)
    hard = models.BooleanField()
    status = models.CharField(max_length=20, blank=True)  # RFC 3463, or the server's three figures
    words = models.CharField(max_length=500, blank=True)  # the mail server's
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["address_key", "-at"], name="people_mailbounce_address"),
            models.Index(
                fields=["address_key"], condition=Q(hard=True, cleared_at=None), name="people_mailbounce_dead"
            ),
        ]


class PersonalLink(models.Model):
    """A person's way to their own page: a random token, of which only the hash is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    # "page": everything they said and what became of it. "fresh": short-lived, for what is personal beyond
    # that.
    scope = models.CharField(max_length=10, choices=[("page", "page"), ("fresh", "fresh")], default="page")
    made_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class AddressChange(models.Model):
    """Staff changed where mail reaches somebody, by hand, by a file or by a merge; see `addresses`.

    It holds no address: the mails to those before are in the outbox, and are emptied with the person.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    told = models.ManyToManyField(Message, related_name="+")
    trusted_at = models.DateTimeField(null=True, blank=True)
    trusted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="people_addresschange_newest")]


class ErasedAddress(models.Model):
    """A keyed digest of an address whose person was erased; see `forgotten`."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=now)
    let_in_at = models.DateTimeField(null=True, blank=True)
    let_in_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")


class ContactBudget(models.Model):
    """How many minutes the house may ask of one person in a rolling period, and when it keeps quiet; one
    row.
    """

    minutes = models.PositiveSmallIntegerField(default=30)
    days = models.PositiveSmallIntegerField(default=90)
    quiet_from = models.TimeField(null=True, blank=True, default=time(20))
    quiet_to = models.TimeField(null=True, blank=True, default=time(8))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="people_contactbudget_only_one"),
            models.CheckConstraint(condition=Q(days__gte=1), name="people_contactbudget_some_days"),
        ]


class Merge(models.Model):
    """Two rows turned out to be one person: what stays, what was pointed to it, and what was copied, to undo
    it.

    `copied` holds names of fields and ids of rows, never what stood in them, so that erasing need not come
    here.
    """

    keep = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copied = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["other"], condition=Q(undone_at=None), name="people_merge_once_at_a_time"),
        ]


class Lookalike(models.Model):
    """Two rows that may be one person, found by itself; until somebody merges them or says they are two."""

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=[("name", _("same name")), ("phone", _("same telephone"))])
    found_at = models.DateTimeField(default=now)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="people_lookalike_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="people_lookalike_older_first"),
        ]


class Import(models.Model):
    """A file of people: uploaded, its columns told what they are, then brought in the background.

    `position` and the counts are kept in the transaction of each chunk of rows, so that a job that was
    stopped in the middle goes on where it was.
    """

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    title = models.CharField(max_length=200)  # the file's own name
    file = models.CharField(max_length=200, blank=True)  # its name in the storage; empty once it was deleted
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    encoding = models.CharField(max_length=40, blank=True)  # as somebody said; empty: as it is recognised
    headed = models.BooleanField(default=True)  # whether the first row holds headings
    mapping = models.JSONField(default=list)  # per column: "" or what it holds, see importing.columns
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CUSTOMER)  # where no column says so
    known = models.CharField(
        max_length=10,
        default="fill",
        choices=[
            ("fill", _("Fill in what is empty")),
            ("replace", _("Replace what the file says otherwise")),
            ("skip", _("Leave them as they are")),
        ],
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveBigIntegerField(default=0)  # rows read
    added = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="people_import_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def can_go_on(self) -> bool:
        """Whether the work was given up or stopped before its end, and the file is still there."""
        return bool(self.file and not self.ended_at and self.job and self.job.ended_at)


class ImportProblem(models.Model):
    """Something of a file that was not taken: where, why, and whether the rest of its row was.

    It holds no cell's contents: whoever reads the report has the file, and an erasure need not come here.
    """

    bringing = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveBigIntegerField()  # as a spreadsheet program counts: the headings are row 1
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    reason = models.TextField()
    row_taken = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["bringing", "row"], name="people_importproblem_of")]


class Crowd(models.Model):
    """A set of people, a bit each, or what else was counted with them: derived and counted anew at will; see `crowds.py`."""

    key = models.CharField(max_length=40, unique=True)  # "value:<id>", "kind:<kind>", "limit:<minutes>", "addressed"...
    bits = models.BinaryField()
    at = models.DateTimeField(default=now)

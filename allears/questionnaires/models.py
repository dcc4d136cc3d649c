"""Questionnaires in versions, and the responses given to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from allears.core.clock import now
from allears.core.ids import new_ref
from allears.core.models import User
from allears.people.models import Person
from allears.questionnaires import logic
from allears.studies import piping
from allears.studies.models import Invitation, PublicLink, Study
from allears.verbatims.models import Source, Verbatim


class QuestionKind(models.TextChoices):
    SHORT_TEXT = "short_text", _("Short text")
    LONG_TEXT = "long_text", _("Long text")
    SINGLE = "single", _("One choice")
    MULTIPLE = "multiple", _("Several choices")
    SCALE = "scale", _("Scale")
    NUMBER = "number", _("Number")
    MATRIX = "matrix", _("Matrix of scales")
    RANKING = "ranking", _("Ranking")
    DATE = "date", _("Date")
    FILE = "file", _("File or photo")
    CONSENT = "consent", _("Consent")
    STATEMENT = "statement", _("Statement")


OPEN_KINDS = (QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT)
CHOICE_KINDS = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
# Kinds that offer a list of `Choice`s: what may be chosen, what is rated row by row, what is put in order.
LISTING_KINDS = (*CHOICE_KINDS, QuestionKind.MATRIX, QuestionKind.RANKING)
SCALED_KINDS = (QuestionKind.SCALE, QuestionKind.MATRIX)


class Preset(models.TextChoices):
    """A scale that the trade knows by name; its results are shown in the way that goes with the name."""

    NPS = "nps", _("Recommendation (NPS)")
    CSAT = "csat", _("Satisfaction (CSAT)")
    CES = "ces", _("Effort (CES)")


class Accepts(models.TextChoices):
    """What a question for files takes."""

    PICTURE = "picture", _("Photos and pictures only")
    ANY = "any", _("Pictures, PDF and plain text")


class Questionnaire(models.Model):
    """What a study asks; its wording lives in versions."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """One wording of a questionnaire. Published: it never changes again; edits make the next version."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    one_question_a_page = models.BooleanField(default=False, db_default=False)  # otherwise one section a page
    reviewed = models.BooleanField(default=False, db_default=False)  # all answers are looked through before sending

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaires_version_number_once"),
            models.UniqueConstraint(
                fields=["questionnaire"],
                condition=Q(published_at=None),
                name="questionnaires_version_one_draft",
            ),
        ]


class Section(models.Model):
    """A page of a questionnaire, or several: see `Version.one_question_a_page`."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "id"]


class Question(models.Model):
    """A typed question of one version; `key` is the same in every version that asks it."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="questions")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    key = models.UUIDField(default=uuid.uuid4)
    code = models.CharField(max_length=80, blank=True)  # short name in exports
    kind = models.CharField(max_length=20, choices=QuestionKind.choices)
    text = models.TextField()
    help = models.TextField(blank=True)
    required = models.BooleanField(default=False)
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    low_label = models.CharField(max_length=120, blank=True)
    high_label = models.CharField(max_length=120, blank=True)
    boxes = models.PositiveSmallIntegerField(default=1)  # open questions may offer several boxes ("name up to three")
    touchpoint = models.CharField(max_length=200, blank=True)
    preset = models.CharField(max_length=10, blank=True, choices=Preset.choices)  # of a scale
    shuffled = models.BooleanField(default=False)  # its list stands in another order for each person
    purpose = models.CharField(max_length=20, blank=True)  # of a consent: a `people.Purpose`, or none of them
    accepts = models.CharField(max_length=10, blank=True, choices=Accepts.choices)  # of a file
    shown_if = models.JSONField(default=dict, blank=True)  # a rule: see `logic.parsed`; empty: everybody is asked
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["section__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="questionnaires_question_once"),
            models.CheckConstraint(
                condition=Q(kind__in=QuestionKind.values), name="questionnaires_question_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(maximum=None) | Q(minimum__lt=F("maximum")),
                name="questionnaires_question_ends_in_order",
            ),
        ]
        indexes = [models.Index(fields=["key"], name="questionnaires_question_key")]

    @property
    def in_general(self) -> str:
        """What is asked, for whoever reads what many were asked: with no person's words at its places."""
        return piping.general(self.text)

    @property
    def rule(self) -> logic.Rule | None:
        """Who is asked this; None: everybody."""
        return logic.parsed(self.shown_if)

    @property
    def is_open(self) -> bool:
        return self.kind in OPEN_KINDS

    @property
    def has_choices(self) -> bool:
        return self.kind in CHOICE_KINDS

    @property
    def has_list(self) -> bool:
        return self.kind in LISTING_KINDS


class Choice(models.Model):
    """One of the answers that a question offers."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    position = models.PositiveSmallIntegerField()
    key = models.UUIDField(default=uuid.uuid4)
    label = models.CharField(max_length=400)
    asks_text = models.BooleanField(default=False)  # "Other": their own words go with it
    exclusive = models.BooleanField(default=False)  # "None of these": goes with no other choice
    anchored = models.BooleanField(default=False)  # keeps its place at the end when the others are shuffled

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["question", "key"], name="questionnaires_choice_once")]


class Response(models.Model):
    """Somebody's way through a questionnaire: begun, perhaps paused, perhaps sent."""

    ref = models.CharField(max_length=10, unique=True, default=new_ref)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="responses")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    public_link = models.ForeignKey(
        PublicLink, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)  # who came by a public link
    language = models.CharField(max_length=12, blank=True)
    started_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    passed = models.PositiveSmallIntegerField(default=0, db_default=0)  # pages gone through with "Next"
    # Seconds that its pages were open before it was sent, each page up to a limit; 0: not measured.
    seconds = models.PositiveIntegerField(default=0, db_default=0)
    device = models.CharField(max_length=8, blank=True, default="", db_default="")  # phone, desktop or not known
    # From elsewhere: the key that makes a second import of the same row change nothing.
    import_key = models.CharField(max_length=120, null=True, blank=True)
    # Else it was brought from elsewhere at `started_at`, and nobody knows when it was given; its words are undated, too.
    day_known = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "import_key"],
                condition=Q(import_key__isnull=False),
                name="questionnaires_response_imported_once",
            )
        ]
        indexes = [models.Index(fields=["study", "submitted_at", "id"], name="questionnaires_resp_of_study")]


class Answer(models.Model):
    """One value of a response: a choice, a number or words. Several choices or boxes are several rows."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers", db_index=False)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers", db_index=False)
    box = models.PositiveSmallIntegerField(default=0)  # the box of an open question, or the choice's position
    choice = models.ForeignKey(
        Choice, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # A number or a step; the place of a ranked choice; a date's proleptic Gregorian ordinal (0001-01-01 is 1); the id
    # of a `SentFile`; 1 for an agreement.
    number = models.FloatField(null=True, blank=True)
    text = models.TextField(blank=True)  # words while the response is open; once sent they live in the ledger
    verbatim = models.OneToOneField(
        Verbatim, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=now)
    language = models.CharField(max_length=12, blank=True, default="", db_default="")  # that the words were given in

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "question", "box"], name="questionnaires_answer_once")
        ]
        indexes = [
            models.Index(fields=["question", "choice", "response"], name="questionnaires_answer_choice"),
            models.Index(fields=["question", "number", "response"], name="questionnaires_answer_number"),
        ]


class EarlierAnswer(models.Model):
    """What an answer was before it was changed; nothing that was given is thrown away."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="earlier_answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+", db_index=False)
    value = models.JSONField()  # numbers, choice keys; words only while they are not yet in the ledger
    given_at = models.DateTimeField()
    replaced_at = models.DateTimeField(default=now)
    # Whoever gave the newer answer had not seen this one: it was given on another device meanwhile.
    unseen = models.BooleanField(default=False, db_default=False)


class SentFile(models.Model):
    """A file or photo that somebody sent as an answer; its bytes lie in the data folder under a name nobody can guess.

    A row is made before its answer: until its page is saved it belongs to no response, and it is swept away when
    that does not happen. A file that was replaced stays, as an earlier answer does, until the person takes it away.
    """

    ref = models.CharField(max_length=32, unique=True)  # random; the name of its bytes on disk and in addresses
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    response = models.ForeignKey(Response, null=True, blank=True, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)  # as they called it, made harmless
    media_type = models.CharField(max_length=60)  # what we found it to be, not what was claimed
    size = models.PositiveIntegerField()  # bytes as kept
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64)  # of the bytes as kept
    at = models.DateTimeField(default=now)

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


# The room's other tables; they know nothing of the ones above.
from allears.questionnaires.draft_models import DraftStep  # noqa: E402, F401
from allears.questionnaires.imports import Import, ImportProblem  # noqa: E402, F401
from allears.questionnaires.remark_models import MeantWording, WordingSwitch  # noqa: E402, F401

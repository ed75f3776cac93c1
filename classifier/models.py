"""What the database holds: what models said, what people said about it, and what reviewers made of that."""

import hashlib
import secrets
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from classifier.answers import Comparison
from classifier.ml.artifacts import UNDETERMINED
from classifier.ml.encoding import normalise
from classifier.ml.identifier import Answer
from classifier.ml.verdict import SEVERAL, SINGLE, UNSURE
from classifier.records import rebuilt

KEY_LENGTH = 320  # characters of a word_key; fits PostgreSQL's limit for an index entry in any script
OWNERLESS_HOURS = 24  # so long whoever knows the id of a row without owner may read and correct it
MULTIPLE = "mul"  # the label of a word that several languages share


def new_public_id() -> UUID:
    """Return an identifier in UUIDv7's layout: milliseconds, then 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)


def key_of(word: str) -> str:
    """Return what all spellings of a word share; of a very long text the end is replaced by a digest."""
    key = normalise(word)
    if len(key) <= KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return key[: KEY_LENGTH - len(digest)] + digest


def _label_rule(label: str, languages: str) -> Q:
    """Return the rule that a label is a code and that `mul`, and only `mul`, comes with two languages or more."""
    several = Q((label, MULTIPLE), (f"{languages}__1__isnull", False))
    one = ~Q((label, MULTIPLE)) & Q((languages, []))
    return ~Q((f"{label}__contains", " ")) & (several | one)


class PredictionQuerySet(models.QuerySet["Prediction"]):
    """Predictions, by who may see them."""

    def of(self, owner: str) -> Self:
        """Return the owner's history, newest first; nobody's history is empty."""
        return self.filter(owner=owner).order_by("-id") if owner else self.none()

    def visible_to(self, owner: str) -> Self:
        """Return the owner's rows and, for a day, those without owner; never private ones."""
        since = timezone.now() - timedelta(hours=OWNERLESS_HOURS)
        ownerless = Q(owner="", private=False, created__gte=since)
        return self.filter(Q(owner=owner) | ownerless if owner else ownerless)


class Prediction(models.Model):
    """What one model, or all at once, said about a word or a text; never edited."""

    class Verdict(models.TextChoices):
        """Whether the word belongs to one language."""

        SINGLE = SINGLE, _("one language")
        SEVERAL = SEVERAL, _("several languages")
        UNSURE = UNSURE, _("not sure")

    class Source(models.TextChoices):
        """The way a word came in."""

        WEB = "web", _("web page")
        API = "api", _("API")
        SIMPLE = "simple", _("simple API")
        BATCH = "batch", _("batch")
        CLI = "cli", _("command line")

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False)
    owner = models.CharField(max_length=80, blank=True)
    batch = models.UUIDField(null=True, blank=True)
    batch_row = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("The number of the row in what was sent; other rows are in the batch's errors."),
    )
    word = models.CharField(max_length=1000, blank=True)
    word_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_index=True)
    model = models.CharField(max_length=50)
    model_version = models.CharField(max_length=30)
    languages = models.JSONField(default=list, blank=True, help_text=_("The languages asked for; none means all."))
    probabilities = models.JSONField()
    language = models.CharField(max_length=35, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    words = models.JSONField(
        default=list, blank=True, help_text=_("The words of a text, each with what each model said about it.")
    )
    others = models.JSONField(
        null=True, blank=True, help_text=_("What the other models said, when all were asked together.")
    )
    unavailable = models.JSONField(
        default=list, blank=True, help_text=_("The models that could not answer, when all were asked together.")
    )
    source = models.CharField(max_length=10, choices=Source)
    private = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, db_index=True)

    objects = PredictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        indexes = [
            models.Index("owner", models.F("id").desc(), name="prediction_history"),
            models.Index(fields=["batch", "batch_row"], name="prediction_batch", condition=Q(batch_row__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="prediction_verdict_known",
                condition=Q(verdict=SINGLE) & ~Q(language="") | Q(verdict__in=[SEVERAL, UNSURE], language=""),
            ),
            models.CheckConstraint(
                name="prediction_source_known",
                condition=Q(source__in=["web", "api", "simple", "batch", "cli"]),
            ),
            models.CheckConstraint(
                name="prediction_private_is_anonymous",
                condition=Q(private=True, word="", word_key="", words=[], owner="") | Q(private=False) & ~Q(word=""),
            ),
            models.CheckConstraint(
                name="prediction_row_is_of_a_batch",
                condition=Q(batch_row=None) | Q(batch__isnull=False, batch_row__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word or _('(private)')}: {self.language or self.verdict} ({self.model})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to change a stored prediction, such as a private one that carries its word in memory."""
        if not self._state.adding:
            raise TypeError("A prediction is never edited.")
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        """What the model said, in the vocabulary of feedback."""
        return {SINGLE: self.language, SEVERAL: MULTIPLE, UNSURE: UNDETERMINED}[self.verdict]

    def answer(self) -> Answer:
        """Return the answer as it was given; the best model's, when all were asked."""
        fields = ("model", "model_version", "probabilities", "language", "verdict")
        return self._answer(0, {field: getattr(self, field) for field in fields})

    def comparison(self) -> Comparison | None:
        """Return the answers of all models that were asked together, best model first; None when one was asked."""
        if self.others is None:
            return None
        others = [self._answer(place, said) for place, said in enumerate(self.others, 1)]
        return Comparison((self.answer(), *others), tuple(self.unavailable))

    def _answer(self, place: int, said: dict[str, Any]) -> Answer:
        """Return the answer of the model at `place` among those asked together."""
        words = [{"word": word["word"], **word["said"][place]} for word in self.words]
        return rebuilt(self.word, said, self.languages, words)

    def correction(self, owner: str) -> dict[str, Any] | None:
        """Return the owner's own feedback on this, ready for JSON."""
        for feedback in self.feedback.all() if self.pk else ():  # what is not stored has none
            if feedback.owner == owner:
                return {field: getattr(feedback, field) for field in ("label", "languages", "comment", "status")}
        return None

    @cached_property
    def outcome(self) -> "ReviewedWord | None":
        """What reviewers accepted for this word; lists set it for all their rows at once."""
        return ReviewedWord.objects.filter(word_key=self.word_key).first()

    def reviewed(self) -> dict[str, Any] | None:
        """Return what reviewers accepted for this word, ready for JSON."""
        fields = ("label", "languages", "votes")
        return {field: getattr(self.outcome, field) for field in fields} if self.outcome else None


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches, by whose they are."""

    def of(self, owner: str) -> Self:
        """Return the owner's batches, newest first; nobody has none."""
        return self.filter(owner=owner).order_by("-id") if owner else self.none()

    def delete_empty(self, public_ids: Iterable[UUID | None]) -> None:
        """Delete those of the batches whose answers are all gone."""
        some = [public_id for public_id in public_ids if public_id]
        left = Prediction.objects.filter(batch=OuterRef("public_id"), batch_row__isnull=False)
        self.filter(~Exists(left), public_id__in=some).delete()


class Batch(models.Model):
    """Many words that came at once: which rows hold no word. Their answers are predictions; it goes with the last."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False)
    owner = models.CharField(max_length=80)
    name = models.CharField(max_length=100, blank=True, help_text=_("The name of the file, if it was one."))
    model = models.CharField(max_length=50)
    answered = models.PositiveIntegerField()
    errors = models.JSONField(default=list, blank=True, help_text=_("Numbers of rows without a word, and why."))
    created = models.DateTimeField(default=timezone.now)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [models.Index("owner", models.F("id").desc(), name="batch_history")]
        constraints = [
            models.CheckConstraint(name="batch_has_an_owner", condition=~Q(owner="")),
            models.CheckConstraint(name="batch_has_answers", condition=Q(answered__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.answered}"


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Feedback, by what it is about."""

    def about(self, word_key: str) -> Self:
        """Return the feedback on all predictions of a word, oldest first."""
        return self.filter(prediction__word_key=word_key).order_by("id")

    def voting(self) -> Self:
        """Return the feedback that counts: rejected feedback and rows without owner do not vote."""
        return self.exclude(owner="").exclude(status=Feedback.Status.REJECTED)

    def votes(self, word_key: str, label: str) -> int:
        """Count the distinct owners who gave a word this label."""
        return self.about(word_key).voting().filter(label=label).order_by().values("owner").distinct().count()

    def with_votes(self) -> Self:
        """Add to each row, as `votes`, how many owners say the same of the word."""
        word, label = OuterRef("prediction__word_key"), OuterRef("label")
        same = Feedback.objects.voting().filter(prediction__word_key=word, label=label).order_by().values("label")
        count = same.annotate(votes=Count("owner", distinct=True)).values("votes")
        return self.annotate(votes=Coalesce(count, 0))


class Feedback(models.Model):
    """What one person says a word is, and what a reviewer made of it."""

    class Kind(models.TextChoices):
        """Whether the person agrees with the model."""

        CONFIRMATION = "confirmation", _("confirmation")
        CORRECTION = "correction", _("correction")

    class Status(models.TextChoices):
        """How far the review is."""

        PENDING = "pending", _("pending")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        DUPLICATE = "duplicate", _("duplicate")

    id = models.BigAutoField(primary_key=True)
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="feedback")
    owner = models.CharField(max_length=80, blank=True, db_index=True)
    label = models.CharField(max_length=35)
    languages = models.JSONField(default=list, blank=True)
    kind = models.CharField(max_length=12, choices=Kind)
    comment = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING, db_index=True)
    decided_label = models.CharField(max_length=35, blank=True)
    decided_languages = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    trained_in = models.CharField(max_length=30, blank=True)
    created = models.DateTimeField(default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.UniqueConstraint(name="feedback_once_an_owner", fields=["prediction", "owner"]),
            models.CheckConstraint(name="feedback_kind_known", condition=Q(kind__in=["confirmation", "correction"])),
            models.CheckConstraint(
                name="feedback_label_fits", condition=~Q(label="") & _label_rule("label", "languages")
            ),
            models.CheckConstraint(
                name="feedback_decided_label_fits", condition=_label_rule("decided_label", "decided_languages")
            ),
            models.CheckConstraint(
                name="feedback_decision_complete",
                condition=Q(status="pending", decided_label="", reviewer=None, reviewed_at=None)
                | Q(status="accepted", reviewed_at__isnull=False) & ~Q(decided_label="")
                | Q(status__in=["rejected", "duplicate"], decided_label="", reviewed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prediction.word}: {self.label} ({self.status})"


class ReviewedWord(models.Model):
    """The anonymous outcome of a review; it outlives the predictions and feedback it came from."""

    id = models.BigAutoField(primary_key=True)
    word_key = models.CharField(max_length=KEY_LENGTH, unique=True)
    label = models.CharField(max_length=35)
    languages = models.JSONField(default=list, blank=True)
    votes = models.PositiveIntegerField()
    trained_in = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = _("reviewed word")
        verbose_name_plural = _("reviewed words")
        constraints = [
            models.CheckConstraint(
                name="reviewed_word_label_fits", condition=~Q(label="") & _label_rule("label", "languages")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word_key}: {self.label}"

"""What models said."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from classifier.ml.answers import Answer, Comparison
from classifier.ml.artifacts import UNDETERMINED
from classifier.ml.verdict import SEVERAL, SINGLE, UNSURE
from classifier.models.feedback import ReviewedWord
from classifier.models.keys import KEY_LENGTH, MULTIPLE, new_public_id
from classifier.records import rebuilt

OWNERLESS_HOURS = 24  # so long whoever knows the id of a row without owner may read and correct it


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
    def outcome(self) -> ReviewedWord | None:
        """What reviewers accepted for this word; lists set it for all their rows at once."""
        return ReviewedWord.objects.filter(word_key=self.word_key).first()

    def reviewed(self) -> dict[str, Any] | None:
        """Return what reviewers accepted for this word, ready for JSON."""
        fields = ("label", "languages", "votes")
        return {field: getattr(self.outcome, field) for field in fields} if self.outcome else None

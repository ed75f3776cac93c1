"""Predictions: answers stored as rows, and rebuilt from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from classifier.languages import label_name
from classifier.ml.answers import Answer, Comparison
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.ml.verdict import SEVERAL, SINGLE, UNSURE
from classifier.models.answer_columns import (
    MODEL_COLUMNS,
    answer_of,
    model_columns,
    verdict_columns,
    word_columns,
)
from classifier.models.feedback import Feedback, ReviewedWord
from classifier.models.keys import KEY_LENGTH, CodePoints, IsNotEmpty, key_of, new_public_id
from classifier.models.plain_rows import insert, new_row

OWNERLESS_HOURS = 24  # during which anybody with its id can read a row without owner
# Empty in private rows, since probabilities name the word to whoever asks the model for all words of a dictionary.
_ANONYMOUS: dict[str, Any] = {
    **dict.fromkeys(("owner", "word", "word_key", "language"), ""),
    **{name: [] for name in ("languages", "words", "unavailable")},
    "probabilities": {},
    "batch": None,
    "set__isnull": True,
    "confidence": None,
}

# Rows in the indexes of histories. Those of programs without a key are in no history, and cost less without them.
_OWNED = Q(IsNotEmpty("owner"))


class PredictionQuerySet(models.QuerySet["Prediction"]):
    """Predictions by owner and visibility."""

    def insert(self, rows: Sequence["Prediction"]) -> None:
        """Insert new rows; of several, the new keys stay unknown."""
        insert(rows, self.db)

    def of(self, owner: str) -> Self:
        """Return the owner's history, newest first; none without an owner."""
        return self.filter(_OWNED, owner=owner).order_by("-id") if owner else self.none()

    def visible_to(self, owner: str) -> Self:
        """Return the owner's rows and recent rows without owner.

        Rows without owner are visible for OWNERLESS_HOURS, private ones never.
        """
        since = timezone.now() - timedelta(hours=OWNERLESS_HOURS)
        ownerless = Q(owner="", private=False, created__gte=since)
        return self.filter(Q(owner=owner) | ownerless if owner else ownerless)


class Prediction(models.Model):
    """A stored answer for a word or text; never edited."""

    class Verdict(models.TextChoices):
        """Whether the word belongs to one language."""

        SINGLE = SINGLE, _("one language")
        SEVERAL = SEVERAL, _("several languages")
        UNSURE = UNSURE, _("not sure")

    class Source(models.TextChoices):
        """Where a word was entered."""

        WEB = "web", _("web page")
        API = "api", _("API")
        SIMPLE = "simple", _("simple API")
        BATCH = "batch", _("batch")
        CLI = "cli", _("command line")

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(_("public ID"), unique=True, default=new_public_id, editable=False)
    owner = models.CharField(_("owner"), max_length=80, blank=True)
    batch = models.UUIDField(_("batch"), null=True, blank=True)
    batch_row = models.PositiveIntegerField(
        _("row of the batch"),
        null=True,
        blank=True,
        help_text=_("The number of the row in what was sent; other rows are in the batch's errors."),
    )
    word = models.CharField(_("word"), max_length=1000, blank=True)
    word_key = models.CharField(_("key of the word"), max_length=KEY_LENGTH, blank=True, db_index=True)
    model = models.CharField(_("model"), max_length=50)
    model_version = models.CharField(_("version"), max_length=30)
    languages = models.JSONField(
        _("languages asked for"),
        default=list,
        blank=True,
        help_text=_("Codes or “all”; none means those that the model offers by default."),
    )
    probabilities = models.JSONField(_("probabilities"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=35, blank=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    set = models.JSONField(_("prediction set"), null=True, blank=True)
    confidence = models.FloatField(
        _("confidence"), null=True, blank=True, help_text=_("That the set holds the language of the word.")
    )
    words = models.JSONField(
        _("words"),
        default=list,
        blank=True,
        help_text=_("The words of a text, each with what each model said about it."),
    )
    others = models.JSONField(
        _("other models"),
        null=True,
        blank=True,
        help_text=_("What the other models said, when all were asked together."),
    )
    unavailable = models.JSONField(
        _("unavailable models"),
        default=list,
        blank=True,
        help_text=_("The models that could not answer, when all were asked together."),
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    private = models.BooleanField(_("private"), default=False)
    created = models.DateTimeField(_("created"), default=timezone.now, db_index=True)

    # In memory only: the source of a new row, and the only place of a private one's words and languages.
    new_comparison: Comparison | None = None
    new_languages: Sequence[str] = ()

    objects = PredictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        indexes = [
            models.Index("owner", models.F("id").desc(), name="prediction_history", condition=_OWNED),
            models.Index(
                "owner", CodePoints("word_key"), models.F("id").desc(), name="prediction_words", condition=_OWNED
            ),
            # The history shows a batch as one row, and so skips its answers.
            models.Index(
                "owner", models.F("id").desc(), name="prediction_single", condition=_OWNED & Q(batch_row__isnull=True)
            ),
            models.Index(fields=["batch", "batch_row"], name="prediction_batch", condition=Q(batch_row__isnull=False)),
            # Counts the answers of batches by label without reading or sorting rows.
            models.Index(
                fields=["batch", "verdict", "language", "batch_row"],
                name="prediction_labels",
                condition=Q(batch_row__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="prediction_verdict_known",
                condition=Q(verdict=SINGLE) & (Q(private=True) | ~Q(language=""))
                | Q(verdict__in=[SEVERAL, UNSURE], language=""),
            ),
            models.CheckConstraint(
                name="prediction_source_known",
                condition=Q(source__in=["web", "api", "simple", "batch", "cli"]),
            ),
            models.CheckConstraint(
                name="prediction_private_is_anonymous",
                condition=Q(private=True, **_ANONYMOUS) & (Q(others__isnull=True) | Q(others=[]))
                | Q(private=False) & ~Q(word=""),
            ),
            models.CheckConstraint(
                name="prediction_row_is_of_a_batch",
                condition=Q(batch_row=None) | Q(batch__isnull=False, batch_row__gte=1),
            ),
        ]

    def __str__(self) -> str:
        answer = label_name(self.language) if self.language else self.get_verdict_display()
        return f"{self.word or _('(private)')}: {answer} ({self.model})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row; raise TypeError if it is already stored."""
        if not self._state.adding:
            raise TypeError("A prediction is never edited.")
        super().save(*args, **kwargs)

    @classmethod
    def from_comparison(
        cls,
        comparison: Comparison,
        *,
        source: str,
        all_models: bool = False,
        languages: Sequence[str] = (),
        owner: str = "",
        private: bool = False,
        batch: UUID | None = None,
        created: datetime | None = None,
    ) -> Self:
        """Return an unsaved row.

        The columns of a private one hold only model, version and verdict.
        """
        best, *others = comparison.answers
        columns: dict[str, Any] = {"model": best.model, "model_version": best.model_version, "verdict": best.verdict}
        if not private:
            columns |= {"owner": owner, "batch": batch, "languages": list(languages), **verdict_columns(best)}
            columns |= {"unavailable": list(comparison.unavailable), **word_columns(comparison)}
        if all_models:
            columns["others"] = [] if private else [model_columns(other) for other in others]
        columns |= {"source": source, "private": private, "created": created or timezone.now()}
        row = new_row(cls, columns)
        row.new_comparison, row.new_languages = comparison, languages
        return row

    def answer(self) -> Answer:
        """Return the answer; of a comparison, the best model's."""
        if self.new_comparison:
            return self.new_comparison.answers[0]
        return self._answer(0, {field: getattr(self, field) for field in MODEL_COLUMNS})

    def comparison(self) -> Comparison | None:
        """Return all models' answers, best first; None for one model."""
        if self.others is None:
            return None
        if self.new_comparison:
            return self.new_comparison
        others = [self._answer(place, columns) for place, columns in enumerate(self.others, 1)]
        return Comparison((self.answer(), *others), tuple(self.unavailable))

    def _answer(self, place: int, columns: Mapping[str, Any]) -> Answer:
        """Return the answer of the model at `place`; 0: best."""
        words = (answer_of({**columns, **word["said"][place]}, word["word"], self.languages) for word in self.words)
        return answer_of(columns, self.word, self.languages, words)

    @property
    def asked_languages(self) -> Sequence[str]:
        """The languages asked for, or `all`; none means the model's default ones."""
        return self.languages or self.new_languages

    @property
    def asked_confidence(self) -> float:
        """The confidence asked for, if the model or the words of a text tell it, else the default."""
        answer = self.answer()
        return next(filter(None, (one.confidence for one in (answer, *answer.words))), DEFAULT_CONFIDENCE)

    @property
    def shown_word(self) -> str:
        """The word as typed; empty for a stored private row."""
        return self.new_comparison.answers[0].word if self.new_comparison else self.word

    @cached_property
    def review_key(self) -> str:
        """The key for reviews; empty for a stored private row."""
        return self.word_key or key_of(self.shown_word)

    def feedback_of(self, owner: str) -> Feedback | None:
        """Return the owner's feedback; None on a new row."""
        if self.new_comparison:
            return None
        return next((feedback for feedback in self.read_feedback if feedback.owner == owner), None)

    @cached_property
    def read_feedback(self) -> list[Feedback]:
        """The feedback on the row, read once; lists prefetch that of one owner."""
        return list(self.feedback.all())

    def correction_fields(self, owner: str) -> dict[str, Any] | None:
        """Return the owner's feedback, ready for JSON."""
        feedback = self.feedback_of(owner)
        fields = ("label", "languages", "comment", "status")
        return {field: getattr(feedback, field) for field in fields} if feedback else None

    @cached_property
    def words_by_key(self) -> dict[str, str]:
        """The words of a text by their keys for reviews."""
        if self.new_comparison:
            words = [answer.word for answer in self.new_comparison.answers[0].words]
        else:
            words = [word["word"] for word in self.words]
        return {key_of(word): word for word in words}

    @cached_property
    def outcomes(self) -> dict[str, ReviewedWord]:
        """The outcomes of reviews by key, of the whole and of the words of a text; lists prefetch them."""
        return ReviewedWord.objects.by_key([self.review_key, *self.words_by_key])

    @property
    def review_outcome(self) -> ReviewedWord | None:
        """The outcome of the review of the whole word or text."""
        return self.outcomes.get(self.review_key)

    @property
    def reviewed_words(self) -> list[tuple[str, ReviewedWord]]:
        """The words of a text that were reviewed, with the outcomes."""
        return [(word, self.outcomes[key]) for key, word in self.words_by_key.items() if key in self.outcomes]

    def review_fields(self) -> dict[str, Any]:
        """Return the outcomes of reviews, ready for JSON; `reviewed_words` only of a text."""
        words = [{"word": word, **outcome.fields()} for word, outcome in self.reviewed_words]
        reviewed = self.review_outcome.fields() if self.review_outcome else None
        return {"reviewed": reviewed, **({"reviewed_words": words} if self.words_by_key else {})}

"""Feedback on answers, and the outcomes of its review."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.conf import settings
from django.db import connections, models
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from classifier.languages import full_label
from classifier.ml.texts import is_one_word
from classifier.ml.verdict import UNDETERMINED
from classifier.models.keys import KEY_LENGTH, label_rule, measures

CHUNK = 1000  # words in one query


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Feedback by word, and its votes."""

    def about(self, word_key: str) -> Self:
        """Return the feedback on a word, oldest first."""
        return self.filter(word_key=word_key).order_by("id")

    def voting(self) -> Self:
        """Return the feedback with a vote: owned and not rejected."""
        return self.exclude(owner="").exclude(status=Feedback.Status.REJECTED)

    def decided(self) -> Self:
        """Return the feedback that reviewers have decided about, also if they undid it."""
        return self.filter(~Q(status=Feedback.Status.PENDING) | Q(reopened=True))

    def unread_by(self, owner: str) -> Self:
        """Return the owner's feedback with news; none without an owner."""
        return self.filter(owner=owner, unread=True) if owner else self.none()

    def mark_unread(self, word_keys: Sequence[str]) -> None:
        """Mark decided feedback on these words as news for its senders."""
        decided = self.exclude(decided_label="")
        for start in range(0, len(word_keys), CHUNK):
            rows = decided.filter(word_key__in=word_keys[start : start + CHUNK])
            self.filter(pk__in=rows.values("pk")).update(unread=True)

    def votes(self, word_key: str, label: str, languages: Sequence[str] = ()) -> int:
        """Count the owners of this label for a word.

        For a shared word, also of these `languages`, in canonical order.
        """
        same = self.about(word_key).voting().filter(label=label, languages=list(languages))
        return same.order_by().values("owner").distinct().count()

    def with_votes(self) -> Self:
        """Annotate rows with `votes`, the owners of equal feedback."""
        keys = {key: OuterRef(key) for key in ("word_key", "label", "languages")}
        same = Feedback.objects.voting().filter(**keys).order_by().values("word_key")
        count = same.annotate(votes=Count("owner", distinct=True)).values("votes")
        return self.annotate(votes=Coalesce(count, 0))


class Feedback(models.Model):
    """A person's label for a word, and its review."""

    class Kind(models.TextChoices):
        """Whether the person agrees with the model."""

        CONFIRMATION = "confirmation", _("confirmation")
        CORRECTION = "correction", _("correction")

    class Status(models.TextChoices):
        """State of the review."""

        PENDING = "pending", _("pending")
        ACCEPTED = "accepted", _("accepted")
        OTHERWISE = "otherwise", _("decided otherwise")
        REJECTED = "rejected", _("rejected")

    id = models.BigAutoField(primary_key=True)
    prediction = models.ForeignKey(
        "classifier.Prediction", verbose_name=_("prediction"), on_delete=models.CASCADE, related_name="feedback"
    )
    # The prediction's, so that feedback on a word is found without all answers to it.
    word_key = models.CharField(_("key of the word"), max_length=KEY_LENGTH, blank=True, editable=False)
    owner = models.CharField(_("owner"), max_length=80, blank=True, db_index=True)
    label = models.CharField(_("label"), max_length=35)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    confidence = models.FloatField(
        _("probability"), null=True, blank=True, editable=False, help_text=_("Of an answer of one language.")
    )
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    decided_label = models.CharField(_("decided"), max_length=35, blank=True)
    decided_languages = models.JSONField(_("decided languages"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decision = models.ForeignKey(
        "classifier.Decision",
        verbose_name=_("decision"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="settled",
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("reviewer"), on_delete=models.SET_NULL, null=True, blank=True
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    reopened = models.BooleanField(_("reopened"), default=False, help_text=_("A decision on it was undone."))
    unread = models.BooleanField(
        _("unread"), default=False, help_text=_("Its sender has not seen the latest news of it.")
    )
    created = models.DateTimeField(_("created"), default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = pgettext_lazy("many", "feedback")
        indexes = [
            models.Index(fields=["owner"], name="feedback_unread", condition=Q(unread=True)),
            models.Index(fields=["word_key", "status"], name="feedback_word"),
            models.Index(fields=["status", "reviewed_at"], name="feedback_reviewed"),
            models.Index(models.F("id").desc(), name="feedback_settled", condition=Q(reviewed_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="feedback_once_an_owner", fields=["prediction", "owner"]),
            models.CheckConstraint(name="feedback_kind_known", condition=Q(kind__in=["confirmation", "correction"])),
            models.CheckConstraint(
                name="feedback_label_fits", condition=~Q(label="") & label_rule("label", "languages")
            ),
            models.CheckConstraint(
                name="feedback_decided_label_fits", condition=label_rule("decided_label", "decided_languages")
            ),
            models.CheckConstraint(
                name="feedback_decision_complete",
                condition=Q(status="pending", decided_label="", decision=None, reviewer=None, reviewed_at=None)
                | Q(status__in=["accepted", "otherwise"], reviewed_at__isnull=False) & ~Q(decided_label="")
                | Q(status="rejected", decided_label="", reviewed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prediction.word}: {full_label(self.label, self.languages)} ({self.get_status_display()})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row with the key of its prediction."""
        if self._state.adding:
            self.word_key = self.prediction.word_key
        super().save(*args, **kwargs)

    @property
    def follows_decision(self) -> bool:
        """Whether a decision from before this was sent settled it."""
        return self.decision is not None and self.reviewed_at != self.decision.created

    def overturned_by(self, outcome: "ReviewedWord | None") -> bool:
        """Whether the word was decided otherwise after the decision about this."""
        decided = self.decided_label, self.decided_languages
        return bool(self.decided_label) and outcome is not None and (outcome.label, outcome.languages) != decided


class Decision(models.Model):
    """A reviewer's decision about a word; the audit trail of the word."""

    id = models.BigAutoField(primary_key=True)
    word_key = models.CharField(_("key of the word"), max_length=KEY_LENGTH, db_index=True)
    label = models.CharField(_("label"), max_length=35, blank=True, help_text=_("Empty: the feedback was rejected."))
    languages = models.JSONField(_("languages"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewer"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    by_consensus = models.BooleanField(
        _("by consensus"), default=False, help_text=_("Enough people agreed; no reviewer decided.")
    )
    created = models.DateTimeField(_("created"), default=timezone.now, db_index=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [models.Index(fields=["label"], name="decision_label")]
        constraints = [
            models.CheckConstraint(name="decision_label_fits", condition=label_rule("label", "languages")),
            models.CheckConstraint(
                name="decision_undone_completely", condition=Q(undone_by=None) | Q(undone_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word_key}: {self.outcome_name}"

    @property
    def outcome_name(self) -> str:
        """The name of the label, in the reader's language."""
        return full_label(self.label, self.languages) if self.label else str(_("rejected"))


class ReviewedWordQuerySet(models.QuerySet["ReviewedWord"]):
    """Outcomes of reviews by word."""

    # Most words have no outcome, and the ORM takes ten times as long to write the query as the database to answer it.
    _KEYS = {
        "sqlite": "SELECT word_key FROM classifier_reviewedword WHERE word_key IN (SELECT value FROM json_each(%s))",
        "postgresql": "SELECT word_key FROM classifier_reviewedword WHERE word_key = ANY(%s)",
    }

    def by_key(self, keys: Iterable[str]) -> dict[str, "ReviewedWord"]:
        """Return the outcomes of these words, by key."""
        connection, unique = connections[self.db], list(set(keys))
        if not unique:
            return {}
        with connection.cursor() as cursor:
            parameter = json.dumps(unique) if connection.vendor == "sqlite" else unique
            cursor.execute(self._KEYS[connection.vendor], [parameter])
            found = [key for [key] in cursor.fetchall()]
        return self.in_bulk(found, field_name="word_key") if found else {}


class ReviewedWord(models.Model):
    """The anonymous outcome of a review; outlives predictions and feedback."""

    id = models.BigAutoField(primary_key=True)
    word_key = models.CharField(_("key of the word"), max_length=KEY_LENGTH, unique=True)
    label = models.CharField(_("label"), max_length=35)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    votes = models.PositiveIntegerField(_("votes"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    by_consensus = models.BooleanField(
        _("by consensus"), default=False, help_text=_("Enough people agreed; no reviewer decided.")
    )
    trained_in = models.CharField(_("trained in"), max_length=30, blank=True)

    objects = ReviewedWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("reviewed word")
        verbose_name_plural = _("reviewed words")
        indexes = [models.Index(fields=["label"], name="reviewed_word_label")]
        constraints = [
            models.CheckConstraint(
                name="reviewed_word_label_fits", condition=~Q(label="") & label_rule("label", "languages")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word_key}: {full_label(self.label, self.languages)}"

    @property
    def measures(self) -> bool:
        """Whether the word only measures models and trains none."""
        return measures(self.word_key)

    @property
    def teaches(self) -> bool:
        """Whether models are trained or measured on the word."""
        return self.label != UNDETERMINED and is_one_word(self.word_key)

    def fields(self) -> dict[str, Any]:
        """Return the outcome, ready for JSON."""
        fields = {field: getattr(self, field) for field in ("label", "languages", "votes", "decided_at", "trained_in")}
        return {**fields, "measures": self.measures and self.teaches}

"""Admin pages: read-only tables for search and audit."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classifier.access.login_forms import AdminLoginForm
from classifier.models import Batch, Decision, Feedback, Prediction, ReviewedWord, key_of

admin.site.login_form = AdminLoginForm


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only rows, searchable by any spelling of a word."""

    word_field = "word_key"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: rows come from the services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: rows are a record."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: only its owner deletes a history."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search by the start of a word and other fields."""
        rows, duplicates = super().get_search_results(request, queryset, search_term)
        words = queryset.filter(**{f"{self.word_field}__startswith": key_of(search_term)})
        return (rows | words if search_term else rows), duplicates


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin):
    """Predictions."""

    list_display = ["word", "language", "verdict", "model", "model_version", "source", "owner", "created"]
    list_filter = ["verdict", "language", "model", "source", "private", "created"]
    search_fields = ["=owner", "=model_version"]
    date_hierarchy = "created"
    ordering = ["-id"]


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Batches."""

    list_display = ["public_id", "name", "answered", "model", "owner", "created"]
    list_filter = ["model", "created"]
    search_fields = ["=owner", "name"]
    word_field = "name"
    ordering = ["-id"]


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback and what became of it; decisions are made on the review page."""

    list_display = [
        "word",
        "answer",
        "label",
        "languages",
        "kind",
        "votes",
        "status",
        "decided_label",
        "owner",
        "created",
    ]
    list_filter = ["status", "kind", "label", "prediction__model", "created"]
    list_select_related = ["prediction"]
    search_fields = ["=owner", "comment"]
    word_field = "prediction__word_key"
    ordering = ["-id"]

    @admin.display(description=_("word"), ordering="prediction__word_key")
    def word(self, feedback: Feedback) -> str:
        """Return the word as typed."""
        return feedback.prediction.word

    @admin.display(description=_("the model said"))
    def answer(self, feedback: Feedback) -> str:
        """Return the answer's label, with a shared word's languages."""
        languages = ", ".join(feedback.prediction.answer().sharing)
        return f"{feedback.prediction.label} ({languages})" if languages else feedback.prediction.label

    @admin.display(description=_("votes"), ordering="votes")
    def votes(self, feedback: Any) -> int:
        """Return the number of owners with equal feedback."""
        return int(feedback.votes)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        """Return all feedback with its votes."""
        return Feedback.objects.with_votes()


@admin.register(ReviewedWord)
class ReviewedWordAdmin(ReadOnlyAdmin):
    """Outcomes of reviews."""

    list_display = ["word_key", "label", "languages", "votes", "trained_in"]
    list_filter = ["label"]
    search_fields = ["label"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Decisions about words, and who made them."""

    list_display = ["word_key", "label", "languages", "reviewer", "reason", "created", "undone_at"]
    list_filter = ["label", "created"]
    search_fields = ["reason"]
    ordering = ["-id"]

"""Admin pages: read-only tables, and decisions on feedback."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from classifier.access.login_forms import AdminLoginForm
from classifier.languages import LONGEST_CODE
from classifier.models import Batch, Feedback, Prediction, ReviewedWord, key_of
from classifier.services.feedback import FeedbackClosed, review_feedback

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


class ReviewForm(ActionForm):
    """A reviewer's own label and reason."""

    label = forms.CharField(required=False, max_length=LONGEST_CODE, help_text=_("If another than the feedback's."))
    languages = forms.CharField(required=False, max_length=200, help_text=_("Of a shared word: en fr"))
    reason = forms.CharField(required=False, max_length=500)


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback and the decisions on it."""

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
    actions = ["accept", "reject"]
    action_form = ReviewForm

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

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may decide on feedback."""
        return request.user.has_perm("classifier.change_feedback")

    @admin.action(description=_("Accept selected feedback"), permissions=["review"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> None:
        """Accept the selected feedback, or the reviewer's own label."""
        label = request.POST.get("label", "").strip()
        languages = request.POST.get("languages", "").replace(",", " ").split()
        self._review(request, queryset, status=Feedback.Status.ACCEPTED, label=label, languages=languages)

    @admin.action(description=_("Reject selected feedback"), permissions=["review"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> None:
        """Reject the selected feedback."""
        self._review(request, queryset, status=Feedback.Status.REJECTED)

    def _review(self, request: HttpRequest, queryset: QuerySet[Feedback], **decision: Any) -> None:
        reason = request.POST.get("reason", "")[:500]
        count = sum(self._review_one(request, feedback, reason=reason, **decision) for feedback in queryset)
        text = ngettext("%(count)d feedback was decided.", "%(count)d feedbacks were decided.", count)
        self.message_user(request, text % {"count": count})

    def _review_one(self, request: HttpRequest, feedback: Feedback, **decision: Any) -> bool:
        """Decide and log, both or neither; return whether it succeeded."""
        try:
            with transaction.atomic():
                feedback = review_feedback(feedback=feedback, reviewer=cast("User", request.user), **decision)
                self.log_change(request, feedback, ": ".join(filter(None, (decision["status"], decision["reason"]))))
        except FeedbackClosed:
            self.message_user(request, _("%s is decided already.") % feedback, messages.WARNING)
            return False
        except ValidationError as error:
            self.message_user(request, error.messages[0], messages.ERROR)
            return False
        return True


@admin.register(ReviewedWord)
class ReviewedWordAdmin(ReadOnlyAdmin):
    """Outcomes of reviews."""

    list_display = ["word_key", "label", "languages", "votes", "trained_in"]
    list_filter = ["label"]
    search_fields = ["label"]

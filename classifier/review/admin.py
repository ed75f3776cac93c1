"""Admin pages: read-only tables for search and audit."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from classifier.access.login_forms import AdminLoginForm
from classifier.access.owners import short_owner
from classifier.languages import full_label
from classifier.models import Activation, Batch, Decision, Feedback, Prediction, ReviewedWord, key_of
from classifier.services import promotion

admin.site.login_form = AdminLoginForm
admin.site.site_header = admin.site.site_title = _("Which language?")
admin.site.index_title = _("Tables")
LONGEST_CELL = 60  # characters; the page of a row shows the rest


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

    @admin.display(description=_("word"))
    def short_word(self, row: Any) -> str:
        """Return the word, cut at LONGEST_CELL characters."""
        return Truncator(str(row.word or _("(private)"))).chars(LONGEST_CELL)

    @admin.display(description=_("word"), ordering="word_key")
    def key(self, row: Any) -> str:
        """Return the key of a word, cut at LONGEST_CELL characters."""
        return Truncator(row.word_key).chars(LONGEST_CELL)

    @admin.display(description=_("label"), ordering="label")
    def outcome(self, row: Any) -> str:
        """Return the name of the label of a decision or an outcome."""
        return full_label(row.label, row.languages) if row.label else str(_("rejected"))

    @admin.display(description=_("by"))
    def short_owner(self, row: Any) -> str:
        """Return a name that tells callers apart."""
        return short_owner(row.owner)

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

    list_display = ["short_word", "language", "verdict", "model", "model_version", "source", "short_owner", "created"]
    list_filter = ["verdict", "language", "model", "source", "private", "created"]
    search_fields = ["=owner", "=model_version"]
    date_hierarchy = "created"
    ordering = ["-id"]


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Batches."""

    list_display = ["public_id", "name", "answered", "model", "short_owner", "created"]
    list_filter = ["model", "created"]
    search_fields = ["=owner", "name"]
    word_field = "name"
    ordering = ["-id"]


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback and what became of it; decisions are made on the review page."""

    list_display = ["word", "answer", "said", "votes", "status", "decided", "short_owner", "created"]
    list_filter = ["status", "kind", "label", "prediction__model", "created"]
    list_select_related = ["prediction"]
    search_fields = ["=owner", "comment"]
    word_field = "prediction__word_key"
    ordering = ["-id"]

    @admin.display(description=_("word"), ordering="prediction__word_key")
    def word(self, feedback: Feedback) -> str:
        """Return the word as typed, cut at LONGEST_CELL characters."""
        return Truncator(feedback.prediction.word).chars(LONGEST_CELL)

    @admin.display(description=_("label"), ordering="label")
    def said(self, feedback: Feedback) -> str:
        """Return the name of the label."""
        return full_label(feedback.label, feedback.languages)

    @admin.display(description=_("decided"), ordering="decided_label")
    def decided(self, feedback: Feedback) -> str:
        """Return the name of the reviewers' label."""
        return full_label(feedback.decided_label, feedback.decided_languages) if feedback.decided_label else ""

    @admin.display(description=_("the model said"))
    def answer(self, feedback: Feedback) -> str:
        """Return the name of the answer."""
        return full_label(feedback.prediction.label, feedback.prediction.answer().sharing)

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

    list_display = ["key", "outcome", "votes", "trained_in"]
    list_filter = ["label"]
    search_fields = ["label"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Decisions about words, and who made them."""

    list_display = ["key", "outcome", "reviewer", "reason", "created", "undone_at"]
    list_filter = ["label", "created"]
    search_fields = ["reason"]
    ordering = ["-id"]


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    """Versions that were made active, with what the gate wrote about each."""

    list_display = ["name", "version", "previous", "reason", "overridden", "user", "created"]
    list_filter = ["name", "overridden", "created"]
    search_fields = ["=version", "reason"]
    word_field = "version"
    readonly_fields = ["comparison"]
    ordering = ["-id"]

    @admin.display(description=_("comparison"))
    def comparison(self, activation: Activation) -> str:
        """Return the gate's comparison with the version before as a table."""
        written = promotion.comparison(activation.name, activation.version)
        checks = written.get("checks")
        if not isinstance(checks, list) or not all(isinstance(check, dict) for check in checks):
            return "-"
        keys = ("name", "words", "active", "candidate", "low", "high", "reason")
        rows = format_html_join(
            "",
            "<tr><th scope=row>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{} … {}</td><td>{}</td></tr>",
            ([_cell(check.get(key)) for key in keys] for check in checks),
        )
        heads = format_html_join("", "<th scope=col>{}</th>", ((name,) for name in self.columns))
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", heads, rows)

    columns = (_("check"), _("words"), _("active"), _("new"), _("gain, with its interval"), _("reason to refuse"))


def _cell(value: object) -> object:
    return "" if value is None else value

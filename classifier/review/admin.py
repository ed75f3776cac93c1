"""Admin pages: read-only tables for search, audit and export."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from classifier.access.login_forms import AdminLoginForm
from classifier.languages import full_label, join_names
from classifier.ml.answers import Answer
from classifier.ml.artifacts import wants_all_languages
from classifier.ml.verdict import SINGLE
from classifier.models import Activation, Batch, Decision, Feedback, Prediction, ReviewedWord
from classifier.review import exports
from classifier.review.read_only import (
    LONGEST_CELL,
    AnswerFilter,
    LabelFilter,
    LanguageFilter,
    ModelFilter,
    MonthFilter,
    ReadOnlyAdmin,
)
from classifier.services import promotion
from classifier.templatetags.answer_text import brief, likelihood, percent

admin.site.login_form = AdminLoginForm
admin.site.site_header = admin.site.site_title = _("Which language?")
admin.site.index_title = _("Tables")
admin.site.enable_nav_sidebar = False  # the lists need its room


def answer_text(answer: Answer) -> str:
    """Return an answer as its visitors read it: French, 93 %."""
    return f"{brief(answer)}, {likelihood(answer)}" if answer.verdict == SINGLE else brief(answer)


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin):
    """Predictions."""

    list_display = ["short_word", "answer", "model", "model_version", "source", "short_owner", "created"]
    list_filter = [
        *("verdict", ("language", AnswerFilter), ("model", ModelFilter), "source", "private", "created"),
        MonthFilter,
    ]
    search_fields = ["=owner", "=model_version"]
    ordering = ["-created", "-id"]  # of an index, also for some days
    columns = exports.PREDICTIONS
    fields = [
        *("word", "answer", "shares", "verdict", "model", "model_version", "other_models", "asked_languages"),
        *("word_answers", "source", "private", "owner", "batch", "batch_row", "public_id", "created"),
    ]

    @admin.display(description=_("answer"), ordering="language")
    def answer(self, row: Prediction) -> str:
        """Return the answer as visitors read it; of a private one only the verdict is known."""
        return str(row.get_verdict_display()) if row.private else answer_text(row.answer())

    @admin.display(description=_("probabilities"))
    def shares(self, row: Prediction) -> str:
        """Return the probability of each language, and of none of them."""
        if row.private:
            return ""
        answer = row.answer()
        shares = [(each.language, each.probability) for each in answer.candidates]
        named = [f"{full_label(code, [])} {percent(share)}" for code, share in shares]
        none = _("none of them")  # makemessages reads no f-strings
        return ", ".join([*named, f"{none} {percent(answer.undetermined)}"])

    @admin.display(description=_("other models"))
    def other_models(self, row: Prediction) -> str:
        """Return the answers of the models that were asked, too."""
        comparison = None if row.private else row.comparison()
        others = comparison.answers[1:] if comparison else ()
        return "; ".join(f"{answer.model}: {answer_text(answer)}" for answer in others)

    @admin.display(description=_("languages asked for"))
    def asked_languages(self, row: Prediction) -> str:
        """Return the names of the languages asked for."""
        if wants_all_languages(row.languages):
            return str(_("all"))
        return join_names(row.languages) if row.languages else str(_("those by default"))

    @admin.display(description=_("words of the text"))
    def word_answers(self, row: Prediction) -> str:
        """Return the answer for each word of a text."""
        if row.private:
            return ""
        return "; ".join(f"{word.word}: {answer_text(word)}" for word in row.answer().words)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Batches."""

    list_display = ["public_id", "name", "answered", "model", "short_owner", "created"]
    list_filter = [("model", ModelFilter), "created"]
    search_fields = ["=owner", "name"]
    word_field = "name"
    ordering = ["-id"]
    columns = exports.BATCHES


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback and what became of it; decisions are made on the review page."""

    list_display = ["word", "answer", "label_name", "votes", "status", "decided", "short_owner", "created"]
    list_filter = ["status", "kind", ("label", LanguageFilter), ("prediction__model", ModelFilter), "created"]
    search_fields = ["=owner", "comment"]
    word_field = "word_key"
    ordering = ["-id"]
    columns = exports.FEEDBACK
    fields = [
        *("whole_word", "answer", "label_name", "kind", "comment", "votes", "status", "decided", "reason", "reviewer"),
        *("reviewed_at", "reopened", "card", "prediction", "owner", "created"),
    ]

    @admin.display(description=_("word"), ordering="word_key")
    def word(self, feedback: Feedback) -> str:
        """Return the word as typed, cut at LONGEST_CELL characters."""
        return Truncator(feedback.prediction.word).chars(LONGEST_CELL)

    @admin.display(description=_("word"))
    def whole_word(self, feedback: Feedback) -> str:
        """Return the word as typed."""
        return feedback.prediction.word

    @admin.display(description=_("decided"), ordering="decided_label")
    def decided(self, feedback: Feedback) -> str:
        """Return the name of the label that was decided."""
        return exports.decided_name(feedback)

    @admin.display(description=_("the model said"))
    def answer(self, feedback: Feedback) -> str:
        """Return the answer as visitors read it."""
        return answer_text(feedback.prediction.answer())

    @admin.display(description=_("votes"), ordering="votes")
    def votes(self, feedback: Any) -> int:
        """Return the number of owners with equal feedback."""
        return int(feedback.votes)

    def word_of(self, row: Any) -> str:
        """Return the key of the word that the feedback is about."""
        return str(row.word_key)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        """Return all feedback with its votes and predictions."""
        return Feedback.objects.with_votes().select_related("prediction")


@admin.register(ReviewedWord)
class ReviewedWordAdmin(ReadOnlyAdmin):
    """Outcomes of reviews."""

    list_display = ["key", "label_name", "votes", "trained_in"]
    list_filter = [("label", LabelFilter)]
    search_fields = ["label"]
    columns = exports.REVIEWED_WORDS
    fields = ["word_key", "label_name", "votes", "trained_in", "card"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Decisions about words, and who made them."""

    list_display = ["key", "outcome", "reviewer", "reason", "created", "undone_at"]
    list_filter = [("label", LabelFilter), "created"]
    search_fields = ["reason"]
    ordering = ["-id"]
    columns = exports.DECISIONS
    fields = ["word_key", "outcome", "reason", "reviewer", "created", "undone_at", "undone_by", "card"]

    @admin.display(description=_("label"), ordering="label")
    def outcome(self, row: Decision) -> str:
        """Return the name of the label, or that feedback was rejected."""
        return row.outcome_name

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """Return all decisions with their reviewers."""
        return Decision.objects.select_related("reviewer")


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    """Versions that were made active, with what the gate wrote about each."""

    list_display = ["name", "version", "previous", "reason", "overridden", "user", "created"]
    list_filter = ["name", "overridden", "created"]
    search_fields = ["=version", "reason"]
    word_field = "version"
    ordering = ["-id"]
    columns = exports.ACTIVATIONS
    fields = ["name", "version", "previous", "reason", "overridden", "user", "created", "comparison"]

    @admin.display(description=_("comparison"))
    def comparison(self, activation: Activation) -> str:
        """Return the gate's comparison with the version before as a table."""
        checks = promotion.checks(promotion.comparison(activation.name, activation.version))
        return render_to_string("review/_checks.html", {"checks": checks}) if checks else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Activation]:
        """Return all activations with their users."""
        return Activation.objects.select_related("user")

"""Responses of the API, described for its schema."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from classifier.formats.fields import COMPARISON_KIND, PREDICTION_KIND
from classifier.ml.verdict import VERDICTS
from classifier.models import Feedback


def probability(**options: Any) -> serializers.FloatField:
    """Return a field for a probability."""
    return serializers.FloatField(min_value=0, max_value=1, **options)


class Answer(serializers.Serializer[Any]):
    """Describes an answer for the schema only."""


class CandidateAnswer(Answer):
    """A language and its probability among the requested ones."""

    language = serializers.CharField(help_text="BCP 47 code")
    name = serializers.CharField(help_text="English name")
    probability = probability()


class CorrectionAnswer(Answer):
    """The caller's label for the word."""

    label = serializers.CharField(help_text="BCP 47 code, or mul, mis, zxx, und")  # type: ignore[assignment]
    languages = serializers.ListField(child=serializers.CharField(), help_text="of a shared word (mul)")
    comment = serializers.CharField()
    status = serializers.ChoiceField(Feedback.Status.choices)


class ReviewedAnswer(Answer):
    """The outcome of a word's reviews."""

    label = serializers.CharField()  # type: ignore[assignment]
    languages = serializers.ListField(child=serializers.CharField())
    votes = serializers.IntegerField(min_value=0)
    decided_at = serializers.DateTimeField(allow_null=True)
    trained_in = serializers.CharField(help_text="version of the first model that learnt it; empty before")
    measures = serializers.BooleanField(help_text="kept aside to measure models, so that none learns it")


class ReviewedWordAnswer(ReviewedAnswer):
    """The outcome of the reviews of a word of a text."""

    word = serializers.CharField()


class FoundAnswer(Answer):
    """The answer for one word."""

    word = serializers.CharField()
    language = serializers.CharField(allow_null=True, help_text="null unless the verdict is single")
    verdict = serializers.ChoiceField(VERDICTS)
    set = serializers.ListField(
        child=serializers.CharField(),
        help_text="prediction set, most probable first; without a confidence, the languages named",
    )
    confidence = probability(allow_null=True, help_text="that the set holds the word's language; null for texts, too")
    candidates = CandidateAnswer(many=True, help_text="those that matter, most probable first")
    remainder = probability(help_text="of the candidates that are left out")
    undetermined = probability(help_text="that it is a word of none of the candidates")


class OneModelAnswer(FoundAnswer):
    """One model's answer for a word or a text."""

    model = serializers.CharField()
    model_version = serializers.CharField()
    mixed = serializers.BooleanField(required=False, help_text="of a text: its words are of different languages")
    words = FoundAnswer(many=True, required=False, help_text="the words of a text, one by one")


@extend_schema_field({"type": "string", "const": PREDICTION_KIND})
class PredictionKind(serializers.CharField):
    """The kind of one model's answer."""


@extend_schema_field({"type": "string", "const": COMPARISON_KIND})
class ComparisonKind(serializers.CharField):
    """The kind of all models' answers."""


class StoredAnswer(Answer):
    """Fields of stored answers."""

    id = serializers.UUIDField(allow_null=True, help_text="null when private")
    correction = CorrectionAnswer(allow_null=True)
    reviewed = ReviewedAnswer(allow_null=True)
    reviewed_words = ReviewedWordAnswer(many=True, required=False, help_text="those of a text's words")
    created_at = serializers.DateTimeField()


class PredictionAnswer(StoredAnswer, OneModelAnswer):
    """One model's prediction for a word or a text."""

    kind = PredictionKind()


class ComparisonAnswer(StoredAnswer):
    """All models' answers for the same word or text."""

    kind = ComparisonKind()
    word = serializers.CharField()
    answers = OneModelAnswer(many=True, help_text="the best model's first")
    agreement = probability(help_text="share of the models that give the most frequent answer")
    unavailable = serializers.ListField(child=serializers.CharField(), help_text="models that cannot answer")


PREDICTION = PolymorphicProxySerializer(
    component_name="Prediction",
    serializers={PREDICTION_KIND: PredictionAnswer, COMPARISON_KIND: ComparisonAnswer},
    resource_type_field_name="kind",
)


@extend_schema_field(PREDICTION)
class PredictionField(serializers.JSONField):
    """A prediction of one model or of all."""


class HistoryAnswer(Answer):
    """A page of a history."""

    predictions = serializers.ListField(child=PredictionField())
    next = serializers.URLField(allow_null=True, help_text="the next page; null on the last one")
    next_cursor = serializers.CharField(allow_null=True, help_text="the cursor in `next`")


class FieldError(Answer):
    """One error in a request."""

    pointer = serializers.CharField(required=False, help_text="JSON pointer (RFC 6901) into the body")
    parameter = serializers.CharField(required=False, help_text="name of the query parameter")
    detail = serializers.CharField()
    code = serializers.CharField(help_text="stable, for programs")


class ProblemAnswer(Answer):
    """A problem document (RFC 9457)."""

    type = serializers.CharField(help_text="address of a page that explains it")
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField()
    instance = serializers.CharField()
    request_id = serializers.CharField(help_text="finds the request in the log of the service")
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]


class ItemAnswer(Answer):
    """The answer to one item: a prediction or a problem."""

    id = serializers.CharField(allow_null=True, help_text="as it was sent")
    prediction = PredictionField(required=False)
    problem = ProblemAnswer(required=False)


class BatchAnswer(Answer):
    """The answers to a batch, in its order."""

    results = ItemAnswer(many=True)


class ArticleAnswer(Answer):
    """Percentages with two decimals."""

    English = serializers.FloatField(min_value=0, max_value=100)
    Espanol = serializers.FloatField(min_value=0, max_value=100)
    Francais = serializers.FloatField(min_value=0, max_value=100)
    model = serializers.CharField()
    word = serializers.CharField()


class FeedbackAnswer(CorrectionAnswer):
    """The caller's label for a word, and the reviewers' decision."""

    kind = serializers.ChoiceField(Feedback.Kind.choices)
    decided_label = serializers.CharField(help_text="empty unless accepted or decided otherwise")
    decided_languages = serializers.ListField(child=serializers.CharField())
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    reopened = serializers.BooleanField(help_text="a decision about it was undone")
    overturned = serializers.BooleanField(help_text="the word was decided otherwise later")
    reviewed = ReviewedAnswer(allow_null=True, help_text="what reviewers decided last about the word")
    created_at = serializers.DateTimeField()


class FeedbackItemAnswer(FeedbackAnswer):
    """The caller's feedback in a list."""

    word = serializers.CharField()
    prediction_id = serializers.UUIDField()
    prediction_url = serializers.URLField()


class FeedbackListAnswer(Answer):
    """A page of the caller's feedback."""

    feedback = FeedbackItemAnswer(many=True)
    next = serializers.URLField(allow_null=True, help_text="the next page; null on the last one")
    next_cursor = serializers.CharField(allow_null=True, help_text="the cursor in `next`")


_SENT = ("label", "languages", "comment", "kind", "status")
_DECIDED = ("decided_label", "decided_languages", "reason", "reopened")


def feedback_fields(feedback: Feedback) -> dict[str, Any]:
    """Return feedback and its review, ready for JSON."""
    outcome = feedback.prediction.review_outcome
    return {
        **{field: getattr(feedback, field) for field in (*_SENT, *_DECIDED)},
        "decided_at": feedback.reviewed_at,
        "overturned": feedback.overturned_by(outcome),
        "reviewed": outcome.fields() if outcome else None,
        "created_at": feedback.created,
    }

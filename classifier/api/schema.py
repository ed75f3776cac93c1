"""The API's operations, described for its OpenAPI schema.

`finish` in openapi.py adds what all of them have.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django_filters import Filter
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from classifier.api import requests, responses, service_responses
from classifier.api.fields import CODE_SCHEMA, WORD_SCHEMA, named_string
from classifier.api.idempotency import HEADER
from classifier.api.lines import MEDIA_TYPE
from classifier.formats.files import DOWNLOADS, Xlsx
from classifier.languages import LONGEST_CODE
from classifier.services.history_filter import HistoryFilter, LanguageFilter, ModelFilter, MomentFilter, WordFilter

Method = TypeVar("Method", bound=Callable[..., Any])

NOTHING = OpenApiResponse(description="Done; the answer is empty.")
ONCE = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    pattern="^[!-~]{1,255}$",
    description="For 24 hours the same request with the same key gets the same answer, and is stored once. "
    "Another request under the key of an API key, user or visitor is refused with 422.",
)
LOCATION = OpenApiParameter(
    "Location",
    {"type": "string", "format": "uri-reference"},
    OpenApiParameter.HEADER,
    response=[201],
    description="The address of the prediction; a private one has none.",
)
FILE = {(200, kind.media_type): OpenApiTypes.BINARY if kind is Xlsx else str for kind in DOWNLOADS.values()}


def _lines(kind: str) -> dict[str, str]:
    # OpenAPI 3.1 has no schema for each line; by "binary", generated clients let the caller read and write them.
    return {"type": "string", "format": "binary", "description": f"{kind} in each line."}


def _describe(tag: str, name: str, answer: Any, *, status: int = 200, **options: Any) -> Callable[[Method], Method]:
    responses = answer if isinstance(answer, dict) else {status: answer}
    return extend_schema(operation_id=name, tags=[tag], responses=responses, **options)


_FILTERS: dict[type[Filter], dict[str, Any]] = {
    WordFilter: WORD_SCHEMA,
    LanguageFilter: {**CODE_SCHEMA, "maxLength": LONGEST_CODE, "minLength": 1},
    ModelFilter: named_string(
        "model", "The name of a model, in any case while it serves; empty, the default model.", "Ngram"
    ),
    MomentFilter: {"type": "string", "format": "date-time"},
}
_CHOICES = {"verdict": "Verdict", "feedback": "ReviewState"}  # components, so that clients have one type of each


def _parameter(name: str, each: Filter) -> OpenApiParameter:
    if name in _CHOICES:
        return OpenApiParameter(name, {"$ref": f"#/components/schemas/{_CHOICES[name]}"})
    schema = dict(_FILTERS[type(each)])
    return OpenApiParameter(name, schema, description=schema.pop("description", ""))


FILTERS = [_parameter(name, each) for name, each in HistoryFilter.base_filters.items()]


def _example(name: str, **value: Any) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


WORD_EXAMPLES = [_example("One word", word="orignal"), _example("By all models", word="un gâteau", model="all")]
BATCH_EXAMPLES = [_example("Two words", items=[{"id": "a", "word": "piano"}, {"id": "b", "word": "mañana"}])]
LABEL_EXAMPLES = [
    _example("One language", label="fr", comment="A moose, in Canada."),
    _example("Several languages", label="mul", languages=["en", "fr"]),
]

SIMPLE = _describe("words", "identify_simple", responses.ArticleAnswer, parameters=[requests.WordQuery])
IDENTIFY = _describe("words", "identify", responses.PREDICTION, parameters=[requests.IdentifyQuery])
PREDICT = _describe(
    *("words", "predict", responses.PREDICTION),
    status=201,
    request=requests.PredictionRequest,
    parameters=[ONCE, LOCATION],
    examples=WORD_EXAMPLES,
)
BATCH = _describe(
    *("words", "predict_batch", responses.BatchAnswer),
    request=requests.BatchRequest,
    parameters=[ONCE],
    examples=BATCH_EXAMPLES,
)

LINES = _describe(
    *("words", "predict_lines", {(200, MEDIA_TYPE): _lines("An ItemAnswer")}),
    request={MEDIA_TYPE: _lines("A BatchItem")},
    parameters=[requests.LinesQuery, ONCE],
)

HISTORY = _describe("history", "list_predictions", responses.HistoryAnswer, parameters=[*FILTERS, requests.PageQuery])
FORGET_ALL = _describe(
    "history", "delete_predictions", NOTHING, status=204, parameters=[*FILTERS, requests.DeletionQuery]
)
PREDICTION = _describe("history", "get_prediction", responses.PREDICTION)
FORGET = _describe("history", "delete_prediction", NOTHING, status=204)
EXPORT = _describe("history", "export_predictions", FILE, parameters=[*FILTERS, requests.ExportQuery])

FEEDBACK_LIST = _describe(
    *("feedback", "list_feedback", responses.FeedbackListAnswer), parameters=[requests.FeedbackQuery]
)
FEEDBACK = _describe("feedback", "get_feedback", responses.FeedbackAnswer)
GIVE_FEEDBACK = _describe(
    *("feedback", "give_feedback", responses.FeedbackAnswer),
    request=requests.FeedbackRequest,
    examples=LABEL_EXAMPLES,
)
WITHDRAW_FEEDBACK = _describe("feedback", "withdraw_feedback", NOTHING, status=204)

MODELS = _describe("service", "list_models", service_responses.ModelsAnswer)
MODEL = _describe("service", "get_model", service_responses.ModelDetailAnswer)
LANGUAGES = _describe("service", "list_languages", service_responses.LanguagesAnswer)
ME = _describe("service", "get_caller", service_responses.MeAnswer)


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Security scheme of API keys."""

    target_class = "classifier.api.authentication.BearerKey"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme of RFC 6750."""
        return {"type": "http", "scheme": "bearer"}

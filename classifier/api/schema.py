"""Describes each address for the OpenAPI schema, and finishes what drf-spectacular makes of it."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from classifier.api import answers, requests, serializers
from classifier.api.idempotency import HEADER
from classifier.api.problems import BY_STATUS, CONTENT_TYPE
from classifier.forms import MAX_TEXT_LENGTH, MAX_WORD_LENGTH
from classifier.models import MULTIPLE

Method = TypeVar("Method", bound=Callable[..., Any])

NOTHING = OpenApiResponse(description="Done; the answer is empty.")
ONCE = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    pattern="^[!-~]{1,255}$",
    description="For 24 hours the same request with the same key gets the same answer, and is stored once.",
)
FILE = {(200, "text/csv"): str, (200, "application/jsonl"): str}


def _describe(tag: str, name: str, answer: Any, *, status: int = 200, **options: Any) -> Callable[[Method], Method]:
    responses = answer if isinstance(answer, dict) else {status: answer}
    return extend_schema(operation_id=name, tags=[tag], responses=responses, **options)


SIMPLE = _describe("words", "simple", answers.ArticleAnswer, parameters=[serializers.WordQuery])
IDENTIFY = _describe("words", "identify", answers.PREDICTION, parameters=[requests.IdentifyQuery])
PREDICT = _describe(
    *("words", "predict", answers.PREDICTION),
    status=201,
    request=serializers.PredictionRequest,
    parameters=[ONCE],
)
BATCH = _describe("words", "batch", answers.BatchAnswer, request=requests.BatchRequest, parameters=[ONCE])

HISTORY = _describe("history", "history", answers.HistoryAnswer, parameters=[requests.PageQuery])
FORGET_ALL = _describe("history", "forget_all", NOTHING, status=204, parameters=[requests.HistoryQuery])
PREDICTION = _describe("history", "prediction", answers.PREDICTION)
FORGET = _describe("history", "forget", NOTHING, status=204)
EXPORT = _describe("history", "export", FILE, parameters=[requests.ExportQuery])

FEEDBACK = _describe("feedback", "feedback", answers.FeedbackAnswer)
GIVE_FEEDBACK = _describe("feedback", "give_feedback", answers.FeedbackAnswer, request=requests.FeedbackRequest)
WITHDRAW_FEEDBACK = _describe("feedback", "withdraw_feedback", NOTHING, status=204)

MODELS = _describe("service", "models", answers.ModelsAnswer)
MODEL = _describe("service", "model", answers.ModelDetailAnswer)
LANGUAGES = _describe("service", "languages", answers.LanguagesAnswer)
ME = _describe("service", "me", answers.MeAnswer)


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "classifier.api.authentication.BearerKey"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme of RFC 6750."""
        return {"type": "http", "scheme": "bearer"}


class _Described(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    described: ClassVar[dict[str, Any]]

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Return the field's schema."""
        return dict(self.described)


class WordSchema(_Described):  # type: ignore[no-untyped-call]
    """A word; what JSON Schema cannot say is left to its format."""

    target_class = "classifier.api.serializers.WordField"
    described = {
        "type": "string",
        "format": "word",
        "description": f"With a letter; at most {MAX_WORD_LENGTH} characters a word, {MAX_TEXT_LENGTH} in all.",
    }


class ModelSchema(_Described):  # type: ignore[no-untyped-call]
    """The name of a model."""

    target_class = "classifier.api.serializers.ModelField"
    described = {"type": "string", "format": "model", "description": "In any case; the default model without it."}


class ModelsSchema(_Described):  # type: ignore[no-untyped-call]
    """The name of a model, or all."""

    target_class = "classifier.api.serializers.ModelsField"
    described = {"type": "string", "format": "models", "description": "A model, or `all` of them side by side."}


class BooleanSchema(_Described):  # type: ignore[no-untyped-call]
    """True or false."""

    target_class = "classifier.api.serializers.StrictBooleanField"
    described = {"type": "boolean"}


class CommaSchema(_Described):  # type: ignore[no-untyped-call]
    """Codes in a query."""

    target_class = "classifier.api.requests.CommaSeparated"
    described = {"type": "string", "format": "languages", "description": "Codes separated by commas: en,fr"}


class CursorSchema(_Described):  # type: ignore[no-untyped-call]
    """A signed cursor."""

    target_class = "classifier.api.requests.CursorField"
    described = {"type": "string", "format": "cursor", "description": "From `next` of the page before."}


class LanguageSchema(_Described):  # type: ignore[no-untyped-call]
    """A code that the model knows."""

    target_class = "classifier.api.serializers.LanguageField"
    described = {"type": "string", "format": "language", "description": "BCP 47 code, of GET languages"}


class ItemSchema(_Described):  # type: ignore[no-untyped-call]
    """An item, which is checked for itself."""

    target_class = "classifier.api.requests.Anything"
    described = {"description": 'An object {"id": "...", "word": "..."}; any other gets a problem for an answer.'}


_LABEL_RULE = [
    {
        "required": ["languages"],
        "properties": {"label": {"enum": [MULTIPLE]}, "languages": {"minItems": 2, "uniqueItems": True}},
    },
    {"properties": {"label": {"not": {"enum": [MULTIPLE]}}, "languages": {"maxItems": 0}}},
]


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add to every operation the problems it may answer, and that a key is not needed everywhere."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            operation["security"] = [{}, {"key": []}]
            for status in _problems_of(path, method, "requestBody" in operation):
                operation["responses"][str(status)] = {"$ref": f"#/components/responses/{BY_STATUS[status].name}"}
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}
    responses = {kind.name: {"description": kind.detail, "content": content} for kind in BY_STATUS.values()}
    result["components"]["responses"] = responses
    result["components"]["schemas"]["FeedbackRequest"]["oneOf"] = _LABEL_RULE
    for name, component in result["components"]["schemas"].items():
        if name.endswith("Request"):
            component["additionalProperties"] = False
    return result


def _problems_of(path: str, method: str, body: bool) -> list[int]:
    found = {400, 401, 403, 406, 429, 500, 503}
    found |= {411, 413, 415} if body else set()
    found |= {404, 405} if "{" in path else set()
    found |= {409} if path.endswith("/feedback") and method != "get" else set()
    found |= {410, 422} if method == "post" else set()
    return sorted(found)

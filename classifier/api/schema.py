"""Descriptions of the API's operations for its OpenAPI schema."""

from collections.abc import Callable
from typing import Any, TypeVar

from django_filters import Filter
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from classifier.api import requests, responses
from classifier.api.fields import CODE_SCHEMA, WORD_SCHEMA, named_string
from classifier.api.idempotency import HEADER
from classifier.api.problems import BY_STATUS, CONTENT_TYPE
from classifier.formats.files import DOWNLOADS, FORMATS
from classifier.languages import LONGEST_CODE
from classifier.models import MULTIPLE
from classifier.services.history_filter import HistoryFilter, LanguageFilter, ModelFilter, MomentFilter, WordFilter

Method = TypeVar("Method", bound=Callable[..., Any])

NOTHING = OpenApiResponse(description="Done; the answer is empty.")
ONCE = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    pattern="^[!-~]{1,255}$",
    description="For 24 hours the same request with the same key gets the same answer, and is stored once.",
)
LOCATION = OpenApiParameter(
    "Location",
    {"type": "string", "format": "uri-reference"},
    OpenApiParameter.HEADER,
    response=[201],
    description="The address of the prediction; a private one has none.",
)
FILE = {(200, FORMATS[name].media_type): str for name in DOWNLOADS}


def _describe(tag: str, name: str, answer: Any, *, status: int = 200, **options: Any) -> Callable[[Method], Method]:
    responses = answer if isinstance(answer, dict) else {status: answer}
    return extend_schema(operation_id=name, tags=[tag], responses=responses, **options)


_FILTERS: dict[type[Filter], dict[str, Any]] = {
    WordFilter: WORD_SCHEMA,
    LanguageFilter: {**CODE_SCHEMA, "maxLength": LONGEST_CODE, "minLength": 1},
    ModelFilter: named_string("model", "The name of a model, in any case while it serves; empty, the default model."),
    MomentFilter: {"type": "string", "format": "date-time"},
}


def _parameter(name: str, each: Filter) -> OpenApiParameter:
    values = [value for value, _label in each.extra.get("choices", ())]
    schema = dict(_FILTERS.get(type(each), {"enum": values, "type": "string", "minLength": 1}))
    description = schema.pop("description", "\n".join(f"* `{value}` - {value}" for value in values))
    return OpenApiParameter(name, schema, description=description)


FILTERS = [_parameter(name, each) for name, each in HistoryFilter.base_filters.items()]


SIMPLE = _describe("words", "simple", responses.ArticleAnswer, parameters=[requests.WordQuery])
IDENTIFY = _describe("words", "identify", responses.PREDICTION, parameters=[requests.IdentifyQuery])
PREDICT = _describe(
    *("words", "predict", responses.PREDICTION),
    status=201,
    request=requests.PredictionRequest,
    parameters=[ONCE, LOCATION],
)
BATCH = _describe("words", "batch", responses.BatchAnswer, request=requests.BatchRequest, parameters=[ONCE])

HISTORY = _describe("history", "history", responses.HistoryAnswer, parameters=[*FILTERS, requests.PageQuery])
FORGET_ALL = _describe("history", "forget_all", NOTHING, status=204, parameters=[*FILTERS, requests.DeletionQuery])
PREDICTION = _describe("history", "prediction", responses.PREDICTION)
FORGET = _describe("history", "forget", NOTHING, status=204)
EXPORT = _describe("history", "export", FILE, parameters=[*FILTERS, requests.ExportQuery])

FEEDBACK_LIST = _describe(
    *("feedback", "feedback_list", responses.FeedbackListAnswer), parameters=[requests.FeedbackQuery]
)
FEEDBACK = _describe("feedback", "feedback", responses.FeedbackAnswer)
GIVE_FEEDBACK = _describe("feedback", "give_feedback", responses.FeedbackAnswer, request=requests.FeedbackRequest)
WITHDRAW_FEEDBACK = _describe("feedback", "withdraw_feedback", NOTHING, status=204)

MODELS = _describe("service", "models", responses.ModelsAnswer)
MODEL = _describe("service", "model", responses.ModelDetailAnswer)
LANGUAGES = _describe("service", "languages", responses.LanguagesAnswer)
ME = _describe("service", "me", responses.MeAnswer)


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Security scheme of API keys."""

    target_class = "classifier.api.authentication.BearerKey"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme of RFC 6750."""
        return {"type": "http", "scheme": "bearer"}


class ItemSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Schema of a batch item, which may be invalid."""

    target_class = "classifier.api.fields.Anything"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Return the schema of an item, or anything else."""
        item = auto_schema.resolve_serializer(requests.BatchItem, direction).ref
        return {"anyOf": [item, {}], "description": "An item; anything else is answered with a problem."}


_LABEL_RULE = [
    {
        "required": ["languages"],
        "properties": {"label": {"enum": [MULTIPLE]}, "languages": {"minItems": 2, "uniqueItems": True}},
    },
    {"properties": {"label": {"not": {"enum": [MULTIPLE]}}, "languages": {"maxItems": 0}}},
]


_PREDICTIONS = "/api/v1/predictions"
_FEEDBACK_LIST = "/api/v1/feedback"
_FEEDBACK_ON_ONE = f"{_PREDICTIONS}/{{public_id}}/feedback"
# From answers to further requests; feedback cannot be read before it is given, and a private id is null.
_LINKS = (
    (_PREDICTIONS, "post", "201", "$response.body#/id", ("prediction", "forget", "give_feedback")),
    (_FEEDBACK_LIST, "get", "200", "$response.body#/feedback/0/prediction_id", ("prediction", "feedback")),
    (_FEEDBACK_ON_ONE, "put", "200", "$request.path.public_id", ("feedback", "withdraw_feedback")),
)


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add problems, links and optional security to drf-spectacular's schema."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            operation["security"] = [{}, {"key": []}]
            for status in _problems_of(path, method, "requestBody" in operation):
                operation["responses"][str(status)] = {"$ref": f"#/components/responses/{BY_STATUS[status].name}"}
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}
    responses = {kind.name: {"description": kind.detail, "content": content} for kind in BY_STATUS.values()}
    result["components"]["responses"] = responses
    for path, method, answer, public_id, following in _LINKS:
        links = {name: {"operationId": name, "parameters": {"public_id": public_id}} for name in following}
        result["paths"][path][method]["responses"][answer]["links"] = links
    feedback = result["components"]["schemas"]["FeedbackRequest"]
    feedback["oneOf"] = _LABEL_RULE
    feedback["properties"]["comment"]["pattern"] = r"^[^\u0000]*$"
    for name, component in result["components"]["schemas"].items():
        if name.endswith("Request"):
            component["additionalProperties"] = False
    return result


def _problems_of(path: str, method: str, body: bool) -> list[int]:
    statuses = {400, 401, 403, 406, 429, 500, 503}
    statuses |= {411, 413, 415} if body else set()
    statuses |= {404, 405} if "{" in path else set()
    statuses |= {409} if path.endswith("/feedback") and method != "get" else set()
    statuses |= {410, 422} if method == "post" else set()
    return sorted(statuses)

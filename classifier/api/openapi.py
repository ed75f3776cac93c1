"""Parts of all operations of the OpenAPI schema: summaries, headers, problems, links."""

from collections.abc import Iterator
from typing import Any

from classifier.api.problems import BY_STATUS, CONTENT_TYPE
from classifier.models import MULTIPLE
from classifier.services.history_filter import HistoryFilter

Schema = dict[str, Any]

_PREDICTIONS = "/api/v1/predictions"
_FEEDBACK_LIST = "/api/v1/feedback"
_FEEDBACK_ON_ONE = f"{_PREDICTIONS}/{{public_id}}/feedback"
# From answers to further requests; feedback cannot be read before it is given, and a private id is null.
_LINKS = (
    (_PREDICTIONS, "post", "201", "$response.body#/id", ("get_prediction", "delete_prediction", "give_feedback")),
    (_FEEDBACK_LIST, "get", "200", "$response.body#/feedback/0/prediction_id", ("get_prediction", "get_feedback")),
    (_FEEDBACK_ON_ONE, "put", "200", "$request.path.public_id", ("get_feedback", "withdraw_feedback")),
)
_HEADERS = {
    "Allow": "The methods of this address.",
    "Content-Disposition": "The name of the file.",
    "ETag": "Send it in If-None-Match; 304 means that nothing has changed.",
    "RateLimit": 'The remaining calls, and the seconds until there are more: `"single";r=599;t=61`.',
    "RateLimit-Policy": 'The limit and its window in seconds: `"single";q=600;w=60`.',
    "Retry-After": "The seconds to wait.",
    "WWW-Authenticate": "Bearer",
    "X-Request-ID": "Finds the request in the log of the service.",
}
_HEADERS_OF_PROBLEMS = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("RateLimit", "RateLimit-Policy", "Retry-After"),
    503: ("Retry-After",),
}
# Conditions rather than two alternatives, of which generators would make two types.
_LABEL_RULE = {
    "if": {"properties": {"label": {"const": MULTIPLE}}},
    "then": {"properties": {"languages": {"minItems": 2, "uniqueItems": True}}, "required": ["languages"]},
    "else": {"properties": {"languages": {"maxItems": 0}}},
}


def finish(result: Schema, **_: Any) -> Schema:
    """Complete drf-spectacular's schema."""
    components = result["components"]
    for path, method, operation in _operations(result):
        operation["security"] = [{}, {"key": []}]
        operation["summary"] = operation.pop("description").rstrip(".")
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
        _declare_headers(operation)
        for status in _problems_of(path, method, operation):
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/{BY_STATUS[status].name}"}
    components["headers"] = {
        name: {"description": description, "schema": {"type": "string"}} for name, description in _HEADERS.items()
    }
    components["responses"] = {kind.name: _problem(kind.status, kind.detail) for kind in BY_STATUS.values()}
    for path, method, answer, public_id, following in _LINKS:
        links = {name: {"operationId": name, "parameters": {"public_id": public_id}} for name in following}
        result["paths"][path][method]["responses"][answer]["links"] = links
    _complete(components["schemas"])
    return result


def _operations(result: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _declare_headers(operation: Schema) -> None:
    """Declare the headers of successes; 304 where there is an ETag."""
    names = ["X-Request-ID", *(["RateLimit", "RateLimit-Policy"] if operation["tags"] != ["service"] else [])]
    if operation["operationId"].startswith("export"):
        names.append("Content-Disposition")
    if operation["operationId"] in {"get_model", "list_models", "list_languages"}:
        names.append("ETag")
        operation["responses"]["304"] = {"description": "What If-None-Match names is still the answer."}
    for response in operation["responses"].values():
        response["description"] = response["description"] or "The answer."
        response["headers"] = {**response.get("headers", {}), **_references(names)}


def _references(names: list[str]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(names)}


def _problem(status: int, description: str) -> Schema:
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}
    headers = _references(["X-Request-ID", *_HEADERS_OF_PROBLEMS.get(status, ())])
    return {"description": description, "headers": headers, "content": content}


def _problems_of(path: str, method: str, operation: Schema) -> list[int]:
    statuses = {400, 401, 403, 405, 406, 429, 500, 503}
    statuses |= {411, 413, 415} if "requestBody" in operation else set()
    statuses |= {404} if "{" in path else set()
    statuses |= {409} if path.endswith("/feedback") and method != "get" else set()
    statuses |= {410, 422} if method == "post" else set()
    return sorted(statuses)


def _complete(schemas: Schema) -> None:
    states = [value for value, _label in HistoryFilter.base_filters["feedback"].extra["choices"]]
    schemas["ReviewState"] = {"type": "string", "enum": states}
    schemas["FeedbackRequest"] |= _LABEL_RULE
    schemas["FeedbackRequest"]["properties"]["comment"]["pattern"] = r"^[^\u0000]*$"
    # An item that is not valid gets a problem in the answer, but clients should not send one.
    schemas["BatchRequest"]["properties"]["items"]["items"] = {"$ref": "#/components/schemas/BatchItem"}
    for name, component in schemas.items():
        if name.endswith("Request"):
            component["additionalProperties"] = False
            for field in component["properties"].values():
                field.pop("default", None)  # openapi-typescript takes a field with a default as required

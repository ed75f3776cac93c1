"""Documentation of the API: schema, Swagger UI, tour, problems."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from classifier.access.limits import consume_or_raise
from classifier.api.base import JsonView
from classifier.api.problems import PROBLEM_KINDS, field_errors, problem_fields
from classifier.api.requests import MAX_ITEMS, PredictionRequest
from classifier.formats.fields import prediction_fields
from classifier.formats.share import curl, indented_json
from classifier.services import registry
from classifier.services.identify import ALL_MODELS, predict

SCHEMA = Path(__file__).with_name("openapi.json")  # `make schema` writes it, and a test compares it


class Schema(JsonView):
    """OpenAPI 3 schema of the API."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Return the committed document."""
        return HttpResponse(_document(), content_type="application/json")


@lru_cache(maxsize=1)
def _document() -> bytes:
    return SCHEMA.read_bytes()


# Swagger UI draws its icons from data: addresses; no other page may.
@csp_update({"img-src": ["data:"]})
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show Swagger UI from local files, its frame in the visitor's language."""
    language = translation.get_language_from_request(request)
    with translation.override(language):
        response = render(request, "docs.html")
    response["Content-Language"] = language
    return response


@require_safe
def explain_problem(request: HttpRequest, name: str) -> HttpResponse:
    """Show a kind of problem; problem documents link to it."""
    for kind in PROBLEM_KINDS:
        if kind.name == name:
            return render(request, "problem.html", {"kind": kind})
    raise Http404


SCOPES = {
    "single": gettext_lazy("Single words, one a request"),
    "batch": gettext_lazy("Words in batches"),
    "history": gettext_lazy("Requests about a history"),
    "feedback": gettext_lazy("Corrections"),
    "export": gettext_lazy("Exports"),
}

WORD = "orignal"
INVALID = {"word": "123"}


@dataclass(frozen=True, slots=True)
class Example:
    """A request to copy into a terminal, and its answer."""

    command: str
    answer: str = ""


@require_safe
def api_tour(request: HttpRequest) -> HttpResponse:
    """Show example requests with their answers."""
    consume_or_raise(request, "single")  # a new version's first reader runs the model
    with translation.override("en"):  # as the API answers, whoever reads the page
        examples = _examples(request)
    context = {
        "examples": examples,
        "schema": request.build_absolute_uri(reverse("api:schema")),
        "limits": {name: settings.LIMITS[scope] for scope, name in SCOPES.items()},
        "most_items": MAX_ITEMS,
        "problems": PROBLEM_KINDS,
        "anonymous": settings.API_ANONYMOUS,
    }
    return render(request, "api_tour.html", context)


def _examples(request: HttpRequest) -> dict[str, Example]:
    identify, predictions, batch = (
        request.build_absolute_uri(reverse(f"api:{name}")) for name in ("identify", "predictions", "batch")
    )
    items = [{"id": "a", "word": "piano"}, {"id": "b", "word": "mañana"}]
    return {
        "word": Example(f"curl '{identify}?word={WORD}'", _answer()),
        "all": Example(curl(predictions, {"word": "un gâteau", "model": ALL_MODELS})),
        "many": Example(curl(batch, {"items": items})),
        "key": Example(f"curl '{predictions}' \\\n  -H \"Authorization: Bearer $KEY\""),
        "wrong": Example(curl(predictions, INVALID), indented_json(_problem(request))),
    }


def _answer() -> str:
    """Return an unstored answer for WORD; empty without a model."""
    try:
        card = registry.current().get().card
        return _answer_of(card.name, card.version)
    except registry.ModelUnavailable:
        return ""


@lru_cache(maxsize=1)
def _answer_of(model: str, _version: str) -> str:
    [prediction] = predict(words=[WORD], source="api", model=model)
    return indented_json(prediction_fields(prediction, owner=""))


def _problem(request: HttpRequest) -> dict[str, Any]:
    """Return the problem document for INVALID."""
    serializer = PredictionRequest(data=INVALID)
    serializer.is_valid()
    errors = field_errors(ValidationError(serializer.errors).get_full_details(), "pointer")
    return problem_fields(request, 400, errors=list(errors), instance=reverse("api:predictions"))

"""Views of the API: models, languages, the caller."""

from typing import Any

from django.conf import settings
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.access.allowances import WINDOW
from classifier.access.limits import consume
from classifier.access.owners import owner_of
from classifier.api import schema
from classifier.api.base import JsonView
from classifier.api.models import SCOPES, ApiKey
from classifier.languages import SPECIAL_LABELS, language_name
from classifier.ml.artifacts import version_folders
from classifier.services import registry

SCORES = ("words", "accuracy", "by_language", "macro_f1")


class Models(JsonView):
    """The models that serve, best first."""

    @schema.MODELS
    def get(self, request: Request) -> Response:
        """List names, versions, labels and measured accuracy."""
        serving = registry.current()
        return Response({"models": [model_fields(serving, name) for name in serving.names]})


class ModelView(JsonView):
    """One model."""

    @schema.MODEL
    def get(self, request: Request, name: str) -> Response:
        """Describe one model, with its versions on disk, oldest first."""
        serving = registry.current()
        try:
            fields = model_fields(serving, serving.resolve(name))
        except registry.UnknownModel:
            raise Http404 from None
        on_disk = version_folders(settings.MODEL_DIRS, fields["name"])
        versions = [{"version": version, "active": version == fields["version"]} for version in on_disk]
        return Response({**fields, "versions": versions})


class Languages(JsonView):
    """Languages of the models, and other labels of feedback."""

    @schema.LANGUAGES
    def get(self, request: Request) -> Response:
        """List language codes (BCP 47), English names and models."""
        serving = registry.current()
        labels_of = {name: identifier.card.labels for name, identifier in serving.identifiers.items()}
        languages = [
            {
                "code": code,
                "name": language_name(code),
                "models": [name for name in labels_of if code in labels_of[name]],
            }
            for code in serving.languages
        ]
        labels = [{"code": code, "name": str(name)} for code, name in SPECIAL_LABELS.items()]
        return Response({"languages": languages, "other_labels": labels})


class Me(JsonView):
    """The caller, its key and its limits."""

    @schema.ME
    def get(self, request: Request) -> Response:
        """Describe your key and your limits; the call is not counted."""
        key = request.auth if isinstance(request.auth, ApiKey) else None
        kind = owner_of(request).partition(":")[0]
        limits = {scope: _limit_fields(request, scope) for scope in SCOPES}
        return Response({"caller": kind or "anonymous", "key": key and _key_fields(key), "limits": limits})


def _limit_fields(request: Request, scope: str) -> dict[str, int]:
    allowance = consume(request, scope, cost=0)
    return {"limit": allowance.limit, "remaining": allowance.remaining, "window": WINDOW}


def _key_fields(key: ApiKey) -> dict[str, Any]:
    return {field: getattr(key, field) for field in ("name", "prefix", "scopes", "created", "last_used")}


def model_fields(serving: registry.Serving, name: str) -> dict[str, Any]:
    """Return the active version of a model; nulls without one."""
    try:
        card = serving.get(name).card
    except registry.ModelUnavailable:
        inactive = {"active": False, "default": False, "version": None}
        return {"name": name, **inactive, "labels": [], "default_languages": [], "scores": {}}
    return {
        "name": name,
        "active": True,
        "default": name == serving.default,
        "version": card.version,
        "labels": list(card.labels),
        "default_languages": list(card.candidates()),
        "scores": {test: {key: scores.get(key) for key in SCORES} for test, scores in card.scores.items()},
    }

"""Answers programs: checks a request, calls one service, responds with JSON."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import registry, services
from classifier.api.serializers import (
    PredictionRequest,
    StrictSerializer,
    WordQuery,
    article_fields,
    article_languages,
    model_fields,
    prediction_fields,
)
from classifier.owners import owner_of


class JsonView(APIView):
    """An address that answers JSON; its methods are those that the class defines."""

    http_method_names = ["get", "head", "post", "put", "delete"]


def _query(request: Request) -> dict[str, str]:
    """Return the query's parameters; raise ValidationError when one is given twice."""
    if any(len(values) > 1 for _, values in request.query_params.lists()):
        raise ValidationError("Each parameter may be given once.", code="repeated")
    return request.query_params.dict()


def _valid(serializer: StrictSerializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields


class Simple(JsonView):
    """The article's address: `GET /api/simple?word=orignal&model=RNN`."""

    def get(self, request: Request) -> Response:
        """Answer in the article's shape: percentages of English, French and Spanish."""
        asked = _valid(WordQuery(data=_query(request)))
        [prediction] = services.identify(
            words=[asked["word"]],
            source="simple",
            model=asked["model"],
            languages=article_languages(asked["model"]),
            owner=owner_of(request),
        )
        return Response(article_fields(prediction))


class Predictions(JsonView):
    """Predictions: what a model says about a word, stored."""

    def post(self, request: Request) -> Response:
        """Identify one word or text, by one model or all; a private one has no address of its own afterwards."""
        asked = _valid(PredictionRequest(data=request.data))
        owner = owner_of(request)
        [prediction] = services.identify(
            words=[asked["word"]],
            source="api",
            model=asked["model"],
            languages=asked["languages"],
            private=asked["private"],
            owner=owner,
        )
        address = {} if prediction.private else {"Location": reverse("api:prediction", args=[prediction.public_id])}
        return Response(prediction_fields(prediction, owner), status=201, headers=address)


class PredictionDetail(JsonView):
    """One stored prediction, for its owner; one without owner for a day, for whoever knows its id."""

    def get(self, request: Request, public_id: UUID) -> Response:
        """Answer as when it was made, with the correction and review that came since."""
        owner = owner_of(request)
        prediction = services.find_prediction(public_id=public_id, owner=owner)
        return Response(prediction_fields(prediction, owner))


class Models(JsonView):
    """The models that serve, best first."""

    def get(self, request: Request) -> Response:
        """List names, versions, labels and measured accuracy."""
        return Response({"models": [model_fields(name) for name in registry.model_names()]})

"""Views of the API: predictions, histories and feedback."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.access.owners import keeps_history, owner_of, owner_of_get
from classifier.api import schema
from classifier.api.base import JsonView, next_page, require_owner, validate, validate_query
from classifier.api.filters import read_filters
from classifier.api.idempotency import identify_once
from classifier.api.lines import LinesParser, LinesRenderer, in_pieces
from classifier.api.problems import problem_fields
from classifier.api.requests import (
    BatchRequest,
    DeletionQuery,
    ExportQuery,
    FeedbackRequest,
    IdentifyQuery,
    Item,
    ItemsRequest,
    LinesQuery,
    PageQuery,
    PredictionRequest,
    WordQuery,
    check_items,
)
from classifier.api.responses import feedback_fields
from classifier.formats.columns import HISTORY
from classifier.formats.fields import prediction_fields
from classifier.formats.files import DEFAULT, DOWNLOADS, download
from classifier.models import Prediction, new_public_id
from classifier.services import history, registry
from classifier.services.feedback import submit_feedback, withdraw_feedback
from classifier.services.identify import count_models, find_prediction, identify
from classifier.words.clean import count_words

ARTICLE_LANGUAGES = {"English": "en", "Espanol": "es", "Francais": "fr"}


class Simple(JsonView):
    """The article's address: `GET /api/simple?word=orignal&model=RNN`."""

    http_method_names = ["get", "options"]  # HEAD would identify and store, too
    scopes = {"GET": "single"}
    queries = ("GET",)

    @schema.SIMPLE
    def get(self, request: Request) -> Response:
        """Answer in the article's shape: percentages of English, French and Spanish."""
        fields = validate_query(request, WordQuery)
        self.charge(request, count_words(fields["word"]))
        [prediction] = identify(
            words=[fields["word"]],
            source="simple",
            model=fields["model"],
            languages=article_languages(fields["model"]),
            owner=owner_of_get(request),
            private=not keeps_history(request),
        )
        return Response(article_fields(prediction))


class Identify(JsonView):
    """One word straight from a browser or curl: `GET /api/v1/identify?word=orignal&languages=en,fr`."""

    http_method_names = ["get", "options"]  # HEAD would identify and store, too
    scopes = {"GET": "single"}
    queries = ("GET",)

    @schema.IDENTIFY
    def get(self, request: Request) -> Response:
        """Identify one word; requests from other sites get no owner."""
        fields = validate_query(request, IdentifyQuery)
        self.charge(request, count_words(fields["word"]) * count_models(fields["model"]))
        owner, private = owner_of_get(request), not keeps_history(request)
        [prediction] = identify(words=[fields.pop("word")], source="api", owner=owner, private=private, **fields)
        return Response(prediction_fields(prediction, owner))


class Predictions(JsonView):
    """Predictions: make one, list or delete them."""

    scopes = {"GET": "history", "POST": "single", "DELETE": "history"}
    queries = ("GET", "HEAD", "DELETE")

    @schema.PREDICT
    def post(self, request: Request) -> Response:
        """Identify one word or text; a private one gets no address."""
        fields = validate(PredictionRequest, request.data)
        self.charge(request, count_words(fields["word"]) * count_models(fields["model"]))
        fields["private"] |= not keeps_history(request)
        owner = owner_of(request)
        [prediction] = identify_once(request, words=[fields.pop("word")], source="api", owner=owner, **fields)
        address = {} if prediction.private else {"Location": f"{request.path}/{prediction.public_id}"}
        return Response(prediction_fields(prediction, owner), status=201, headers=address)

    @schema.HISTORY
    def get(self, request: Request) -> Response:
        """List your own predictions, newest first."""
        owner = require_owner(request)
        filters, page = read_filters(request, owner, PageQuery)
        try:
            history_page = history.HistoryPage.read(filters.qs, filters.scope, page["cursor"], page["page_size"])
        except BadRequest as error:
            raise ValidationError({"cursor": str(error)}, code="invalid_cursor") from error
        rows = [prediction_fields(row, owner) for row in history.with_feedback(history_page.rows, owner)]
        cursor = history_page.older
        return Response({"predictions": rows, "next": next_page(request, cursor), "next_cursor": cursor or None})

    @schema.FORGET_ALL
    def delete(self, request: Request) -> Response:
        """Delete your predictions, filtered or with `all=true`, with their feedback."""
        filters, options = read_filters(request, require_owner(request), DeletionQuery)
        if bool(options) == any(filters.form.cleaned_data.values()):
            raise ValidationError({"all": "Give filters, or all=true to delete everything."}, code="required")
        history.delete_history(filters)
        return Response(status=204)


class PredictionDetail(JsonView):
    """One stored prediction; without owner, readable for a day."""

    scopes = {"GET": "history", "DELETE": "history"}

    @schema.PREDICTION
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read one prediction, with its latest correction and review."""
        owner = owner_of(request)
        prediction = find_prediction(public_id=public_id, owner=owner)
        return Response(prediction_fields(prediction, owner))

    @schema.FORGET
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Delete one of your predictions, with its feedback."""
        history.delete_one(require_owner(request), public_id)
        return Response(status=204)


class FileRenderer(BaseRenderer):
    """A file format for content negotiation; files are streamed."""

    charset = "utf-8"

    def __init__(self, name: str) -> None:
        self.format, self.media_type = name, DOWNLOADS[name].media_type


class Export(JsonView):
    """A history as a file, with the filters of the list."""

    scopes = {"GET": "export"}
    queries = ("GET", "HEAD")

    def get_renderers(self) -> list[BaseRenderer]:
        """Return the format's renderer; the Accept header must allow it."""
        name = self.request.GET.get("format", "")
        return [FileRenderer(name if name in DOWNLOADS else DEFAULT)]

    @schema.EXPORT
    def get(self, request: Request) -> StreamingHttpResponse:
        """Export your own predictions, newest first."""
        owner = require_owner(request)
        filters, options = read_filters(request, owner, ExportQuery)
        return download(history.read_history(filters.qs, owner), HISTORY, options["format"])


class BatchView(JsonView):
    """Up to 1,000 words at once; limits count each word."""

    scopes = {"POST": "batch"}

    @schema.BATCH
    def post(self, request: Request) -> HttpResponseBase:
        """Identify words and texts; each gets a prediction or a problem."""
        fields = validate(BatchRequest, request.data)
        return HttpResponse(
            b'{"results":[' + b",".join(self.answer(request, fields)) + b"]}", content_type="application/json"
        )

    def answer(self, request: Request, fields: dict[str, Any]) -> Iterator[bytes]:
        """Identify and store the valid items; return the JSON of an answer for each item."""
        fields["private"] |= not keeps_history(request)
        models = count_models(fields["model"])
        items = list(check_items(fields.pop("items"), models))
        self.charge(request, models * sum(item.size for item in items))
        owner = owner_of(request)
        words = [item.word for item in items if item.word]
        rows = identify_once(request, words=words, source="batch", owner=owner, batch=new_public_id(), **fields)
        predictions = iter(history.with_feedback(rows, owner))
        # orjson, since REST framework's renderer took a tenth of a batch's time.
        return (orjson.dumps(_result(request, item, predictions, owner), option=orjson.OPT_UTC_Z) for item in items)


class LinesView(BatchView):
    """The same in JSON lines, one item a line."""

    queries = ("POST",)  # its options, since the body has items only
    parser_classes = [LinesParser]
    renderer_classes = [LinesRenderer]

    @schema.LINES
    def post(self, request: Request) -> HttpResponseBase:
        """Identify the words of lines; each line is answered by one."""
        options = validate_query(request, LinesQuery)
        fields = {**options, **validate(ItemsRequest, request.data)}
        lines = (line + b"\n" for line in self.answer(request, fields))
        return StreamingHttpResponse(in_pieces(lines), content_type=LinesRenderer.media_type)


def _result(request: Request, item: Item, answers: Iterator[Prediction], owner: str) -> dict[str, Any]:
    if item.word:
        return {"id": item.id, "prediction": prediction_fields(next(answers), owner)}
    return {"id": item.id, "problem": problem_fields(request, 400, errors=item.errors)}


class FeedbackView(JsonView):
    """The caller's feedback on a prediction; one at most."""

    scopes = {"GET": "feedback", "PUT": "feedback", "DELETE": "feedback"}

    @schema.FEEDBACK
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read your feedback and the state of its review."""
        owner = owner_of(request)
        prediction = find_prediction(public_id=public_id, owner=owner)
        return Response(feedback_fields(prediction.feedback.get(owner=owner)))

    @schema.GIVE_FEEDBACK
    def put(self, request: Request, public_id: UUID) -> Response:
        """Submit your label for the word; it replaces a pending one."""
        owner = owner_of(request)
        prediction = find_prediction(public_id=public_id, owner=owner)
        fields = validate(FeedbackRequest, request.data)
        return Response(feedback_fields(submit_feedback(prediction=prediction, owner=owner, **fields)))

    @schema.WITHDRAW_FEEDBACK
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Withdraw your feedback, while it is pending."""
        owner = owner_of(request)
        prediction = find_prediction(public_id=public_id, owner=owner)
        withdraw_feedback(prediction=prediction, owner=owner)
        return Response(status=204)


def article_languages(model: str) -> list[str]:
    """Return those of the article's languages that the model knows."""
    model_languages = registry.current().get(model).card.languages
    return [code for code in ARTICLE_LANGUAGES.values() if code in model_languages]


def article_fields(prediction: Prediction) -> dict[str, Any]:
    """Return the answer in the article's shape, in percent."""
    probabilities = {candidate.language: candidate.probability for candidate in prediction.answer().candidates}
    percentages = {name: round(100 * probabilities.get(code, 0), 2) for name, code in ARTICLE_LANGUAGES.items()}
    return {**percentages, "model": prediction.model, "word": prediction.shown_word}

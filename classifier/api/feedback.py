"""View of the API: a caller's feedback on all predictions."""

from typing import Any

from django.core.exceptions import BadRequest
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.api import schema
from classifier.api.base import JsonView, next_page, require_owner, validate_query
from classifier.api.requests import FeedbackQuery
from classifier.api.responses import feedback_fields
from classifier.models import Feedback
from classifier.services.own_feedback import FeedbackPage


class FeedbackList(JsonView):
    """The caller's feedback on all predictions."""

    scopes = {"GET": "feedback"}
    queries = ("GET", "HEAD")

    @schema.FEEDBACK_LIST
    def get(self, request: Request) -> Response:
        """List your own feedback, latest decision first."""
        owner = require_owner(request)
        query = validate_query(request, FeedbackQuery)
        try:
            page = FeedbackPage.read(owner, query.get("status", ""), query["cursor"], query["page_size"])
        except BadRequest as error:
            raise ValidationError({"cursor": str(error)}, code="invalid_cursor") from error
        rows = [_item_fields(request, feedback) for feedback in page.rows]
        cursor = page.older
        return Response({"feedback": rows, "next": next_page(request, cursor), "next_cursor": cursor or None})


def _item_fields(request: Request, feedback: Feedback) -> dict[str, Any]:
    prediction = feedback.prediction
    address = reverse("api:prediction", args=[prediction.public_id])
    return {
        "word": prediction.word,
        "prediction_id": str(prediction.public_id),
        "prediction_url": request.build_absolute_uri(address),
        **feedback_fields(feedback),
    }

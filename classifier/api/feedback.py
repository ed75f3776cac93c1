"""The caller's own say about a prediction: put, read, withdrawn."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from classifier.access.owners import owner_of
from classifier.api import schema
from classifier.api.base import JsonView, valid
from classifier.api.requests import FeedbackRequest
from classifier.models import Feedback
from classifier.services import identify as services
from classifier.services.feedback import submit_feedback, withdraw_feedback

SHOWN = ("label", "languages", "comment", "kind", "status", "decided_label", "decided_languages", "reason")


def feedback_fields(feedback: Feedback) -> dict[str, Any]:
    """Return what the caller said, and what reviewers made of it."""
    return {**{field: getattr(feedback, field) for field in SHOWN}, "created_at": feedback.created}


class FeedbackView(JsonView):
    """One caller's feedback on one prediction; there is one at most."""

    scopes = {"GET": "feedback", "PUT": "feedback", "DELETE": "feedback"}

    @schema.FEEDBACK
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read your feedback and how far its review is."""
        owner = owner_of(request)
        prediction = services.find_prediction(public_id=public_id, owner=owner)
        return Response(feedback_fields(prediction.feedback.get(owner=owner)))

    @schema.GIVE_FEEDBACK
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say what the word is; it replaces what you said before, while that is pending."""
        owner = owner_of(request)
        prediction = services.find_prediction(public_id=public_id, owner=owner)
        asked = valid(FeedbackRequest(data=request.data))
        return Response(feedback_fields(submit_feedback(prediction=prediction, owner=owner, **asked)))

    @schema.WITHDRAW_FEEDBACK
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Withdraw your feedback, while it is pending."""
        owner = owner_of(request)
        prediction = services.find_prediction(public_id=public_id, owner=owner)
        withdraw_feedback(prediction=prediction, owner=owner)
        return Response(status=204)

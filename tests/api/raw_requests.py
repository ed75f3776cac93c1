"""Requests with any body and headers, and checks of problems."""

import json

from classifier.models import Prediction

PREDICTIONS = "/api/v1/predictions"
PREDICTION = "/api/v1/predictions/0199f3c2-0000-7000-8000-000000000000"
ALLOWED = {
    "/api/simple": "GET, OPTIONS",
    "/api/schema": "GET, HEAD, OPTIONS",
    "/api/v1/identify": "GET, OPTIONS",
    PREDICTIONS: "GET, HEAD, POST, DELETE, OPTIONS",
    f"{PREDICTIONS}/batch": "POST, OPTIONS",
    f"{PREDICTIONS}/batch.ndjson": "POST, OPTIONS",
    f"{PREDICTIONS}/export": "GET, HEAD, OPTIONS",
    PREDICTION: "GET, HEAD, DELETE, OPTIONS",
    f"{PREDICTION}/feedback": "GET, HEAD, PUT, DELETE, OPTIONS",
    "/api/v1/models": "GET, HEAD, OPTIONS",
    "/api/v1/models/Ngram": "GET, HEAD, OPTIONS",
    "/api/v1/languages": "GET, HEAD, OPTIONS",
    "/api/v1/me": "GET, HEAD, OPTIONS",
}
SECRET = "chevreuil"


def post(client, body, content_type="application/json", **options):
    if isinstance(body, dict):
        body = json.dumps(body)
    # Not client.post, which encodes the body in the charset of its content type.
    return client.generic("POST", PREDICTIONS, body, content_type, **options)


def assert_problem(response, status):
    """Check for a problem that neither stores nor repeats SECRET."""
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert set(problem) >= {"type", "title", "status", "detail", "instance"}
    assert problem["detail"]
    assert SECRET not in response.content.decode()
    assert not Prediction.objects.exists()

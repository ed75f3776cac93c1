"""Writes an answer in the forms in which people take it away: JSON, a command for curl, a link."""

import json
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from rest_framework.renderers import JSONRenderer

from classifier.formats.fields import prediction_fields
from classifier.models import Prediction
from classifier.services.identify import ALL_MODELS


@dataclass(frozen=True, slots=True)
class Copies:
    """The same answer for a program, for a terminal and for a friend."""

    json: str
    curl: str
    link: str


def copies_of(prediction: Prediction, request: HttpRequest, owner: str) -> Copies:
    """Return what can be copied of an answer; the link holds the word and the model, nobody's record."""
    asked = {"word": prediction.word, "model": prediction.model if prediction.others is None else ALL_MODELS}
    return Copies(
        json=indented(prediction_fields(prediction, owner)),
        curl=curl(request.build_absolute_uri(reverse("api:predictions")), asked | _options(prediction)),
        link=request.build_absolute_uri(f"{reverse('shared')}?{urlencode(asked)}"),
    )


def _options(prediction: Prediction) -> dict[str, Any]:
    languages = {"languages": prediction.languages} if prediction.languages else {}
    return languages | ({"private": True} if prediction.private else {})


def indented(document: Any) -> str:
    """Return what the API answers, on lines that people can read."""
    rendered: bytes = JSONRenderer().render(document, "application/json; indent=2")
    return rendered.decode()


def curl(address: str, body: dict[str, Any]) -> str:
    """Return a command for any POSIX shell, whatever the word holds."""
    data = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl {shlex.quote(address)} \\\n  -H 'Content-Type: application/json' \\\n  -d {data}"

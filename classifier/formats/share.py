"""An answer to share or copy: a link, JSON, a command for curl."""

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
from classifier.services.identify import options_to_repeat


@dataclass(frozen=True, slots=True)
class Share:
    """One answer for a friend, for a program and for a terminal."""

    link: str
    json: str
    curl: str


def share(prediction: Prediction, request: HttpRequest, owner: str) -> Share:
    """Return a prediction as `owner` sees it, ready to be copied."""
    question = {"word": prediction.shown_word, **options_to_repeat(prediction), "private": prediction.private}
    given = {name: value for name, value in question.items() if value}
    return Share(
        link=link(request, given),
        json=indented_json(prediction_fields(prediction, owner)),
        curl=curl(request.build_absolute_uri(reverse("api:predictions")), given),
    )


def link(request: HttpRequest, question: dict[str, Any]) -> str:
    """Return an address that asks the same again; it holds the word and the model, no id and no owner."""
    public: dict[str, Any] = {name: question[name] for name in ("word", "model") if name in question}
    return request.build_absolute_uri(f"{reverse('shared')}?{urlencode(public)}")


def indented_json(document: Any) -> str:
    """Return a document as the API writes it, but with a line for each member."""
    rendered: bytes = JSONRenderer().render(document, "application/json; indent=2")
    return rendered.decode()


def curl(address: str, body: dict[str, Any]) -> str:
    """Return a command that posts `body`, quoted for any POSIX shell."""
    data = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl {shlex.quote(address)} \\\n  -H 'Content-Type: application/json' \\\n  -d {data}"

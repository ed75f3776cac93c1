"""An answer to copy: link, JSON, curl command."""

import json
import shlex
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from rest_framework.renderers import JSONRenderer

from classifier.formats.fields import prediction_fields
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.models import Prediction
from classifier.services.identify import options_to_repeat

_USUAL = ("confidence", DEFAULT_CONFIDENCE)


@dataclass(frozen=True, slots=True)
class Share:
    """A prediction as a link, as JSON and as command."""

    link: str
    json: str
    curl: str

    def fields(self) -> dict[str, str]:
        """Return the texts by name."""
        return asdict(self)


def share(prediction: Prediction, request: HttpRequest, owner: str) -> Share:
    """Return a prediction, as `owner` sees it, to copy."""
    fields = {"word": prediction.shown_word, **options_to_repeat(prediction), "private": prediction.private}
    body = {name: value for name, value in fields.items() if value and (name, value) != _USUAL}
    return Share(
        link=link(request, body),
        json=indented_json(prediction_fields(prediction, owner)),
        curl=curl(request.build_absolute_uri(reverse("api:predictions")), body),
    )


def link(request: HttpRequest, body: dict[str, Any]) -> str:
    """Return an address that identifies the word again.

    It holds only the word, the model and the languages, no id and no owner.
    """
    query: dict[str, Any] = {name: body[name] for name in ("word", "model", "languages") if name in body}
    return request.build_absolute_uri(f"{reverse('shared')}?{urlencode(query, doseq=True)}")


def indented_json(document: Any) -> str:
    """Return a document as the API writes it, but indented."""
    rendered: bytes = JSONRenderer().render(document, "application/json; indent=2")
    return rendered.decode()


def curl(address: str, body: dict[str, Any]) -> str:
    """Return a command that posts `body`, quoted for POSIX shells."""
    data = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl {shlex.quote(address)} \\\n  -H 'Content-Type: application/json' \\\n  -d {data}"

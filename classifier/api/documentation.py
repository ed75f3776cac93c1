"""Serves what explains the API: its schema, a page to try it out, and what each problem means."""

from functools import lru_cache
from pathlib import Path

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from classifier.api.base import JsonView
from classifier.api.problems import KINDS

SCHEMA = Path(__file__).with_name("openapi.json")  # `make schema` writes it, and a test compares it


class Schema(JsonView):
    """The contract: OpenAPI 3, made from the code."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Answer with the committed document."""
        return HttpResponse(_document(), content_type="application/json")


@lru_cache(maxsize=1)
def _document() -> bytes:
    return SCHEMA.read_bytes()


# Swagger UI draws its icons from data: addresses; only here.
@csp_update({"img-src": ["data:"]})
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show Swagger UI, served from here."""
    return render(request, "docs.html")


@require_safe
def explain_problem(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a kind of problem means; problem documents point here."""
    for kind in KINDS:
        if kind.name == name:
            return render(request, "problem.html", {"kind": kind})
    raise Http404

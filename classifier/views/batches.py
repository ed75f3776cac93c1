"""The pages around many words at once: paste or upload them, read the table, fetch the file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classifier.views.common import personal


@personal
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show the form for many words."""
    return render(request, "batches.html")

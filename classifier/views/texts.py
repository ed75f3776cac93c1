"""The pages that only tell something."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Tell what is kept, how long, and how to delete it."""
    return render(request, "privacy.html")

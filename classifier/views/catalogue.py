"""The page of the models: what each is and how well it does."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Show all models."""
    return render(request, "models.html")

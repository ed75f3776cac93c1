"""The pages of the models: what each is, and how well it does."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classifier import catalogue
from classifier.charts import rows_of
from classifier.measured import worth_of
from classifier.registry import UnknownModel


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Show all models, side by side and beside other programs."""
    listed = [(model, worth_of(model.card) if model.card else None) for model in catalogue.models()]
    compared = {kind: rows_of(measures) for kind, measures in catalogue.compared().items()}
    return render(request, "models.html", {"listed": listed, "compared": compared})


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """Show one model: its network, its scores as drawings with their numbers, its versions."""
    try:
        found = catalogue.model(name)
    except UnknownModel as error:
        raise Http404 from error
    return render(request, "model.html", {"model": found, "worth": worth_of(found.card) if found.card else None})

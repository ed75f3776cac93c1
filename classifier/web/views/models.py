"""The pages of the models: what each is, and how well it does."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classifier.charts import rows_of
from classifier.services import versions
from classifier.services.registry import UnknownModel
from classifier.scores import worth_of


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Show all models, side by side and beside other programs."""
    listed = [(model, worth_of(model.card) if model.card else None) for model in versions.models()]
    compared = {kind: rows_of(measures) for kind, measures in versions.compared().items()}
    return render(request, "models.html", {"listed": listed, "compared": compared})


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """Show one model: its network, its scores as drawings with their numbers, its versions."""
    try:
        found = versions.model(name)
    except UnknownModel as error:
        raise Http404 from error
    return render(request, "model.html", {"model": found, "worth": worth_of(found.card) if found.card else None})

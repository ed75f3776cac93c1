"""The pages of the models: what each is, and how well it does."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classifier.charts import dot_plot
from classifier.scores import model_scores
from classifier.services import versions
from classifier.services.registry import UnknownModel


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Show all models, side by side and beside other programs."""
    compared = {kind: dot_plot(scores) for kind, scores in versions.compared().items()}
    return render(request, "models.html", {"listed": versions.models(), "compared": compared})


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """Show one model: its network, its scores as drawings with their numbers, its versions."""
    try:
        found = versions.model(name)
    except UnknownModel as error:
        raise Http404 from error
    return render(request, "model.html", {"model": found, "scores": model_scores(found.card) if found.card else None})

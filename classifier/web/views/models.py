"""Pages of the models: networks, scores, versions."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classifier.charts import dot_plot
from classifier.scores import model_scores
from classifier.services import versions
from classifier.services.registry import UnknownModel


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Show all models, and compare them with other programs."""
    comparisons = {kind: dot_plot(scores) for kind, scores in versions.read_program_scores().items()}
    return render(request, "models.html", {"models": versions.models(), "comparisons": comparisons})


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """Show the network, scores and versions of a model."""
    try:
        result = versions.model(name)
    except UnknownModel as error:
        raise Http404 from error
    scores = model_scores(result.card) if result.card else None
    return render(request, "model.html", {"model": result, "scores": scores})

"""The page of what somebody asked before."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classifier.models import Feedback, Prediction
from classifier.owners import owner_of
from classifier.pages import Page
from classifier.views.common import personal


@personal
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """List what this visitor asked, newest first."""
    owner = owner_of(request)
    own = Prefetch("feedback", Feedback.objects.filter(owner=owner), to_attr="own_feedback")
    rows = Prediction.objects.of(owner).prefetch_related(own)
    page = Page.read(rows, scope=f"history:{owner}", cursor=request.GET.get("cursor", ""))
    return render(request, "history.html", {"page": page})

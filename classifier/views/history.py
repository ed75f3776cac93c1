"""The page of what somebody asked before."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

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


@personal
@require_POST
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete one of the caller's own answers with what was said of it."""
    get_object_or_404(Prediction.objects.of(owner_of(request)), public_id=public_id).delete()
    messages.success(request, _("The answer is deleted."))
    return HttpResponseRedirect(resolve_url("history"), status=303)

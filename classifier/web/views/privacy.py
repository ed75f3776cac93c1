"""Page on privacy."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classifier.access.owners import keeps_history
from classifier.models import OWNERLESS_HOURS
from classifier.web.decorators import no_store


@no_store
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the stored data, retention periods and deletion."""
    context = {
        "keeps": keeps_history(request),
        "days": settings.HISTORY_DAYS,
        "hours": OWNERLESS_HOURS,
        "prefix": settings.COOKIE_PREFIX,
        "database": connection.vendor,
    }
    return render(request, "privacy.html", context)

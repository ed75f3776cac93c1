"""Pages of a history: list, export, delete, and the switch that keeps it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier.access.owners import HISTORY_COOKIE, HISTORY_OFF, keeps_history, owner_of, set_cookie
from classifier.formats.columns import HISTORY
from classifier.formats.files import DOWNLOADS, download
from classifier.models import Prediction
from classifier.services.history import HistoryPage, delete_all, delete_one, read_all, with_feedback
from classifier.web.decorators import back, limited, personal
from classifier.web.filters import HistoryPageFilter
from classifier.web.forms import DOWNLOAD_LABELS

COUNTED = 1000  # rows at most, before a deletion: counting a long history takes too long


@personal
@limited("history", "GET")
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """List the caller's answers that pass the filters, newest first."""
    parameters, owner = request.GET.copy(), owner_of(request)
    cursor = _take(parameters, "cursor", "")
    filters = HistoryPageFilter(parameters, owner=owner)
    if not filters.is_valid():
        return _history(request, filters.form, HistoryPage(), status=400)
    page = HistoryPage.read(filters.qs, filters.scope, cursor)
    with_feedback(page.rows, owner)
    return _history(request, filters.form, page)


def _history(request: HttpRequest, form: Form, page: HistoryPage, status: int = 200) -> HttpResponse:
    context = {"form": form, "page": page, "keeps": keeps_history(request), "downloads": DOWNLOAD_LABELS}
    return render(request, "history.html", context, status=status)


def _take(parameters: QueryDict, name: str, default: str) -> str:
    """Take a parameter that is no filter out of the others; raise BadRequest for one given twice."""
    *others, value = parameters.pop(name, [default])
    if others:
        raise BadRequest("A parameter is given twice.")
    return value


@personal
@limited("export", "GET")
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the answers that pass the filters as a file."""
    parameters, owner = request.GET.copy(), owner_of(request)
    name = _take(parameters, "format", DOWNLOADS[0])
    filters = HistoryPageFilter(parameters, owner=owner)
    if name not in DOWNLOADS or not filters.is_valid():
        raise BadRequest("No such format or filter.")
    return download(read_all(filters.qs, owner), HISTORY, name)


@personal
@limited("history")
@require_POST
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete one of the caller's own answers with its feedback."""
    try:
        delete_one(owner_of(request), public_id)
    except Prediction.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The answer is deleted."))
    return back(request, "history")


@personal
@limited("history")
@require_http_methods(["GET", "HEAD", "POST"])
def delete_many(request: HttpRequest) -> HttpResponse:
    """Confirm, then delete the answers that pass the filters."""
    filters = HistoryPageFilter(request.GET, owner=owner_of(request))
    if not filters.is_valid():
        raise BadRequest("No such filter.")
    if request.method != "POST":
        count = filters.qs[: COUNTED + 1].count()
        context = {"form": filters.form, "count": count, "counted": COUNTED, "more": count > COUNTED}
        return render(request, "delete_history.html", context)
    deleted = delete_all(filters.qs)
    text = ngettext("%(count)d answer is deleted.", "%(count)d answers are deleted.", deleted)
    messages.success(request, text % {"count": deleted})
    return back(request, "history")


@limited("history")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Switch the history of this browser on or off."""
    choice = request.POST.get("keep")
    response = back(request, "history")
    if choice == "on":
        response.delete_cookie(HISTORY_COOKIE, samesite="Lax")
        messages.success(request, _("From now on what you ask is kept in your history."))
    elif choice == HISTORY_OFF:
        set_cookie(response, HISTORY_COOKIE, HISTORY_OFF)
        messages.success(request, _("From now on nothing that you ask is kept."))
    else:
        raise BadRequest("The switch is on or off.")
    return response

"""Pages of a history: list, export, delete, switch off."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier.access.owners import HISTORY_COOKIE, HISTORY_OFF, delete_cookie, keeps_history, owner_of, set_cookie
from classifier.formats.columns import HISTORY
from classifier.formats.files import DEFAULT, DOWNLOADS, download
from classifier.models import Prediction
from classifier.services.history import delete_history, read_history
from classifier.services.history_list import HistoryList
from classifier.services.own_feedback import mark_read
from classifier.services.undo import InvalidCopy, delete_and_copy
from classifier.services.undo import restore as restore_copy
from classifier.web.decorators import no_store, rate_limit, redirect_back, takes
from classifier.web.filters import HistoryPageFilter
from classifier.web.forms import DOWNLOAD_LABELS, WordForm, form_options

MOST_COUNTED = 1000  # rows before a deletion; counting a long history takes too long


@no_store
@rate_limit("history", "GET")
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """List the caller's filtered answers: batches as one row, by days; words that were looked for, by word."""
    parameters, owner = request.GET.copy(), owner_of(request)
    cursor = _pop(parameters, "cursor", "")
    filters = HistoryPageFilter(parameters, owner=owner)
    if not filters.is_valid():
        return _render_history(request, filters.form, HistoryList(), status=400)
    page = HistoryList.read(filters, cursor)
    response = _render_history(request, filters.form, page)
    if request.method == "GET":
        mark_read(owner)
    return response


def _render_history(request: HttpRequest, form: Form, page: HistoryList, status: int = 200) -> HttpResponse:
    context = {"form": form, "page": page, "keeps": keeps_history(request), "downloads": DOWNLOAD_LABELS}
    return render(request, "history.html", context, status=status)


def _pop(parameters: QueryDict, name: str, default: str) -> str:
    """Remove and return a parameter; raise BadRequest for two."""
    *others, value = parameters.pop(name, [default])
    if others:
        raise BadRequest("A parameter is given twice.")
    return value


@no_store
@rate_limit("export", "GET")
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the filtered answers as a file."""
    parameters, owner = request.GET.copy(), owner_of(request)
    name = _pop(parameters, "format", DEFAULT)
    filters = HistoryPageFilter(parameters, owner=owner)
    if name not in DOWNLOADS or not filters.is_valid():
        raise BadRequest("No such format or filter.")
    return download(read_history(filters.qs, owner), HISTORY, name)


@no_store
@rate_limit("history")
@require_POST
@takes("next")
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete one of the caller's answers and its feedback.

    Unless it was deleted from a list, a page offers to undo that.
    """
    try:
        copy = delete_and_copy(owner_of(request), public_id)
    except Prediction.DoesNotExist as error:
        raise Http404 from error
    if request.POST.get("next"):
        messages.success(request, _("The answer is deleted."))
        return redirect_back(request, "history")
    form = WordForm(auto_id="ask_%s", **form_options(request))
    return render(request, "deleted.html", {"form": form, "copy": copy})


@no_store
@rate_limit("history")
@require_POST
@takes("copy")
def restore(request: HttpRequest) -> HttpResponse:
    """Undo the deletion of an answer."""
    try:
        public_id = restore_copy(request.POST.get("copy", ""), owner_of(request))
    except InvalidCopy:
        messages.error(request, _("This deletion can no longer be undone."))
        return HttpResponseRedirect(resolve_url("history"), status=303)
    messages.success(request, _("The answer is back."))
    return HttpResponseRedirect(resolve_url("result", public_id), status=303)


@no_store
@rate_limit("history")
@require_http_methods(["GET", "HEAD", "POST"])
@takes("next", query=HistoryPageFilter.base_filters)
def delete_many(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation, then delete the filtered answers."""
    filters = HistoryPageFilter(request.GET, owner=owner_of(request))
    if not filters.is_valid():
        raise BadRequest("No such filter.")
    if request.method != "POST":
        count = filters.qs[: MOST_COUNTED + 1].count()
        context = {"form": filters.form, "count": count, "most_counted": MOST_COUNTED, "more": count > MOST_COUNTED}
        return render(request, "delete_history.html", context)
    deleted = delete_history(filters)
    text = ngettext("%(count)d answer is deleted.", "%(count)d answers are deleted.", deleted)
    messages.success(request, text % {"count": deleted})
    return redirect_back(request, "history")


@rate_limit("history")
@require_POST
@takes("keep", "next")
def set_preference(request: HttpRequest) -> HttpResponse:
    """Switch the history of this browser on or off."""
    choice = request.POST.get("keep")
    response = redirect_back(request, "history")
    if choice == "on":
        delete_cookie(response, HISTORY_COOKIE)
        messages.success(request, _("From now on what you ask is kept in your history."))
    elif choice == HISTORY_OFF:
        set_cookie(response, HISTORY_COOKIE, HISTORY_OFF)
        messages.success(request, _("From now on nothing that you ask is kept."))
    else:
        raise BadRequest("The switch is on or off.")
    return response

"""The pages of what somebody asked before: find, fetch as a file, delete, keep or not."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier.access.owners import HISTORY_COOKIE, HISTORY_OFF, keeps_history, owner_of, set_cookie
from classifier.formats.columns import HISTORY
from classifier.formats.files import DOWNLOADS, download
from classifier.models import Prediction
from classifier.services.history import HistoryPage, delete_all, delete_one, read_all, select, with_opinions
from classifier.web.decorators import back, limited, personal
from classifier.web.filters import HistoryForm
from classifier.web.forms import DOWNLOAD_LABELS

COUNTED = 1000  # rows that are counted before they are deleted; of more it is said that they are more


@personal
@limited("history", "GET")
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """List what the caller asked, newest first, as far as it passes the filters."""
    filters = request.GET.copy()
    cursor = filters.pop("cursor", [""])[-1]
    form = HistoryForm(filters)
    if not form.is_valid():
        return _history(request, form, HistoryPage(), status=400)
    owner = owner_of(request)
    scope = f"history:{owner}:{sorted(form.asked.items())}"
    page = HistoryPage.read(select(owner, form.asked), scope=scope, cursor=cursor)
    with_opinions(page.rows, owner)
    return _history(request, form, page)


def _history(request: HttpRequest, form: HistoryForm, page: HistoryPage, status: int = 200) -> HttpResponse:
    context = {"form": form, "page": page, "keeps": keeps_history(request), "downloads": DOWNLOAD_LABELS}
    return render(request, "history.html", context, status=status)


@personal
@limited("export", "GET")
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Send what the history lists as a file."""
    filters = request.GET.copy()
    name = filters.pop("format", DOWNLOADS[:1])[-1]
    form = HistoryForm(filters)
    if name not in DOWNLOADS or not form.is_valid():
        raise BadRequest("No such format or filter.")
    owner = owner_of(request)
    return download(read_all(select(owner, form.asked), owner), HISTORY, name)


@personal
@limited("history")
@require_POST
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete one of the caller's own answers with what was said of it."""
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
    """Ask whether to delete what the filters list, then do it."""
    form = HistoryForm(request.GET)
    if not form.is_valid():
        raise BadRequest("No such filter.")
    rows = select(owner_of(request), form.asked)
    if request.method != "POST":
        count = rows[: COUNTED + 1].count()
        context = {"form": form, "count": count, "counted": COUNTED, "more": count > COUNTED}
        return render(request, "delete_history.html", context)
    deleted = delete_all(rows)
    text = ngettext("%(count)d answer is deleted.", "%(count)d answers are deleted.", deleted)
    messages.success(request, text % {"count": deleted})
    return back(request, "history")


@limited("history")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Let this browser's questions be kept from now on, or not."""
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

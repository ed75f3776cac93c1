"""The pages around many words at once: paste or upload them, read the table, fetch the file."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier.access.limits import consume_or_raise
from classifier.access.owners import assign_visitor, keeps_history, owner_of, set_visitor_cookie
from classifier.formats import files
from classifier.formats.columns import BATCH
from classifier.models import Batch
from classifier.services import batches
from classifier.web.decorators import body_limit, limited, personal
from classifier.web.forms import DOWNLOAD_LABELS, BatchForm
from classifier.words.lists import MOST_BYTES, MOST_WORDS

LISTED = 5  # batches on the first page
BYTES_PER_WORD = 1024  # decoding this much costs at most as much as answering a word


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@body_limit(4 * MOST_BYTES)  # so that the form itself, still filled in, can say of most files that they are too large
def start(request: HttpRequest) -> HttpResponseBase:
    """Show the form; answer private words by the file, any others at their own address."""
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = BatchForm(*posted, keeps_history=keeps_history(request))
    read = _consume_reading(request) if form.is_bound else 0
    if not form.is_valid():
        return _form(request, form)
    consume_or_raise(request, "batch", max(form.found.size - read, 0))
    options = {name: form.cleaned_data[name] for name in ("model", "languages")}
    if form.cleaned_data["private"]:
        return files.download(batches.answer_privately(form.found, **options), BATCH, form.cleaned_data["format"])
    batch = batches.create_batch(form.found, owner=assign_visitor(request), name=form.file_name, **options)
    response = HttpResponseRedirect(resolve_url("batch", batch.public_id), status=303)
    set_visitor_cookie(request, response)
    return response


def _consume_reading(request: HttpRequest) -> int:
    """Consume the cost of decoding the body, in words; return it, or raise LimitExceeded."""
    cost = 1 + int(request.META.get("CONTENT_LENGTH") or 0) // BYTES_PER_WORD
    consume_or_raise(request, "batch", cost)
    return cost


def _form(request: HttpRequest, form: BatchForm) -> HttpResponse:
    own = Batch.objects.of(owner_of(request)).defer("errors")[:LISTED]
    context = {"form": form, "batches": own, "most_words": MOST_WORDS, "most_bytes": MOST_BYTES}
    return render(request, "batches.html", context, status=400 if form.is_bound else 200)


@personal
@limited("history", "GET")
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a page of the rows, and how many of all are in which language."""
    batch = _find(request, public_id)
    first = _first_row(request)
    page = batches.read_page(batch, first)
    if not page.rows:
        raise Http404
    context = {"batch": batch, "page": page, "parts": batches.parts(batch), "downloads": DOWNLOAD_LABELS}
    return render(request, "batch.html", context)


@personal
@limited("export", "GET")
@require_safe
def download(request: HttpRequest, public_id: UUID, name: str) -> StreamingHttpResponse:
    """Send all rows as a file."""
    if name not in files.DOWNLOADS:
        raise Http404
    return files.download(batches.read_all(_find(request, public_id)), BATCH, name)


@personal
@limited("history")
@require_POST
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete a batch with all its answers."""
    batches.delete(_find(request, public_id))
    messages.success(request, _("The words and their answers are deleted."))
    return HttpResponseRedirect(resolve_url("batches"), status=303)


def _find(request: HttpRequest, public_id: UUID) -> Batch:
    return get_object_or_404(Batch.objects.of(owner_of(request)), public_id=public_id)


def _first_row(request: HttpRequest) -> int:
    text = request.GET.get("from", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest("There is no such row.")
    return int(text)

"""Pages of batches: paste or upload, read, download, delete."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier.access.limits import consume_or_raise
from classifier.access.owners import assign_visitor, owner_of, set_visitor_cookie
from classifier.formats import files
from classifier.formats.columns import BATCH
from classifier.models import Batch
from classifier.services import batches
from classifier.services.group_commit import AlreadyReplaced
from classifier.web.batch_forms import FIRST_ROW, BatchForm
from classifier.web.candidates import remember, set_choice_cookie
from classifier.web.decorators import body_limit, charge, no_store, rate_limit, takes
from classifier.web.forms import DOWNLOAD_LABELS, form_options
from classifier.words.lists import MOST_BYTES, MOST_WORDS

LATEST = 5  # batches below the form


@no_store
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit("batch")
@body_limit(4 * MOST_BYTES)  # so that most files that are too large get the form back, not an error page
@takes(*BatchForm.base_fields)
def start(request: HttpRequest) -> HttpResponseBase:
    """Show the form, or identify the words sent.

    Private words are answered by the file, any others at their own address. A table whose column is in doubt comes
    back with the question, since nothing of it is kept.
    """
    form_data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = BatchForm(*form_data, **form_options(request))
    if form.is_valid() and form.table:
        return _ask_column(request, form)
    if not (form.is_valid() and charge(request, form, "batch")):
        return _render_form(request, form)
    options = {name: form.cleaned_data[name] for name in ("model", "languages", "confidence")}
    remember(request, options["languages"])
    response = _answer(request, form, options)
    set_choice_cookie(request, response)
    return response


def _answer(request: HttpRequest, form: BatchForm, options: dict[str, Any]) -> HttpResponseBase:
    if form.cleaned_data["private"]:
        return files.download(batches.answer_privately(form.word_list, **options), BATCH, form.cleaned_data["format"])
    owner = assign_visitor(request)
    batch = batches.create_batch(form.word_list, owner=owner, name=form.file_name, reading=form.facts, **options)
    response = HttpResponseRedirect(resolve_url("batch", batch.public_id), status=303)
    set_visitor_cookie(request, response)
    return response


def _render_form(request: HttpRequest, form: BatchForm) -> HttpResponse:
    latest = Batch.objects.of(owner_of(request)).defer("errors")[:LATEST]
    context = {"form": form, "batches": latest, "most_words": MOST_WORDS, "most_bytes": MOST_BYTES}
    return render(request, "batches.html", context, status=400 if form.is_bound else 200)


def _ask_column(request: HttpRequest, form: BatchForm) -> HttpResponse:
    choice = form.word_file.choice
    context = {"form": form, "choice": choice, "first_row": FIRST_ROW, "guess": "names" if choice.header else "words"}
    return render(request, "batch_column.html", context)


@no_store
@rate_limit("history", "GET")
@require_safe
@takes(query=("from",))
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a page of the rows and counts by language; first answer the words that wait, a step each time."""
    batch = _get_batch(request, public_id)
    first = _first_row(request)
    if left := _answer_next(request, batch):
        return render(request, "batch_progress.html", {"batch": batch, "done": batch.answered - left})
    page = batches.read_page(batch, first)
    if not page.rows:
        raise Http404
    context = {
        "batch": batch,
        "page": page,
        "first": batches.predictions(batch).first(),
        "parts": batches.parts(batch),
        "downloads": DOWNLOAD_LABELS,
        "waiting": batches.count_waiting(batch),  # in vain: their model has gone
    }
    return render(request, "batch.html", context)


def _answer_next(request: HttpRequest, batch: Batch) -> int:
    """Answer the next words, unless the request is a HEAD; return how many rows can still be answered."""
    if not (batch.waiting.exists() and batches.can_go_on(batch)):
        return 0
    if request.method == "GET":
        try:
            batches.answer_next(batch)
        except AlreadyReplaced:  # by another tab; this one has computed the same for nothing
            consume_or_raise(request, "batch", batches.MOST_AT_ONCE)
    return batches.count_waiting(batch)


@no_store
@rate_limit("export", "GET")
@require_safe
def download(request: HttpRequest, public_id: UUID, name: str) -> HttpResponseBase:
    """Send all rows as a file, once all are answered."""
    if name not in files.DOWNLOADS:
        raise Http404
    batch = _get_batch(request, public_id)
    if batch.waiting.exists() and batches.can_go_on(batch):
        return HttpResponseRedirect(resolve_url("batch", public_id), status=303)
    return files.download(batches.read_batch(batch), BATCH, name)


@no_store
@rate_limit("history")
@require_POST
@takes()
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete a batch with all its answers."""
    batches.delete_batch(_get_batch(request, public_id))
    messages.success(request, _("The words and their answers are deleted."))
    return HttpResponseRedirect(resolve_url("batches"), status=303)


def _get_batch(request: HttpRequest, public_id: UUID) -> Batch:
    return get_object_or_404(Batch.objects.of(owner_of(request)), public_id=public_id)


def _first_row(request: HttpRequest) -> int:
    text = request.GET.get("from", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest("There is no such row.")
    return int(text)

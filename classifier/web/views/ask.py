"""The pages around one word: ask, answer, share, say whether it is right."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from classifier.access.limits import consume
from classifier.access.owners import assign_visitor, keeps_history, owner_of, set_visitor_cookie
from classifier.formats.share import share
from classifier.ml.answers import Answer
from classifier.models import Prediction
from classifier.services import history, registry
from classifier.services.feedback import FeedbackClosed, submit_feedback, withdraw_feedback
from classifier.services.identify import explain, find_prediction, identify, options_to_repeat
from classifier.web.decorators import limited, personal
from classifier.web.forms import FeedbackForm, WordForm

# One of each kind: French with English near, Spanish, shared, English, an apostrophe, none of them.
EXAMPLES = ("orignal", "mañana", "piano", "knowledge", "aujourd’hui", "Straße")  # noqa: RUF001


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@limited("single")
def home(request: HttpRequest) -> HttpResponse:
    """Show the form; answer a private word at once, any other at its own address."""
    form = WordForm(_posted(request), keeps_history=keeps_history(request))
    if not form.is_valid():
        return _form(request, form)
    prediction = _identify(request, **form.cleaned_data)
    if prediction.private:
        return _result(request, prediction)
    response = HttpResponseRedirect(resolve_url("result", prediction.public_id), status=303)
    set_visitor_cookie(request, response)
    return response


@personal
@require_GET  # HEAD would run the model, too
@limited("single", "GET")
def shared(request: HttpRequest) -> HttpResponse:
    """Answer the word of a link for anybody who has it; the answer is nobody's and is not kept."""
    form = WordForm({name: request.GET.get(name, "") for name in ("word", "model")})
    if not form.is_valid():
        return _form(request, form)
    prediction = _identify(request, **form.cleaned_data | {"private": True})
    response = _result(request, prediction, shared=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _posted(request: HttpRequest) -> QueryDict | None:
    if request.method != "POST":
        return None
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            request.body.decode()  # Django would read other bytes as Latin-1
        except UnicodeDecodeError as error:
            raise BadRequest("The form is not UTF-8.") from error
    return request.POST


def _form(request: HttpRequest, form: WordForm) -> HttpResponse:
    if "word" in form.errors:
        form.fields["word"].widget.attrs["autofocus"] = True
    context = {"form": form, "examples": EXAMPLES}
    return render(request, "home.html", context, status=400 if form.is_bound else 200)


def _identify(request: HttpRequest, *, word: str, private: bool, **how: Any) -> Prediction:
    owner = "" if private else assign_visitor(request)
    [prediction] = identify(words=[word], source="web", owner=owner, private=private, **how)
    return prediction


@personal
@require_safe
def result(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show an answer, and ask whether it is right."""
    return _result(request, _find(request, public_id))


@personal
@require_POST
@limited("feedback")
def feedback(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep what a person says about an answer."""
    prediction = _find(request, public_id)
    form = FeedbackForm(request.POST, prediction=prediction)
    if not form.is_valid():
        return _result(request, prediction, rejected=form)
    with suppress(FeedbackClosed):  # decided meanwhile: the page says how
        submit_feedback(prediction=prediction, owner=owner_of(request), **form.cleaned_data)
    return HttpResponseRedirect(resolve_url("result", public_id) + "#feedback", status=303)


@personal
@require_POST
@limited("feedback")
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw the reader's feedback on an answer."""
    prediction = _find(request, public_id)
    withdrawn = False
    with suppress(FeedbackClosed):  # decided meanwhile: the page says how
        withdrawn = withdraw_feedback(prediction=prediction, owner=owner_of(request))
    if withdrawn:
        messages.success(request, _("Withdrawn: what you said about this answer is deleted."))
    return HttpResponseRedirect(resolve_url("result", public_id), status=303)


def _find(request: HttpRequest, public_id: UUID) -> Prediction:
    try:
        return find_prediction(public_id=public_id, owner=owner_of(request))
    except Prediction.DoesNotExist as error:
        raise Http404 from error


def _result(
    request: HttpRequest, prediction: Prediction, *, rejected: FeedbackForm | None = None, shared: bool = False
) -> HttpResponse:
    owner = owner_of(request)
    history.with_feedback([prediction], owner)
    own = prediction.feedback_of(owner)
    answer = prediction.answer()
    may_explain = _may_explain(request, answer)
    context = {
        "prediction": prediction,
        "shared": shared,
        "answer": answer,
        "comparison": prediction.comparison(),
        "models": len(registry.current().names),
        "may_explain": may_explain,
        "explanation": explain(answer) if may_explain else None,
        "options": options_to_repeat(prediction),
        "share": share(prediction, request, owner),
        "feedback": own,
        "feedback_form": rejected or FeedbackForm(prediction=prediction, feedback=own),
        "form": WordForm(initial={"private": prediction.private and not shared}, keeps_history=keeps_history(request)),
    }
    return render(request, "result.html", context, status=400 if rejected else 200)


def _may_explain(request: HttpRequest, answer: Answer) -> bool:
    """Return whether the caller's limit allows another explanation."""
    # A text's needs no model. A word's counts apart, so that the page after asking costs no second word.
    return bool(answer.words) or consume(request, "single", counter="-explanation").granted

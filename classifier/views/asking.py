"""The pages around one word: ask, answer, say whether it is right."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier import services
from classifier.forms import FeedbackForm, WordForm
from classifier.models import Prediction
from classifier.owners import ensure_visitor, owner_of, welcome
from classifier.registry import ModelUnavailable
from classifier.views.common import personal

# One of each kind: French with English near, Spanish, shared, English, an apostrophe, none of them.
EXAMPLES = ("orignal", "mañana", "piano", "knowledge", "aujourd’hui", "Straße")  # noqa: RUF001


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show the form; answer a private word at once, any other at its own address."""
    form = WordForm(_posted(request))
    if not form.is_valid():
        context = {"form": form, "examples": EXAMPLES}
        return render(request, "home.html", context, status=400 if form.is_bound else 200)
    try:
        prediction = _identify(request, **form.cleaned_data)
    except ModelUnavailable:
        return render(request, "503.html", status=503)
    if prediction.private:
        form = WordForm(initial=form.cleaned_data | {"word": ""})
        return render(request, "result.html", {**_said(prediction), "form": form, "private": True})
    response = HttpResponseRedirect(resolve_url("result", prediction.public_id), status=303)
    ensure_visitor(request, response)
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


def _identify(request: HttpRequest, *, word: str, model: str, private: bool) -> Prediction:
    owner = "" if private else welcome(request)
    [prediction] = services.identify(words=[word], model=model, source="web", owner=owner, private=private)
    return prediction


@personal
@require_safe
def result(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show an answer, and ask whether it is right."""
    return _result(request, _find(request, public_id))


@personal
@require_POST
def feedback(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep what a person says about an answer."""
    prediction = _find(request, public_id)
    form = FeedbackForm(request.POST, prediction=prediction)
    if not form.is_valid():
        return _result(request, prediction, form)
    with suppress(services.FeedbackClosed):  # decided meanwhile: the page says how
        services.submit_feedback(prediction=prediction, owner=owner_of(request), **form.cleaned_data)
    return HttpResponseRedirect(resolve_url("result", public_id) + "#feedback", status=303)


def _find(request: HttpRequest, public_id: UUID) -> Prediction:
    try:
        return services.find_prediction(public_id=public_id, owner=owner_of(request))
    except Prediction.DoesNotExist as error:
        raise Http404 from error


def _said(prediction: Prediction) -> dict[str, Any]:
    return {"answer": prediction.answer(), "comparison": prediction.comparison()}


def _result(request: HttpRequest, prediction: Prediction, rejected: FeedbackForm | None = None) -> HttpResponse:
    own = prediction.feedback.filter(owner=owner_of(request)).first()
    context = {
        "prediction": prediction,
        **_said(prediction),
        "feedback": own,
        "feedback_form": rejected or FeedbackForm(prediction=prediction, feedback=own),
        "form": WordForm(),
    }
    return render(request, "result.html", context, status=400 if rejected else 200)

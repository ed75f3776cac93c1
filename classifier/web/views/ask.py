"""Pages of one word: ask, answer, share, give feedback."""

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
from classifier.access.owners import assign_visitor, owner_of, set_visitor_cookie
from classifier.formats.share import share
from classifier.ml.answers import Answer
from classifier.models import Feedback, Prediction
from classifier.services import history, registry
from classifier.services.feedback import FeedbackClosed, label_of, submit_feedback, withdraw_feedback
from classifier.services.identify import candidates_of, explain, find_prediction, identify, options_to_repeat
from classifier.web.candidates import remember, set_choice_cookie
from classifier.web.decorators import charge, no_store, rate_limit, takes
from classifier.web.feedback_forms import FeedbackForm
from classifier.web.forms import WordForm, form_options

# French, Spanish, shared, English, with an apostrophe, in none of the three languages.
EXAMPLES = ("grenouille", "mañana", "piano", "knowledge", "aujourd’hui", "Straße")  # noqa: RUF001


@no_store
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit("single")
@takes(*WordForm.base_fields, "example")
def home(request: HttpRequest) -> HttpResponse:
    """Show the form, or identify the word sent.

    A private word is answered at once, any other at its own address.
    """
    form = WordForm(_form_data(request), **form_options(request))
    if not (form.is_valid() and charge(request, form, "single")):
        return _render_form(request, form)
    prediction = _identify_one(request, **form.cleaned_data)
    remember(request, form.cleaned_data["languages"])
    if prediction.private:
        response = _render_result(request, prediction)
    else:
        response = HttpResponseRedirect(resolve_url("result", prediction.public_id), status=303)
        set_visitor_cookie(request, response)
    set_choice_cookie(request, response)
    return response


@no_store
@require_GET  # not HEAD, which would run the model, too
@rate_limit("single", "GET")
def shared_link(request: HttpRequest) -> HttpResponse:
    """Identify the word of a shared link.

    The prediction is private, so it has no owner and the word is not stored.
    """
    texts = {name: request.GET.get(name, "") for name in ("word", "model")}
    form = WordForm({**texts, "languages": request.GET.getlist("languages")})
    if not (form.is_valid() and charge(request, form, "single")):
        return _render_form(request, form)
    prediction = _identify_one(request, **form.cleaned_data | {"private": True})
    response = _render_result(request, prediction, shared=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _form_data(request: HttpRequest) -> QueryDict | None:
    """Return the posted form; raise BadRequest unless it is UTF-8."""
    if request.method != "POST":
        return None
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            request.body.decode()  # Django would read other bytes as Latin-1
        except UnicodeDecodeError as error:
            raise BadRequest("The form is not UTF-8.") from error
    return request.POST


def _render_form(request: HttpRequest, form: WordForm) -> HttpResponse:
    if "word" in form.errors:
        form.fields["word"].widget.attrs["autofocus"] = True
    context = {"form": form, "examples": EXAMPLES}
    return render(request, "home.html", context, status=400 if form.is_bound else 200)


def _identify_one(request: HttpRequest, *, word: str, private: bool, **options: Any) -> Prediction:
    owner = "" if private else assign_visitor(request)
    [prediction] = identify(words=[word], source="web", owner=owner, private=private, **options)
    return prediction


@no_store
@require_safe
def result(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show an answer and the form for feedback."""
    return _render_result(request, _get_prediction(request, public_id))


@no_store
@require_POST
@rate_limit("feedback")
@takes(*FeedbackForm.base_fields)
def feedback(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Store feedback on an answer."""
    prediction = _get_prediction(request, public_id)
    form = FeedbackForm(request.POST, prediction=prediction)
    if not form.is_valid():
        return _render_result(request, prediction, invalid_form=form)
    with suppress(FeedbackClosed):  # reviewed meanwhile: the page shows the decision
        try:
            submit_feedback(prediction=prediction, owner=owner_of(request), **form.cleaned_data)
        except Prediction.DoesNotExist as error:  # deleted meanwhile
            raise Http404 from error
    return HttpResponseRedirect(resolve_url("result", public_id) + "#feedback", status=303)


@no_store
@require_POST
@rate_limit("feedback")
@takes()
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw the reader's feedback on an answer."""
    prediction = _get_prediction(request, public_id)
    withdrawn = False
    with suppress(FeedbackClosed):  # reviewed meanwhile: the page shows the decision
        withdrawn = withdraw_feedback(prediction=prediction, owner=owner_of(request))
    if withdrawn:
        messages.success(request, _("Withdrawn: what you said about this answer is deleted."))
    return HttpResponseRedirect(resolve_url("result", public_id), status=303)


def _get_prediction(request: HttpRequest, public_id: UUID) -> Prediction:
    try:
        return find_prediction(public_id=public_id, owner=owner_of(request))
    except Prediction.DoesNotExist as error:
        raise Http404 from error


def _render_result(
    request: HttpRequest, prediction: Prediction, *, invalid_form: FeedbackForm | None = None, shared: bool = False
) -> HttpResponse:
    owner = owner_of(request)
    history.with_feedback([prediction], owner)
    own_feedback = prediction.feedback_of(owner)
    answer = prediction.answer()
    comparison, options = prediction.comparison(), options_to_repeat(prediction)
    may_explain = _may_explain(request, answer)
    explanation = explain(answer, prediction.asked_languages) if may_explain else None
    corrected = own_feedback is not None and own_feedback.kind == Feedback.Kind.CORRECTION
    context = {
        "prediction": prediction,
        "shared": shared,
        "answer": answer,
        "answers": [answer],
        "shown": next(iter(comparison.majority), None) if comparison else answer,
        "comparison": comparison,
        "agreed": label_of(answer),
        **_counts(prediction),
        "may_explain": may_explain,
        "explanation": explanation,
        "shown_at_once": None if comparison or corrected else explanation,
        "options": options,
        "share": share(prediction, request, owner),
        "feedback": own_feedback,
        "feedback_form": invalid_form or FeedbackForm(prediction=prediction, feedback=own_feedback),
        "form": _form_to_repeat(request, prediction, options, private=prediction.private and not shared),
    }
    return render(request, "result.html", context, status=400 if invalid_form else 200)


def _counts(prediction: Prediction) -> dict[str, int]:
    """Return the numbers of candidates, of the languages that the model knows, and of models that know the candidates.

    0 where the version that answered has gone.
    """
    serving, asked, candidates = registry.current(), prediction.asked_languages, candidates_of(prediction)
    with_candidates = [
        one for one in serving.identifiers.values() if not asked or set(candidates or ()) <= set(one.card.languages)
    ]
    best = next((one for one in with_candidates if one.card.name == prediction.model), None)
    return {
        "asked_count": len(candidates or ()),
        "known_count": len(best.card.languages) if best else 0,
        "model_count": len(with_candidates) + (0 if asked else len(serving.unavailable)),
    }


def _form_to_repeat(
    request: HttpRequest, prediction: Prediction, options: dict[str, Any], *, private: bool
) -> WordForm:
    """Return the form with what was asked; its ids differ from those of the form for feedback."""
    asked = {name: options[name] for name in ("model", "confidence") if options[name]}
    return WordForm(auto_id="ask_%s", **form_options(request, word=prediction.shown_word, private=private, **asked))


def _may_explain(request: HttpRequest, answer: Answer) -> bool:
    """Return whether the caller's limit allows another explanation."""
    # A text needs no model. Counted apart from words, so that the page after asking costs nothing more.
    return bool(answer.words) or consume(request, "single", counter="-explanation").granted

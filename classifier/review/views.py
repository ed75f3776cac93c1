"""The review page: a card a word, decided by a click or a key."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classifier.languages import SPECIAL_LABELS
from classifier.ml.answers import Comparison
from classifier.models import Decision, Feedback, key_of
from classifier.review.forms import REJECT, DecisionForm, FilterForm
from classifier.review.log import log_decisions
from classifier.services import registry, review_queue
from classifier.services.identify import ALL_MODELS, compare
from classifier.services.review import (
    AlreadyUndone,
    DecidedMeanwhile,
    NothingPending,
    decide,
    reject,
    reject_owner,
    same_act,
    undo,
    undo_act,
)

MOST_BUTTONS = 10  # languages, each with a key
MOST_SKIPPED = 200  # words that a session remembers
View = Callable[..., HttpResponse]


def reviewers_only(permission: str) -> Callable[[View], View]:
    """Send strangers to log in, and refuse users without the permission."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), resolve_url("login"))
            if not request.user.has_perm(f"classifier.{permission}"):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return never_cache(checked)

    return decorate


@reviewers_only("view_feedback")
@require_GET
def card(request: HttpRequest) -> HttpResponse:
    """Show a word: the one named, else the one that is worth most."""
    return _render_card(request, request.GET.get("word"))


def _render_card(request: HttpRequest, key: str | None, form: DecisionForm | None = None) -> HttpResponse:
    filters = FilterForm(request.GET)
    if key is None:
        key = review_queue.next_key(request.session.get("skipped", ()), **filters.filters)
    word = _read_word(key) if key is not None and "\0" not in key else None
    if key is not None and word is None:
        raise Http404
    last = _last_of(request.user)
    comparison = _ask_all(word.word) if word else None
    context = {
        "word": word,
        "comparison": comparison,
        "form": form or DecisionForm(),
        **_offered(word, comparison),
        "last": last,
        "last_words": same_act(last).count() if last else 0,
        "waiting": review_queue.count_waiting(),
        "skipped": len(request.session.get("skipped", ())),
        "filters": filters,
        "query": urlencode(filters.filters),
        "reject": REJECT,
    }
    return render(request, "review/card.html", context, status=400 if form else 200)


def _read_word(key: str) -> review_queue.WaitingWord | None:
    """Return the word of a key, or of any other spelling."""
    return review_queue.read_word(key) or review_queue.read_word(key_of(key))


def _offered(word: review_queue.WaitingWord | None, comparison: Comparison | None) -> dict[str, Sequence[str]]:
    """Return the languages that have a button, and those that may share a word.

    Of models with many languages, those that people or the models named; another one is chosen by name.
    """
    votes = [[vote.label, *vote.languages] for vote in word.votes] if word else []
    said = [code for codes in votes for code in codes if code not in SPECIAL_LABELS]
    languages = registry.current().languages
    if len(languages) > MOST_BUTTONS:
        candidates = [one.language for answer in comparison.answers for one in answer.candidates] if comparison else []
        languages = tuple(dict.fromkeys([*said, *candidates]))[:MOST_BUTTONS]
    return {"languages": languages, "shareable": list(dict.fromkeys([*languages, *said]))}


def _ask_all(word: str) -> Comparison | None:
    try:
        [comparison] = compare(words=[word], model=ALL_MODELS)
    except registry.ModelUnavailable:
        return None
    return comparison


def _last_of(user: Any) -> Decision | None:
    return Decision.objects.filter(reviewer=user, undone_at=None).order_by("-id").first()


@reviewers_only("add_decision")
@require_POST
def decide_word(request: HttpRequest) -> HttpResponse:
    """Decide about a word, and show the next one."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _render_card(request, request.POST.get("word", ""), form)
    data = form.cleaned_data
    try:
        _decide(request, data)
    except NothingPending:
        messages.warning(request, _("Nothing waits for a decision about this word any more."))
    except DecidedMeanwhile:
        messages.warning(request, _("Somebody else decided about this word meanwhile. Look at it again."))
        return _to_next(request, word=data["word"])
    except ValidationError as error:
        form.add_error(None, error)
        return _render_card(request, data["word"], form)
    return _to_next(request)


def _decide(request: HttpRequest, data: dict[str, Any]) -> None:
    reviewer = cast("User", request.user)
    if data["label"] == REJECT and data["sender_of"]:
        _reject_owner(request, reviewer, data)
        return
    about = {"word_key": data["word"], "reviewer": reviewer, "reason": data["reason"], "seen": data["seen"]}
    if data["label"] == REJECT:
        decision = reject(**about)
    else:
        decision = decide(**about, label=data["label"], languages=data["languages"])
    log_decisions(reviewer, [decision])


def _reject_owner(request: HttpRequest, reviewer: User, data: dict[str, Any]) -> None:
    # Feedback of nobody has many senders.
    sender = get_object_or_404(Feedback.objects.exclude(owner=""), pk=data["sender_of"]).owner
    decisions = reject_owner(owner=sender, reviewer=reviewer, reason=data["reason"])
    log_decisions(reviewer, decisions)
    count = len(decisions)
    text = ngettext(
        "All feedback of this visitor was rejected: %(count)d word.",
        "All feedback of this visitor was rejected: %(count)d words.",
        count,
    )
    messages.success(request, text % {"count": count})


@reviewers_only("add_decision")
@require_POST
def undo_decision(request: HttpRequest) -> HttpResponse:
    """Undo a decision, or all that were made at once with it, and show its word."""
    decision = get_object_or_404(Decision, pk=_number(request.POST.get("decision", "")))
    reviewer = cast("User", request.user)
    try:
        if "all" in request.POST:
            _undo_act(request, decision, reviewer)
            return _to_next(request)
        log_decisions(reviewer, [undo(decision=decision, reviewer=reviewer)])
    except AlreadyUndone:
        messages.warning(request, _("This decision was undone before."))
    else:
        messages.success(request, _("Undone: the word waits again."))
    return _to_next(request, word=decision.word_key)


def _undo_act(request: HttpRequest, decision: Decision, reviewer: User) -> None:
    decisions = undo_act(decision=decision, reviewer=reviewer)
    log_decisions(reviewer, decisions)
    count = len(decisions)
    text = ngettext("Undone: %(count)d word waits again.", "Undone: %(count)d words wait again.", count)
    messages.success(request, text % {"count": count})


@reviewers_only("add_decision")
@require_POST
def skip(request: HttpRequest) -> HttpResponse:
    """Leave a word for later; without a word, show the skipped ones again."""
    feedback = _number(request.POST.get("feedback", ""))
    # Ids of feedback, so that no word stays in the session when a history is deleted.
    request.session["skipped"] = [*request.session.get("skipped", ()), feedback][-MOST_SKIPPED:] if feedback else []
    return _to_next(request)


def _number(text: str) -> int:
    """Return a posted id, 0 for anything that is none."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0


def _to_next(request: HttpRequest, **word: str) -> HttpResponse:
    """Show the next word that the filters leave, or the named one."""
    return redirect(f"{resolve_url('review')}?{urlencode({**FilterForm(request.GET).filters, **word})}")


@reviewers_only("add_decision")
@require_http_methods(["GET", "POST"])
def clear(request: HttpRequest) -> HttpResponse:
    """Show the words that are clear, and accept those ticked."""
    words = review_queue.clear_words()
    if request.method == "POST":
        ticked = set(request.POST.getlist("word"))
        chosen = [word for word in words if word.choice in ticked]
        count = sum(_accept_majority(cast("User", request.user), word) for word in chosen)
        text = ngettext("%(count)d word was decided.", "%(count)d words were decided.", count) % {"count": count}
        messages.success(request, text)
        return redirect("review")
    return render(request, "review/clear.html", {"words": words, "least": review_queue.CLEAR_VOTES})


def _accept_majority(reviewer: User, word: review_queue.WaitingWord) -> bool:
    if word.majority is None:
        return False
    vote = word.majority
    try:
        decision = decide(
            word_key=word.key, reviewer=reviewer, label=vote.label, languages=vote.languages, seen=word.seen
        )
    except (DecidedMeanwhile, NothingPending):
        return False
    log_decisions(reviewer, [decision])
    return True

"""The versions page: promote and roll back by hand, with the gate's comparison."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from classifier.ml.artifacts import BadVersion
from classifier.models import Activation
from classifier.review.log import log_activation
from classifier.review.views import reviewers_only
from classifier.services import promotion, registry, switching
from classifier.services.switching import Candidate, Choice

Switch = Callable[..., Activation]


@reviewers_only("view_activation")
@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Show the versions of all models with the gate's judgement."""
    models = [switching.choice(name) for name in registry.current().names]
    return render(request, "review/versions.html", {"models": models})


@reviewers_only("view_activation")
@require_http_methods(["GET", "HEAD", "POST"])
def promote(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show the gate's comparison of a version, and promote it once confirmed."""
    model, candidate = _find(name, version)
    if request.method == "POST":
        return _switch(request, switching.promote, model.name, version=version)
    checks = promotion.checks(promotion.comparison(model.name, version))
    return render(request, "review/promote.html", {"model": model, "candidate": candidate, "checks": checks})


@reviewers_only("view_activation")
@require_http_methods(["GET", "HEAD", "POST"])
def rollback(request: HttpRequest, name: str) -> HttpResponse:
    """Ask whether to return to the version before, and return to it once confirmed."""
    model = _choice(name)
    if request.method == "POST":
        return _switch(request, switching.roll_back, model.name)
    return render(request, "review/rollback.html", {"model": model})


def _find(name: str, version: str) -> tuple[Choice, Candidate]:
    model = _choice(name)
    for candidate in model.candidates:
        if candidate.version.name == version:
            return model, candidate
    raise Http404


def _choice(name: str) -> Choice:
    try:
        return switching.choice(name)
    except registry.UnknownModel as error:
        raise Http404 from error


def _switch(request: HttpRequest, switch: Switch, name: str, **version: str) -> HttpResponse:
    """Switch a model's version and report the result."""
    if not request.user.has_perm("classifier.add_activation"):
        raise PermissionDenied
    user, seen, reason = cast("User", request.user), request.POST.get("seen", ""), request.POST.get("reason", "")
    try:
        activation = switch(name, **version, seen=seen, user=user, reason=reason.strip())
    except switching.SwitchedMeanwhile:
        messages.warning(request, _("Somebody else switched this model meanwhile. Look again."))
    except switching.NotPassed:
        messages.warning(request, _("The gate has not let this version pass: run the command that its row shows."))
    except promotion.NothingToRollBack:
        messages.warning(request, _("No other version of this model was active before."))
    except (promotion.MissingVersion, BadVersion):
        messages.warning(request, _("The files of this version are missing or damaged. What was active stays active."))
    else:
        log_activation(user, activation)
        text = _("%(name)s %(version)s is active; servers switch within 5 seconds.")
        messages.success(request, text % {"name": name, "version": activation.version})
    return redirect("versions")

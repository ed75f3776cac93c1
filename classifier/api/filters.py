"""Filters of a history in queries of the API."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings

from classifier.api.base import query_params
from classifier.api.requests import StrictSerializer
from classifier.services.history_filter import HistoryFilter


def read_filters(
    request: Request, owner: str, options: type[StrictSerializer] = StrictSerializer
) -> tuple[HistoryFilter, dict[str, Any]]:
    """Return the filters of the owner's history, and the values of `options`.

    Raises ValidationError for parameters that are unknown, repeated or not valid.
    """
    parameters = query_params(request)
    names = options().get_fields().keys() & parameters.keys()
    others = options(data={name: parameters[name] for name in names})
    filters = request.query_params.copy()
    for name in names:
        del filters[name]
    history = HistoryFilter(filters, owner=owner)
    if not (others.is_valid() and history.is_valid()):
        raise ValidationError({**others.errors, **_details(history.form.errors)})
    return history, others.validated_data


def _details(errors: ErrorDict) -> dict[str, list[ErrorDetail]]:
    """Return the errors of a form as REST framework has them."""
    names: dict[str, str] = {NON_FIELD_ERRORS: api_settings.NON_FIELD_ERRORS_KEY}
    return {
        names.get(name, name): [ErrorDetail(error["message"], error["code"]) for error in found]
        for name, found in errors.get_json_data().items()
    }

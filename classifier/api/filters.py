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
    """Return the owner's history filter and the values of `options`.

    Raises ValidationError for unknown, repeated and invalid parameters.
    """
    parameters = query_params(request)
    names = options().get_fields().keys() & parameters.keys()
    serializer = options(data={name: parameters[name] for name in names})
    filters = request.query_params.copy()
    for name in names:
        del filters[name]
    history_filter = HistoryFilter(filters, owner=owner)
    if not (serializer.is_valid() and history_filter.is_valid()):
        raise ValidationError({**serializer.errors, **_details(history_filter.form.errors)})
    return history_filter, serializer.validated_data


def _details(errors: ErrorDict) -> dict[str, list[ErrorDetail]]:
    """Convert the errors of a form to REST framework's."""
    names: dict[str, str] = {NON_FIELD_ERRORS: api_settings.NON_FIELD_ERRORS_KEY}
    return {
        names.get(name, name): [ErrorDetail(error["message"], error["code"]) for error in messages]
        for name, messages in errors.get_json_data().items()
    }

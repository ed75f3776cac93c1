"""Errors of serializers and forms, which never repeat the input."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from classifier.access.login_forms import AdminLoginForm, LoginForm, NewPasswordForm
from classifier.api import requests
from classifier.api.requests import StrictSerializer, check_items
from classifier.review.forms import DecisionForm
from classifier.review.forms import FilterForm as QueueForm
from classifier.services.history_filter import FilterForm, HistoryFilter
from classifier.web.batch_forms import BatchForm
from classifier.web.feedback_forms import FeedbackForm
from classifier.web.filters import HistoryForm, HistoryPageFilter
from classifier.web.forms import WordForm

pytestmark = pytest.mark.django_db
MARKER = "SECRETWORD"
VALUES = (MARKER, f"{MARKER}\0", MARKER * 200, [MARKER], [[MARKER]], {MARKER: MARKER}, [{"word": MARKER, MARKER: 1}])
FORMS = {
    WordForm: lambda data, site: WordForm(data),
    BatchForm: lambda data, site: BatchForm(data, {"file": upload()} if "file" in data else {}),
    FeedbackForm: lambda data, site: FeedbackForm(data, prediction=site["prediction"]),
    DecisionForm: lambda data, site: DecisionForm(data),
    QueueForm: lambda data, site: QueueForm(data),
    FilterForm: lambda data, site: HistoryFilter(data, owner="").form,
    HistoryForm: lambda data, site: HistoryPageFilter(data, owner="").form,
    LoginForm: lambda data, site: LoginForm(site["request"], data),
    AdminLoginForm: lambda data, site: AdminLoginForm(site["request"], data),
    NewPasswordForm: lambda data, site: NewPasswordForm(site["user"], data),
}
QUERIES = tuple(each for name, each in vars(requests).items() if name.endswith("Query"))  # they hold texts only
SERIALIZERS = [
    each for each in vars(requests).values() if isinstance(each, type) and issubclass(each, StrictSerializer)
]


def upload():
    return SimpleUploadedFile(f"{MARKER}.xlsx", b"PK\x03\x04" + MARKER.encode())


def subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_form_of_people_is_tried():
    ours = {form for form in subclasses(forms.BaseForm) if form.__module__.startswith("classifier.")}
    assert {form for form in ours if not issubclass(form, forms.ModelForm)} == {
        form for form in FORMS if form.__module__.startswith("classifier.")
    }


@pytest.mark.parametrize("serializer", SERIALIZERS, ids=lambda each: each.__name__)
def test_error_of_a_serializer_never_repeats_the_input(serializer):
    for field in [*serializer().fields, MARKER]:
        for value in VALUES[:3] if issubclass(serializer, QUERIES) else VALUES:
            request = serializer(data={field: value})
            assert not request.is_valid() or field != MARKER
            assert MARKER not in str(request.errors), field
    for value in VALUES:
        request = serializer(data=value)
        assert not request.is_valid() or value == {}
        assert MARKER not in str(request.errors)


def test_error_of_an_item_never_repeats_the_input():
    items = [*VALUES, *({"word": "a", "id": value} for value in VALUES[3:]), *({"word": value} for value in VALUES[1:])]
    assert not any(MARKER in str(item.errors) for item in check_items(items))


@pytest.mark.parametrize("form", FORMS, ids=lambda each: each.__name__)
def test_error_of_a_form_never_repeats_the_input(form, make_prediction, rf, user):
    site = {"prediction": make_prediction(), "request": rf.post("/"), "user": user}
    for field in [*form.base_fields, *HistoryFilter.base_filters, MARKER]:
        for value in (MARKER, f"{MARKER}\0", f"{MARKER} 1" * 200):
            data = QueryDict(mutable=True)
            data[field] = value
            errors = FORMS[form](data, site).errors
            assert MARKER not in str(errors.as_data()), field

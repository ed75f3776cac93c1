"""Fixtures of the page tests: browsers, forms, states of pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


@pytest.fixture
def ask(client, db):
    """Return a function from a word to its answer's address."""

    def ask(word="orignal", **fields):
        return client.post("/", {"word": word, **fields}).headers["Location"]

    return ask


@pytest.fixture
def stranger(db):
    """Return the browser of another visitor, with one answer."""
    browser = Client()
    browser.post("/", {"word": "knowledge"})
    return browser


@pytest.fixture
def strict_client(db):
    """Return a browser that must send CSRF tokens."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def site(client, user, fake_models, serve, monkeypatch):
    """Return the functions that bring pages into every state."""
    from tests.web.every_page import Site

    user.is_staff = True
    user.save()
    return Site(client, user, fake_models, serve, monkeypatch)


@pytest.fixture
def file():
    """Return a function that makes an uploaded file."""
    return lambda content, name="words.csv": SimpleUploadedFile(
        name, content if isinstance(content, bytes) else content.encode()
    )


@pytest.fixture
def send_batch(client, db):
    """Return a function that sends the form for many words."""

    def send_batch(words="", **fields):
        return client.post("/batches/", {"words": words, **fields})

    return send_batch


@pytest.fixture
def batch_address(send_batch):
    """Return a function from words to their batch's address."""
    return lambda *arguments, **fields: send_batch(*arguments, **fields).headers["Location"]


@pytest.fixture
def give_feedback(client, ask):
    """Return a function that sends feedback and returns the page."""
    address = ask()

    def give_feedback(**fields):
        response = client.post(f"{address}feedback/", fields)
        assert (response.status_code, response.headers["Location"]) == (303, f"{address}#feedback")
        return client.get(address)

    return give_feedback


@pytest.fixture
def review(admin_user):
    """Return a function that reviews the only feedback."""

    from classifier.models import Feedback  # here, since Django is set up after this file is read
    from tests.reviews import review_feedback

    def review(status, **options):
        feedback = Feedback.objects.get()
        return review_feedback(feedback=feedback, reviewer=admin_user, status=status, **options)

    return review

"""Fixtures of the page tests: asking a word as a visitor, a second visitor, and the site in any state."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


@pytest.fixture
def ask(client, db):
    """Return a function that sends the form and returns the address of the result."""

    def ask(word="orignal", **fields):
        return client.post("/", {"word": word, **fields}).headers["Location"]

    return ask


@pytest.fixture
def stranger(db):
    """Return the browser of another visitor, who asked something, too."""
    browser = Client()
    browser.post("/", {"word": "knowledge"})
    return browser


@pytest.fixture
def strict_client(db):
    """Return a browser whose forms need their token, as outside of tests."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def site(client, user, fake_models, serve, monkeypatch):
    """Return what brings every page into every state."""
    from tests.web.every_page import Site

    user.is_staff = True
    user.save()
    return Site(client, user, fake_models, serve, monkeypatch)


@pytest.fixture
def file():
    """Return a function that makes a file to upload."""
    return lambda content, name="words.csv": SimpleUploadedFile(
        name, content if isinstance(content, bytes) else content.encode()
    )


@pytest.fixture
def send(client, db):
    """Return a function that sends the form for many words."""

    def send(words="", **fields):
        return client.post("/batches/", {"words": words, **fields})

    return send


@pytest.fixture
def sent(send):
    """Return a function that sends words and returns the address of their page."""
    return lambda *arguments, **fields: send(*arguments, **fields).headers["Location"]

"""Every page in every useful state: the table that the tests of texts and of languages walk through."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from classifier.models import Prediction
from classifier.services import identify as services
from classifier.services.feedback import review_feedback
from tests.conftest import FakeIdentifier
from tests.web.test_models_page import SCORES, TRAINING

# Addresses without a page of their own: they redirect or send a file.
NO_PAGES = {"delete-batch", "delete-prediction", "download-batch", "export-history", "keep-history", "logout"}
NO_PAGES |= {"set-language", "withdraw-feedback"}


@dataclass
class Site:
    """A visitor's browser, somebody who reviews, and ways to break what answers."""

    client: Client
    reviewer: User
    fakes: dict[str, FakeIdentifier]
    serve: Callable[[dict[str, FakeIdentifier]], object]
    monkeypatch: pytest.MonkeyPatch

    def ask(self, word="orignal", **fields):
        return self.client.post("/", {"word": word, **fields}).headers["Location"]

    def answered(self, *words, **fields):
        return self.client.get(self.ask(*words, **fields))

    def say(self, **opinion):
        address = self.ask()
        self.client.post(f"{address}feedback/", opinion)
        return address

    def said(self, **opinion):
        return self.client.get(self.say(**opinion))

    def reviewed(self, status, **decision):
        address = self.say(label="es", comment="123")
        feedback = Prediction.objects.get(public_id=UUID(address.split("/")[2])).feedback.get()
        review_feedback(feedback=feedback, reviewer=self.reviewer, status=status, **decision)
        return self.client.get(address)

    def refused(self, label):
        return self.client.post(f"{self.ask()}feedback/", {"label": label})

    def failing(self, fault):
        def fail(**_):
            raise fault

        self.monkeypatch.setattr(services, "compare", fail)
        self.client.raise_request_exception = False
        return self.client.post("/", {"word": "orignal"})

    def limited(self, scope, path, **fields):
        self.monkeypatch.setitem(settings.LIMITS, scope, 0)
        return self.client.post(path, fields)

    def unexplained(self):
        address = self.ask()
        self.monkeypatch.setitem(settings.LIMITS, "single", 0)
        return self.client.get(address)

    def measured(self, path):
        for name, fake in self.fakes.items():
            data = {"source": "wordfreq", "words": {"train": 12_345}}
            measured = {"scores": {"single-words": SCORES, "held-out": SCORES}, "training": TRAINING, "data": data}
            self.fakes[name] = FakeIdentifier(replace(fake.card, **measured))
        self.serve(self.fakes)
        return self.client.get(path)

    def without_models(self, path):
        self.serve({})
        return self.client.get(path)

    def logged_in(self, path):
        self.client.force_login(self.reviewer)
        return self.client.get(path)

    def batch(self, *words, query=""):
        address = self.client.post("/batches/", {"words": "\n".join(words)}).headers["Location"]
        return self.client.get(f"{address}{query}")

    def file(self, content, **fields):
        return self.client.post("/batches/", {"file": SimpleUploadedFile("words.csv", content), **fields})

    def history(self, query="", **fields):
        for word in ("orignal", "piano", "xqzt"):
            self.ask(word, **fields)
        self.say(label="es")
        self.say(label="fr")
        return self.client.get(f"/history/{query}")

    def after(self, path, **fields):
        return self.client.post(path, fields, follow=True)


# What is before the colon is the name of the address, or the status of an error.
STATES = {
    "home": lambda site: site.client.get("/"),
    "home: refused": lambda site: site.client.post("/", {"word": "123", "model": "FF"}),
    "home: too long": lambda site: site.client.post("/", {"word": "w" * 101, "model": "none of ours"}),
    "home: private answer": lambda site: site.client.post("/", {"word": "orignal", "private": "on"}),
    "home: history off": lambda site: site.after("/history/keep/", keep="off", next="/"),
    "home: without models": lambda site: site.without_models("/"),
    "shared": lambda site: site.client.get("/shared/?word=orignal&model=FF"),
    "shared: refused": lambda site: site.client.get("/shared/?word=123"),
    "result": lambda site: site.answered(),
    "result: several": lambda site: site.answered("piano"),
    "result: unsure": lambda site: site.answered("xqzt"),
    "result: one letter": lambda site: site.answered("ñ"),
    "result: text": lambda site: site.answered("orignal piano xqzt"),
    "result: all models": lambda site: site.answered(model="all"),
    "result: among two languages": lambda site: site.answered(languages=["fr", "es"]),
    "result: unexplained": lambda site: site.unexplained(),
    "result: confirmed": lambda site: site.said(label="fr"),
    "result: corrected": lambda site: site.said(label="es", comment="123"),
    "result: several languages": lambda site: site.said(label="mul", languages=["en", "es"]),
    "result: accepted": lambda site: site.reviewed("accepted"),
    "result: decided otherwise": lambda site: site.reviewed("accepted", label="en", reason="123"),
    "result: rejected": lambda site: site.reviewed("rejected", reason="123"),
    "result: withdrawn": lambda site: site.after(f"{site.say(label='es')}feedback/withdraw/"),
    "404: of another": lambda site: site.logged_in(site.ask()),
    "feedback: nothing said": lambda site: site.refused(""),
    "feedback: only one language": lambda site: site.refused("mul"),
    "history": lambda site: site.history(),
    "history: empty": lambda site: site.client.get("/history/"),
    "history: all models": lambda site: site.history(model="all"),
    "history: nothing found": lambda site: site.history("?word=nothing"),
    "history: filtered": lambda site: site.history("?language=fr"),
    "history: refused": lambda site: site.history("?since=123&language=123"),
    "history: switched off": lambda site: site.after("/history/keep/", keep="off"),
    "history: switched on": lambda site: site.after("/history/keep/", keep="on"),
    "history: one deleted": lambda site: site.after(f"{site.ask()}delete/"),
    "history: all deleted": lambda site: site.history() and site.after("/history/delete/"),
    "delete-history": lambda site: site.history() and site.client.get("/history/delete/"),
    "delete-history: filtered": lambda site: site.history() and site.client.get("/history/delete/?language=fr"),
    "delete-history: empty": lambda site: site.client.get("/history/delete/"),
    "batches": lambda site: site.batch("orignal", "piano", "") and site.client.get("/batches/"),
    "batches: first visit": lambda site: site.client.get("/batches/"),
    "batches: nothing sent": lambda site: site.client.post("/batches/"),
    "batches: history off": lambda site: site.after("/history/keep/", keep="off", next="/batches/"),
    "batches: no such column": lambda site: site.file(b"orignal,123\npiano,123\n", column="123456"),
    "batches: not a text": lambda site: site.file(b"PK\x03\x04" + bytes(100)),
    "batches: another encoding": lambda site: site.file("ñ\nñ\n".encode("latin-1")),
    "batches: deleted": lambda site: site.after(site.batch("orignal").request["PATH_INFO"] + "delete/"),
    "batch": lambda site: site.batch("orignal", "orignal", "piano", "xqzt", "", "123", "w" * 101),
    "batch: one word": lambda site: site.batch("orignal"),
    "batch: no language": lambda site: site.batch("xqzt", "xqzt"),
    "batch: mixed": lambda site: site.batch("orignal", "ñ", "knowledge", "xqzt", "xqzt"),
    "batch: later rows": lambda site: site.batch(*["orignal"] * 201, query="?from=101"),
    "models": lambda site: site.client.get("/models/"),
    "models: measured": lambda site: site.measured("/models/"),
    "models: none": lambda site: site.without_models("/models/"),
    "model": lambda site: site.client.get("/models/FF/"),
    "model: measured": lambda site: site.measured("/models/Ngram/"),
    "privacy": lambda site: site.client.get("/privacy/"),
    "api-tour": lambda site: site.client.get("/api-tour/"),
    "login": lambda site: site.client.get("/account/login/"),
    "login: refused": lambda site: site.client.post("/account/login/", {"username": "123", "password": "123"}),
    "password-change": lambda site: site.logged_in("/account/password/"),
    "password-change: refused": lambda site: site.logged_in("/") and site.client.post("/account/password/"),
    "privacy: logged in": lambda site: site.logged_in("/privacy/"),
    "400": lambda site: site.client.get("/history/?cursor=123"),
    "403": lambda site: site.failing(PermissionDenied()),
    "403: no token": lambda site: Client(enforce_csrf_checks=True).post("/", {"word": "orignal"}),
    "404": lambda site: site.client.get("/123/"),
    "413": lambda site: site.client.post("/", {"word": "w" * 1_000_001}),
    "429": lambda site: site.limited("single", "/", word="orignal"),
    "429: of a file": lambda site: site.limited("batch", "/batches/", words="orignal"),
    "500": lambda site: site.failing(RuntimeError()),
    "503: database": lambda site: site.failing(OperationalError()),
    "503: models": lambda site: site.without_models("/") and site.client.post("/", {"word": "orignal"}),
}

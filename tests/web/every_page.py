"""Table of all pages in all useful states."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from classifier.ml.artifacts import read_active
from classifier.models import Prediction, ReviewedWord
from classifier.services import identify as services
from classifier.services import promotion
from classifier.services.feedback import submit_feedback
from tests.conftest import FakeIdentifier
from tests.reviews import review_feedback
from tests.web.test_models import SCORES, TRAINING

# Addresses without a page: they redirect or send a file.
NO_PAGES = {"delete-batch", "restore-prediction", "download-batch", "export-history", "keep-history", "logout"}
NO_PAGES |= {"set-language", "withdraw-feedback", "review-skip", "review-undo"}
ACTIVE, SHIPPED = "20261122-00000001", read_active(settings.MODEL_DIRS[0])["Ngram"]


@dataclass
class Site:
    """A visitor, a reviewer, and ways to states of pages."""

    client: Client
    reviewer: User
    fakes: dict[str, FakeIdentifier]
    serve: Callable[[dict[str, FakeIdentifier]], object]
    monkeypatch: pytest.MonkeyPatch

    def ask(self, word="orignal", **fields):
        return self.client.post("/", {"word": word, **fields}).headers["Location"]

    def result(self, *words, **fields):
        return self.client.get(self.ask(*words, **fields))

    def send_feedback(self, **fields):
        address = self.ask()
        self.client.post(f"{address}feedback/", fields)
        return address

    def feedback(self, **fields):
        return self.client.get(self.send_feedback(**fields))

    def review(self, status, **decision):
        address = self.send_feedback(label="es", comment="123")
        feedback = Prediction.objects.get(public_id=UUID(address.split("/")[2])).feedback.get()
        review_feedback(feedback=feedback, reviewer=self.reviewer, status=status, **decision)
        return self.client.get(address)

    def restore(self):
        page = self.client.post(f"{self.ask()}delete/")
        return self.follow("/predictions/restore/", copy=page.context["copy"])

    def refused_feedback(self, label):
        return self.client.post(f"{self.ask()}feedback/", {"label": label})

    def fail(self, error):
        def fail(**_):
            raise error

        self.monkeypatch.setattr(services, "compare", fail)
        self.client.raise_request_exception = False
        return self.client.post("/", {"word": "orignal"})

    def limit(self, scope, path, **fields):
        self.monkeypatch.setitem(settings.LIMITS, scope, 0)
        return self.client.post(path, fields)

    def unexplained_result(self):
        address = self.ask()
        self.monkeypatch.setitem(settings.LIMITS, "single", 0)
        return self.client.get(address)

    def measure(self, path):
        for name, fake in self.fakes.items():
            data = {"source": "wordfreq", "words": {"train": 12_345}}
            fields = {"scores": {"single-words": SCORES, "held-out": SCORES}, "training": TRAINING, "data": data}
            self.fakes[name] = FakeIdentifier(replace(fake.card, **fields))
        self.serve(self.fakes)
        return self.client.get(path)

    def without_models(self, path):
        self.serve({})
        return self.client.get(path)

    def log_in(self, path):
        self.client.force_login(self.reviewer)
        return self.client.get(path)

    def as_reviewer(self, path):
        self.reviewer.groups.add(Group.objects.get(name="Reviewers"))
        return self.log_in(path)

    def review_queue(self, path="/admin/review/"):
        for label in ("es", "en"):
            self.send_feedback(label=label, comment="123")
        return self.as_reviewer(path)

    def reviewed(self, *texts):
        for key, label in (("orignal", "es"), ("piano", "fr"), ("orignal piano", "en")):
            ReviewedWord.objects.get_or_create(word_key=key, label=label, votes=2, decided_at=timezone.now())
        return self.result(*texts)

    def clear_words(self):
        prediction = Prediction.objects.get(public_id=UUID(self.ask().split("/")[2]))
        for number in range(3):
            submit_feedback(prediction=prediction, owner=f"user:{number}", label="es")
        return self.as_reviewer("/admin/review/clear/")

    def dashboard(self):
        self.review("accepted", label="en", reason="123")
        Prediction.objects.update(created=timezone.now() - timedelta(hours=1))
        return self.as_reviewer("/admin/")

    def decided_word(self):
        self.review("accepted", label="en", reason="123")
        return self.as_reviewer("/admin/review/?word=orignal")

    def versions(self, path="", *, reason=""):
        """Open a page of versions: SHIPPED was compared with the active one."""
        check = {"name": "golden words", "words": 9, "active": 0.5, "candidate": 0.5, "low": 0, "high": 0}
        refusals = [reason] if reason else []
        written = {
            "active": ACTIVE,
            "candidate": SHIPPED,
            "checks": [{**check, "reason": reason}],
            "refusals": refusals,
        }
        self.monkeypatch.setattr(promotion, "active_version", lambda _name: ACTIVE)
        self.monkeypatch.setattr(promotion, "version_before", lambda _name: SHIPPED)
        self.monkeypatch.setattr(promotion, "comparison", lambda _name, _version: written)
        self.reviewer.is_superuser = True
        self.reviewer.save()
        return self.log_in(f"/admin/versions/{path}")

    def batch(self, *words, query=""):
        address = self.client.post("/batches/", {"words": "\n".join(words)}).headers["Location"]
        return self.client.get(f"{address}{query}")

    def file(self, content, **fields):
        return self.client.post("/batches/", {"file": SimpleUploadedFile("words.csv", content), **fields})

    def table(self, content, column):
        return self.client.get(self.file(content, column=column).headers["Location"])

    def history(self, query="", **fields):
        for word in ("orignal", "piano", "xqzt"):
            self.ask(word, **fields)
        self.send_feedback(label="es")
        self.send_feedback(label="fr")
        return self.client.get(f"/history/{query}")

    def follow(self, path, **fields):
        return self.client.post(path, fields, follow=True)


# Names of addresses, or statuses of errors; after the colon, the state.
STATES = {
    "home": lambda site: site.client.get("/"),
    "home: refused": lambda site: site.client.post("/", {"word": "123", "model": "FF"}),
    "home: too long": lambda site: site.client.post("/", {"word": "w" * 101, "model": "none of ours"}),
    "home: private answer": lambda site: site.client.post("/", {"word": "orignal", "private": "on"}),
    "home: history off": lambda site: site.follow("/history/keep/", keep="off", next="/"),
    "home: without models": lambda site: site.without_models("/"),
    "shared": lambda site: site.client.get("/shared/?word=orignal&model=FF"),
    "shared: refused": lambda site: site.client.get("/shared/?word=123"),
    "result": lambda site: site.result(),
    "result: several": lambda site: site.result("piano"),
    "result: unsure": lambda site: site.result("xqzt"),
    "result: one letter": lambda site: site.result("ñ"),
    "result: text": lambda site: site.result("orignal piano xqzt"),
    "result: all models": lambda site: site.result(model="all"),
    "result: among two languages": lambda site: site.result(languages=["fr", "es"]),
    "result: unexplained": lambda site: site.unexplained_result(),
    "result: confirmed": lambda site: site.feedback(label="fr"),
    "result: corrected": lambda site: site.feedback(label="es", comment="123"),
    "result: several languages": lambda site: site.feedback(label="mul", languages=["en", "es"]),
    "result: accepted": lambda site: site.review("accepted"),
    "result: decided otherwise": lambda site: site.review("accepted", label="en", reason="123"),
    "result: reviewed": lambda site: site.reviewed(),
    "result: reviewed text": lambda site: site.reviewed("orignal piano xqzt"),
    "result: reviewed as a whole": lambda site: site.reviewed("orignal piano"),
    "home: news": lambda site: site.review("rejected") and site.client.get("/"),
    "history: news": lambda site: site.review("rejected") and site.client.get("/history/?feedback=decided"),
    "result: rejected": lambda site: site.review("rejected", reason="123"),
    "result: withdrawn": lambda site: site.follow(f"{site.send_feedback(label='es')}feedback/withdraw/"),
    "404: of another": lambda site: site.log_in(site.ask()),
    "feedback: no label": lambda site: site.refused_feedback(""),
    "feedback: only one language": lambda site: site.refused_feedback("mul"),
    "history": lambda site: site.history(),
    "history: empty": lambda site: site.client.get("/history/"),
    "history: all models": lambda site: site.history(model="all"),
    "history: nothing found": lambda site: site.history("?word=nothing"),
    "history: filtered": lambda site: site.history("?language=fr"),
    "history: refused": lambda site: site.history("?since=123&language=123"),
    "history: switched off": lambda site: site.follow("/history/keep/", keep="off"),
    "history: switched on": lambda site: site.follow("/history/keep/", keep="on"),
    "delete-prediction": lambda site: site.client.post(f"{site.ask()}delete/"),
    "result: restored": lambda site: site.restore(),
    "history: not restored": lambda site: site.follow("/predictions/restore/"),
    "history: one deleted": lambda site: site.follow(f"{site.ask()}delete/", next="/history/"),
    "history: all deleted": lambda site: site.history() and site.follow("/history/delete/"),
    "delete-history": lambda site: site.history() and site.client.get("/history/delete/"),
    "delete-history: filtered": lambda site: site.history() and site.client.get("/history/delete/?language=fr"),
    "delete-history: empty": lambda site: site.client.get("/history/delete/"),
    "batches": lambda site: site.batch("orignal", "piano", "") and site.client.get("/batches/"),
    "batches: first visit": lambda site: site.client.get("/batches/"),
    "batches: nothing sent": lambda site: site.client.post("/batches/"),
    "batches: history off": lambda site: site.follow("/history/keep/", keep="off", next="/batches/"),
    "batches: no such column": lambda site: site.file(b"orignal,123\npiano,123\n", column="123456"),
    "batches: not a text": lambda site: site.file(b"PK\x03\x04" + bytes(100)),
    "batches: which column": lambda site: site.file(b"orignal;piano\nknowledge;xqzt\n"),
    "batches: old Excel": lambda site: site.file(b"\xd0\xcf\x11\xe0"),
    "batches: deleted": lambda site: site.follow(site.batch("orignal").request["PATH_INFO"] + "delete/"),
    "batch": lambda site: site.batch("orignal", "orignal", "piano", "xqzt", "", "123", "w" * 101),
    "batch: table": lambda site: site.table("123;;\n123;456;orignal\n1;2;ñ\n2;1;orignal\n".encode("latin-1"), "3"),
    "batch: one word": lambda site: site.batch("orignal"),
    "batch: no language": lambda site: site.batch("xqzt", "xqzt"),
    "batch: mixed": lambda site: site.batch("orignal", "ñ", "knowledge", "xqzt", "xqzt"),
    "batch: later rows": lambda site: site.batch(*["orignal"] * 201, query="?from=101"),
    "models": lambda site: site.client.get("/models/"),
    "models: measured": lambda site: site.measure("/models/"),
    "models: none": lambda site: site.without_models("/models/"),
    "model": lambda site: site.client.get("/models/FF/"),
    "model: measured": lambda site: site.measure("/models/Ngram/"),
    "privacy": lambda site: site.client.get("/privacy/"),
    "api-tour": lambda site: site.client.get("/api-tour/"),
    "login": lambda site: site.client.get("/account/login/"),
    "login: refused": lambda site: site.client.post("/account/login/", {"username": "123", "password": "123"}),
    "password-change": lambda site: site.log_in("/account/password/"),
    "password-change: refused": lambda site: site.log_in("/") and site.client.post("/account/password/"),
    "review": lambda site: site.review_queue(),
    "review: nothing waits": lambda site: site.as_reviewer("/admin/review/"),
    "dashboard": lambda site: site.dashboard(),
    "dashboard: empty": lambda site: site.as_reviewer("/admin/"),
    "review: decided": lambda site: site.decided_word(),
    "review-decide": lambda site: (
        site.review_queue() and site.client.post("/admin/review/decide/", {"word": "orignal", "seen": 0})
    ),
    "versions": lambda site: site.versions(),
    "versions: refused": lambda site: site.versions(reason="123"),
    "version-promote": lambda site: site.versions(f"Ngram/{SHIPPED}/"),
    "version-promote: refused": lambda site: site.versions(f"Ngram/{SHIPPED}/", reason="123"),
    "version-rollback": lambda site: site.versions("Ngram/rollback/"),
    "review-clear": lambda site: site.clear_words(),
    "review-clear: none": lambda site: site.as_reviewer("/admin/review/clear/"),
    "privacy: logged in": lambda site: site.log_in("/privacy/"),
    "400": lambda site: site.client.get("/history/?cursor=123"),
    "403": lambda site: site.fail(PermissionDenied()),
    "403: no token": lambda site: Client(enforce_csrf_checks=True).post("/", {"word": "orignal"}),
    "404": lambda site: site.client.get("/123/"),
    "413": lambda site: site.client.post("/", {"word": "w" * 1_000_001}),
    "429": lambda site: site.limit("single", "/", word="orignal"),
    "429: of a file": lambda site: site.limit("batch", "/batches/", words="orignal"),
    "500": lambda site: site.fail(RuntimeError()),
    "503: database": lambda site: site.fail(OperationalError()),
    "503: models": lambda site: site.without_models("/") and site.client.post("/", {"word": "orignal"}),
}

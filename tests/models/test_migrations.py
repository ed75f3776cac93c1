"""Migrations that change rows of the classifier's tables."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from classifier.models import Feedback, QueuedWord
from classifier.services.feedback import submit_feedback

pytestmark = pytest.mark.django_db(transaction=True)

ORIGNAL = {"verdict": "single", "language": "fr", "probabilities": {"en": 0.2, "fr": 0.7, "und": 0.1}}
PIANO = {"verdict": "several", "probabilities": {"en": 0.4, "fr": 0.3, "es": 0.25, "de": 0.03, "und": 0.02}}
XQZT = {"verdict": "unsure", "probabilities": {"en": 0.05, "fr": 0.05, "und": 0.9}}

# Prediction; label and languages before; label, languages and kind after.
FEEDBACK = [
    (ORIGNAL, ("eng", []), ("en", [], "correction")),
    (ORIGNAL, ("fr-CA", []), ("fr", [], "confirmation")),
    (ORIGNAL, ("qqq", []), ("mis", [], "correction")),
    (ORIGNAL, ("mul", ["eng", "fr"]), ("mul", ["en", "fr"], "correction")),
    (ORIGNAL, ("mul", ["fr", "fr-CA"]), ("fr", [], "confirmation")),
    (PIANO, ("mul", ["en", "es", "fr"]), ("mul", ["en", "es", "fr"], "confirmation")),
    (PIANO, ("mul", ["en", "fr"]), ("mul", ["en", "fr"], "correction")),
    (PIANO, ("mul", ["en", "qqq"]), ("und", [], "correction")),
    (XQZT, ("mul", ["mul", "zxx"]), ("und", [], "confirmation")),
]


def migrate(name):
    """Migrate; return the classifier's tables in that state."""
    executor = MigrationExecutor(connection)
    return executor.migrate([("classifier", name)]).apps.get_model


@pytest.fixture
def tables():
    """Return the tables from before codes were canonical."""
    yield migrate("0002_batches")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def migrate_again():
    """Return a function that takes the newest migrations back to one, and makes them again."""
    yield lambda name: [migrate(name), _migrate_all()]
    _migrate_all()


def _migrate_all():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def kept_of_feedback():
    """Return the rows of feedback, and of the queue without their ids."""
    sums = QueuedWord.objects.values("word_key", "owners", "contradicting", "since", "agreeing")
    return list(Feedback.objects.order_by("id").values()), list(sums)


def predict(tables, answer):
    fields = {"word": "piano", "word_key": "piano", "model": "Ngram", "model_version": "1", "source": "web"}
    return tables("classifier", "Prediction").objects.create(**fields, **answer)


def test_stored_labels_become_canonical(tables):
    for answer, (label, languages), _ in FEEDBACK:
        fields = {"prediction_id": predict(tables, answer).pk, "label": label, "languages": languages}
        tables("classifier", "Feedback").objects.create(**fields, kind="correction")
    rows = migrate("0004_label_rule")("classifier", "Feedback").objects.order_by("id")
    assert [(row.label, row.languages, row.kind) for row in rows] == [expected for *_, expected in FEEDBACK]


def test_stored_decisions_become_canonical(tables):
    decision = {"status": "accepted", "decided_label": "mul", "decided_languages": ["fra", "en-GB"]}
    fields = {"prediction_id": predict(tables, ORIGNAL).pk, "label": "en", "kind": "correction"}
    tables("classifier", "Feedback").objects.create(**fields, **decision, reviewed_at=timezone.now())
    tables("classifier", "ReviewedWord").objects.create(word_key="piano", label="eng", votes=1)
    tables = migrate("0004_label_rule")
    row = tables("classifier", "Feedback").objects.get()
    assert (row.decided_label, row.decided_languages) == ("mul", ["en", "fr"])
    assert tables("classifier", "ReviewedWord").objects.get().label == "en"


def test_stored_words_get_their_keys_of_today(tables):
    tables = migrate("0004_label_rule")
    stored = predict(tables, ORIGNAL)
    tables("classifier", "Prediction").objects.filter(pk=stored.pk).update(word="« Piano… »", word_key="« piano… »")
    words = tables("classifier", "ReviewedWord").objects
    for key, label, votes in [("piano", "fr", 1), ("« piano… »", "es", 3), ("ｈｏｌａ", "es", 2), ("k" * 320, "en", 1)]:
        words.create(word_key=key, label=label, votes=votes)
    tables = migrate("0005_word_keys")
    assert tables("classifier", "Prediction").objects.get().word_key == "piano"
    outcomes = tables("classifier", "ReviewedWord").objects.values_list("word_key", "label", "votes")
    assert sorted(outcomes) == [("hola", "es", 2), ("k" * 320, "en", 1), ("piano", "es", 3)]


def test_outcomes_from_before_have_a_decision(tables):
    tables = migrate("0004_label_rule")
    tables("classifier", "ReviewedWord").objects.create(word_key="piano", label="mul", languages=["en", "fr"], votes=9)
    decision = migrate("0008_decision_rule")("classifier", "Decision").objects.get()
    assert (decision.word_key, decision.label, decision.languages) == ("piano", "mul", ["en", "fr"])


def test_outcomes_get_the_date_of_their_decision(tables):
    tables = migrate("0008_decision_rule")
    reviewer = tables("auth", "User").objects.create(username="ana")
    for word, by, label in [("piano", reviewer, "fr"), ("piano", reviewer, "en"), ("chien", None, "fr")]:
        tables("classifier", "Decision").objects.create(word_key=word, label=label, reviewer=by)
        tables("classifier", "ReviewedWord").objects.update_or_create(
            word_key=word, defaults={"label": label, "votes": 1}
        )
    decision = tables("classifier", "Decision").objects.get(word_key="piano", label="en")
    words = migrate("0010_sender_news")("classifier", "ReviewedWord").objects
    assert dict(words.values_list("word_key", "decided_at")) == {"piano": decision.created, "chien": None}


@pytest.mark.parametrize("others", [None, [{"model": "FF", **ORIGNAL}]])
def test_private_rows_lose_what_names_their_word(tables, others):
    tables = migrate("0008_decision_rule")
    fields = {"private": True, "model": "Ngram", "model_version": "1", "source": "batch", "batch": uuid4()}
    row = {**fields, **ORIGNAL, "others": others, "languages": ["en", "fr"], "unavailable": ["CNN"]}
    tables("classifier", "Prediction").objects.create(**row)
    stored = migrate("0012_private_rows")("classifier", "Prediction").objects.get()
    assert (stored.model, stored.model_version, stored.verdict) == ("Ngram", "1", "single")
    assert not any([stored.probabilities, stored.language, stored.languages, stored.unavailable, stored.batch])
    assert stored.others == (None if others is None else [])


def test_old_decisions_by_consensus_are_told_from_those_of_deleted_reviewers(tables):
    tables = migrate("0015_history_rows")
    reasons = {"piano": "3 people agree, nobody disagrees", "orignal": ""}
    for key, reason in reasons.items():
        fields = {"word_key": key, "label": "en"}
        decision = tables("classifier", "Decision").objects.create(**fields, reason=reason)
        tables("classifier", "ReviewedWord").objects.create(**fields, votes=3, decided_at=decision.created)
    tables = migrate("0016_by_consensus")
    for name in ("Decision", "ReviewedWord"):
        rows = tables("classifier", name).objects.values_list("word_key", "by_consensus")
        assert dict(rows) == {"piano": True, "orignal": False}


def test_feedback_from_before_waits_in_the_queue(migrate_again, make_prediction):
    for word, owners in (("orignal", 3), ("piano", 1), ("ORIGNAL", 4)):
        for owner in range(owners):
            submit_feedback(prediction=make_prediction(word), owner=f"user:{owner}", label="en")
    before = kept_of_feedback()
    migrate_again("0017_counters")
    assert kept_of_feedback() == before
    assert [word["agreeing"] for word in before[1]] == [4, 1]

"""Costs of a request that decide its speed: queries, commits, inferences, files opened."""

import builtins
import io
from collections import Counter
from itertools import islice, product
from math import ceil

import pytest
from ai_edge_litert.interpreter import Interpreter
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.ml import identifier
from classifier.ml.identifier import CHUNK, MOST_ONE_BY_ONE
from classifier.services import registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_models]
WORD = {"word": "orignal"}


@pytest.fixture
def counts(monkeypatch):
    """Count, from now on, interpreters, their sizes and inferences, and opened files."""
    counts = Counter()

    class Counted(Interpreter):
        def __init__(self, **options):
            counts["interpreters"] += 1
            super().__init__(**options)

        def resize_tensor_input(self, *arguments, **options):
            counts["sizes"] += 1
            super().resize_tensor_input(*arguments, **options)

        def invoke(self):
            counts["inferences"] += 1
            super().invoke()

    def count_opened(path, *arguments, whole=open, **options):
        counts["files"] += 1
        return whole(path, *arguments, **options)

    monkeypatch.setattr(identifier, "Interpreter", Counted)
    monkeypatch.setattr(builtins, "open", count_opened)
    monkeypatch.setattr(io, "open", count_opened)
    registry._registry.reset()
    yield counts
    registry._registry.reset()


@pytest.fixture
def cost(client, counts):
    """Return a function that sends a request twice, with these keys, and returns the costs of the second time."""

    def send(address, body, key):
        headers = {"idempotency-key": key} if key else {}
        response = client.post(f"/api/v1/{address}", body, "application/json", headers=headers)
        assert response.status_code in {200, 201}

    def cost(address, body, keys=("", "")):
        send(address, body, keys[0])
        counts.clear()
        with CaptureQueriesContext(connection) as queries:
            send(address, body, keys[1])
        # Without limits: only PostgreSQL counts them by statements.
        statements = [query["sql"].partition(" ")[0] for query in queries if "classifier_counter" not in query["sql"]]
        transactions = statements.count("COMMIT")
        # On PostgreSQL, one statement commits itself.
        counts["commits"] = transactions or len({"COPY", "INSERT"}.intersection(statements))
        counts["queries"] = len(statements) - 2 * transactions  # without BEGIN and COMMIT
        return {name: count for name, count in counts.items() if count}

    return cost


def batch(size):
    return {"items": [{"word": "".join(letters)} for letters in islice(product("motaeiu", repeat=4), size)]}


def test_plain_word_costs_an_insert_and_a_look_for_its_review(cost):
    assert cost("predictions", WORD) == {"inferences": 1, "commits": 1, "queries": 2}


def test_word_with_a_key_costs_four_queries_more(cost):
    # They look for a repeat, for expired records twice, and store the new record.
    assert cost("predictions", WORD, ("one", "two")) == {"inferences": 1, "commits": 1, "queries": 6}


def test_repeat_costs_no_inference_and_no_commit(cost):
    assert cost("predictions", WORD, ("one", "one")) == {"queries": 4}


def test_batch_costs_a_commit_and_an_inference_a_chunk(cost):
    assert cost("predictions/batch", batch(1000)) == {"inferences": ceil(1000 / CHUNK), "commits": 1, "queries": 2}


def test_queries_of_a_batch_do_not_grow_with_its_words(cost):
    costs = cost("predictions/batch", batch(MOST_ONE_BY_ONE + 1))
    assert costs == {"inferences": 1, "commits": 1, "queries": 2}

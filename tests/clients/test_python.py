import importlib
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from classifier.api.documentation import SCHEMA

GENERATOR = Path(sys.executable).with_name("openapi-python-client")
CONFIG = Path(__file__).with_name("python.yaml")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not GENERATOR.exists(), reason="needs openapi-python-client: `make test` installs it"),
]


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Return the generated package's functions and models."""
    folder = tmp_path_factory.mktemp("client")
    options = ["--path", SCHEMA, "--config", CONFIG, "--output-path", folder / "client", "--fail-on-warning"]
    environment = {**os.environ, "PATH": f"{GENERATOR.parent}:{os.environ['PATH']}"}
    process = subprocess.run(
        [GENERATOR, "generate", *options], env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr
    sys.path.insert(0, str(folder / "client"))
    yield lambda name: importlib.import_module(f"which_language_client.{name}")
    sys.path.remove(str(folder / "client"))


@pytest.fixture
def api(generated, transactional_db, live_server, api_key):
    """Return the client, its models, and a function that calls an operation."""
    key = api_key.headers["authorization"].removeprefix("Bearer ")
    with generated("client").AuthenticatedClient(live_server.url, token=key) as client:

        def call(operation, *arguments, **options):
            return generated(f"api.{operation}").sync(*arguments, client=client, **options)

        yield SimpleNamespace(call=call, models=generated("models"))


def test_generated_client_identifies(api):
    answer = api.call("words.predict", body=api.models.PredictionRequest("orignal"))
    assert (answer.kind, answer.verdict, answer.correction) == ("prediction", api.models.Verdict.SINGLE, None)
    comparison = api.call("words.predict", body=api.models.PredictionRequest("piano", model="all"))
    assert (comparison.kind, len(comparison.answers)) == ("comparison", 2)


def test_generated_client_pages_through_a_history(api):
    items = [api.models.BatchItem("piano", id="a"), api.models.BatchItem("123")]
    batch = api.call("words.predict_batch", body=api.models.BatchRequest(items))
    assert [result.problem.status for result in batch.results[1:]] == [400]
    api.call("words.identify", word="mañana")
    page = api.call("history.list_predictions", page_size=1)
    older = api.call("history.list_predictions", page_size=1, cursor=page.next_cursor)
    assert [row.word for row in (*page.predictions, *older.predictions)] == ["mañana", "piano"]
    assert older.next_cursor is None


def test_generated_client_gives_feedback(api):
    answer = api.call("words.identify", word="orignal")
    body = api.models.FeedbackRequest("mul", languages=["en", "fr"], comment="both")
    assert api.call("feedback.give_feedback", answer.id, body=body).comment == "both"
    assert api.call("history.get_prediction", answer.id).correction.status is api.models.FeedbackStatus.PENDING


def test_generated_client_reads_errors_and_limits(api):
    assert api.call("words.identify", word="123").errors[0].code == "no_letters"
    assert api.call("service.get_caller").limits["single"].remaining > 0
    assert [model.name for model in api.call("service.list_models").models] == ["Ngram", "FF"]


def test_generated_client_sends_and_receives_lines(api, generated):
    lines = generated("types").File(BytesIO(b'{"word": "eau"}'))
    answer = api.call("words.predict_lines", body=lines)
    assert json.load(answer.payload)["prediction"]["language"] == "fr"

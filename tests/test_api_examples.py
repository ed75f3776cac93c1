"""Examples of docs/api.md run unchanged and show the real answers."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from django.conf import settings

from classifier.ml.conformal import Calibration
from tests.calibrations import calibration_file
from tests.conftest import WORDS

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = (settings.BASE_DIR / "docs/api.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SEPARATOR = "=====\n"


def examples(language):
    return [code for kind, code in BLOCKS if kind == language]


@pytest.fixture(autouse=True)
def calibrated(serve, fake_models, monkeypatch):
    """Serve a model with prediction sets, as the shipped one is, and as sure of a word."""
    monkeypatch.setitem(WORDS, "orignal", (0.08, 0.86, 0.02, 0.04))
    labels = np.arange(300) % 3
    table = np.where(np.eye(3, dtype=bool)[labels], 0.5, 0.25)
    calibration = Calibration(calibration_file(table, labels), ("en", "fr", "es"))
    serve({**fake_models, "Ngram": replace(fake_models["Ngram"], calibration=calibration)})


@pytest.fixture
def run(live_server, api_key, tmp_path):
    """Return a function that runs a program: its output.

    The address of the page is replaced by the test server's.
    """

    def run(command, code):
        program = tmp_path / "example.mjs"  # the name matters to Node.js only
        program.write_text(code.replace("http://127.0.0.1:8000", live_server.url))
        key = api_key.headers["authorization"].removeprefix("Bearer ")
        environment = {"PATH": os.environ["PATH"], "KEY": key}
        process = subprocess.run(
            [*command, program], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    return run


def shape(value):
    """Reduce a JSON value to its keys and types."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_curl_examples_run_and_answer_as_shown(run):
    if shutil.which("curl") is None:
        pytest.skip("needs curl: apt-get install curl")
    script = f"\nprintf '{SEPARATOR[:-1]}\\n'\n".join(examples("sh"))
    outputs = run(["bash", "-euo", "pipefail"], script).split(SEPARATOR)
    kinds = [kind for kind, _code in BLOCKS if kind in {"sh", "json"}]
    shown = iter(examples("json"))
    have_answer = [following == "json" for kind, following in zip(kinds, [*kinds[1:], ""], strict=True) if kind == "sh"]

    assert len(outputs) == len(have_answer)
    for output, has_answer in zip(outputs, have_answer, strict=True):
        if has_answer:
            assert shape(json.loads(output)) == shape(json.loads(next(shown)))


def test_python_examples_run(run):
    assert run([sys.executable], "\n".join(examples("python"))).splitlines()[0] == "French"


def test_javascript_examples_run(run):
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js 18 or newer: apt-get install nodejs")
    assert run([node], "\n".join(examples("js"))).splitlines()[0] == "French"

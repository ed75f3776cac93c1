import os
import re
import shutil
import subprocess

import pytest
from django.conf import settings

from classifier.api.documentation import SCHEMA

HERE = settings.BASE_DIR / "tests" / "clients"
PROGRAMS = HERE / "node_modules" / ".bin"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAMS.is_dir(), reason="needs npm: npm install --prefix tests/clients"),
]


def run(program, *arguments, cwd=HERE):
    command = [PROGRAMS / program, *arguments]
    process = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, "CI": "1"}
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the sample, the generated types and the packages."""
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name in ("sample.ts", "tsconfig.json"):
        shutil.copy(HERE / name, tmp_path)
    run("openapi-typescript", SCHEMA, "--output", tmp_path / "api.ts")
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_generated_client_compiles_and_works(folder, live_server, api_key):
    run("tsc", cwd=folder)
    key = api_key.headers["authorization"].removeprefix("Bearer ")
    command = ["node", "sample.js", live_server.url, key]
    output = subprocess.check_output(command, cwd=folder, text=True, stderr=subprocess.STDOUT)
    assert output.splitlines() == [
        "prediction single no correction",
        "comparison 2",
        "a prediction undefined",
        "null undefined 400",
        "pages 3",
        "correction pending",
        "undefined",  # the models of tests have no scores
        "no_letters",
    ]


def test_optional_fields_are_optional_in_typescript(folder):
    request = re.search(r"PredictionRequest: \{(.*?)\n        \};", (folder / "api.ts").read_text(), re.DOTALL)
    assert set(re.findall(r"^ {12}(\w+\??):", request[1], re.MULTILINE)) == {
        *("word", "model?", "languages?", "confidence?", "private?")
    }


def test_redocly_finds_nothing():
    run("redocly", "lint", SCHEMA, "--config", "redocly.yaml", "--format", "summary")


def test_spectral_finds_nothing():
    run("spectral", "lint", SCHEMA, "--ruleset", "spectral.yaml", "--fail-severity", "hint")

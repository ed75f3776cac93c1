import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("FUZZ_EXAMPLES")  # of each operation and phase; `make fuzz` takes many more
SEED = os.environ.get("FUZZ_SEED")
# The same few examples by default; other ones each time for `make fuzz`, unless FUZZ_SEED is set.
CHOICE = ["--max-examples", EXAMPLES or "5", *(["--seed", SEED or "1"] if SEED or not EXAMPLES else [])]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_service_agrees_with_its_schema(live_server, api_key, monkeypatch):
    pytest.importorskip("schemathesis", reason="needs schemathesis: `make test` installs it")
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)  # else each answer takes 40 ms longer
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    options = [*CHOICE, "--generation-database", "none", "--no-color", "--warnings", "off"]
    header = f"Authorization: {api_key.headers['authorization']}"
    run = subprocess.run(
        [*command, f"{live_server.url}/api/schema", *options, "--header", header],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.contract.hooks"},
        cwd=HERE.parents[1],
        check=False,
    )
    assert run.returncode == 0, "the failures are above"

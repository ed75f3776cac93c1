"""The running service and its schema say the same: schemathesis tries to prove them wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "5")  # of each operation and phase; `make fuzz` takes many more


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_schemathesis_finds_nothing(live_server, api_key):
    pytest.importorskip("schemathesis", reason="needs schemathesis: `make test` installs it")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    options = ["--checks", "all", "--max-examples", EXAMPLES, "--no-color", "--warnings", "off"]
    header = f"Authorization: {api_key.headers['authorization']}"
    run = subprocess.run(
        [*command, f"{live_server.url}/api/schema", *options, "--header", header],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.contract.hooks"},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr

"""Fixtures of fault tests; FAULTS is the number of kills and restarts."""

import os
import subprocess
import sys

import pytest

from tests.faults.server import PROJECT, Server, serving

COUNT = int(os.environ.get("FAULTS") or 20)
figures = []


@pytest.fixture(scope="session", autouse=True)
def collected_static_files(tmp_path_factory):
    """Collect the static files, without which no server is ready."""
    server = Server(tmp_path_factory.mktemp("static"))
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=PROJECT, env=server.environment, check=True)


@pytest.fixture
def server(tmp_path):
    """Serve with two workers, on SQLite."""
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def figure(request):
    """Return a function that adds a row to the table of docs/reliability.md."""

    def add(promise, text):
        figures.append((promise, f"`{request.node.nodeid.rpartition('/')[2]}`", text))

    return add


def pytest_terminal_summary(terminalreporter):
    if figures:
        terminalreporter.write_line("| promise | test | figure |\n|---|---|---|")
        for row in sorted(figures, key=lambda row: row[1]):
            terminalreporter.write_line(f"| {' | '.join(row)} |")

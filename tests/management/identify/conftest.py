"""`manage.py identify` within the process of the tests."""

import sys

import pytest


@pytest.fixture
def run(command, monkeypatch, tmp_path):
    """Return a function that runs the command: out, err, code."""

    def run(*arguments, stdin=b"", **options):
        (tmp_path / "stdin").write_bytes(stdin)
        with (tmp_path / "stdin").open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            return command("identify", *arguments, **options)

    return run

"""`manage.py identify` within the process of the tests."""

import sys
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Return a function that runs the command: out, err, code."""

    def run(*arguments, stdin=b"", **options):
        (tmp_path / "stdin").write_bytes(stdin)
        code = 0
        with (tmp_path / "stdin").open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            try:
                call_command("identify", *arguments, **options)
            except CommandError as error:
                code = error.returncode
                sys.stderr.write(str(error))
        captured = capsys.readouterr()
        return SimpleNamespace(out=captured.out, err=captured.err, code=code)

    return run

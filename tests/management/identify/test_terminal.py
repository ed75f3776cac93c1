import sys

import pytest

from classifier.management import word_input


@pytest.fixture
def on_a_terminal(monkeypatch):
    """Return a function that makes streams terminals."""
    monkeypatch.setattr(word_input, "LONG_FILE", 4)

    def apply(*streams):
        for stream in streams:
            monkeypatch.setattr(stream, "isatty", lambda: True)

    return apply


def test_long_file_has_a_progress_bar_on_a_terminal(run, on_a_terminal):
    on_a_terminal(sys.stderr)

    result = run("--format", "jsonl", stdin=b"dog\n" * 9)
    assert "/36.0" in result.err
    assert len(result.out.splitlines()) == 9


def test_report_is_not_written_into_the_progress_bar(run, on_a_terminal):
    on_a_terminal(sys.stderr)

    assert "line 2: The word contains no letters." in run(stdin=b"dog\n12\ndog\n").err.replace("\r", "\n").splitlines()


def test_short_file_has_no_progress_bar(run, on_a_terminal):
    on_a_terminal(sys.stderr)

    assert run(stdin=b"dog").err == ""


def test_progress_bar_is_for_terminals_only(run, on_a_terminal):
    on_a_terminal()

    assert run(stdin=b"dog\n" * 9).err == ""


def test_progress_bar_is_not_mixed_with_answers(run, on_a_terminal):
    on_a_terminal(sys.stderr, sys.stdout)

    assert run(stdin=b"dog\n" * 9).err == ""

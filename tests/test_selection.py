"""Tests of which tests run: what CI relies on when it forbids skips."""

import pytest

pytest_plugins = ["pytester"]

EXAMPLES = """
    import pytest

    def test_that_passes():
        pass

    @pytest.mark.skipif(True, reason="no Chromium here")
    def test_that_is_skipped():
        pass

    @pytest.mark.xfail(strict=True)
    def test_that_is_expected_to_fail():
        assert False

    @pytest.mark.lingua
    def test_on_public_words():
        pass

    @pytest.mark.sqlite
    def test_of_a_file():
        pass
"""


@pytest.fixture
def outcomes(pytester, monkeypatch):
    """Return a function that runs the examples in a session of their own, in this environment and no other."""
    pytester.makepyfile(EXAMPLES)
    pytester.makeini("[pytest]\nmarkers =\n  lingua\n  sqlite")
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    monkeypatch.delenv("LINGUA_TESTDATA", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        options = ("-p", "tests.selection", "-p", "no:django", "-p", "no:randomly", "-p", "no:xdist")
        return pytester.runpytest_inprocess(*options).parseoutcomes()

    return run


def test_a_skip_is_allowed_on_a_machine_that_lacks_something(outcomes):
    assert outcomes() == {"passed": 2, "skipped": 1, "xfailed": 1, "deselected": 1}


def test_a_skip_is_a_failure_where_all_is_required(outcomes):
    assert outcomes(REQUIRE_ALL="1") == {"passed": 2, "errors": 1, "xfailed": 1, "deselected": 1}


def test_a_skipped_module_is_an_error_where_all_is_required(outcomes, pytester):
    pytester.makepyfile(test_module="import pytest; pytest.skip('no TensorFlow', allow_module_level=True)")
    assert outcomes(REQUIRE_ALL="1")["errors"] == 1


def test_public_words_are_used_where_they_are(outcomes):
    assert outcomes(LINGUA_TESTDATA="somewhere")["passed"] == 3


def test_what_looks_at_files_of_sqlite_is_left_out_elsewhere(outcomes):
    assert outcomes(DATABASE_URL="postgres://x")["deselected"] == 2

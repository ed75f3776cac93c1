"""Selection, order and forbidden skips of tests."""

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
    @pytest.mark.django_db
    def test_of_a_file():
        pass

    @pytest.mark.any_database
    @pytest.mark.django_db
    def test_of_a_page():
        pass

    @pytest.mark.browser
    @pytest.mark.django_db
    def test_of_a_browser():
        pass

    @pytest.mark.django_db
    def test_of_the_database():
        pass

    @pytest.fixture
    def db():
        pass

    @pytest.fixture
    def row(db):
        pass

    @pytest.mark.slow
    def test_of_a_row(row):
        pass
"""
MARKERS = ("lingua", "sqlite", "any_database", "browser", "slow", "django_db")


@pytest.fixture
def run(pytester, monkeypatch):
    """Return a function that runs the examples."""
    pytester.makepyfile(EXAMPLES)
    pytester.makeini("[pytest]\nmarkers =\n" + "".join(f"  {marker}\n" for marker in MARKERS))
    for name in ("REQUIRE_ALL", "LINGUA_TESTDATA", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        options = ("-v", "-p", "tests.selection", "-p", "no:django", "-p", "no:randomly", "-p", "no:xdist")
        return pytester.runpytest_inprocess(*options)

    return run


def names(result):
    """Return the names of the tests in their order."""
    return [line.partition("::")[2].split()[0] for line in result.outlines if "::test" in line and "%]" in line]


def test_skip_is_allowed_by_default(run):
    assert run().parseoutcomes() == {"passed": 6, "skipped": 1, "xfailed": 1, "deselected": 1}


def test_skip_is_a_failure_with_require_all(run):
    assert run(REQUIRE_ALL="1").parseoutcomes() == {"passed": 6, "errors": 1, "xfailed": 1, "deselected": 1}


def test_skipped_module_is_an_error_with_require_all(run, pytester):
    pytester.makepyfile(test_module="import pytest; pytest.skip('no TensorFlow', allow_module_level=True)")
    assert run(REQUIRE_ALL="1").parseoutcomes()["errors"] == 1


def test_tests_of_public_words_run_where_these_exist(run):
    assert "test_on_public_words" in names(run(LINGUA_TESTDATA="somewhere"))


def test_database_tests_alone_run_on_postgresql(run):
    assert names(run(DATABASE_URL="postgres://x")) == ["test_of_a_row", "test_of_the_database", "test_of_a_browser"]


def test_slow_tests_come_first_and_browser_tests_last(run):
    first, *_others, last = names(run())
    assert (first, last) == ("test_of_a_row", "test_of_a_browser")

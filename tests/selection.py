"""Selection and order of tests; no skips with REQUIRE_ALL.

On PostgreSQL only tests of the database run, since all others give the same results as on SQLite.
"""

import os
from collections.abc import Generator

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
NOT_ON_POSTGRESQL = ("sqlite", "any_database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    selected, deselected = [], []
    for item in items:
        (selected if _runs_here(item) else deselected).append(item)
    config.hook.pytest_deselected(items=deselected)
    items[:] = sorted(selected, key=_place)


def _runs_here(item: pytest.Item) -> bool:
    if item.get_closest_marker("lingua") and not os.environ.get("LINGUA_TESTDATA"):
        return False
    if item.get_closest_marker("faults") and not os.environ.get("FAULTS"):
        return False
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return _uses_database(item) and not any(map(item.get_closest_marker, NOT_ON_POSTGRESQL))
    return not item.get_closest_marker("postgresql")


def _uses_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(fixtures)


def _place(item: pytest.Item) -> int:
    """Sort slow tests first and browser tests last.

    Two workers begin with one half each, so that one loads TensorFlow and the other starts Chromium.
    """
    if item.get_closest_marker("slow") or "version" in getattr(item, "fixturenames", ()):
        return 0
    return 2 if item.get_closest_marker("browser") else 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("REQUIRE_ALL") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL is set: {report.longrepr}"

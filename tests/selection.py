"""Decides which tests run here, and turns a skip into a failure where everything has to run."""

import os
from collections.abc import Generator

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    without_words = not os.environ.get("LINGUA_TESTDATA")
    elsewhere = os.environ.get("DATABASE_URL", "").startswith("postgres")
    marks = [mark for mark, absent in (("lingua", without_words), ("sqlite", elsewhere)) if absent]
    deselected = [item for item in items if any(map(item.get_closest_marker, marks))]
    config.hook.pytest_deselected(items=deselected)
    items[:] = [item for item in items if item not in deselected]


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

"""The locks of the requirements."""

import re

from django.conf import settings


def read(name):
    return (settings.BASE_DIR / name).read_text()


def versions(name):
    """Return the pinned packages of a file, in the names of the package index."""
    pins = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", read(name), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in pins}


def test_lock_of_what_serves_agrees_with_its_requirements_and_the_whole_lock():
    lock = versions("requirements-serve-lock.txt")
    assert versions("requirements-serve.txt").items() <= lock.items()
    whole = versions("requirements-lock.txt")
    assert {package: whole[package] for package in lock.keys() & whole.keys()}.items() <= lock.items()


def test_lock_of_what_serves_has_hashes_and_no_address():
    text = read("requirements-serve-lock.txt")
    entries = re.split(r"\n(?=\S)", text)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_cluster_is_in_the_whole_lock_and_does_not_serve():
    cluster = versions("requirements-cluster.txt")
    assert cluster.items() <= versions("requirements-lock.txt").items()
    assert cluster.keys().isdisjoint(versions("requirements-serve-lock.txt"))

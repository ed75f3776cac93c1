"""Finds the Chromium that drives the browser tests and takes the pictures."""

import shutil

# The shell is the same engine without the frame around it: it opens a page in a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu"]


def chromium_path() -> str | None:
    """Return the path of the first one that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)

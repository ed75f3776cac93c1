"""Chromium for browser tests and screenshots."""

import shutil

# The shell, without windows, opens a page in a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu"]


def chromium_path() -> str | None:
    """Return the path of an installed Chromium, if any."""
    return next(filter(None, map(shutil.which, NAMES)), None)

"""Draws the pictures of README: `python -m tests.browser.screenshots` serves real models and photographs the pages."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
WORDS = ("knowledge", "aujourd’hui", "mañana", "piano", "Straße", "orignal")
TRIES = 100


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(folder: str, port: int) -> subprocess.Popen:
    """Start a server with an empty database in `folder`."""
    options = {"DEBUG": "on", "HTTPS": "off", "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "127.0.0.1"}
    environment = {**os.environ, **options, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
    return subprocess.Popen([*manage, "runserver", "--noreload", f"127.0.0.1:{port}"], env=environment)


def wait_for(address: str) -> None:
    for _ in range(TRIES):
        try:
            urlopen(address).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{address} did not answer")


def photograph(browser: Browser, address: str, scheme: str) -> None:
    """Walk from a word to the history and keep a picture of each page."""
    context = browser.new_context(base_url=address, color_scheme=scheme, viewport={"width": 1000, "height": 720})
    page = context.new_page()
    page.goto("/")
    page.screenshot(path=IMAGES / f"home-{scheme}.png")
    for word in WORDS:
        page.goto("/")
        page.get_by_label("Your word").fill(word)
        page.get_by_role("button", name="Which language?").click()
    page.screenshot(path=IMAGES / f"answer-{scheme}.png")
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="English").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("English")
    page.goto("/history/")
    page.screenshot(path=IMAGES / f"history-{scheme}.png")
    context.close()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = serve(folder, port)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address)
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                photograph(browser, address, scheme)
            browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()

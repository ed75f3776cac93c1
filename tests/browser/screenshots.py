"""Draws the pictures of README: `make screenshots` serves real models and photographs the pages."""

import shutil

from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks.server import PROJECT, serving

IMAGES = PROJECT / "docs" / "images"
WORDS = ("knowledge", "aujourd’hui", "mañana", "piano", "Straße", "orignal")


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
        page.wait_for_url("**/predictions/*/")  # a page that is being left cannot be photographed
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
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme in ("light", "dark"):
            photograph(browser, server.address, scheme)
        browser.close()


if __name__ == "__main__":
    main()

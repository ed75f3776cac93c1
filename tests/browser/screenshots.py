"""Pictures for README, taken from real models by `make screenshots`."""

import io
import sys
from collections.abc import Iterator

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks.server import PROJECT, serving
from tests.browser.program import OPTIONS, chromium_path

IMAGES = PROJECT / "docs" / "images"
WORDS = ("knowledge", "aujourd’hui", "mañana", "piano", "Straße", "el niño y la niña", "grenouille")
MANY = "\n".join(
    ["thought", "fenêtre", "corazón", "through", "château", "animal", "mañana", "123", "feuille", "écureuil"]
)
PLAIN = {
    "models": "/models/",
    "model": "/models/Ngram/",
    "api": "/api-tour/",
    "privacy": "/privacy/",
    "log-in": "/account/login/",
}
LIMITS = dict.fromkeys(("LIMIT_SINGLE", "LIMIT_BATCH", "LIMIT_FEEDBACK"), "1000000")
SCHEMES = ("light", "dark")
WIDE, PHONE = (1000, 840), (390, 780)  # CSS pixels
SCALE = 1.5  # pixels of a screenshot for each CSS pixel
COLOURS = 64  # of a palette, enough for these pages, to keep files small
FILM, FILM_SIZE = "ask-why-correct.gif", (760, 640)
CORRECTED = "comment"  # said to be French, and English as well
MOST_BYTES = 1_000_000  # of the film


def ask(page: Page, word: str) -> None:
    """Ask about a word and wait for its answer."""
    page.goto("/")
    page.get_by_label("Your word").fill(word)
    submit(page)


def submit(page: Page) -> None:
    """Send the word in the form and wait for its answer."""
    page.get_by_label("Your word").press("Enter")
    page.wait_for_url("**/predictions/*/")  # no screenshot during navigation


def correct(page: Page) -> None:
    """Correct the answer shown."""
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="English").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("status").wait_for()


def visit_pages(page: Page) -> Iterator[str]:
    """Visit the pages and yield a name for each screenshot."""
    page.goto("/")
    yield "home"
    for word in WORDS:
        ask(page, word)
    yield "answer"
    page.get_by_text("Why?", exact=True).click()
    yield "why"
    correct(page)
    page.goto("/history/")
    yield "history"
    ask(page, "piano")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="All models side by side").wait_for()
    yield "models-agree"
    page.goto("/batches/")
    page.locator("textarea").fill(MANY)
    page.get_by_role("button", name="Which languages?").click()
    page.wait_for_url("**/batches/*/")
    yield "many-words"
    for name, path in PLAIN.items():
        page.goto(path)
        yield name


def take_screenshots(browser: Browser, address: str, scheme: str, size: tuple[int, int], names: str = "") -> None:
    """Save screenshots of all pages, or those in `names`."""
    width, height = size
    context = browser.new_context(
        base_url=address,
        color_scheme=scheme,
        viewport={"width": width, "height": height},
        device_scale_factor=SCALE,
        locale="en",
    )
    page = context.new_page()
    for name in visit_pages(page):
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        if not names or name in names.split():
            kind = "phone-" if size == PHONE else ""
            save(page.screenshot(animations="disabled"), f"{kind}{name}-{scheme}.png")
    context.close()


def act_film(page: Page) -> Iterator[int]:
    """Ask, look why and correct; yield how long to show each state, in ms."""
    page.goto("/")
    yield 1200
    for place in range(len(CORRECTED)):
        page.get_by_label("Your word").fill(CORRECTED[: place + 1])
        yield 150
    submit(page)
    yield 2200
    centre(page.get_by_text("Why?", exact=True)).click()
    yield 3200
    centre(page.get_by_text("No", exact=True)).click()
    yield 1200
    centre(page.get_by_role("radio", name="English")).check()
    yield 1000
    page.get_by_role("button", name="Send").click()
    centre(page.get_by_role("status"))
    yield 2000
    page.evaluate("scrollTo(0, 0)")
    yield 3500


def centre(part: Locator) -> Locator:
    """Scroll a part to the middle of the window."""
    part.evaluate("part => part.scrollIntoView({ block: 'center' })")
    return part


def take_film(browser: Browser, address: str) -> None:
    """Save a moving picture of asking, looking why and correcting."""
    width, height = FILM_SIZE
    page = browser.new_page(base_url=address, viewport={"width": width, "height": height}, locale="en")
    frames, durations = [], []
    for duration in act_film(page):
        frames.append(Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB"))
        durations.append(duration)
    page.close()
    strip = Image.new("RGB", (width, height * len(frames)))
    for place, frame in enumerate(frames):
        strip.paste(frame, (0, height * place))
    palette = strip.quantize(2 * COLOURS)  # of all frames, so that equal parts are stored once
    first, *others = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    first.save(IMAGES / FILM, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
    if (IMAGES / FILM).stat().st_size > MOST_BYTES:
        sys.exit(f"{FILM} has more than {MOST_BYTES:,} bytes")


def save(screenshot: bytes, name: str) -> None:
    """Write a screenshot as PNG with a palette."""
    with Image.open(io.BytesIO(screenshot)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with serving(**LIMITS) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
        for scheme in SCHEMES:
            take_screenshots(browser, server.address, scheme, WIDE)
            take_screenshots(browser, server.address, scheme, PHONE, names="home why")
        take_film(browser, server.address)
        browser.close()


if __name__ == "__main__":
    main()

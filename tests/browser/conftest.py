"""Fixtures of the browser tests: Chromium, visits, accessibility."""

import pytest

from tests.browser.program import OPTIONS, chromium_path

WIDTHS = (320, 1280)  # CSS pixels
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES = {"type": "tag", "values": LEVELS}
COLOUR_RULES = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# The scheme changes colours only, so the other rules need one scheme at each width.
SCREENS = [
    (320, "light", ALL_RULES),
    (320, "dark", COLOUR_RULES),
    (1280, "dark", ALL_RULES),
    (1280, "light", COLOUR_RULES),
]
# Returns only the number of passed rules, since sending their elements takes longer than finding them.
RUN_AXE = """async rules => {
    const results = await axe.run({runOnly: rules, resultTypes: ["violations"]});
    return [results.violations, results.passes.length];
}"""


@pytest.fixture(scope="package")
def chromium():
    """Start a headless Chromium, once for consecutive browser tests."""
    driver = pytest.importorskip("playwright.sync_api", reason="needs playwright: `make test` installs it")
    program = chromium_path()
    if program is None:
        pytest.skip("needs Chromium: apt-get install chromium-headless-shell")
    with pytest.MonkeyPatch.context() as environment, driver.sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, where Django would refuse to touch the database.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS)
def width(request):
    """Return the width of a small or a wide screen."""
    return request.param


@pytest.fixture
def visit(chromium, live_server):
    """Return a function that opens pages as new visitors.

    JavaScript is off by default. A page that logs an error or calls another host fails the test.
    """
    contexts, scripted, errors = [], [], []

    def collect(message):
        # Chromium also logs the status of an error page.
        if message.type in ("error", "warning") and message.location["url"] != message.page.url:
            errors.append(message.text)

    def visit(path="/", *, width=1280, javascript=False, language="en"):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            locale=language,
        )
        context.set_default_timeout(60_000)  # for busy machines
        contexts.append(context)
        if javascript:
            scripted.append(context)
        context.on("request", lambda request: request.url.startswith(live_server.url) or errors.append(request.url))
        context.on("console", collect)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = context.new_page()
        page.goto(path)
        return page

    visit.errors, visit.scripted = errors, scripted
    yield visit
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def check(visit):
    """Return a function that checks a page on all SCREENS.

    It fails on violations of WCAG 2.2 AA and on horizontal scrolling.
    """
    axe = pytest.importorskip("axe_playwright_python.base", reason="needs axe-playwright-python")

    def check(page):
        assert page.context in visit.scripted, "axe waits for ever without JavaScript"
        page.wait_for_load_state()
        page.evaluate(axe.AXE_SCRIPT)
        before = page.viewport_size
        for width, scheme, rules in SCREENS:
            page.set_viewport_size({"width": width, "height": 800})
            # Without transitions, else axe sees colours between those of the two schemes.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            violations, passes = page.evaluate(RUN_AXE, rules)
            report = axe.AxeResults({"violations": violations}).generate_report()
            assert violations == [], f"{width} pixels, {scheme}: {report}"
            assert passes
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{width} pixels"
        page.set_viewport_size(before)

    return check

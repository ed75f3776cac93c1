"""Fixtures of the browser tests: a real Chromium that notes what no page may do."""

import pytest

from tests.browser.program import OPTIONS, chromium_path

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium():
    """Return a headless Chromium."""
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


@pytest.fixture(
    params=[(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")], ids=lambda it: f"{it[0]}-{it[1]}"
)
def screen(request):
    """Return the options of `visit` for a small or wide screen, light or dark."""
    width, scheme = request.param
    return {"width": width, "scheme": scheme}


@pytest.fixture
def visit(chromium, live_server):
    """Return a function that opens the site as a new visitor, without JavaScript unless asked for.

    At the end no page may have logged an error or asked another host for anything.
    """
    contexts, scripted, faults = [], [], []

    def note(message):
        # The status of an error page is logged as an error, too; the tests of it look at the page itself.
        if message.type in ("error", "warning") and message.location["url"] != message.page.url:
            faults.append(message.text)

    def visit(path="/", *, width=1280, scheme="light", javascript=False, language="en"):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=javascript,
            locale=language,
        )
        context.set_default_timeout(60_000)  # a busy machine is no fault of a page
        contexts.append(context)
        if javascript:
            scripted.append(context)
        context.on("request", lambda request: request.url.startswith(live_server.url) or faults.append(request.url))
        context.on("console", note)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        page = context.new_page()
        page.goto(path)
        return page

    visit.faults, visit.scripted = faults, scripted
    yield visit
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def check(visit):
    """Return a function that fails on violations of WCAG 2.2 AA and on a page that scrolls sideways."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()

    def check(page):
        assert page.context in visit.scripted, "axe would wait for ever where JavaScript is off"
        page.wait_for_load_state()
        results = axe.run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
        assert results.response["violations"] == [], results.generate_report()
        assert results.response["passes"]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    return check

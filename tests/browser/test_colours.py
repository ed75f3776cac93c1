"""Colours that readers choose: the palette of forced colours."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]
SCHEMES = ["light", "dark"]
COLOURS = """part => {
    const { color, backgroundColor } = getComputedStyle(part);
    return [color, backgroundColor];
}"""
TRACK = "part => getComputedStyle(part, '::before').backgroundColor"
FILLS = "bars => [...new Set(bars.map(bar => getComputedStyle(bar).fill))]"


@pytest.fixture(params=SCHEMES)
def forced(visit, request):
    """Return a function that opens a page in forced colours."""

    def forced(path="/"):
        page = visit(path, javascript=True)
        page.emulate_media(forced_colors="active", color_scheme=request.param)
        return page

    return forced


def test_marked_words_and_main_button_differ_from_their_ground(forced):
    page = forced()
    marked = page.locator("h1 mark").evaluate(COLOURS)
    assert len(set(marked)) == 2
    assert not any("rgba" in colour for colour in marked), "a transparent ground takes the page's colour"
    assert len(set(page.locator(".primary").first.evaluate(COLOURS))) == 2
    assert page.locator("body").evaluate("part => getComputedStyle(part).backgroundImage") == "none"


def test_switch_looks_different_on_and_off(forced):
    page = forced("/history/")
    switch = page.get_by_role("switch")
    on = switch.evaluate(TRACK)
    switch.click()
    page.get_by_role("status").wait_for()
    assert switch.get_attribute("aria-checked") == "false"
    assert switch.evaluate(TRACK) != on


def test_bars_of_languages_have_one_colour(forced):
    page = forced("/shared/?word=orignal")
    bars = page.locator("li:not(.none) > .bar rect")
    assert bars.count() > 1
    assert len(bars.evaluate_all(FILLS)) == 1

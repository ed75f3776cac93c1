import pytest
from django.utils import translation

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]

OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true })"
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(params=["en", "fr", "es"])
def language(request):
    return request.param


@pytest.fixture
def say(language):
    """Return a function that says an English text as the pages do."""

    def say(text):
        with translation.override(language):
            return translation.gettext(text)

    return say


@pytest.fixture
def ask(say):
    """Return a function that asks for a word in the form of a page."""

    def ask(page, word="orignal"):
        page.get_by_label(say("Your word")).fill(word)
        page.get_by_role("button", name=say("Which language?")).click()
        page.wait_for_url("**/predictions/*/**")

    return ask


@pytest.fixture
def start(visit, language):
    """Return a function that opens a page in the browser of somebody who reads the language."""

    def start(path="/", **options):
        page = visit(path, javascript=True, language=language, **options)
        assert shown(page) == language
        return page

    return start


def shown(page):
    return page.locator("html").get_attribute("lang")


def test_a_word_is_asked_for_corrected_and_found_again(start, check, say, ask):
    page = start()
    check(page)
    ask(page)
    check(page)
    page.get_by_text(say("No"), exact=True).click()
    page.get_by_role("radio", name=say("Spanish")).check()
    page.get_by_role("button", name=say("Send")).click()
    assert say("pending") in page.get_by_role("status").filter(has_text=say("Spanish")).inner_text()
    check(page)
    page.get_by_role("link", name=say("History"), exact=True).click()
    assert say("Spanish") in page.get_by_role("listitem").filter(has_text="orignal").inner_text()
    check(page)


def test_many_words_are_asked_for(start, check, say):
    page = start("/batches/")
    page.get_by_label(say("Paste your words")).fill("orignal\npiano\n123\n")
    page.get_by_role("button", name=say("Which languages?")).click()
    page.get_by_role("heading", name=say("All rows")).wait_for()
    check(page)


@pytest.mark.parametrize(
    ("name", "code", "heading"), [("Français", "fr", "Votre historique"), ("Español", "es", "Tu historial")]
)
def test_a_click_switches_the_language_and_stays_on_the_page(visit, name, code, heading):
    page = visit("/history/?language=fr")
    page.get_by_role("button", name=name).click()
    assert page.url.endswith("/history/?language=fr")
    assert (shown(page), page.get_by_role("heading", level=1).inner_text()) == (code, heading)
    assert page.get_by_role("button", name=name).get_attribute("aria-current") == "true"
    page.goto("/")
    assert shown(page) == code


def test_after_a_refused_form_the_switch_leads_to_the_page_it_was_on(visit):
    page = visit()
    page.get_by_label("Your word").fill("xqzt")
    page.get_by_role("button", name="Which language?").click()
    page.get_by_role("radio", name="Several languages").check()
    page.get_by_role("button", name="Send").click()
    assert page.url.endswith("/feedback/")
    page.get_by_role("button", name="Español").click()
    assert page.get_by_role("heading", level=1).inner_text() == "No está claro"


@pytest.mark.real_models
@pytest.mark.parametrize("language", ["fr", "es"], indirect=True)
def test_no_page_scrolls_sideways_on_a_small_screen(start, ask):
    page = start(width=320)
    ask(page, "un gâteau, xqzt " + "w" * 100)
    answer = page.url
    paths = ("/", "/shared/?word=piano", "/batches/", "/history/", "/history/delete/", "/models/", "/models/CNNsep/")
    for path in (answer, *paths, "/privacy/", "/api-tour/", "/account/login/", "/nowhere/", "/history/?cursor=x"):
        page.goto(path)
        page.evaluate(OPEN_ALL)
        assert page.evaluate(SIDEWAYS) <= 0, path

import pytest
from django.utils import translation

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]

OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true })"
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(params=["en", "fr", "es"])
def language(request):
    return request.param


@pytest.fixture
def translate(language):
    """Return a function that translates a text of the pages."""

    def translate(text):
        with translation.override(language):
            return translation.gettext(text)

    return translate


@pytest.fixture
def ask(translate):
    """Return a function that asks a word in the form."""

    def ask(page, word="orignal"):
        page.get_by_label(translate("Your word")).fill(word)
        page.get_by_role("button", name=translate("Which language?")).click()
        page.wait_for_url("**/predictions/*/**")

    return ask


@pytest.fixture
def open_page(visit, language):
    """Return a function that opens a page in the language."""

    def open_page(path="/", **options):
        page = visit(path, javascript=True, language=language, **options)
        assert language_of(page) == language
        return page

    return open_page


def language_of(page):
    return page.locator("html").get_attribute("lang")


def test_word_is_answered_corrected_and_found_again(open_page, check, translate, ask):
    page = open_page()
    check(page)
    ask(page)
    check(page)
    page.get_by_text(translate("No"), exact=True).click()
    page.get_by_role("radio", name=translate("Spanish")).check()
    page.get_by_role("button", name=translate("Send")).click()
    assert translate("pending") in page.get_by_role("status").filter(has_text=translate("Spanish")).inner_text()
    check(page)
    page.get_by_role("link", name=translate("History"), exact=True).click()
    assert translate("Spanish") in page.get_by_role("listitem").filter(has_text="orignal").inner_text()
    check(page)


def test_batch_is_answered(open_page, check, translate):
    page = open_page("/batches/")
    page.get_by_label(translate("Paste your words")).fill("orignal\npiano\n123\n")
    page.get_by_role("button", name=translate("Which languages?")).click()
    page.get_by_role("heading", name=translate("All rows")).wait_for()
    check(page)


@pytest.mark.parametrize(
    ("name", "code", "heading"), [("Français", "fr", "Votre historique"), ("Español", "es", "Tu historial")]
)
def test_switch_changes_the_language_of_the_same_page(visit, name, code, heading):
    page = visit("/history/?language=fr")
    page.get_by_role("button", name=name).click()
    assert page.url.endswith("/history/?language=fr")
    assert (language_of(page), page.get_by_role("heading", level=1).inner_text()) == (code, heading)
    assert page.get_by_role("button", name=name).get_attribute("aria-current") == "true"
    page.goto("/")
    assert language_of(page) == code


def test_switch_on_a_refused_form_leads_to_its_page(visit):
    page = visit()
    page.get_by_label("Your word").fill("xqzt")
    page.get_by_role("button", name="Which language?").click()
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Several languages").check()
    page.get_by_role("button", name="Send").click()
    assert page.url.endswith("/feedback/")
    page.get_by_role("button", name="Español").click()
    assert page.get_by_role("heading", level=1).inner_text() == "No está claro"


def test_navigation_of_phones_is_one_line(open_page):
    page = open_page("/batches/", width=390)
    links = page.get_by_role("navigation").first.get_by_role("link")
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert links.count() == 4
        assert len({link.bounding_box()["y"] for link in links.all()}) == 1, width


@pytest.mark.real_models
@pytest.mark.parametrize("language", ["fr", "es"], indirect=True)
def test_pages_fit_small_screens(open_page, ask):
    page = open_page(width=320)
    ask(page, "un gâteau, xqzt " + "w" * 100)
    answer = page.url
    paths = ("/", "/shared/?word=piano", "/batches/", "/history/", "/history/delete/", "/models/", "/models/CNNsep/")
    for path in (answer, *paths, "/privacy/", "/api-tour/", "/account/login/", "/nowhere/", "/history/?cursor=x"):
        page.goto(path)
        page.evaluate(OPEN_ALL)
        assert page.evaluate(SIDEWAYS) <= 0, path

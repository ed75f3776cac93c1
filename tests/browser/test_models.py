import pytest

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]
PAGES = ["/models/", "/models/Ngram/", "/api-tour/"]


@pytest.mark.real_models
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible(visit, check, path):
    page = visit(path, javascript=True)
    check(page)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    check(page)


@pytest.mark.parametrize("path", PAGES)
def test_pages_without_scores_are_accessible(visit, check, path):
    check(visit(path, javascript=True))


@pytest.mark.real_models
def test_links_lead_to_a_model_and_back(visit):
    page = visit("/models/")
    page.get_by_role("link", name="RNN", exact=True).first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "RNN"
    page.get_by_role("link", name="All models").click()
    assert page.url.endswith("/models/")


@pytest.mark.real_models
def test_numbers_of_a_plot_unfold_without_javascript(visit):
    page = visit("/models/Ngram/")
    numbers = page.locator("figure.plot").first
    assert not numbers.get_by_role("table").is_visible()
    numbers.get_by_text("The numbers").click()
    assert "10-12" in numbers.get_by_role("table").inner_text()


@pytest.mark.real_models
def test_drawings_stay_inside_their_cards(visit, width):
    page = visit("/models/CNNsep/", width=width)
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.card svg *')].filter(part => {
            const own = part.getBoundingClientRect(), card = part.closest('.card').getBoundingClientRect();
            return own.left < card.left - 1 || own.right > card.right + 1 || own.bottom > card.bottom + 1;
        }).map(part => part.outerHTML)"""
    )
    assert outside == []


def test_command_is_copied_with_a_click(visit, chromium):
    page = visit("/api-tour/", javascript=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_text("The command is copied.").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl 'http")

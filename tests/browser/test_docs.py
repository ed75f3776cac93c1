import pytest

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]


def test_swagger_ui_works_under_the_content_security_policy(visit):
    page = visit("/api/docs", javascript=True)
    page.get_by_text("/api/v1/identify").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("word", exact=True).fill("orignal")
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text("French").first.wait_for()


def test_swagger_ui_follows_the_colour_scheme(visit):
    page = visit("/api/docs", javascript=True)
    page.get_by_text("/api/v1/identify").wait_for()
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        grounds.append(page.locator(".swagger-ui").evaluate("part => getComputedStyle(part).backgroundColor"))
    assert grounds == ["rgba(0, 0, 0, 0)", "rgb(21, 19, 27)"]
    page.get_by_role("link", name="The API in examples").click()
    page.wait_for_url("**/api-tour/")


def test_page_without_javascript_links_to_the_schema(visit):
    page = visit("/api/docs")
    assert page.get_by_role("link", name="the schema").get_attribute("href") == "/api/schema"

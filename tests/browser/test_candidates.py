"""Journeys through many languages: chosen by name, answered, listed; words of other scripts."""

import pytest

from tests.many_languages import wide_identifier

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]

WORDS = [("λόγος", "Greek", "Ελληνικά"), ("言葉", "Japanese", "日本語"), ("كتاب", "Arabic", "العربيّة")]


@pytest.fixture(autouse=True)
def many_languages(serve, fake_models):
    serve({**fake_models, "Ngram": wide_identifier()})


@pytest.fixture(params=[False, True], ids=["plain", "javascript"])
def javascript(request):
    return request.param


def ask(page, word):
    page.get_by_label("Your word").fill(word)
    page.get_by_role("button", name="Which language?").click()
    page.wait_for_url("**/predictions/**")


def heading(page):
    return page.get_by_role("heading", level=1).inner_text()


def open_picker(page):
    page.get_by_text("Languages:").click()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(("word", "name", "own"), WORDS)
def test_language_is_found_by_its_name_and_answered_on_a_phone(visit, javascript, word, name, own):
    page = visit(width=320, javascript=javascript)
    open_picker(page)
    assert fits(page)
    find = page.get_by_label("Find a language")
    find.fill(own[:3])
    if javascript:
        page.get_by_text("1 of 84 languages").wait_for()
        find.press("Enter")
        assert page.get_by_role("checkbox", name=name).is_checked()
        assert page.locator(".picked").inner_text() == f"English, French, Spanish, {name}"
    ask(page, word)
    assert heading(page).startswith(f"Probably {name}")
    assert page.locator(".picked").inner_text() == f"English, French, Spanish, {name}"
    page.get_by_text("Why?", exact=True).click()
    page.get_by_text("No", exact=True).click()
    assert fits(page)
    page.get_by_role("link", name="History").click()
    assert name in page.get_by_role("listitem").filter(has_text=word).inner_text()
    assert fits(page)


def test_all_languages_are_chosen_with_one_click_and_stay_chosen(visit, javascript, width):
    page = visit(width=width, javascript=javascript)
    open_picker(page)
    page.get_by_role("checkbox", name="All 84 languages").check()
    assert not page.get_by_role("checkbox", name="Greek").is_visible()
    ask(page, "λόγος")
    assert heading(page).startswith("Probably Greek")
    assert page.get_by_text("Asked among all 84 languages.").is_visible()
    page.goto("/batches/")
    assert page.locator(".picked").inner_text() == "all 84 languages"
    page.get_by_label("Paste your words").fill("λόγος\n言葉\nكتاب\nfenster")
    page.get_by_role("button", name="Which languages?").click()
    page.get_by_role("heading", name="Rows 1 to 4").wait_for()
    assert page.get_by_role("row").filter(has_text="كتاب").inner_text().split("\t")[2].startswith("Arabic")
    assert fits(page)


def test_picker_works_by_keyboard(visit):
    page = visit(javascript=True)
    page.locator(".picker summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("dutch")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_role("checkbox", name="Dutch").is_checked()


def test_search_for_no_language_does_not_send_the_word(visit):
    page = visit(javascript=True)
    page.get_by_label("Your word").fill("fenster")
    open_picker(page)
    page.get_by_label("Find a language").fill("klingon")
    page.get_by_label("Find a language").press("Enter")
    page.get_by_text("0 of 84 languages").wait_for()
    ask(page, "fenster")
    assert page.locator(".picked").inner_text() == "English, French, Spanish"


def test_unsure_answer_offers_all_languages_without_changing_the_choice(visit, javascript):
    page = visit(javascript=javascript)
    ask(page, "xqzt")
    page.get_by_role("button", name="Ask among all 84 languages").click()
    page.get_by_text("Asked among all 84 languages.").wait_for()
    assert page.locator(".picked").inner_text() == "English, French, Spanish"


def test_letters_of_an_arabic_word_run_from_the_right(visit, width):
    page = visit(width=width)
    open_picker(page)
    page.get_by_role("checkbox", name="Arabic").check()
    ask(page, "كتاب")
    page.get_by_text("Why?", exact=True).click()
    letters = page.get_by_role("list", name="What each letter adds").get_by_role("listitem").all()
    assert [letter.locator("bdi").inner_text() for letter in letters] == list("كتاب")
    places = [letter.bounding_box()["x"] for letter in letters]
    assert places == sorted(places, reverse=True)
    assert letters[0].locator("span").inner_text()[0] == "+"


def test_shared_link_keeps_the_languages(visit):
    page = visit()
    open_picker(page)
    page.get_by_role("checkbox", name="Greek").check()
    ask(page, "λόγος")
    page.get_by_text("Share", exact=True).click()
    other = visit(page.locator("#link").inner_text())
    assert heading(other).startswith("Probably Greek")
    assert other.locator(".picked").inner_text() == "English, French, Spanish"


def test_another_language_shares_a_word(visit):
    page = visit()
    ask(page, "piano")
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Several languages").check()
    page.get_by_role("group", name="Which languages share it?").get_by_label("English").check()
    page.get_by_label("Which other one?").select_option("Italian")
    page.get_by_role("button", name="Send").click()
    assert heading(page) == "English and Italian"


@pytest.mark.parametrize("word", ["كتاب", "言葉", "λόγος"])
def test_picker_and_answer_are_accessible(visit, check, word):
    page = visit(javascript=True)
    open_picker(page)
    check(page)
    page.get_by_role("checkbox", name="All 84 languages").check()
    check(page)
    ask(page, word)
    for fold in page.locator(".acts summary, .again summary, .choice summary").all():
        fold.click()
    check(page)


def test_error_of_the_picker_is_accessible(visit, check):
    page = visit(javascript=False)
    page.get_by_label("Your word").fill("fenster")
    open_picker(page)
    page.get_by_label("Find a language").fill("klingon")
    page.get_by_role("button", name="Which language?").click()
    assert page.locator(":focus").inner_text().startswith("No language here is called that")


def test_list_of_many_languages_is_accessible(visit, check):
    page = visit("/batches/", javascript=True)
    open_picker(page)
    page.get_by_role("checkbox", name="All 84 languages").check()
    page.get_by_label("Paste your words").fill("λόγος\n言葉\nكتاب\nfenster\npiano\nיום טוב כאן")
    page.get_by_role("button", name="Which languages?").click()
    page.get_by_role("heading", name="Rows 1 to 6").wait_for()
    check(page)
    page.goto("/history/")
    check(page)

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def answered(visit):
    """Return a function that opens the page of the answer for a word."""

    def answered(word):
        page = visit(javascript=True)
        page.get_by_label("Your word").fill(word)
        page.get_by_role("button", name="Which language?").click()
        return page

    return answered


def test_the_form(visit, check):
    page = visit(javascript=True)
    check(page)
    page.get_by_text("Choose the model").click()
    check(page)


def test_the_form_with_an_error(answered, check):
    page = answered("123")
    assert page.get_by_label("Your word").get_attribute("aria-describedby") == "id_word_error"
    check(page)


def test_an_answer_and_the_form_behind_no(answered, check):
    page = answered("orignal")
    check(page)
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Several languages").check()
    check(page)


@pytest.mark.parametrize("word", ["piano", "xqzt", "w" * 100])
def test_other_answers(answered, check, word):
    check(answered(word))


@pytest.mark.parametrize("word", ["mañana", "xqzt", "piano", "a", "w" * 100, "Un gâteau et " + "w" * 100])
def test_an_answer_unfolded(answered, check, word):
    page = answered(word)
    for fold in page.locator(".fold > summary").all():
        fold.click()
    check(page)


def test_a_shared_answer_and_a_bad_link(visit, check):
    check(visit("/shared/?word=orignal&model=FF", javascript=True))
    check(visit("/shared/?word=123", javascript=True))


def test_a_private_answer_and_the_form_with_the_history_off(visit, check):
    page = visit(javascript=True)
    page.context.add_cookies([{"name": "history", "value": "off", "url": page.url}])
    page.reload()
    check(page)
    page.get_by_label("Your word").fill("orignal")
    page.get_by_role("button", name="Which language?").click()
    page.get_by_text("neither the word nor who asked was kept").wait_for()
    check(page)


def test_feedback_with_an_error(answered, check):
    page = answered("orignal")
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Several languages").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Choose at least two languages.").wait_for()
    check(page)


def test_a_text(answered, check):
    check(answered("Un gâteau et un piano, xqzt ! " + "w" * 100))


def test_all_models_side_by_side(visit, check):
    page = visit(javascript=True)
    page.get_by_label("Your word").fill("un gâteau")
    page.get_by_text("Choose the model").click()
    page.get_by_role("radio", name="All models").check()
    page.get_by_role("button", name="Which language?").click()
    page.get_by_role("heading", name="All models side by side").wait_for()
    check(page)


def test_feedback_and_history(answered, check):
    page = answered("orignal")
    page.get_by_role("button", name="Yes").click()
    check(page)
    page.goto("/history/")
    check(page)


@pytest.mark.parametrize("path", ["/history/", "/nowhere/", "/history/?cursor=x"])
def test_an_empty_history_and_errors(visit, check, path):
    check(visit(path, javascript=True))


def test_nothing_moves_for_those_who_asked_for_that(visit):
    page = visit(javascript=True)
    page.emulate_media(reduced_motion="reduce")
    style = "getComputedStyle(document.querySelector('button')).transitionDuration"
    assert page.evaluate(style) == "0s"


def test_paper_shows_the_answer_and_no_controls(answered):
    page = answered("orignal")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.get_by_label("Your word").is_visible()
    assert not page.get_by_role("navigation").is_visible()

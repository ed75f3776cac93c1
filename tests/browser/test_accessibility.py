import pytest
from django.utils import timezone

from classifier.models import Feedback, ReviewedWord

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_answer(visit):
    """Return a function that opens the answer for a word."""

    def open_answer(word):
        page = visit(javascript=True)
        page.get_by_label("Your word").fill(word)
        page.get_by_role("button", name="Which language?").click()
        return page

    return open_answer


def test_form_is_accessible(visit, check):
    page = visit(javascript=True)
    check(page)
    page.get_by_text("Model: Ngram").click()
    check(page)


def test_form_with_an_error_is_accessible(open_answer, check):
    page = open_answer("123")
    assert page.get_by_label("Your word").get_attribute("aria-describedby") == "id_word_error"
    check(page)


def test_answer_and_feedback_form_are_accessible(open_answer, check):
    page = open_answer("orignal")
    check(page)
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Several languages").check()
    check(page)


@pytest.mark.parametrize("word", ["piano", "xqzt", "w" * 100])
def test_answers_without_a_single_language_are_accessible(open_answer, check, word):
    check(open_answer(word))


@pytest.mark.parametrize("word", ["mañana", "xqzt", "piano", "a", "w" * 100, "Un gâteau et " + "w" * 100])
def test_unfolded_answer_is_accessible(open_answer, check, word):
    page = open_answer(word)
    for fold in page.locator(".acts summary, .again summary, .choice summary").all():
        fold.click()
    check(page)


def test_shared_answer_and_invalid_link_are_accessible(visit, check):
    check(visit("/shared/?word=orignal&model=FF", javascript=True))
    check(visit("/shared/?word=123", javascript=True))


def test_private_answer_and_form_without_history_are_accessible(visit, check):
    page = visit(javascript=True)
    page.context.add_cookies([{"name": "history", "value": "off", "url": page.url}])
    page.reload()
    check(page)
    page.get_by_label("Your word").fill("orignal")
    page.get_by_role("button", name="Which language?").click()
    page.get_by_text("neither the word nor who asked was kept").wait_for()
    check(page)


def test_feedback_form_with_an_error_is_accessible(open_answer, check):
    page = open_answer("orignal")
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Several languages").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Choose at least two languages.").wait_for()
    check(page)


def test_text_is_accessible(open_answer, check):
    check(open_answer("Un gâteau et un piano, xqzt ! " + "w" * 100))


def test_comparison_is_accessible(visit, check):
    page = visit(javascript=True)
    page.get_by_label("Your word").fill("un gâteau")
    page.get_by_text("Model: Ngram").click()
    page.get_by_role("radio", name="All models").check()
    page.get_by_role("button", name="Which language?").click()
    page.get_by_role("heading", name="All models side by side").wait_for()
    check(page)


def test_page_after_a_deletion_is_accessible(open_answer, check):
    page = open_answer("orignal")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").wait_for()
    check(page)


def test_feedback_and_history_are_accessible(open_answer, check):
    page = open_answer("orignal")
    page.get_by_role("button", name="Yes").click()
    check(page)
    page.goto("/history/")
    check(page)


@pytest.mark.parametrize("word", ["Orignal", "un orignal"])
def test_outcome_of_a_review_is_accessible(open_answer, check, word):
    ReviewedWord.objects.create(word_key="orignal", label="es", votes=2, decided_at=timezone.now())
    page = open_answer(word)
    page.get_by_role("region", name="What people decided").wait_for()
    check(page)


def test_news_in_the_navigation_are_accessible(open_answer, check):
    page = open_answer("orignal")
    page.get_by_role("button", name="Yes").click()
    page.get_by_text("What you said").wait_for()
    Feedback.objects.update(unread=True, reopened=True)
    page.goto("/models/")
    check(page)
    page.get_by_role("link", name="History new (reviewers decided about your feedback)").click()
    page.get_by_text("new", exact=True).wait_for()
    check(page)


@pytest.mark.parametrize("path", ["/history/", "/nowhere/", "/history/?cursor=x"])
def test_empty_history_and_error_pages_are_accessible(visit, check, path):
    check(visit(path, javascript=True))


def test_transitions_are_off_for_reduced_motion(visit):
    page = visit(javascript=True)
    page.emulate_media(reduced_motion="reduce")
    style = "getComputedStyle(document.querySelector('button')).transitionDuration"
    assert page.evaluate(style) == "0s"


def test_letters_stay_marked_in_forced_colours(open_answer):
    page = open_answer("né")
    page.emulate_media(forced_colors="active")
    marked = page.locator(".letters .level-5")
    style = "element => getComputedStyle(element).textDecoration"
    assert (marked.inner_text(), marked.evaluate(style).split()[0]) == ("é", "underline")


def test_printed_page_shows_the_answer_without_controls(open_answer):
    page = open_answer("orignal")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.get_by_label("Your word").is_visible()
    assert not page.get_by_role("navigation").is_visible()

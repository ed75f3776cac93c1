"""Reviewers decide by keyboard, and without JavaScript."""

import pytest
from django.contrib.auth.models import Group

from classifier.models import Decision, Feedback
from classifier.services.feedback import submit_feedback

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a moose once bit my sister"
PEOPLE = [f"user:{number}" for number in range(1, 4)]


@pytest.fixture
def rita(django_user_model):
    user = django_user_model.objects.create_user("rita", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Reviewers"))
    return user


@pytest.fixture
def words(make_prediction):
    for word, label, people in [("orignal", "en", PEOPLE), ("piano", "fr", PEOPLE[:2]), ("xqzt", "zxx", PEOPLE[:1])]:
        for owner in people:
            submit_feedback(prediction=make_prediction(word, owner=owner), owner=owner, label=label)


@pytest.fixture
def review(visit, rita, words):
    """Return a function that opens the cards as a reviewer."""

    def review(**options):
        page = visit("/account/login/?next=/admin/review/", **options)
        page.get_by_label("Username").fill("rita")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="orignal", level=1).wait_for()
        page.wait_for_load_state()  # the keys work from then on
        return page

    return review


def statuses():
    return list(Feedback.objects.order_by("id").values_list("status", flat=True))


def test_each_word_takes_one_key(review):
    page = review(javascript=True)
    for key, following in [("a", "piano"), ("2", "xqzt"), ("x", "Nothing waits")]:
        page.keyboard.press(key)
        page.get_by_role("heading", name=following, level=1).wait_for()
    assert statuses() == ["accepted"] * 5 + ["rejected"]
    page.keyboard.press("u")
    page.get_by_role("heading", name="xqzt", level=1).wait_for()
    assert statuses() == ["accepted"] * 5 + ["pending"]


def test_single_keys_can_be_switched_off(review):
    page = review(javascript=True)
    page.get_by_label("Single keys decide").uncheck()
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("a")
    page.get_by_label("Single keys decide").check()
    assert statuses() == ["pending"] * 6
    page.keyboard.press("a")
    page.get_by_role("heading", name="piano", level=1).wait_for()


def test_keys_open_further_choices_and_are_letters_in_a_field(review):
    page = review(javascript=True)
    page.keyboard.press("r")
    page.keyboard.type("as said")
    page.keyboard.press("Enter")  # decides nothing
    page.get_by_role("button", name="French", exact=False).first.click()
    page.get_by_role("heading", name="piano", level=1).wait_for()
    assert Decision.objects.values_list("label", "reason").get() == ("fr", "as said")


def test_cards_work_without_javascript_on_a_small_screen(review):
    page = review(width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator("summary", has_text="Several languages").click()
    page.get_by_role("checkbox", name="Spanish").check()
    page.get_by_role("checkbox", name="English").check()
    page.get_by_role("button", name="These share it").click()
    page.get_by_role("heading", name="piano", level=1).wait_for()
    assert Decision.objects.values_list("label", "languages").get() == ("mul", ["en", "es"])


@pytest.mark.any_database
def test_cards_are_accessible(review, check):
    page = review(javascript=True)
    for key in ("m", "o", "r", "?"):
        page.keyboard.press(key)
        page.get_by_role("heading", level=1).focus()
    check(page)
    page.goto(page.url.replace("/review/", "/review/clear/"))
    check(page)

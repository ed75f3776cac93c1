from itertools import product

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Feedback, Prediction
from classifier.services.identify import compare

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wide")]


def word_with(condition, **question):
    """Return a word whose answer fulfils a condition."""
    words = list(map("".join, product("слово", repeat=4)))
    answers = (comparison.answers[0] for comparison in compare(words=words, **question))
    return next(answer.word for answer in answers if condition(answer))


@pytest.fixture
def pair():
    """Return a word that is of one of two languages."""
    return word_with(lambda answer: answer.verdict == "several" and len(answer.set) == 2, languages=["all"])


def test_answer_shows_its_prediction_set_and_other_levels(client, ask, pair):
    page = client.get(ask(pair, languages=["all"]))
    assertContains(page, "With 90\N{NO-BREAK SPACE}% confidence it is one of these:")
    assertContains(page, '<button name="confidence" value="0.9" aria-current="true">90\N{NO-BREAK SPACE}%</button>')
    assertContains(page, '<button name="confidence" value="0.99">99\N{NO-BREAK SPACE}%</button>')


def test_surer_answer_has_a_larger_set_and_keeps_the_question(client, ask):
    ask("casa", languages=["all"])
    page = client.get(ask("casa", languages=["all"], confidence="0.99"))
    surer, first = Prediction.objects.all()[::-1]
    assert (surer.languages, surer.confidence) == (["all"], 0.99)
    assert set(surer.set) > set(first.set)
    assertContains(page, "<summary>Model: Ngram; confidence 99\N{NO-BREAK SPACE}%</summary>", html=True)


def test_list_is_answered_with_the_confidence_chosen(client, pair):
    client.post("/batches/", {"words": pair, "languages": ["all"], "confidence": "0.99"})
    assert Prediction.objects.get().confidence == 0.99


@pytest.mark.parametrize("confidence", ["0.4", "1", "nan", "much", "<b>"])
def test_unusable_confidence_is_refused(client, confidence):
    response = client.post("/", {"word": "word", "confidence": confidence})
    assertContains(response, 'id="id_confidence_error"', status_code=400)
    assertContains(response, '<details class="choices" open>', status_code=400)
    assertNotContains(response, "<b>", status_code=400)


def test_one_of_the_languages_or_both_are_said_with_one_click(client, ask, pair):
    address = ask(pair, languages=["all"])
    page = client.get(address)
    first, second = Prediction.objects.get().set
    assertContains(page, "Do you know which one it is?")
    for code in (first, second):
        assertContains(page, f'<button name="label" value="{code}">')
    client.post(f"{address}feedback/", {"label": second, "languages": sorted([first, second])})
    assert Feedback.objects.values_list("kind", "label", "languages").get() == ("correction", second, [])
    client.post(f"{address}feedback/", {"label": "mul", "languages": sorted([first, second])})
    assert Feedback.objects.values_list("kind", "label").get() == ("confirmation", "mul")


def test_answer_without_calibration_has_no_levels(client, ask):
    page = client.get(ask("piano", model="FF"))
    assertNotContains(page, 'name="confidence" value="0.99"')
    assertContains(page, "share this word")


def test_unsure_answer_offers_all_languages(client, ask):
    page = client.get(ask("слово"))
    assertContains(page, "None of these languages is written in these letters.")
    assertContains(page, "Ask among all 16 languages")
    page = client.get(ask("слово", languages=["all"]))
    assertNotContains(page, "Ask among all")
    assertContains(page, "Asked among all 16 languages.")


def test_models_that_do_not_know_the_languages_are_named_together(client, ask):
    page = client.get(ask("слово", languages=["all"], model="all"))
    assertContains(page, "FF could not answer: it does not know all these languages")
    assertNotContains(client.get(ask("слово", languages=["ru", "uk"])), "Compare")

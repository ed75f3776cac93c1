import re

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction

pytestmark = pytest.mark.django_db


def effects(page):
    """Return the text, percentage points and side of each bar."""
    chart = page.content.decode().partition('<ol class="effects')[2].partition("</ol>")[0]
    bars = re.findall(r'<li class="(\w*)[^"]*"><bdi[^>]*>(.*?)</bdi>.*?<span[^>]*>(.*?)</span>', chart)
    return [(text, points, side) for side, text, points in bars]


def test_each_letter_is_drawn_with_its_effect(client, ask):
    page = client.get(ask("né"))
    assertContains(page, "<summary>Why?</summary>", html=True)
    assert effects(page) == [("n", "0", ""), ("é", "+87", "for")]


def test_letters_of_the_word_are_marked_at_once(client, ask):
    page = client.get(ask("né"))
    assertContains(page, '<bdi lang="fr" aria-hidden="true">n<span class="for level-5">é</span></bdi>', html=True)
    assertContains(page, '<bdi class="visually-hidden" lang="fr">né</bdi>', html=True)


@pytest.mark.parametrize(("word", "fields"), [("w" * 13, {}), ("un gâteau", {}), ("né", {"model": "all"})])
def test_letters_of_long_words_texts_and_comparisons_are_not_marked(client, ask, word, fields):
    assertNotContains(client.get(ask(word, **fields)), "level-")


def test_letters_of_a_corrected_word_are_not_marked(client, ask):
    address = ask("né")
    client.post(f"{address}feedback/", {"label": "es"})
    assertNotContains(client.get(address), "level-")


def test_strongest_letter_is_named_in_a_sentence(client, ask):
    sentence = (
        '<b><bdi lang="fr">é</bdi></b>: without it, French has 5\N{NO-BREAK SPACE}% instead of 92\N{NO-BREAK SPACE}%'
    )
    assertContains(client.get(ask("né")), sentence)


def test_bars_of_letters_against_the_answer_are_below_the_line(client, ask):
    page = client.get(ask("piano"))
    assert effects(page)[0] == ("p", "\N{MINUS SIGN}57", "against")
    assertContains(page, 'y="50%" width="20" height="50%"')


def test_answer_without_a_decisive_letter_is_described_as_such(client, ask):
    assertContains(client.get(ask("knowledge")), "No single letter decides")


def test_unsure_answer_is_explained_by_none_of_these(client, ask):
    assertContains(client.get(ask("xqzt")), "“none of these” has 2\N{NO-BREAK SPACE}% instead of 90\N{NO-BREAK SPACE}%")


def test_text_is_explained_word_by_word(client, ask):
    page = client.get(ask("gâteau hello"))
    assert [text for text, _points, _side in effects(page)] == ["gâteau", "hello"]
    assertContains(page, "Each word was left out once")


def test_single_letter_has_no_explanation(client, ask):
    assertContains(client.get(ask("a")), "This word is a single letter")


@pytest.mark.parametrize("mark", ["\N{COMBINING CIRCUMFLEX ACCENT BELOW}", ""])
def test_word_of_a_hundred_letters_is_explained(client, ask, mark):
    word = "w" * (100 - len(mark)) + mark
    assert len(effects(client.get(ask(word)))) == 100 - len(mark)


def test_answer_of_a_replaced_version_is_not_explained_by_another(client, ask, serve, fake_models):
    address = ask("orignal")
    serve({"FF": fake_models["FF"]})
    page = client.get(address)
    assertContains(page, "Version 20261122-00000001 of Ngram gave this answer but is no longer in use.")
    assert effects(page) == []


def test_text_is_explained_without_a_model_but_a_word_is_not(client, ask, without_model):
    word, text = ask("orignal"), ask("gâteau hello")
    without_model("Ngram")
    assertContains(client.get(word), "no longer in use")
    assert len(effects(client.get(text))) == 2


def test_private_answer_is_explained_and_not_stored(client):
    page = client.post("/", {"word": "né", "private": "on"})
    assert effects(page)[1] == ("é", "+87", "for")
    assert "né" not in str(Prediction.objects.values())


def test_best_models_answer_is_explained_in_a_comparison(client, ask):
    assertContains(client.get(ask("né", model="all")), "This is about Ngram’s answer.")
    assertNotContains(client.get(ask("né")), "This is about")


@pytest.mark.parametrize("word", ["<script>", "'\"><b>", "{{a}}"])
def test_letters_of_html_syntax_are_escaped(client, ask, word):
    page = client.get(ask(word))
    assertNotContains(page, "<script>")
    assertNotContains(page, '<bdi lang="en"><</bdi>')

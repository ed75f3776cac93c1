"""Words of the public lists."""

import numpy as np
import pytest

from classifier.training.languages import NEIGHBOURS, SCRIPTS, Language, all_languages
from classifier.training.word_sources import frequencies, neighbours, strings_like, strip_accents, to_cyrillic


@pytest.mark.parametrize("code", ["en", "ru", "ar", "ja", "am", "hy", "th"])
def test_words_have_letters_of_their_script_only(code):
    language = all_languages()[code]
    words = frequencies(language, most_words=200)
    ranges = SCRIPTS[language.script]
    letters = {letter for word in words for letter in word} - set("'-·")
    assert len(words) >= 150
    assert all(any(first <= ord(letter) <= last for first, last in ranges) for letter in letters)


def test_frequency_is_the_mean_of_the_lists():
    both = frequencies(Language("fr", wordfreq="fr", wikipedia=("fr",)), 1_000)["eau"]
    one, other = (
        frequencies(Language("fr", **source), 1_000)["eau"] for source in ({"wordfreq": "fr"}, {"wikipedia": ("fr",)})
    )
    assert both == pytest.approx((one + other) / 2)


def test_word_counts_without_its_accents_too():
    words = frequencies(Language("fr", wordfreq="fr"), 1_000)
    assert words["ecole"] == pytest.approx(words["école"] / 12)


@pytest.mark.parametrize(
    ("word", "plain"), [("école", "ecole"), ("smørrebrød", "smorrebrod"), ("łódź", "lodz"), ("a", "a")]
)
def test_accents_are_stripped(word, plain):
    assert strip_accents(word) == plain


def test_serbian_is_written_in_both_scripts():
    assert to_cyrillic("ljubav i džep") == "љубав и џеп"
    assert "љубав" in frequencies(all_languages()["sr"], 20_000)


def test_codes_of_languages_are_canonical():
    from classifier.languages import canonical_language

    assert [canonical_language(code) for code in all_languages()] == list(all_languages())


@pytest.fixture(scope="module")
def negatives():
    return neighbours(most_words=20)


def test_words_of_languages_that_are_no_class_are_negatives(negatives):
    assert {"नाही", "нәтиже"} <= negatives.keys()  # Marathi, Kazakh


def test_bengali_words_in_devanagari_are_negatives(negatives):
    assert "আমি".translate({code: code - 0x80 for code in range(0x980, 0xA00)}) in negatives


def test_words_of_a_class_are_no_negatives(negatives):
    assert "আমি" not in negatives


def test_strings_like_words_hardly_count_where_they_are_words(negatives):
    assert min(negatives.values()) < 1e-8


def test_languages_can_be_left_out_of_the_negatives():
    without = [language.code for language in NEIGHBOURS if language.code != "kk"]
    assert "нәтиже" in neighbours(most_words=20, without=without)
    assert "нәтиже" not in neighbours(most_words=20, without=[*without, "kk"])


def test_strings_are_like_words():
    words = ["abba", "baba"]
    strings = strings_like(words, 50, np.random.default_rng(1))
    joints = {f"^{word}$"[at : at + 3] for word in words for at in range(len(word))}
    assert len(set(strings)) > 3
    assert all(f"^{string}$"[at : at + 3] in joints for string in strings for at in range(len(string)))

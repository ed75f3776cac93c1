"""Words of the public lists."""

import pytest

from classifier.training.languages import SCRIPTS, Language, all_languages
from classifier.training.word_sources import frequencies, neighbours, strip_accents, to_cyrillic


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


def test_bengali_words_in_devanagari_are_words_of_none():
    words = neighbours(most_words=20)
    assert "আমি" not in words
    assert "আমি".translate({code: code - 0x80 for code in range(0x980, 0xA00)}) in words

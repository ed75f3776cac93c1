"""Word lists of users."""

import pytest

from classifier.words.reviewed import BadTable
from tests.toy_models import SYLLABLES, toy_words

pytestmark = pytest.mark.slow
WORDS = {code: toy_words(SYLLABLES[code], 500, code) for code in ("en", "fr")}
LINES = [f"{word}\t{code}" for code, words in WORDS.items() for word in words]


def read(*lines):
    from classifier.training.word_lists import read_word_list

    return read_word_list("\n".join([*lines, *LINES]))


def test_weights_become_shares_of_a_language():
    own = read("Chat\tfr\t3", "chat\tfr", "chat\ten\t0.5")
    assert list(own) == ["fr", "en"]
    assert own["fr"]["chat"] == pytest.approx(4 / 504)
    assert own["en"]["chat"] == pytest.approx(0.5 / 500.5)
    assert sum(own["en"].values()) == pytest.approx(1)


def test_codes_are_canonical():
    assert list(read("hund\tdeu", *(f"{word}\tde" for word in toy_words("hun der sch", 500, 1)))) == ["de", "en", "fr"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("chat", "line 1 is not `word<TAB>language"),
        ("chat\tfr\t1\t2", "line 1 is not"),
        ("\tfr", "line 1 is not"),
        ("chat\tfr\tmany", "line 1: the weight is no number"),
        ("chat\tfr\t0", "line 1: the weight is not above 0"),
        ("chat\tfr\tnan", "line 1: the weight is not above 0"),
        ("chat\tmul", "line 1: mul is not the code of a language"),
        ("chat\tnonsense", "line 1: nonsense is not the code of a language"),
    ],
)
def test_bad_line_is_refused(line, message):
    with pytest.raises(BadTable, match=message):
        read(line)


def test_one_language_is_refused():
    from classifier.training.word_lists import read_word_list

    with pytest.raises(BadTable, match="of 1 languages"):
        read_word_list("\n".join(LINES[:500]))


def test_too_few_words_are_refused():
    with pytest.raises(BadTable, match="de has too few words, 1, to train and to measure"):
        read("hund\tde")


def test_alphabet_has_the_letters_of_the_words():
    from classifier.ml.encoding import LATIN_ALPHABET
    from classifier.training.word_lists import encoder_of

    assert encoder_of(["мир", "the", "año"]).alphabet == LATIN_ALPHABET + "имр"
    with pytest.raises(BadTable, match="different letters"):
        encoder_of(["".join(map(chr, range(0x4E00, 0x6000)))])

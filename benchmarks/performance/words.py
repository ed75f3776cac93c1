"""Words to send."""

import random
from functools import cache
from itertools import chain, cycle, islice

from classifier.ml.encoding import LATIN_ALPHABET, is_written_in, normalise
from classifier.ml.texts import words_of
from classifier.training.lexicon import frequencies

LANGUAGES = ("en", "fr", "es")
LONGEST = 30  # letters


@cache
def distinct_words() -> list[str]:
    """Return all words of wordfreq's lists in the models' languages, mixed.

    Each once, so that no store of earlier answers helps.
    """
    from wordfreq import iter_wordlist

    words = {word for code in LANGUAGES for word in iter_wordlist(code) if word.isalpha() and len(word) <= LONGEST}
    mixed = sorted(word for word in words if is_written_in(LATIN_ALPHABET, normalise(word)) and words_of(word))
    random.Random(2019).shuffle(mixed)
    return mixed


def some_words(count: int) -> list[str]:
    """Return as many words; when all are used up, from the first again."""
    return list(islice(cycle(distinct_words()), count))


def words_of_texts(count: int) -> list[str]:
    """Return words of all languages, each as often as people write it."""
    by_word = [frequencies(language, str.isalpha) for language in LANGUAGES]
    words = list(chain.from_iterable(by_word))
    weights = list(chain.from_iterable(each.values() for each in by_word))
    return random.Random(1).choices(words, weights, k=count)

"""Test sets of everyday words, made from wordfreq: common words, elisions and hyphen compounds."""

import re
from collections.abc import Iterator, Mapping, Sequence

from classifier.ml.encoding import Encoder
from classifier.scores import COMMON_WORDS, ELISIONS
from classifier.training.test_sets import LabelledTexts

MOST_COMMON = 3000  # most frequent words of a language
TIMES_AS_FREQUENT = 20  # in the word's language as in any other one
LEAST_ELIDED = 1e-3  # frequency of a letter that stands for an elided word (French l, d, qu)
ELIDED_BEFORE = 120  # words
WITH_APOSTROPHE = 30_000  # most frequent words of a language, of which those with an apostrophe are taken

_ELIDED = re.compile("[bcdfghjklmnpqrstvwxz]|qu")
_VOWEL = re.compile("[aeiouyhàâæéèêëîïôœùûü]")
COMPOUNDS = {
    "en": "well-known long-term full-time up-to-date mother-in-law high-quality twenty-one so-called self-employed",
    "fr": "peut-être rendez-vous là-bas est-ce celui-ci après-midi grand-mère quatre-vingts au-dessus dit-il a-t-il "
    "vous-même c'est-à-dire vis-à-vis ci-dessous qu'est-ce avez-vous sous-titre demi-heure moi-même",
    "es": "teórico-práctico físico-químico socio-económico político-militar",
}

Frequencies = Mapping[str, Mapping[str, float]]  # by language and word


def read_everyday(languages: Sequence[str], encoder: Encoder) -> Iterator[LabelledTexts]:
    """Read wordfreq's lists and yield the common words, then elisions and compounds.

    Raises ImportError where wordfreq is not installed.
    """
    from classifier.training import lexicon

    accept = lexicon.alphabet_filter(encoder)
    own = {language: lexicon.frequencies(language, accept) for language in languages}
    yield common_words(own)
    yield elisions(own)


def common_words(own: Frequencies) -> LabelledTexts:
    """Return the most frequent words of each language that no other one of them uses much."""
    rows = [
        (word, language)
        for language in own
        for word in _most_frequent(own[language], MOST_COMMON)
        if belongs(word, language, own)
    ]
    return LabelledTexts(COMMON_WORDS, [word for word, _ in rows], [language for _, language in rows])


def elisions(own: Frequencies) -> LabelledTexts:
    """Return frequent words with an apostrophe or a hyphen: l'eau, don't, peut-être."""
    rows = [(word, language) for language in own for word in _elisions_of(language, own)]
    rows += [(word, language) for language in own for word in COMPOUNDS.get(language, "").split()]
    rows = list(dict.fromkeys(rows))
    return LabelledTexts(ELISIONS, [word for word, _ in rows], [language for _, language in rows])


def _elisions_of(language: str, own: Frequencies) -> Iterator[str]:
    frequencies = own[language]
    first = [word for word in frequencies if _ELIDED.fullmatch(word) and frequencies[word] >= LEAST_ELIDED]
    second = [word for word in _most_frequent(frequencies, MOST_COMMON) if len(word) > 1 and _VOWEL.match(word)]
    own_words = [word for word in second if frequencies[word] >= _elsewhere(word, language, own)]
    yield from (f"{one}'{other}" for one in first for other in own_words[:ELIDED_BEFORE])
    listed = (word for word in _most_frequent(frequencies, WITH_APOSTROPHE) if "'" in word.strip("'"))
    yield from (word for word in listed if belongs(word, language, own))


def _most_frequent(frequencies: Mapping[str, float], count: int) -> list[str]:
    return sorted(frequencies, key=lambda word: -frequencies[word])[:count]


def belongs(word: str, language: str, own: Frequencies) -> bool:
    """Return whether a word is TIMES_AS_FREQUENT in a language as in any other."""
    return own[language][word] >= TIMES_AS_FREQUENT * _elsewhere(word, language, own)


def _elsewhere(word: str, language: str, own: Frequencies) -> float:
    return max((own[other].get(word, 0.0) for other in own if other != language), default=0.0)

"""Frequencies of words in a language, from public lists."""

import gettext
import gzip
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

import django
import numpy as np
import wordfreq
from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

from classifier.ml.encoding import normalise
from classifier.training.languages import NEIGHBOURS, SCRIPTS, Language, all_languages, wikipedia_folder

MOST_LETTERS = 30
_MOST_FORMS = 100_000  # dictionary forms of a language without other lists, drawn at random
_FORM_FREQUENCY = 1e-5
_MOST_FOREIGN = 25_000  # forms of a neighbour
# Strings like the words of a neighbour without a dictionary: more in other scripts, which have no other neighbours.
_MOST_MADE, _MOST_MADE_LATIN = 15_000, 3_000
_MADE_FREQUENCY = 1e-9  # of these, so low that a word which happens to be one counts as a word
_WITHOUT_ACCENTS = 1 / 12  # share of the people who type a word without its accents
_UNACCENTED_FROM = 1e-7  # frequency of the words that are learnt without their accents, too
_BASES = str.maketrans("øłđæœðħı", "oldaodhi")
_SIGNS = frozenset("'-·")
_PLACEHOLDER = re.compile(r"%\([^)]*\)|\{[^}]*\}|<[^>]*>|&\w+;")
_WORD = re.compile(r"[^\s\d_.,:;!?()\[\]\"“”„«»…|=+*<>/%&@#।]{2,}")
_END = "\n"  # of a word

_TO_DEVANAGARI = {code: code - 0x80 for code in range(0x980, 0xA00)}  # from Bengali, whose letters have its order
_SERBIAN = "lj nj dž a b v g d đ e ž z i j k l m n o p r s t ć u f h c č š"
_IN_CYRILLIC = "љ њ џ а б в г д ђ е ж з и ј к л м н о п р с т ћ у ф х ц ч ш"  # noqa: RUF001
_CYRILLIC = dict(zip(_SERBIAN.split(), _IN_CYRILLIC.split(), strict=True))  # letters of two Latin ones first


def frequencies(language: Language, most_words: int | None = None) -> dict[str, float]:
    """Return the frequencies of a language by normalised word.

    A frequency is a share of all words, the mean of the lists that there are. `most_words` limits each list to its
    most frequent words, for trials.
    """
    if language.only_script:
        return _words_of_letters(language)
    accept = _filter(language.script)
    limit = min(language.most_words, most_words or language.most_words)
    lists = []
    if language.wordfreq:
        lists.append(_collect(islice(_wordfreq_entries(language.wordfreq), 3 * limit), accept, limit))
    if language.wikipedia:
        parts = [_collect(_wikipedia_entries(name), accept, limit) for name in language.wikipedia]
        lists.append(_mean(parts))
    if language.code == "sr":
        latin = _wordfreq_entries("sh")
        lists.append(_collect(((to_cyrillic(word), share) for word, share in latin), accept, limit))
    merged = _mean(lists) if lists else {}
    if language.simplemma and not merged:
        _add_forms(merged, language, accept, min(_MOST_FORMS, limit))
    if language.script == "Latin" and language.code != "vi":
        _add_unaccented(merged)
    return merged


def neighbours(most_words: int | None = None, without: Collection[str] = ()) -> dict[str, float]:
    """Return words of languages that are no class, with a frequency; none of the languages `without`.

    Bengali words in Devanagari stand for others that share Hindi's letters and have no list.
    """
    words: dict[str, float] = {}
    limit = min(most_words or _MOST_FOREIGN, _MOST_FOREIGN)
    for language in NEIGHBOURS:
        if language.code in without:
            continue
        if language.simplemma:
            _add_forms(words, language, _filter(language.script), limit)
        else:
            translated = _translated_words(language)
            most = _MOST_MADE_LATIN if language.script == "Latin" else _MOST_MADE
            made = strings_like(translated, min(limit, most), np.random.default_rng(2))
            words = dict.fromkeys(made, _MADE_FREQUENCY) | words | dict.fromkeys(translated, _FORM_FREQUENCY)
    accept = _filter("Devanagari")
    for word, frequency in frequencies(all_languages()["bn"], limit).items():
        if accept(written := word.translate(_TO_DEVANAGARI)):
            words[written] = frequency
    return words


def _translated_words(language: Language) -> list[str]:
    """Return the words of Django's texts in a language, but those of the original text."""
    accept, words = _filter(language.script), set[str]()
    for path in Path(django.__path__[0]).glob(f"**/locale/{language.code}/LC_MESSAGES/django*.mo"):
        with path.open("rb") as file:
            texts = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # noqa: SLF001
        for original, text in texts.items():
            words |= _words_of(text) - _words_of(original if isinstance(original, str) else original[0])
    return sorted(filter(accept, words))


def _words_of(text: str) -> set[str]:
    return {normalise(word) for word in _WORD.findall(_PLACEHOLDER.sub(" ", text))}


def strings_like(words: Sequence[str], count: int, random: np.random.Generator) -> list[str]:
    """Return strings in which each letter follows the two before it as in a word: they hold its short n-grams."""
    following = defaultdict(list)
    for word in words:
        for place, letter in enumerate(word + _END):
            following[word[max(place - 2, 0) : place]].append(letter)
    strings = []
    for _ in range(count):
        string = ""
        while not string.endswith(_END) and len(string) < MOST_LETTERS:
            choices = following[string[-2:]]
            string += choices[random.integers(len(choices))]
        strings.append(string.removesuffix(_END))
    return strings


def to_cyrillic(word: str) -> str:
    """Write a Serbian word in Cyrillic letters."""
    for latin, cyrillic in _CYRILLIC.items():
        word = word.replace(latin, cyrillic)
    return word


def letters_of(script: str) -> frozenset[str]:
    """Return the letters and marks of a script, normalised."""
    characters = {chr(code) for first, last in SCRIPTS[script] for code in range(first, last + 1)}
    return frozenset(one for one in characters if unicodedata.category(one)[0] in "LM" and normalise(one) == one)


@cache
def _filter(script: str) -> "_Filter":
    return _Filter(letters_of(script))


class _Filter:
    """Accepts words of at most 30 letters of one script, with apostrophes, hyphens and middle dots inside."""

    def __init__(self, letters: frozenset[str]) -> None:
        self.letters, self.accepted = letters, letters | _SIGNS

    def __call__(self, word: str) -> bool:
        return (
            0 < len(word) <= MOST_LETTERS
            and self.accepted.issuperset(word)
            and not (word[0] in _SIGNS or word[-1] in _SIGNS)
        )


def _collect(entries: Iterable[tuple[str, float]], accept: _Filter, limit: int) -> dict[str, float]:
    merged: dict[str, float] = defaultdict(float)
    for word, frequency in entries:
        normalised = normalise(word)
        if accept(normalised):
            if len(merged) >= limit and normalised not in merged:
                break
            merged[normalised] += frequency
    return dict(merged)


def _wordfreq_entries(name: str) -> Iterable[tuple[str, float]]:
    """Return words and frequencies, most frequent first."""
    entries = wordfreq.get_frequency_dict(name, "best").items()
    for cached in (wordfreq.get_frequency_list, wordfreq.get_frequency_dict):
        cached.cache_clear()  # all lists that were read would take 2 GB
    return entries


def _wikipedia_entries(name: str) -> Iterator[tuple[str, float]]:
    path = wikipedia_folder() / f"topwords-{name}.txt.gz"
    with path.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                word, _, logarithm = line.rpartition(" ")
                yield word, math.exp(float(logarithm))


def _mean(lists: list[dict[str, float]]) -> dict[str, float]:
    if len(lists) == 1:
        return lists[0]
    merged: dict[str, float] = defaultdict(float)
    for one in lists:
        for word, frequency in one.items():
            merged[word] += frequency / len(lists)
    return dict(merged)


def _add_forms(merged: dict[str, float], language: Language, accept: _Filter, most: int) -> None:
    """Add words of the dictionary that are not in `merged`."""
    dictionary = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language.simplemma)
    forms = sorted({word for pair in dictionary.items() for word in pair if len(word) > 2})
    known = {normalised for form in forms if accept(normalised := normalise(form))} - merged.keys()
    merged.update(dict.fromkeys(_draw(sorted(known), most), _FORM_FREQUENCY))


def _draw(words: list[str], most: int) -> list[str]:
    if len(words) <= most:
        return words
    places = np.random.default_rng(1).choice(len(words), most, replace=False)
    return [words[place] for place in sorted(places)]


def _add_unaccented(merged: dict[str, float]) -> None:
    """Add each word without its accents, as hasty people type it."""
    for word, frequency in list(merged.items()):
        if frequency >= _UNACCENTED_FROM and not word.isascii():
            plain = strip_accents(word)
            if plain != word:
                merged[plain] = merged.get(plain, 0.0) + _WITHOUT_ACCENTS * frequency


def strip_accents(word: str) -> str:
    """Return a word without its accents: ø is o, ł is l."""
    decomposed = unicodedata.normalize("NFD", word.translate(_BASES))
    return "".join(one for one in decomposed if unicodedata.category(one)[0] != "M")


def _words_of_letters(language: Language) -> dict[str, float]:
    """Return strings of the letters of a script, for a language that no list has."""
    letters = sorted(letters_of(language.script))
    random = np.random.default_rng(sum(map(ord, language.code)))
    lengths = random.integers(1, 9, 4_000)
    words = {"".join(random.choice(letters, length)) for length in lengths.tolist()}
    return dict.fromkeys(sorted(normalise(word) for word in words), 1e-4)

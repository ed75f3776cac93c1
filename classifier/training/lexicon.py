"""Training data from wordfreq: words, soft targets, negatives and splits."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import wordfreq
from numpy.typing import NDArray

from classifier.languages import canonical_language
from classifier.ml.encoding import BOUNDARY, FIRST_LETTER, OTHER, PADDING, Encoder, normalise

if TYPE_CHECKING:
    from classifier.training.reviewed import Reviewed

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]

UNSEEN_LANGUAGES = ("pl",)  # kept out of the negatives, to measure `und` on a language never trained on
_MAX_LETTERS = 30
_FREQUENCY_FLOOR = 3e-9  # added to each frequency, since a missing word is not proved absent
_FOREIGN_PRIOR = 0.1  # prior odds of a word of another language
COMMON = 1e-5  # frequency of a common word: one of the 5,000 to 10,000 most frequent
_MOST_FOREIGN = 0.5  # largest frequency in other languages, as a multiple of its own, that counts for a common word
_FOREIGN_SCRIPT_WORDS = 500  # a list; letters of other scripts share one id, so few words suffice
_CONSONANTS = "bcdfghjklmnpqrstvwxz"

VALIDATION, HELD_OUT, TRAIN = "validation", "held-out", "train"


def split_of(word: str) -> str:
    """Return the split of a normalised word.

    It depends on a hash of its letters and never changes, so that a later model is not trained on an
    earlier one's test words.
    """
    bucket = zlib.crc32(word.encode("utf-8", "surrogatepass")) % 100
    return VALIDATION if bucket < 2 else HELD_OUT if bucket < 4 else TRAIN


@dataclass(frozen=True)
class Examples:
    """Words with ids, targets and weights, aligned by row."""

    words: list[str]
    ids: NDArray[np.uint16]  # (words, length)
    targets: Floats  # (words, languages + 1), each row with sum 1, `und` last
    weights: Floats  # (words,), mean 1 over words of the languages
    frequencies: NDArray[np.float64]  # (words,), shares of all words, in all languages together; 0: a reviewed word

    def __len__(self) -> int:
        return len(self.words)

    def where(self, mask: NDArray[np.bool_]) -> "Examples":
        """Return the rows selected by `mask` (words,)."""
        words = [self.words[row] for row in np.flatnonzero(mask)]
        return Examples(words, self.ids[mask], self.targets[mask], self.weights[mask], self.frequencies[mask])


@dataclass(frozen=True)
class Lexicon:
    """All training data for a set of languages."""

    languages: tuple[str, ...]
    encoder: Encoder
    own: Mapping[str, Examples]  # by split: words of the languages
    foreign: Mapping[str, Examples]  # by split: words of none of them
    digest: str  # SHA-256 over words, targets and weights
    source: str = f"wordfreq {version('wordfreq')}"
    reviewed: "Reviewed | None" = None

    @property
    def complete(self) -> "Lexicon":
        """The same with all words in training, for the network that serves."""
        later = [self.reviewed.examples.where(~self.reviewed.in_training)] if self.reviewed else []
        own = {**self.own, TRAIN: merge([*self.own.values(), *later])}
        return replace(self, own=own, foreign={**self.foreign, TRAIN: merge(self.foreign.values())})


def merge(parts: Iterable[Examples]) -> Examples:
    """Return the rows of all parts."""
    parts = list(parts)
    return Examples(
        [word for part in parts for word in part.words],
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.frequencies for part in parts]),
    )


def wordlists() -> dict[str, str]:
    """Return wordfreq's own codes by canonical code, `sh` by `sr-Latn`."""
    return {canonical_language(code): code for code in wordfreq.available_languages("best")}


def other_languages(languages: Sequence[str]) -> list[str]:
    """Return the codes of the languages used as negatives."""
    lists = wordlists()
    codes = lists.keys() - {*languages, *UNSEEN_LANGUAGES}
    return sorted(codes, key=lists.__getitem__)  # the digest depends on the order


def alphabet_filter(encoder: Encoder) -> Callable[[str], bool]:
    """Return a function that accepts words of the encoder's alphabet.

    They have at least one letter and no character outside the alphabet.
    """
    characters = set(encoder.alphabet)
    letters = {character for character in characters if character.isalpha()}
    return lambda word: characters.issuperset(word) and not letters.isdisjoint(word)


def frequencies(language: str, accept: Callable[[str], bool], most_words: int | None = None) -> dict[str, float]:
    """Return the frequencies of a language by normalised word.

    A frequency is a share of all words. Words that `accept` rejects are left out; `most_words`
    limits the list to its most frequent words.
    """
    by_word = wordfreq.get_frequency_dict(wordlists()[language], "best")  # most frequent first
    by_word = dict(islice(by_word.items(), most_words))
    merged: dict[str, float] = defaultdict(float)
    for word, frequency in zip(normalise("\n".join(by_word)).split("\n"), by_word.values(), strict=True):
        if len(word) <= _MAX_LETTERS and accept(word):
            merged[word] += frequency
    return merged


def build(
    languages: Sequence[str],
    encoder: Encoder,
    *,
    report: Callable[[str], None] = lambda line: None,
    most_words: int | None = None,
) -> Lexicon:
    """Read wordfreq's lists into a lexicon of `languages`.

    `most_words` limits each list to its most frequent words, for trials. Soft targets, floor and
    weights follow the recipe in docs/models.md.
    """
    accept = alphabet_filter(encoder)
    own = []
    for language in languages:
        report(f"reading {language}")
        own.append(frequencies(language, accept, most_words))
    others = read_foreign(languages, encoder, report=report, most_words=most_words)
    return assemble(languages, own, others, encoder)


def read_foreign(
    languages: Sequence[str], encoder: Encoder, *, report: Callable[[str], None], most_words: int | None = None
) -> dict[str, float]:
    """Read the words of all other languages, with their largest frequency in one."""
    accept = alphabet_filter(encoder)
    others: dict[str, float] = {}
    for language in other_languages(languages):
        report(f"reading {language}")
        in_alphabet = frequencies(language, accept, most_words)
        in_any_script = frequencies(language, str.isalpha, _FOREIGN_SCRIPT_WORDS)
        for word, frequency in {**in_any_script, **in_alphabet}.items():
            others[word] = max(frequency, others.get(word, 0.0))
    return others


def assemble(
    languages: Sequence[str], own: Sequence[Mapping[str, float]], others: Mapping[str, float], encoder: Encoder
) -> Lexicon:
    """Return the lexicon of `languages` from frequencies by word.

    `own` holds one mapping a language, `others` the words of other languages, used as negatives.
    """
    own_words = list(dict.fromkeys(word for by_word in own for word in by_word))
    table = np.array([[by_word.get(word, 0.0) for by_word in own] for word in own_words])
    in_others = np.array([others.get(word, 0.0) for word in own_words])
    foreign_words = [word for word in others if not any(word in by_word for by_word in own)]
    foreign_frequency = np.array([others[word] for word in foreign_words])

    probabilities = table + _FREQUENCY_FLOOR
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    undetermined = _FOREIGN_PRIOR * _foreign_frequency(in_others, table.max(axis=1))
    undetermined /= undetermined + table.sum(axis=1)
    targets = np.concatenate([probabilities * (1 - undetermined[:, None]), undetermined[:, None]], axis=1)
    foreign_targets = np.zeros((len(foreign_words), targets.shape[1]))
    foreign_targets[:, -1] = 1

    own_examples = _examples(own_words, targets, table.sum(axis=1), encoder)
    foreign_examples = _examples(foreign_words, foreign_targets, foreign_frequency, encoder)
    digest = hashlib.sha256()
    for examples in (own_examples, foreign_examples):
        digest.update("\n".join(examples.words).encode())
        digest.update(examples.targets.tobytes() + examples.weights.tobytes())
    return Lexicon(tuple(languages), encoder, _by_split(own_examples), _by_split(foreign_examples), digest.hexdigest())


def _foreign_frequency(in_others: NDArray[np.float64], most: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the frequency in other languages, (words,), at most that in its own for a common word.

    `most` is the frequency in the language of ours that uses the word most. French là is French, however often
    Vietnamese writes it.
    """
    return np.where(most >= COMMON, np.minimum(in_others, _MOST_FOREIGN * most), in_others)


def _examples(
    words: list[str], targets: NDArray[np.float64], frequencies: NDArray[np.float64], encoder: Encoder
) -> Examples:
    ids = encoder.encode(words).astype(np.uint16)
    weights = np.sqrt(frequencies)
    weights /= weights.mean() if len(weights) else 1.0
    return Examples(words, ids, targets.astype(np.float32), weights.astype(np.float32), frequencies)


def _by_split(examples: Examples) -> dict[str, Examples]:
    splits = np.array([split_of(word) for word in examples.words], dtype="U10")
    return {split: examples.where(splits == split) for split in (TRAIN, VALIDATION, HELD_OUT)}


def random_string_ids(count: int, encoder: Encoder, random: np.random.Generator) -> Ids:
    """Return ids (count, length) of random strings.

    They have 3 to 12 letters; a third of them has no vowels.
    """
    most = min(12, encoder.length - 2)
    lengths = random.integers(3, most + 1, count)
    letters = random.integers(FIRST_LETTER, FIRST_LETTER + 26, (count, most))
    consonants = [FIRST_LETTER + encoder.alphabet.index(letter) for letter in _CONSONANTS]
    vowelless = np.arange(count) % 3 == 0
    letters[vowelless] = random.choice(consonants, (int(vowelless.sum()), most))
    rows = np.zeros((count, encoder.length), np.int32)
    rows[:, 0] = BOUNDARY
    rows[:, 1 : most + 1] = np.where(np.arange(most) < lengths[:, None], letters, PADDING)
    rows[np.arange(count), lengths + 1] = BOUNDARY
    return rows


def mix_scripts(ids: Ids, random: np.random.Generator) -> Ids:
    """Replace one letter a word by one outside the alphabet."""
    mixed = ids.copy()
    lengths = (ids != PADDING).sum(axis=1) - 2
    places = 1 + (random.random(len(ids)) * np.maximum(lengths, 1)).astype(int)
    mixed[np.arange(len(ids)), places] = OTHER
    return mixed

"""Makes training data from wordfreq: words, soft targets, negatives for `und`, and the fixed splits."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice

import numpy as np
import wordfreq
from numpy.typing import NDArray

from classifier.languages import canonical_language
from classifier.ml.encoding import BOUNDARY, FIRST_LETTER, OTHER, PADDING, Encoder, normalise

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]

UNSEEN = ("pl",)  # kept out of the negatives, to measure `und` on a language never trained on
_MAX_LETTERS = 30
_FLOOR = 3e-9  # added to each frequency: absence from a list is no proof
_PRIOR_OF_OTHERS = 0.1  # how much rarer a word of another language is typed here
_FOREIGN_SCRIPT_WORDS = 500  # a list: letters of other scripts all have the same id, so few words suffice
_CONSONANTS = "bcdfghjklmnpqrstvwxz"

VALIDATION, HELD_OUT, TRAIN = "validation", "held-out", "train"


def split_of(word: str) -> str:
    """Return the split that a normalised word belongs to: fixed for good by a hash of its letters."""
    bucket = zlib.crc32(word.encode("utf-8", "surrogatepass")) % 100
    return VALIDATION if bucket < 2 else HELD_OUT if bucket < 4 else TRAIN


@dataclass(frozen=True)
class Examples:
    """Words with what a perfect model would answer, aligned by row."""

    words: list[str]
    ids: NDArray[np.int16]  # (words, length)
    targets: Floats  # (words, languages + 1), each row with sum 1, `und` last
    weights: Floats  # (words,), mean 1 over words of the languages

    def __len__(self) -> int:
        return len(self.words)

    def where(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Return the rows that `chosen`, shape (words,), marks."""
        words = [self.words[row] for row in np.flatnonzero(chosen)]
        return Examples(words, self.ids[chosen], self.targets[chosen], self.weights[chosen])


@dataclass(frozen=True)
class Lexicon:
    """All training data of one set of languages."""

    languages: tuple[str, ...]
    encoder: Encoder
    own: Mapping[str, Examples]  # by split: words of the languages
    foreign: Mapping[str, Examples]  # by split: words of none of them
    digest: str  # SHA-256 over words, targets and weights


def wordlists() -> dict[str, str]:
    """Return wordfreq's own codes of its lists by canonical code: sh by sr-Latn."""
    return {canonical_language(code): code for code in wordfreq.available_languages("best")}


def other_languages(languages: Sequence[str]) -> list[str]:
    """Return the canonical codes of wordfreq's languages that serve as negatives for `languages`."""
    lists = wordlists()
    return sorted(lists.keys() - {*languages, *UNSEEN}, key=lists.__getitem__)  # the order of words, so of the digest


def spelled_in(encoder: Encoder) -> Callable[[str], bool]:
    """Return a function: is a word of the encoder's alphabet alone, with a letter in it?"""
    signs = set(encoder.alphabet)
    letters = {sign for sign in signs if sign.isalpha()}
    return lambda word: signs.issuperset(word) and not letters.isdisjoint(word)


def frequencies(language: str, allowed: Callable[[str], bool], most_words: int | None = None) -> dict[str, float]:
    """Return the frequency (share of all words) of the normalised words of a language that are `allowed`."""
    raw = wordfreq.get_frequency_dict(wordlists()[language], "best")  # most frequent first
    chosen = dict(islice(raw.items(), most_words))
    counts: dict[str, float] = defaultdict(float)
    for word, frequency in zip(normalise("\n".join(chosen)).split("\n"), chosen.values(), strict=True):
        if len(word) <= _MAX_LETTERS and allowed(word):
            counts[word] += frequency
    return counts


def build(
    languages: Sequence[str],
    encoder: Encoder,
    *,
    report: Callable[[str], None] = lambda line: None,
    most_words: int | None = None,
) -> Lexicon:
    """Read wordfreq's lists and return the lexicon of `languages`.

    `most_words` takes only the most frequent words of each list, for trials. Soft targets, floor
    and weights follow the recipe in docs/models.md.
    """
    spelled = spelled_in(encoder)
    own = []
    for language in languages:
        report(f"reading {language}")
        own.append(frequencies(language, spelled, most_words))
    others: dict[str, float] = {}
    for language in other_languages(languages):
        report(f"reading {language}")
        in_alphabet = frequencies(language, spelled, most_words)
        in_any_script = frequencies(language, str.isalpha, _FOREIGN_SCRIPT_WORDS)
        for word, frequency in {**in_any_script, **in_alphabet}.items():
            others[word] = max(frequency, others.get(word, 0.0))
    return assemble(languages, own, others, encoder)


def assemble(
    languages: Sequence[str], own: Sequence[Mapping[str, float]], others: Mapping[str, float], encoder: Encoder
) -> Lexicon:
    """Return the lexicon of languages whose word frequencies are `own`, with `others` as negatives."""
    own_words = list(dict.fromkeys(word for counts in own for word in counts))
    table = np.array([[counts.get(word, 0.0) for counts in own] for word in own_words])
    in_others = np.array([others.get(word, 0.0) for word in own_words])
    foreign_words = [word for word in others if not any(word in counts for counts in own)]
    foreign_frequency = np.array([others[word] for word in foreign_words])

    shares = table + _FLOOR
    shares /= shares.sum(axis=1, keepdims=True)
    undetermined = _PRIOR_OF_OTHERS * in_others
    undetermined /= undetermined + table.sum(axis=1)
    targets = np.concatenate([shares * (1 - undetermined[:, None]), undetermined[:, None]], axis=1)
    foreign_targets = np.zeros((len(foreign_words), targets.shape[1]))
    foreign_targets[:, -1] = 1

    own_examples = _examples(own_words, targets, np.sqrt(table.sum(axis=1)), encoder)
    foreign_examples = _examples(foreign_words, foreign_targets, np.sqrt(foreign_frequency), encoder)
    digest = hashlib.sha256()
    for examples in (own_examples, foreign_examples):
        digest.update("\n".join(examples.words).encode())
        digest.update(examples.targets.tobytes() + examples.weights.tobytes())
    return Lexicon(tuple(languages), encoder, _by_split(own_examples), _by_split(foreign_examples), digest.hexdigest())


def _examples(
    words: list[str], targets: NDArray[np.float64], weights: NDArray[np.float64], encoder: Encoder
) -> Examples:
    ids = encoder.encode(words).astype(np.int16)
    scale = weights.mean() if len(weights) else 1.0
    return Examples(words, ids, targets.astype(np.float32), (weights / scale).astype(np.float32))


def _by_split(examples: Examples) -> dict[str, Examples]:
    splits = np.array([split_of(word) for word in examples.words], dtype="U10")
    return {split: examples.where(splits == split) for split in (TRAIN, VALIDATION, HELD_OUT)}


def random_strings(count: int, encoder: Encoder, random: np.random.Generator) -> Ids:
    """Return ids of random letters, 3 to 12 each, a third of them without vowels."""
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


def with_foreign_letter(ids: Ids, random: np.random.Generator) -> Ids:
    """Return the words with one letter each replaced by a letter outside the alphabet."""
    changed = ids.copy()
    lengths = (ids != PADDING).sum(axis=1) - 2
    places = 1 + (random.random(len(ids)) * np.maximum(lengths, 1)).astype(int)
    changed[np.arange(len(ids)), places] = OTHER
    return changed


def data_summary(lexicon: Lexicon) -> dict[str, object]:
    """Return what a card says about the data."""
    return {
        "source": f"wordfreq {version('wordfreq')}",
        "licence": "CC BY-SA 4.0",
        "digest": lexicon.digest,
        "words": {split: len(examples) for split, examples in lexicon.own.items()},
        "words_of_other_languages": {split: len(examples) for split, examples in lexicon.foreign.items()},
        "other_languages": other_languages(lexicon.languages),
        "unseen_languages": list(UNSEEN),
    }

"""Training words of many languages: code points, frequencies, targets and negatives.

Sparse, since a word is in few of the languages: a table of 13 million words and 84 languages would take 4 GB.
"""

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from classifier.ml.encoding import LENGTH, Encoder
from classifier.training.languages import Language, all_languages
from classifier.training.scripts import blocks_of, possible_languages
from classifier.training.word_sources import frequencies, neighbours

Floats = NDArray[np.float32]

SOURCES = ("wordfreq", "langidentify-full-model", "simplemma", "django")
SOURCE = ", ".join(f"{name} {version(name)}" for name in SOURCES)
VALIDATION, HELD_OUT = 2, 4  # bounds of the hash of a word, in hundredths: 2 % validate, 2 % are held out
DEFAULT_LANGUAGES = ("en", "fr", "es")  # the article's: the candidates of a model of all languages
FOREIGN_PRIOR = 0.1  # odds of a word of another language, before its letters are seen
COMMON = 1e-5  # frequency of a common word, see `_undetermined`
_MOST_FOREIGN = 0.5
_FLOOR, _COARSE_FLOOR = 2e-10, 1e-8  # frequency of a word that is not listed: lists down to 1e-8, and coarser ones
_SURELY_LISTED = 1e-6  # a word of such a frequency anywhere is missing in coarse lists because it is none of theirs
_FOREIGN_WORDS = 20_000  # of each other language, as negatives
_KEY = np.random.default_rng(3).integers(1, 2**63, LENGTH, np.int64).astype(np.uint64) | np.uint64(1)


@dataclass(frozen=True)
class SparseLexicon:
    """Words with their frequencies in the languages that list them."""

    languages: tuple[str, ...]
    ids: NDArray[np.uint16]  # (words, length)
    starts: NDArray[np.int64]  # (words + 1,): where the entries of each word begin
    places: NDArray[np.intp]  # (entries,): of the language
    frequencies: Floats  # (entries,)
    splits: NDArray[np.uint8]  # (words,): hash of the word, 0 to 99
    undetermined: Floats  # (words,): target of `und`
    rates: Floats  # (languages,): shares of the training words
    coarse: NDArray[np.bool_]  # (languages,): rare words are not in their lists
    foreign_ids: NDArray[np.uint16]  # (foreign words, length): words of none of the languages
    foreign_splits: NDArray[np.uint8]
    source: str
    default_languages: tuple[str, ...] = ()  # the candidates of its models when nobody names others; empty: all

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """The word of each entry."""
        return np.repeat(np.arange(len(self.ids)), np.diff(self.starts))

    @cached_property
    def entry_weights(self) -> NDArray[np.float64]:
        """How often an entry is drawn: the root of its frequency, each language by its rate."""
        roots = np.sqrt(self.frequencies.astype(np.float64))
        totals = np.bincount(self.places, roots, minlength=len(self.languages))
        weights: NDArray[np.float64] = self.rates[self.places] * roots / totals[self.places]
        return weights

    @property
    def digest(self) -> str:
        """SHA-256 over words and targets."""
        found = hashlib.sha256(" ".join(self.languages).encode())
        for part in (self.ids, self.starts, self.places, self.frequencies, self.undetermined, self.foreign_ids):
            found.update(np.ascontiguousarray(part).data)
        return found.hexdigest()

    def targets(self, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return the shares of the languages and where they are known, each (words, languages)."""
        counts = self.starts[rows + 1] - self.starts[rows]
        word = np.repeat(np.arange(len(rows)), counts)
        firsts = self.starts[rows] - np.concatenate([[0], np.cumsum(counts)[:-1]])
        entries = np.repeat(firsts, counts) + np.arange(counts.sum())
        shares = np.tile(np.where(self.coarse, _COARSE_FLOOR, _FLOOR), (len(rows), 1))
        listed = np.zeros(shares.shape, bool)
        shares[word, self.places[entries]] += self.frequencies[entries]
        listed[word, self.places[entries]] = True
        rare = self.highest[rows] < _SURELY_LISTED
        known = ~(rare[:, None] & ~listed & self.coarse) & self.possible[blocks_of(self.ids[rows])]
        shares *= known
        return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32), known.astype(np.float32)

    @cached_property
    def possible(self) -> NDArray[np.bool_]:
        """In which languages words can be, by the block of their letters, (blocks, languages)."""
        return possible_languages(blocks_of(self.ids)[self.rows], self.places, len(self.languages))

    @cached_property
    def highest(self) -> Floats:
        """The frequency of each word in the language that uses it most."""
        highest: Floats = np.maximum.reduceat(self.frequencies, self.starts[:-1])
        return highest

    @cached_property
    def truth_weights(self) -> NDArray[np.float64]:
        """How often the word of an entry is drawn and of its language, by its targets; 0 for rare words.

        Lists of all languages hold English words and names: these are rarely theirs.
        """
        by_word = np.bincount(self.rows, self.entry_weights, minlength=len(self.ids))
        totals = np.bincount(self.rows, self.frequencies, minlength=len(self.ids))
        weights: NDArray[np.float64] = by_word[self.rows] * self.frequencies / totals[self.rows]
        return weights * (self.highest[self.rows] >= _SURELY_LISTED)

    def contested_words(self, place: int, count: int) -> NDArray[np.intp]:
        """Return the most frequent of a language's common words that another one uses half as much or more."""
        entries = np.flatnonzero((self.places == place) & (self.frequencies >= COMMON))
        entries = entries[np.argsort(-self.frequencies[entries])]
        rows = self.rows[entries]
        others = np.array([self._highest_other(row, place) for row in rows.tolist()])
        return rows[others > _MOST_FOREIGN * self.frequencies[entries]][:count]

    def _highest_other(self, row: int, place: int) -> float:
        entries = slice(self.starts[row], self.starts[row + 1])
        return float(self.frequencies[entries][self.places[entries] != place].max(initial=0))

    def draw(self, count: int, place: int, split: tuple[int, int], random: np.random.Generator) -> NDArray[np.intp]:
        """Draw words of a language with hashes in `split`, by their truth weights, with repeats.

        Without repeats, a large share of a list would hold its doubtful words as often as its frequent ones. As many as
        there are different words, at most.
        """
        entries = np.flatnonzero(self.places == place)
        hashes = self.splits[self.rows[entries]]
        entries = entries[(hashes >= split[0]) & (hashes < split[1]) & (self.truth_weights[entries] > 0)]
        weights = self.truth_weights[entries]
        chosen = random.random(min(count, len(entries))) * weights.sum()
        drawn: NDArray[np.intp] = self.rows[entries[np.searchsorted(np.cumsum(weights), chosen)]]
        return drawn


def build_all(
    report: Callable[[str], None], most_words: int | None = None, *, without: Collection[str] = ()
) -> SparseLexicon:
    """Read the public lists of all languages; takes five minutes.

    For trials, `most_words` limits each list, and words of the languages `without` are not even negatives.
    """
    languages = {code: one for code, one in all_languages().items() if code not in without}
    lists = _reading(languages, report, most_words)
    lexicon = assemble(
        tuple(languages),
        lists,
        neighbours(most_words, without),
        rates=[one.rate for one in languages.values()],
        coarse=[one.coarse for one in languages.values()],
    )
    return replace(lexicon, default_languages=DEFAULT_LANGUAGES)


def build_some(codes: Sequence[str], report: Callable[[str], None], most_words: int | None = None) -> SparseLexicon:
    """Read the public lists of some languages; words of the others are negatives."""
    languages = {code: all_languages()[code] for code in codes}
    others = read_foreign(codes, report, most_words)
    coarse = [one.coarse for one in languages.values()]
    return assemble(tuple(languages), _reading(languages, report, most_words), others, coarse=coarse)


def read_foreign(
    codes: Sequence[str], report: Callable[[str], None], most_words: int | None = None
) -> dict[str, float]:
    """Return the most frequent words of all other languages, with their largest frequency in one."""
    others: dict[str, float] = {}
    languages = {code: one for code, one in all_languages().items() if code not in codes}
    for words in _reading(languages, report, min(most_words or _FOREIGN_WORDS, _FOREIGN_WORDS)):
        for word, frequency in words.items():
            others[word] = max(frequency, others.get(word, 0.0))
    return others


def _reading(
    languages: Mapping[str, Language], report: Callable[[str], None], most_words: int | None
) -> Iterable[dict[str, float]]:
    for code, language in languages.items():
        report(f"reading {code}")
        yield frequencies(language, most_words)


def assemble(
    languages: tuple[str, ...],
    lists: Iterable[Mapping[str, float]],
    foreign: Mapping[str, float],
    *,
    rates: Sequence[float] = (),
    coarse: Sequence[bool] = (),
    source: str = SOURCE,
) -> SparseLexicon:
    """Return the lexicon of lists, one a language, and of words of other languages with their frequencies."""
    parts = [
        (encode(list(words)), hashes(words), np.fromiter(words.values(), np.float32, len(words))) for words in lists
    ]
    all_ids, all_splits = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
    keys, firsts, rows = np.unique(_keys(all_ids), return_index=True, return_inverse=True)
    order = np.argsort(rows, kind="stable")
    places = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])[order]
    shares = np.concatenate([part[2] for part in parts])[order]
    starts = np.searchsorted(rows[order], np.arange(len(keys) + 1))
    others = encode(list(foreign))
    other_keys, other_shares = _keys(others), np.fromiter(foreign.values(), np.float32, len(foreign))
    is_ours = np.isin(other_keys, keys)
    in_others = np.zeros(len(keys), np.float32)
    in_others[np.searchsorted(keys, other_keys[is_ours])] = other_shares[is_ours]
    return SparseLexicon(
        languages,
        all_ids[firsts],
        starts.astype(np.int64),
        places,
        shares,
        all_splits[firsts],
        _undetermined(in_others, np.add.reduceat(shares, starts[:-1]), np.maximum.reduceat(shares, starts[:-1])),
        np.array(rates or [1.0] * len(languages), np.float32),
        np.array(coarse or [False] * len(languages)),
        others[~is_ours],
        hashes(foreign)[~is_ours],
        source,
    )


def _undetermined(in_others: Floats, total: Floats, most: Floats) -> Floats:
    """Return the targets of `und` of words that other languages use, too, (words,).

    French là is French, however often Vietnamese writes it: a common word counts as half as frequent there at most.
    """
    odds = FOREIGN_PRIOR * np.where(most >= COMMON, np.minimum(in_others, _MOST_FOREIGN * most), in_others)
    return (odds / (odds + total)).astype(np.float32)


def hashes(words: Iterable[str]) -> NDArray[np.uint8]:
    """Return the hash of each word, 0 to 99, which decides its split for ever."""
    return np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) % 100 for word in words], np.uint8)


def encode(words: Sequence[str]) -> NDArray[np.uint16]:
    """Return the code points of words, (words, length)."""
    ids: NDArray[np.uint16] = Encoder("").encode(words).astype(np.uint16)
    return ids


def _keys(ids: NDArray[np.uint16]) -> NDArray[np.uint64]:
    keys: NDArray[np.uint64] = (ids.astype(np.uint64) * _KEY).sum(axis=1, dtype=np.uint64)
    return keys

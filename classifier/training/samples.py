"""Words drawn from a lexicon: batches to learn from, words to measure on, and strings that are no words."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.ml.encoding import BOUNDARY, LENGTH, PADDING
from classifier.training.languages import SCRIPTS
from classifier.training.sparse_lexicon import HELD_OUT, Floats, SparseLexicon

Ids = NDArray[np.int32]

_VOWELLESS = "bcdfghjklmnpqrstvwxz"
_OTHER_BLOCKS = ((0x780, 0x7B1), (0xF40, 0xF6C), (0x13A0, 0x13F4), (0x2D30, 0x2D67), (0x1820, 0x1877), (0x16A0, 0x16EA))


class Batch(NamedTuple):
    """Words to learn from."""

    ids: Ids  # (words, length)
    targets: Floats  # (words, languages), rows with sum 1, or 0 for negatives
    known: Floats  # (words, languages): 0 where nothing is known about a language
    undetermined: Floats  # (words,), 1 for negatives


class Sampler:
    """Draws batches of a lexicon: words of the languages, and negatives."""

    NEGATIVES = 0.12  # of a batch
    FOREIGN, STRINGS, SHUFFLED = 0.5, 0.2, 0.15  # of the negatives; the rest has odd letters

    def __init__(self, lexicon: SparseLexicon, *, least_split: int = 0, unseen: float = 1) -> None:
        """Leave out hashes below `least_split`; draw words that the twin never saw `unseen` times as often."""
        self.lexicon = lexicon
        splits = lexicon.splits[lexicon.rows]
        used = lexicon.entry_weights * (splits >= least_split) * np.where(splits < HELD_OUT, unseen, 1)
        self._cumulative = np.cumsum(np.bincount(lexicon.rows, used, minlength=len(lexicon.ids)))
        self._foreign = lexicon.foreign_ids[lexicon.foreign_splits >= least_split]
        self._strings = Strings()

    def draw(self, count: int, random: np.random.Generator) -> Batch:
        """Return a batch of about `count` words."""
        negatives = int(self.NEGATIVES * count)
        places = np.searchsorted(self._cumulative, self._cumulative[-1] * random.random(count - negatives))
        rows = np.minimum(places, len(self._cumulative) - 1)
        own = self.lexicon.ids[rows].astype(np.int32)
        targets, known = self.lexicon.targets(rows)
        none = self._negatives(own, negatives, random)
        return Batch(
            np.concatenate([own, none]),
            np.concatenate([targets, np.zeros((len(none), targets.shape[1]), np.float32)]),
            np.concatenate([known, np.ones((len(none), known.shape[1]), np.float32)]),
            np.concatenate([self.lexicon.undetermined[rows], np.ones(len(none), np.float32)]),
        )

    def _negatives(self, own: Ids, count: int, random: np.random.Generator) -> Ids:
        foreign = int(self.FOREIGN * count) if len(self._foreign) else 0
        strings, shuffled = int(self.STRINGS * count), int(self.SHUFFLED * count)
        chosen = [own[random.integers(0, len(own), n)] for n in (shuffled, count - foreign - strings - shuffled)]
        drawn = self._foreign[random.integers(0, max(len(self._foreign), 1), foreign)].astype(np.int32)
        return np.concatenate(
            [
                drawn,
                self._strings.draw(strings, random),
                shuffle(chosen[0], random),
                self._strings.put_odd_letters(chosen[1], random),
            ]
        )


def draw_words(
    lexicon: SparseLexicon, counts: tuple[int, int], split: tuple[int, int], random: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Draw words of each language as `SparseLexicon.draw`; return their rows, and the place of the language of each.

    `counts` are those of a language and of a default candidate. The longest words, which are cut, are left out.
    """
    drawn = []
    for place, language in enumerate(lexicon.languages):
        rows = lexicon.draw(counts[language in lexicon.default_languages], place, split, random)
        drawn.append(rows[lexicon.ids[rows, -1] == PADDING])
    labels = np.repeat(np.arange(len(drawn)), list(map(len, drawn)))
    return np.concatenate(drawn), labels.astype(np.uint8)


class Strings:
    """Makes strings that are no words."""

    LETTERS = (("Latin", 0.45), ("vowelless", 0.35), ("Cyrillic", 0.06), ("others", 0.1), ("Arabic", 0.04))

    def __init__(self) -> None:
        self.scripts = [_letters(ranges) for ranges in SCRIPTS.values()]
        pools = {
            "Latin": np.arange(ord("a"), ord("z") + 1),
            "vowelless": np.array(list(map(ord, _VOWELLESS))),
            "others": _letters(_OTHER_BLOCKS),
            **{name: _letters(SCRIPTS[name]) for name in ("Cyrillic", "Arabic")},
        }
        self.pools = [pools[name] for name, _ in self.LETTERS]
        self.shares = [share for _, share in self.LETTERS]
        self.blocks = np.zeros(512, np.intp)  # by the block of a letter: the pool of odd letters of its script
        self.odd = [_letters(((0xDF, 0x17F), (0x1E00, 0x1EFF)))]
        for name in ("Cyrillic", "Devanagari", "Arabic"):
            [(first, last), *_] = SCRIPTS[name]
            self.blocks[first // 128 : last // 128 + 1] = len(self.odd)
            self.odd.append(np.arange(first, last + 1))

    def draw(self, count: int, random: np.random.Generator) -> Ids:
        """Return random strings of 3 to 12 letters of one script, (count, length)."""
        rows = np.full((count, LENGTH), PADDING, np.int32)
        lengths = random.integers(3, 13, count)
        letters = _choose(self.pools, random.choice(len(self.pools), (count, 1), p=self.shares), 12, random)
        rows[:, 0] = BOUNDARY
        rows[:, 1:13] = np.where(np.arange(12) < lengths[:, None], letters, PADDING)
        rows[np.arange(count), lengths + 1] = BOUNDARY
        return rows

    def put_odd_letters(self, ids: Ids, random: np.random.Generator) -> Ids:
        """Replace one letter or three of each word, by letters that its script, or another one, has."""
        ids = ids.copy()
        count, lengths = len(ids), (ids != PADDING).sum(axis=1) - 2
        own = _choose(self.odd, self.blocks[ids[:, 1:2] // 128], 3, random)
        other = _choose(self.scripts, random.integers(0, len(self.scripts), (count, 1)), 3, random)
        letters = np.where(random.random((count, 3)) < 0.7, own, other)
        places = 1 + (random.random((count, 3)) * np.maximum(lengths, 1)[:, None]).astype(int)
        for turn in range(3):
            changed = np.flatnonzero((turn == 0) | (random.random(count) < 0.7))
            ids[changed, places[changed, turn]] = letters[changed, turn]
        return ids


def shuffle(ids: Ids, random: np.random.Generator) -> Ids:
    """Return words of five letters and more with their letters in another order."""
    ids = ids[(ids != PADDING).sum(axis=1) >= 7]
    ids = ids[ids[:, 1] < SCRIPTS["Armenian"][0][0]]  # a shuffled word of a script with one language is still its own
    keys = random.random(ids.shape) + np.arange(ids.shape[1])
    inside = (ids != PADDING) & (ids != BOUNDARY)
    keys[inside] %= 1
    keys[inside] += 1
    return np.take_along_axis(ids, keys.argsort(axis=1), axis=1)


def _letters(ranges: Iterable[tuple[int, int]]) -> NDArray[np.intp]:
    return np.concatenate([np.arange(first, min(last, first + 200) + 1) for first, last in ranges])


def _choose(
    pools: Sequence[NDArray[np.intp]], chosen: NDArray[np.intp], columns: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """Return letters (rows, columns) of the pools `chosen` (rows, 1)."""
    sizes = np.array(list(map(len, pools)))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    places = (random.random((len(chosen), columns)) * sizes[chosen]).astype(int)
    letters: NDArray[np.intp] = np.concatenate(pools)[starts[chosen] + places]
    return letters

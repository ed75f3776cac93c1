"""Which languages a word can be of by its letters: a Greek word is Greek, whatever its n-grams add up to."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifier.training.languages import SCRIPTS

BLOCK = 128  # code points; letters of a script share a block or a few
BLOCKS = 0x10000 // BLOCK


def blocks_of(ids: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return the block of the last letter of each word in the order of code points, (words,): signs come before all."""
    blocks: NDArray[np.intp] = (ids.max(axis=1) // BLOCK).astype(np.intp)
    return blocks


def possible_languages(blocks: NDArray[np.intp], places: NDArray[np.intp], languages: int) -> NDArray[np.bool_]:
    """Return in which languages words of each block can be, (BLOCKS, languages).

    Those that have a word in one of the block's scripts; all where it has none. Takes the block of a word and the
    language that has it, (entries,).
    """
    scripts = _scripts_of_blocks()
    found = np.zeros((languages, BLOCKS), bool)
    found[places, blocks] = True
    possible: NDArray[np.bool_] = scripts @ (found @ scripts).T
    return possible | ~scripts.any(axis=1, keepdims=True)


@cache
def _scripts_of_blocks() -> NDArray[np.bool_]:
    """Return the scripts that have letters in each block, (BLOCKS, scripts)."""
    scripts = np.zeros((BLOCKS, len(SCRIPTS)), bool)
    for place, ranges in enumerate(SCRIPTS.values()):
        for first, last in ranges:
            scripts[first // BLOCK : last // BLOCK + 1, place] = True
    return scripts

"""Lexicon from a user's own word list, for any set of languages."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf

from django.core.exceptions import ValidationError

from classifier.languages import canonical_language
from classifier.ml.encoding import LATIN_ALPHABET, Encoder, normalise
from classifier.training import sparse_lexicon
from classifier.training.lexicon import HELD_OUT, VALIDATION, Lexicon, assemble, read_foreign, split_of
from classifier.training.sparse_lexicon import SparseLexicon
from classifier.words.reviewed import BadTable

_MOST_LETTERS = 4000  # of an alphabet: ids stay below 4,096


def read_word_list(text: str) -> dict[str, dict[str, float]]:
    """Read lines `word<TAB>language[<TAB>weight]`; return shares by language and normalised word.

    The weights of a language, 1 where none stands, are scaled to sum 1. Raises BadTable with the line of an error.
    """
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            word, language, weight = _entry(line, number)
            weights[language][word] += weight
    if len(weights) < 2:
        raise BadTable(f"the words are of {len(weights)} languages; a model tells two or more apart")
    for language, by_word in weights.items():
        if not {VALIDATION, HELD_OUT} <= {split_of(word) for word in by_word}:
            raise BadTable(f"{language} has too few words, {len(by_word)}, to train and to measure; 500 suffice")
    return {
        language: {word: weight / sum(by_word.values()) for word, weight in by_word.items()}
        for language, by_word in weights.items()
    }


def _entry(line: str, number: int) -> tuple[str, str, float]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) not in {2, 3} or not all(cells):
        raise BadTable(f"line {number} is not `word<TAB>language[<TAB>weight]`")
    try:
        weight = float(cells[2]) if len(cells) == 3 else 1.0
        if not 0 < weight < inf:
            raise BadTable(f"line {number}: the weight is not above 0")
        return normalise(cells[0]), canonical_language(cells[1]), weight
    except ValueError as error:
        raise BadTable(f"line {number}: the weight is no number") from error
    except ValidationError as error:
        raise BadTable(f"line {number}: {cells[1]} is not the code of a language") from error


def encoder_of(words: Iterable[str]) -> Encoder:
    """Return an encoder of the Latin letters and all others in `words`; raise BadTable for too many."""
    others = {letter for word in words for letter in word if unicodedata.category(letter)[0] in "LM"}
    alphabet = LATIN_ALPHABET + "".join(sorted(others - set(LATIN_ALPHABET)))
    if len(alphabet) > _MOST_LETTERS:
        raise BadTable(f"the words have {len(alphabet)} different letters; a model can have {_MOST_LETTERS}")
    return Encoder(alphabet)


def build_own(text: str, report: Callable[[str], None], most_words: int | None = None) -> Lexicon:
    """Return the lexicon of a word list, with the other languages of wordfreq as negatives.

    `most_words` limits the lists of negatives. Raises BadTable.
    """
    own = read_word_list(text)
    encoder = encoder_of(word for by_word in own.values() for word in by_word)
    others = read_foreign(list(own), encoder, report=report, most_words=most_words)
    lexicon = assemble(list(own), list(own.values()), others, encoder)
    return replace(lexicon, source=f"a word list of its own, and {lexicon.source}")


def build_sparse(text: str, report: Callable[[str], None], most_words: int | None = None) -> SparseLexicon:
    """Return the sparse lexicon of a word list, with words of other languages as negatives.

    `most_words` limits the lists of negatives. Raises BadTable.
    """
    own = read_word_list(text)
    others = sparse_lexicon.read_foreign(tuple(own), report, most_words)
    return sparse_lexicon.assemble(tuple(own), own.values(), others, source="a word list of its own, and public lists")

"""Identifies the language of words and texts by LiteRT models."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from classifier.ml.answers import Answer, WordAnswers
from classifier.ml.artifacts import CALIBRATION_FILE, LITERT_FILE, BadVersion, Card, read_verified
from classifier.ml.conformal import DEFAULT_CONFIDENCE, Calibration
from classifier.ml.judging import answer_texts, judge_words
from classifier.ml.texts import combine, normalise_rows, split_elision, split_unspaced
from classifier.ml.verdict import UNDETERMINED

CHUNK = 32  # words in one call of the batch interpreter, padded; of 16 to 256 the fastest, by 5 %
MOST_ONE_BY_ONE = 16  # up to this many words run faster one by one than in a padded chunk
_DECIMALS = 7  # batch sizes change the last bits of a float, which must not change an answer


class _Interpreter:
    """Runs a model for one thread at a time; made on first use."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._interpreter: Any = None
        self._rows = 0  # that it is prepared for

    def run(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the output (rows, labels) for ids (rows, length)."""
        with self._turn:  # else a list, which asks again at once, could overtake a word that waits
            self._lock.acquire()
        try:
            if len(ids) != self._rows:
                self._prepare(len(ids))
            self._interpreter.set_tensor(self._input, ids)
            self._interpreter.invoke()
            output: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
            return output
        finally:
            self._lock.release()

    def _prepare(self, rows: int) -> None:
        # Takes 20 to 150 µs. With an interpreter for each size, LiteRT would keep its copy of the weights twice.
        interpreter, self._interpreter, self._rows = self._interpreter or self._make(), None, 0
        interpreter.resize_tensor_input(self._input, (rows, self._length), strict=False)
        interpreter.allocate_tensors()
        self._interpreter, self._rows = interpreter, rows  # one that failed is made anew

    def _make(self) -> Any:
        # From the verified bytes, not by path: the file may change after it was verified.
        interpreter = Interpreter(model_content=self._content, num_threads=1)
        [details], [output] = interpreter.get_input_details(), interpreter.get_output_details()
        self._input, self._length, self._output = details["index"], details["shape"][1], output["index"]
        return interpreter


class Identifier:
    """A verified version of a model, safe for threads."""

    def __init__(self, folder: Path, file: str = LITERT_FILE) -> None:
        """Load the version in `folder`, or its twin.

        Raises BadVersion when a digest or the output for a golden word differs from the card.
        """
        self.card, content = read_verified(folder, file)
        self.calibration = _read_calibration(folder, self.card)
        self._interpreter = _Interpreter(content)
        if file == LITERT_FILE:
            self._check_golden_words(folder)

    def _check_golden_words(self, folder: Path) -> None:
        expected = np.array(list(self.card.golden.values()))
        try:
            output = self.probabilities(list(self.card.golden))
        except (ValueError, RuntimeError) as error:
            raise BadVersion(f"{folder}: LiteRT cannot run the model ({error})") from error
        if output.shape != expected.shape or not np.allclose(output, expected, rtol=0, atol=self.card.tolerance + 1e-6):
            raise BadVersion(f"{folder}: the output for the golden words differs from the card's")

    def warm_up(self) -> None:
        """Answer one chunk and one word, so that the first requests do not wait.

        Raises BadVersion when LiteRT cannot.
        """
        try:
            self._run(["a"] * CHUNK)
            self.judge(["a"])
        except (ValueError, RuntimeError) as error:
            raise BadVersion(f"{self.card.name} {self.card.version}: LiteRT cannot run the model ({error})") from error

    def probabilities(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return the output for `words`, (words, labels), rows with sum 1.

        It is the model's; for a word of parts, which no word list has, that of its parts together.
        """
        marked = ((row, word) for row, word in enumerate(words) if not (word.isascii() and word.isalpha()))
        divided = [(row, parts) for row, word in marked if (parts := self._split(word))]
        output = self._run([*words, *(part for _, parts in divided for part in parts)])
        end = len(words)
        for row, parts in divided:
            start, end = end, end + len(parts)
            output[row] = self._join(output[start:end], elided=split_elision(words[row]) is not None)
        return output[: len(words)]

    def _split(self, word: str) -> Sequence[str]:
        """Return the parts of a word with an elision (l'eau), or of a long one in Han or kana; none of others."""
        return split_elision(word) or ([] if self.card.alphabet else split_unspaced(word))

    def _join(self, parts: NDArray[np.float64], *, elided: bool) -> NDArray[np.float64]:
        """Return the output (labels,) for a word from that of its parts."""
        undetermined = self.card.labels.index(UNDETERMINED)
        shares, none = combine(normalise_rows(np.delete(parts, undetermined, axis=1)), parts[:, undetermined])
        if (
            elided
        ):  # the first part is a letter or two: the second decides whether the word is of these languages at all
            none = parts[1, undetermined]
        return np.insert((1 - none) * shares, undetermined, none).round(_DECIMALS)

    def _run(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return the model's output, (words, labels), rows with sum 1."""
        ids, rows = self.card.encoder.encode(words), 1 if len(words) <= MOST_ONE_BY_ONE else CHUNK
        if len(words) == 1:
            return self._interpreter.run(ids).astype(np.float64).round(_DECIMALS)
        padded = np.pad(ids, ((0, -len(ids) % rows), (0, 0))) if rows > 1 else ids
        output = np.empty((len(padded), len(self.card.labels)))
        for start in range(0, len(padded), rows):
            output[start : start + rows] = self._interpreter.run(padded[start : start + rows])
        return output[: len(words)].round(_DECIMALS)

    def identify(
        self, texts: Sequence[str], languages: Sequence[str] = (), confidence: float = DEFAULT_CONFIDENCE
    ) -> list[Answer]:
        """Return one answer a text, in their order.

        `languages` are the candidates: labels of the model, `all`, or none for the model's default ones. The
        prediction set of a word holds its language with the probability `confidence`.
        """
        return answer_texts(
            self.card, texts, self.probabilities, languages, confidence=confidence, calibration=self.calibration
        )

    def judge(
        self, words: Sequence[str], languages: Sequence[str] = (), confidence: float = DEFAULT_CONFIDENCE
    ) -> WordAnswers:
        """Return the answers to single words, as `identify` gives them."""
        output = self.probabilities(words)
        return judge_words(self.card, words, output, languages, confidence=confidence, calibration=self.calibration)


def _read_calibration(folder: Path, card: Card) -> Calibration | None:
    """Return the calibration of a version that has one; raise BadVersion for an unsound file."""
    if CALIBRATION_FILE not in card.sha256:
        return None
    _, content = read_verified(folder, CALIBRATION_FILE)
    try:
        return Calibration(content, card.languages)
    except ValueError as error:
        raise BadVersion(f"{folder}: {CALIBRATION_FILE} cannot be used ({error})") from error

"""Identifies the language of words and texts by LiteRT models."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from classifier.ml.answers import Answer, rank
from classifier.ml.artifacts import LITERT_FILE, BadVersion, Card, read_verified
from classifier.ml.texts import combine, normalise_rows, split_elision, words_of
from classifier.ml.verdict import SINGLE, UNDETERMINED, judge

CHUNK = 64  # words in one call of the batch interpreter, padded; more need memory and are hardly faster
MOST_ONE_BY_ONE = 16  # up to this many words run faster one by one than in a padded chunk
_DECIMALS = 7  # batch sizes change the last bits of a float, which must not change an answer


class _Interpreter:
    """Runs a model on batches of one size, for one thread at a time; made on first use."""

    def __init__(self, content: bytes, batch: int) -> None:
        self._content, self._batch = content, batch
        self._lock = threading.Lock()
        self._interpreter: Any = None

    def _make(self) -> Any:
        # From the verified bytes, not by path: the file may change after it was verified.
        interpreter = Interpreter(model_content=self._content, num_threads=1)
        details = interpreter.get_input_details()[0]
        interpreter.resize_tensor_input(details["index"], (self._batch, details["shape"][1]), strict=False)
        interpreter.allocate_tensors()
        return interpreter

    def run(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        with self._lock:
            interpreter = self._interpreter = self._interpreter or self._make()
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], ids)
            interpreter.invoke()
            output: NDArray[np.float32] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
            return output


class Identifier:
    """A verified version of a model, safe for threads."""

    def __init__(self, folder: Path, file: str = LITERT_FILE) -> None:
        """Load the version in `folder`, or its twin.

        Raises BadVersion when a digest or the output for a golden word differs from the card.
        """
        self.card, content = read_verified(folder, file)
        self._single, self._chunks = _Interpreter(content, batch=1), _Interpreter(content, batch=CHUNK)
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
        """Answer one word and one chunk, so that the first requests do not wait.

        Raises BadVersion when LiteRT cannot.
        """
        try:
            self._run(["a"])
            self._run(["a"] * CHUNK)
        except (ValueError, RuntimeError) as error:
            raise BadVersion(f"{self.card.name} {self.card.version}: LiteRT cannot run the model ({error})") from error

    def probabilities(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return the output for `words`, (words, labels), rows with sum 1.

        It is the model's; for a word with an elision (l'eau), which no word list has, that of its parts together.
        """
        marked = ((row, word) for row, word in enumerate(words) if not (word.isascii() and word.isalpha()))
        elisions = [(row, parts) for row, word in marked if (parts := split_elision(word))]
        output = self._run([*words, *(part for _, parts in elisions for part in parts)])
        for (row, _), place in zip(elisions, range(len(words), len(output), 2), strict=True):
            output[row] = self._join(output[place : place + 2])
        return output[: len(words)]

    def _join(self, parts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the output (labels,) for a word with an elision from that of its two parts."""
        undetermined = self.card.labels.index(UNDETERMINED)
        shares, _ = combine(normalise_rows(np.delete(parts, undetermined, axis=1)), parts[:, undetermined])
        # The first part is a letter or two: the second decides whether the word is of these languages at all.
        none = parts[1, undetermined]
        return np.insert((1 - none) * shares, undetermined, none).round(_DECIMALS)

    def _run(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return the model's output, (words, labels), rows with sum 1."""
        ids = self.card.encoder.encode(words)
        if len(words) <= MOST_ONE_BY_ONE:
            rows = [self._single.run(row[None, :]) for row in ids]
        else:
            padded = np.pad(ids, ((0, -len(ids) % CHUNK), (0, 0)))
            rows = [self._chunks.run(chunk) for chunk in padded.reshape(-1, CHUNK, ids.shape[1])]
        output = np.concatenate(rows) if rows else np.zeros((0, len(self.card.labels)))
        return output[: len(words)].astype(np.float64).round(_DECIMALS)

    def identify(self, texts: Sequence[str], languages: Sequence[str] = ()) -> list[Answer]:
        """Return one answer a text, in their order.

        `languages` restricts the candidates to these labels of the model; default: all of them.
        """
        return answer_texts(self.card, texts, self.probabilities, languages)


def answer_texts(
    card: Card,
    texts: Sequence[str],
    predict: Callable[[Sequence[str]], NDArray[np.float64]],
    languages: Sequence[str] = (),
) -> list[Answer]:
    """Return one answer a text, in their order.

    `predict` is called once, with the words of all texts, and returns (words, labels).
    """
    groups = [words_of(text) or [text] for text in texts]  # the words of each text
    words = [word for group in groups for word in group]
    output = predict(words)
    answers = [
        make_answer(card, word, dict(zip(card.labels, row, strict=True)), languages)
        for word, row in zip(words, output.tolist(), strict=True)
    ]
    ends = accumulate(map(len, groups))
    places = [slice(end - len(group), end) for group, end in zip(groups, ends, strict=True)]
    return [
        _answer_text(card, text, output[place], answers[place], languages)
        for text, place in zip(texts, places, strict=True)
    ]


def _answer_text(
    card: Card, text: str, output: NDArray[np.float64], answers: Sequence[Answer], languages: Sequence[str]
) -> Answer:
    """Combine the words' `output` (words, labels) and `answers` into one."""
    if len(answers) == 1:
        return answers[0] if answers[0].word == text else replace(answers[0], word=text)
    languages = list(dict.fromkeys(languages)) or list(card.languages)
    by_word = normalise_rows(output[:, [card.labels.index(language) for language in languages]])
    combined, undetermined = combine(by_word, output[:, card.labels.index(UNDETERMINED)])
    probabilities = dict(zip(languages, np.round((1 - undetermined) * combined, _DECIMALS).tolist(), strict=True))
    probabilities[UNDETERMINED] = round(undetermined, _DECIMALS)
    return make_answer(card, text, probabilities, languages, answers)


def make_answer(
    card: Card,
    word: str,
    probabilities: dict[str, float],
    languages: Sequence[str] = (),
    words: Sequence[Answer] = (),
) -> Answer:
    """Rank and judge one output of a model.

    `probabilities` are by label with sum 1. Candidates are renormalised without `und`.
    """
    candidates = rank(probabilities, languages)
    undetermined = round(probabilities[UNDETERMINED], 4)
    verdict = judge([candidate.probability for candidate in candidates], undetermined, card.thresholds)
    return Answer(
        word=word,
        model=card.name,
        model_version=card.version,
        language=candidates[0].language if verdict == SINGLE else None,
        verdict=verdict,
        candidates=candidates,
        undetermined=undetermined,
        probabilities=probabilities,
        words=tuple(words),
    )

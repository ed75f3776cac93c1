"""Answers in which language words and texts are written, with verified LiteRT models."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from classifier.ml.answers import Answer, rank
from classifier.ml.artifacts import SERVED, UNDETERMINED, BadVersion, Card, verify
from classifier.ml.texts import combine, normalised, words_of
from classifier.ml.verdict import SINGLE, judge

CHUNK = 256  # words in one call of the batch interpreter; shorter batches are padded
ONE_BY_ONE = 16  # up to this many words are quicker one at a time than in a padded chunk
_DECIMALS = 7  # batch sizes differ in the last bits of a float; an answer must not


class _Pool:
    """A few interpreters of one batch size, made on first use; each serves one thread at a time."""

    def __init__(self, path: Path, batch: int, size: int) -> None:
        self._path, self._batch = path, batch
        self._free: list[Any] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(size)

    @contextmanager
    def _interpreter(self) -> Iterator[Any]:
        with self._places:
            with self._lock:
                interpreter = self._free.pop() if self._free else None
            interpreter = interpreter or self._make()
            try:
                yield interpreter
            finally:
                with self._lock:
                    self._free.append(interpreter)

    def _make(self) -> Any:
        # By path, so that the weights are mapped and shared between processes.
        interpreter = Interpreter(model_path=str(self._path), num_threads=1)
        details = interpreter.get_input_details()[0]
        interpreter.resize_tensor_input(details["index"], (self._batch, details["shape"][1]), strict=False)
        interpreter.allocate_tensors()
        return interpreter

    def run(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        with self._interpreter() as interpreter:
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], ids)
            interpreter.invoke()
            output: NDArray[np.float32] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
            return output


class Identifier:
    """One verified version of a model, ready to answer; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Load the version in `folder`; raise BadVersion unless digest and golden words agree."""
        self.card: Card = verify(folder)
        self._single = _Pool(folder / SERVED, batch=1, size=2)
        self._chunks = _Pool(folder / SERVED, batch=CHUNK, size=1)
        self._check_golden_words(folder)

    def _check_golden_words(self, folder: Path) -> None:
        expected = np.array(list(self.card.golden.values()))
        try:
            found = self.probabilities(list(self.card.golden))
        except (ValueError, RuntimeError) as error:
            raise BadVersion(f"{folder}: LiteRT cannot run the model ({error})") from error
        if found.shape != expected.shape or not np.allclose(found, expected, rtol=0, atol=self.card.tolerance + 1e-6):
            raise BadVersion(f"{folder}: the golden words are not answered as the card says")

    def probabilities(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return the model's output, shape (len(words), len(card.labels)); each row has sum 1."""
        ids = self.card.encoder.encode(words)
        if len(words) <= ONE_BY_ONE:
            rows = [self._single.run(row[None, :]) for row in ids]
        else:
            padded = np.pad(ids, ((0, -len(ids) % CHUNK), (0, 0)))
            rows = [self._chunks.run(chunk) for chunk in padded.reshape(-1, CHUNK, ids.shape[1])]
        output = np.concatenate(rows) if rows else np.zeros((0, len(self.card.labels)))
        return output[: len(words)].astype(np.float64).round(_DECIMALS)

    def identify(self, texts: Sequence[str], languages: Sequence[str] = ()) -> list[Answer]:
        """Answer for each word or text, among `languages` (codes the model knows) or all of the model's."""
        return answer_texts(self.card, texts, self.probabilities, languages)

    def answers(self, words: Sequence[str], output: NDArray[np.float64], languages: Sequence[str] = ()) -> list[Answer]:
        """Return the answer for each word whose `output` of `probabilities` is already there."""
        labels = self.card.labels
        return [
            answer(self.card, word, dict(zip(labels, row, strict=True)), languages)
            for word, row in zip(words, output.tolist(), strict=True)
        ]


def answer_texts(
    card: Card,
    texts: Sequence[str],
    probabilities: Callable[[Sequence[str]], NDArray[np.float64]],
    languages: Sequence[str] = (),
) -> list[Answer]:
    """Return the answer for each text; all their words go through the model's `probabilities` at once."""
    split = [words_of(text) or [text] for text in texts]
    words = [word for found in split for word in found]
    output = probabilities(words)
    own = [
        answer(card, word, dict(zip(card.labels, row, strict=True)), languages)
        for word, row in zip(words, output.tolist(), strict=True)
    ]
    ends = accumulate(map(len, split))
    places = [slice(end - len(found), end) for found, end in zip(split, ends, strict=True)]
    return [_whole(card, text, output[place], own[place], languages) for text, place in zip(texts, places, strict=True)]


def _whole(
    card: Card, text: str, output: NDArray[np.float64], own: Sequence[Answer], languages: Sequence[str]
) -> Answer:
    """Return the answer for a text from the `output` (words, labels) and the answers for its words."""
    if len(own) == 1:
        return own[0] if own[0].word == text else replace(own[0], word=text)
    languages = list(dict.fromkeys(languages)) or list(card.languages)
    shares = normalised(output[:, [card.labels.index(language) for language in languages]])
    undetermined = output[:, card.labels.index(UNDETERMINED)]
    likely, none = combine(shares, undetermined)
    probabilities = dict(zip(languages, np.round((1 - none) * likely, _DECIMALS).tolist(), strict=True))
    return answer(card, text, {**probabilities, UNDETERMINED: round(none, _DECIMALS)}, languages, own)


def answer(
    card: Card,
    word: str,
    probabilities: dict[str, float],
    languages: Sequence[str] = (),
    words: Sequence[Answer] = (),
) -> Answer:
    """Rank and judge one output of a model: `und` is set apart, the languages are renormalised."""
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

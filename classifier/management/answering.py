"""Answers to words as parts of a file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from classifier.formats.columns import Result
from classifier.formats.files import Format
from classifier.management.word_input import NumberedCell
from classifier.ml.answers import Answer, Comparison, WordAnswers
from classifier.words.clean import is_plain
from classifier.words.lists import Row, clean_row

MOST_KNOWN = 1 << 15  # words whose texts are remembered
LONGEST_KNOWN = 1000  # characters of such a text, so that all need at most 33 MB

AnswerTexts = Callable[[Sequence[str]], Sequence[Answer | Comparison]]
AnswerWords = Callable[[Sequence[str]], WordAnswers]


class Part(NamedTuple):
    """A part of a file, and the errors of its rows by number."""

    text: str
    errors: list[tuple[int, str]]


class Answering:
    """Function from cells to a part of a file.

    A repeated word is answered and written once, unless each is to be stored: 1,000 words are over half of a text.
    Plain words are answered and written together by `answer_words`, if given: that takes a third of the time.
    """

    def __init__(
        self, answer_texts: AnswerTexts, answer_words: AnswerWords | None, output: Format, *, store: bool
    ) -> None:
        self._answer_texts, self._answer_words = answer_texts, answer_words
        self._output = output
        self._store = store
        self._known: dict[object, str] = {}

    def __call__(self, cells: Sequence[NumberedCell]) -> Part:
        """Answer the cells in their order."""
        keyed = [(number if self._store else cell, number, cell) for number, cell in cells]
        new = {key: (number, cell) for key, number, cell in keyed if key not in self._known}
        plain = self._plain_words(new)
        rows = {key: clean_row(number, cell) for key, (number, cell) in new.items() if key not in plain}
        texts = self._texts_of({key: row for key, row in rows.items() if row.value is not None}, plain)
        errors: list[Row[Result]] = []
        parts: list[str] = []
        for key, number, _cell in keyed:
            text = texts.get(key) or self._known.get(key)
            if text is None:
                errors.append(Row(number, None, rows[key].code, rows[key].detail))
                text = self._output.row(errors[-1])
            parts.append(text)
        self._remember(texts)
        return Part(self._output.join(parts), [(error.number, str(error.detail)) for error in errors])

    def _plain_words(self, cells: Iterable[object]) -> dict[object, str]:
        """Return the words of those cells that can be answered together."""
        if self._answer_words is None:
            return {}
        return {cell: word for cell in cells if isinstance(cell, str) and is_plain(word := cell.strip())}

    def _texts_of(self, rows: Mapping[object, Row[str]], plain: Mapping[object, str]) -> dict[object, str]:
        """Return the texts of valid rows and plain words."""
        values = [row.value for row in rows.values() if row.value is not None]
        answers = self._answer_texts(values) if values else []
        answered: list[Row[Result]] = [
            Row(row.number, answer) for row, answer in zip(rows.values(), answers, strict=True)
        ]
        words = list(plain.values())
        self._output.fit(answered, words)
        texts = dict(zip(rows, map(self._output.row, answered), strict=True))
        if self._answer_words and words:
            texts.update(zip(plain, self._output.plain_rows(self._answer_words(words)), strict=True))
        return texts

    def _remember(self, texts: Mapping[object, str]) -> None:
        if self._store:
            return
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known.update((key, text) for key, text in texts.items() if len(text) <= LONGEST_KNOWN)

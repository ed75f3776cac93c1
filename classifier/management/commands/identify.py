"""`manage.py identify`: identifies the language of words and texts."""

import os
import stat
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from classifier.formats.columns import ANSWERS
from classifier.formats.files import FORMATS, Format
from classifier.languages import find_code
from classifier.ml.answers import Answer, Comparison
from classifier.services import registry
from classifier.services.identify import compare, identify, known_languages, wants_all
from classifier.words.lists import Row, clean_rows, read_lines

CHUNK = 4096  # words held in memory
LONG_FILE = 1 << 19  # least bytes of a file with a progress bar
INVALID_WORDS, FAILURE = 1, 2  # exit codes
GREETING = b"INFO: Created TensorFlow Lite"
STANDARD_ERROR = 2

AnswerWords = Callable[[Sequence[str]], Sequence[Answer | Comparison]]


class Command(BaseCommand):
    """Identify words chunk by chunk."""

    help = (
        "Identify the language of words and texts: of each argument, or of each line of a file or of standard input. "
        "Exit code 0: success; 1: some words are invalid, see standard error; 2: failure."
    )
    requires_system_checks = ()
    _bar: Any = None  # tqdm, while a progress bar is shown

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("words", nargs="*", help="words, or texts in quotes (default: read from --input)")
        parser.add_argument("--input", metavar="FILE", help="UTF-8 file, a word or text a line (default: -, stdin)")
        parser.add_argument("--model", default="", help="model, or all (default: the most accurate model)")
        parser.add_argument("--languages", default="", help="candidates, as in en,fr (default: all of the model)")
        parser.add_argument("--format", choices=FORMATS, default="table", help="format of the output (default: table)")
        parser.add_argument("--store", action="store_true", help="store the answers in the database, as one batch")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Identify all words.

        Raises CommandError for invalid words, at the end, and for failures.
        """
        if options["words"] and options["input"]:
            raise CommandError("Give words or --input, not both.", returncode=FAILURE)
        answer_words, languages = self._choose(options["model"], options["languages"], store=options["store"])
        output = FORMATS[options["format"]](ANSWERS, languages)
        try:
            with self._lines(options["words"], options["input"] or "-") as lines:
                invalid = self._answer(clean_rows(enumerate(lines, 1)), answer_words, output)
        except BrokenPipeError:
            # The reader, such as `head`, has stopped; Python's flush at exit must not fail for that.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            raise CommandError(str(error), returncode=FAILURE) from error
        else:
            if invalid:
                raise CommandError(f"Invalid words: {invalid}.", returncode=INVALID_WORDS)

    def _choose(self, model: str, codes: str, *, store: bool) -> tuple[AnswerWords, Sequence[str]]:
        """Return a function that answers words, and its languages."""
        try:
            with _without_greeting():
                known = known_languages(model)
        except (registry.UnknownModel, registry.ModelUnavailable) as error:
            raise CommandError(str(error), returncode=FAILURE) from error
        requested = [find_code(code.strip(), known) for code in codes.split(",") if code.strip()]
        languages = list(dict.fromkeys(code for code in requested if code))
        if None in requested:
            raise CommandError(f"Unknown language. Choose from: {', '.join(known)}.", returncode=FAILURE)
        for name in registry.current().unavailable if wants_all(model) else []:
            self.stderr.write(f"{name} cannot answer and is left out.")
        return _answer_with(model, languages, store=store), languages or known

    @contextmanager
    def _lines(self, words: Sequence[str], path: str) -> Iterator[Iterator[bytes]]:
        """Open the arguments, standard input or a file as lines."""
        self._place, self._chunk = "line", CHUNK
        if words:
            self._place = "word"
            yield map(os.fsencode, words)
        elif path == "-":
            if sys.stdin.isatty():
                self._chunk = 1
                self.stderr.write("Type words, one a line; Ctrl-D ends.")
            yield self._with_progress(sys.stdin.buffer)
        else:
            with Path(path).open("rb") as file:
                yield self._with_progress(file)

    def _with_progress(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield lines; show a progress bar for long files.

        Only on a terminal, and only where the answers do not go to it.
        """
        status = os.fstat(file.fileno())
        long = stat.S_ISREG(status.st_mode) and status.st_size >= LONG_FILE
        if not long or not sys.stderr.isatty() or sys.stdout.isatty():
            yield from read_lines(file)
            return
        from tqdm import tqdm

        with tqdm(total=status.st_size, unit="B", unit_scale=True, leave=False) as self._bar:
            for line in read_lines(file):
                yield line
                self._bar.update(len(line))

    def _answer(self, rows: Iterator[Row[str]], answer_words: AnswerWords, output: Format) -> int:
        """Write the answers chunk by chunk; count invalid words."""
        invalid = 0
        self._put(output.opening)
        while chunk := list(islice(rows, self._chunk)):
            errors = [row for row in chunk if row.value is None]
            invalid += len(errors)
            self._put(output.rows(_answer(chunk, answer_words)))
            self._report(errors)
        self._put(output.closing)
        self.stdout.flush()
        return invalid

    def _put(self, text: str) -> None:
        self.stdout.write(text, ending="")

    def _report(self, errors: Sequence[Row[str]]) -> None:
        if errors and self._bar is not None:
            self._bar.clear()
        for error in errors:
            self.stderr.write(f"{self._place} {error.number}: {error.detail}")


@contextmanager
def _without_greeting() -> Iterator[None]:
    """Drop LiteRT's greeting from standard error.

    LiteRT writes it past Python, when it loads its first model.
    """
    standard_error = os.dup(STANDARD_ERROR)
    with TemporaryFile() as output:
        os.dup2(output.fileno(), STANDARD_ERROR)
        try:
            yield
        finally:
            os.dup2(standard_error, STANDARD_ERROR)
            os.close(standard_error)
            output.seek(0)
            os.write(STANDARD_ERROR, b"".join(line for line in output if not line.startswith(GREETING)))


def _answer_with(model: str, languages: Sequence[str], *, store: bool) -> AnswerWords:
    """Return a function that answers words and can store them.

    All words stored are one batch.
    """
    batch = uuid4()

    def store_and_answer(words: Sequence[str]) -> Sequence[Answer | Comparison]:
        rows = identify(words=words, source="cli", model=model, languages=languages, batch=batch)
        return [row.comparison() or row.answer() for row in rows]

    def answer(words: Sequence[str]) -> Sequence[Answer | Comparison]:
        comparisons = compare(words=words, model=model, languages=languages)
        return comparisons if wants_all(model) else [comparison.answers[0] for comparison in comparisons]

    return store_and_answer if store else answer


def _answer(rows: Sequence[Row[str]], answer_words: AnswerWords) -> Iterator[Row[Answer | Comparison]]:
    """Yield `rows` with each word replaced by its answer."""
    words = [row.value for row in rows if row.value is not None]
    answers = iter(answer_words(words) if words else [])
    for row in rows:
        answer = None if row.value is None else next(answers)
        yield Row(row.number, answer, row.code, row.detail)

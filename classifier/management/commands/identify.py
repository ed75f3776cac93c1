"""`manage.py identify`: identifies the language of words and texts."""

import io
import os
import select
import stat
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from classifier.formats.columns import ANSWERS
from classifier.formats.files import FORMATS, Format
from classifier.languages import find_code
from classifier.ml.answers import Answer, Comparison
from classifier.services import registry
from classifier.services.identify import compare, identify, known_languages, wants_all
from classifier.words.files import WordFile, open_words
from classifier.words.lists import Row, clean_rows
from classifier.words.tables import Cell

CHUNK = 4096  # words held in memory
LONG_FILE = 1 << 19  # least bytes of a file with a progress bar
INVALID_WORDS, FAILURE, INTERRUPTED = 1, 2, 130  # exit codes
GREETING = b"INFO: Created TensorFlow Lite"
STANDARD_ERROR = 2

AnswerWords = Callable[[Sequence[str]], Sequence[Answer | Comparison]]


class Command(BaseCommand):
    """Identify words chunk by chunk."""

    help = (
        "Identify the language of words and texts: of each argument, or of each line of a file or of standard input. "
        "Files may be tables, too: CSV, TSV, Excel, JSON lines. "
        "Exit code 0: success; 1: some words are invalid, see standard error; 2: failure; 130: interrupted."
    )
    requires_system_checks = ()
    _bar: Any = None  # tqdm, while a progress bar is shown

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("words", nargs="*", help="words, or texts in quotes (default: read from --input)")
        parser.add_argument("--input", metavar="FILE", help="file of lines or a table (default: -, stdin)")
        parser.add_argument(
            "--column", default="", help="name or number of the table's column (default: the likeliest)"
        )
        parser.add_argument("--model", default="", help="model, or all (default: the most accurate model)")
        parser.add_argument("--languages", default="", help="candidates, as in en,fr (default: all of the model)")
        parser.add_argument("--format", choices=FORMATS, default="table", help="format of the output (default: table)")
        parser.add_argument("--store", action="store_true", help="store the answers in the database, as one batch")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Identify all words.

        Raises CommandError for invalid words, at the end, and for failures.
        """
        self._check_streams(options["words"], options["input"] or "-")
        if options["words"] and (options["input"] or options["column"]):
            raise CommandError("Give words, or --input with --column, not both.", returncode=FAILURE)
        try:
            invalid = self._identify(options)
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=INTERRUPTED) from None
        except BrokenPipeError:
            # The reader, such as `head`, has stopped; Python's flush at exit must not fail for that.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=FAILURE) from error
        except OSError as error:
            raise CommandError(str(error), returncode=FAILURE) from error
        else:
            if invalid:
                raise CommandError(f"Invalid words: {invalid}.", returncode=INVALID_WORDS)

    def _identify(self, options: dict[str, Any]) -> int:
        """Write the answers; return the number of invalid words."""
        answer_words, languages = self._choose(options["model"], options["languages"], store=options["store"])
        output = FORMATS[options["format"]](ANSWERS, languages)
        self._encode_output(options["format"])
        with self._cells(options["words"], options["input"] or "-", options["column"]) as cells:
            return self._answer(clean_rows(cells), answer_words, output)

    def _check_streams(self, words: Sequence[str], path: str) -> None:
        """Replace a closed standard error; refuse other closed streams."""
        if sys.stderr is None:
            self.stderr = OutputWrapper(io.StringIO())
        if sys.stdout is None:
            raise CommandError("Standard output is closed.", returncode=FAILURE)
        if sys.stdin is None and path == "-" and not words:
            raise CommandError("Standard input is closed.", returncode=FAILURE)

    def _encode_output(self, name: str) -> None:
        """Write files in UTF-8, and what the terminal lacks as escapes."""
        stream: Any = sys.stdout
        escape = name == "table" or stream.isatty()
        stream.reconfigure(**{"errors": "backslashreplace"} if escape else {"encoding": "utf-8"})

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
    def _cells(self, words: Sequence[str], path: str, column: str) -> Iterator[Iterator[tuple[int, Cell | bytes]]]:
        """Open the arguments, standard input or a file."""
        self._place, self._source = "word", None
        if words:
            yield iter(enumerate(map(os.fsencode, words), 1))
        elif path == "-":
            if sys.stdin.isatty():
                self.stderr.write("Type words, one a line; Ctrl-D ends.")
            yield self._read(sys.stdin.buffer, "", column)
        else:
            with Path(path).open("rb") as file:
                yield self._read(file, path, column)

    def _read(self, file: Any, path: str, column: str) -> Iterator[tuple[int, Cell]]:
        """Yield the cells of a file; say how it is read."""
        word_file = open_words(file, path, column)
        self._place, self._source = "row" if word_file.choice.columns else "line", file
        for line in _describe(word_file):
            self.stderr.write(line)
        return self._with_progress(word_file.cells, file)

    def _with_progress(self, cells: Iterator[tuple[int, Cell]], file: Any) -> Iterator[tuple[int, Cell]]:
        """Yield cells; show a progress bar for long files.

        Only on a terminal, and only where the answers do not go to it.
        """
        status = os.fstat(file.fileno())
        long = stat.S_ISREG(status.st_mode) and status.st_size >= LONG_FILE
        if not long or not sys.stderr.isatty() or sys.stdout.isatty():
            yield from cells
            return
        from tqdm import tqdm

        with tqdm(total=status.st_size, unit="B", unit_scale=True, leave=False) as self._bar:
            for cell in cells:
                yield cell
                self._bar.update(file.tell() - self._bar.n)

    def _chunks(self, rows: Iterator[Row[str]]) -> Iterator[list[Row[str]]]:
        """Yield rows in chunks: at most CHUNK, and what has arrived before the input pauses."""
        chunk: list[Row[str]] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) >= CHUNK or self._pauses():
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _pauses(self) -> bool:
        return self._source is not None and not select.select([self._source], [], [], 0)[0]

    def _answer(self, rows: Iterator[Row[str]], answer_words: AnswerWords, output: Format) -> int:
        """Write the answers chunk by chunk; count invalid words."""
        invalid = 0
        self._put(output.opening)
        for chunk in self._chunks(rows):
            errors = [row for row in chunk if row.value is None]
            invalid += len(errors)
            self._put(output.rows(_answer(chunk, answer_words)))
            self.stdout.flush()
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


def _describe(file: WordFile) -> Iterator[str]:
    """Yield what a reader of the answers cannot see: encoding, sheet and column."""
    if file.encoding:
        yield f"The file is not UTF-8; read as {file.encoding}."
    if file.sheets > 1:
        yield f"Read sheet {file.sheet}, one of {file.sheets}."
    if len(file.choice.columns) > 1:
        yield f"Read column {file.choice.name} of {', '.join(file.choice.names)}; choose another with --column."


@contextmanager
def _without_greeting() -> Iterator[None]:
    """Drop LiteRT's greeting from standard error.

    LiteRT writes it past Python, when it loads its first model.
    """
    if sys.stderr is None:  # closed
        yield
        return
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

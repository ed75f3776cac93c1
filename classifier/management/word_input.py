"""Words for commands: arguments, standard input or a file, in chunks."""

import os
import select
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from classifier.words.files import WordFile, open_words
from classifier.words.tables import Cell

CHUNK = 4096  # words held in memory, by each process
LONG_FILE = 1 << 19  # least bytes of a file with a progress bar

NumberedCell = tuple[int, Cell | bytes]


@dataclass(slots=True)
class WordInput:
    """Numbered cells, and where they come from."""

    cells: Iterator[NumberedCell]
    place: str = "word"  # what the numbers count
    pipe: BinaryIO | None = None  # source whose cells arrive one by one
    bar: Any = None  # tqdm, while a progress bar is shown

    def chunks(self) -> Iterator[list[NumberedCell]]:
        """Yield cells in chunks: at most CHUNK, and what has arrived before the input pauses."""
        chunk: list[NumberedCell] = []
        for cell in self.cells:
            chunk.append(cell)
            if len(chunk) >= CHUNK or (self.pipe and self.pauses()):
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def pauses(self) -> bool:
        """Return whether nothing more has arrived yet."""
        return self.pipe is not None and not select.select([self.pipe], [], [], 0)[0]


@contextmanager
def open_input(words: Sequence[str], path: str, column: str, say: Callable[[str], object]) -> Iterator[WordInput]:
    """Open the arguments, a file or, as -, standard input; `say` what a reader of the answers cannot see.

    Raises ValidationError and OSError.
    """
    if words:
        yield WordInput(iter(enumerate(map(os.fsencode, words), 1)))
    elif path == "-":
        if sys.stdin.isatty():
            say("Type words, one a line; Ctrl-D ends.")
        yield _read(sys.stdin.buffer, "", column, say)
    else:
        with Path(path).open("rb") as file:
            yield _read(file, path, column, say)


def _read(file: Any, path: str, column: str, say: Callable[[str], object]) -> WordInput:
    word_file = open_words(file, path, column)
    for line in _describe(word_file):
        say(line)
    status = os.fstat(file.fileno())
    regular = stat.S_ISREG(status.st_mode)
    place = "row" if word_file.choice.columns else "line"
    words = WordInput(word_file.cells, place, pipe=None if regular else file)
    # A bar only on a terminal, and only where the answers do not go to it.
    if regular and status.st_size >= LONG_FILE and sys.stderr.isatty() and not sys.stdout.isatty():
        words.cells = _with_progress(words, word_file.cells, file)
    return words


def _describe(file: WordFile) -> Iterator[str]:
    if file.encoding:
        yield f"The file is not UTF-8; read as {file.encoding}."
    if file.sheets > 1:
        yield f"Read sheet {file.sheet}, one of {file.sheets}."
    if len(file.choice.columns) > 1:
        yield f"Read column {file.choice.name} of {', '.join(file.choice.names)}; choose another with --column."


def _with_progress(words: WordInput, cells: Iterator[NumberedCell], file: BinaryIO) -> Iterator[NumberedCell]:
    from tqdm import tqdm

    size = os.fstat(file.fileno()).st_size
    with tqdm(total=size, unit="B", unit_scale=True, leave=False) as words.bar:
        for cell in cells:
            yield cell
            words.bar.update(file.tell() - words.bar.n)

"""Reads words, one a line, so that neither a long file nor an endless line fills the memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError

from classifier.words.clean import clean_word

LONGEST_LINE = 1 << 16  # bytes; of a longer line only the beginning is read, which is no word anyway


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that holds no valid word, and why; the word itself is not repeated."""

    line: int
    code: str
    detail: str


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of `file`; too long ones are cut."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def clean_lines(lines: Iterable[bytes]) -> Iterator[str | Refusal]:
    """Yield the clean word of each line, or its refusal."""
    for number, line in enumerate(lines, 1):
        try:
            yield clean_word(line.decode())
        except UnicodeDecodeError:
            yield Refusal(number, "encoding", "This is not UTF-8.")
        except ValidationError as error:
            yield Refusal(number, error.code or "invalid", " ".join(error.messages))

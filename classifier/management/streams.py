"""Standard streams of commands."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

GREETING = b"INFO: Created TensorFlow Lite"
STANDARD_ERROR = 2


def encode_output(name: str) -> None:
    """Write files in UTF-8, and what the terminal lacks as escapes."""
    stream: Any = sys.stdout
    escape = name == "table" or stream.isatty()
    stream.reconfigure(**{"errors": "backslashreplace"} if escape else {"encoding": "utf-8"})


def discard_output() -> None:
    """Let Python's flush at exit not fail for a closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def without_greeting() -> Iterator[None]:
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

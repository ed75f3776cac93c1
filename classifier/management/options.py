"""Options and exit codes that several commands have."""

import signal
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from contextlib import ContextDecorator
from typing import Self

from django.core.management.base import CommandError

from classifier.languages import find_code
from classifier.ml.artifacts import ALL_LANGUAGES, wants_all_languages
from classifier.ml.conformal import DEFAULT_CONFIDENCE, LEAST_CONFIDENCE, MOST_CONFIDENCE

FAILURE, INTERRUPTED = 2, 130  # exit codes


def add_question(parser: ArgumentParser) -> None:
    """Declare the candidates and the confidence of prediction sets."""
    parser.add_argument("--languages", default="", help="candidates, as in en,fr, or all (default: those of the model)")
    parser.add_argument(
        "--confidence",
        metavar="P",
        type=_confidence,
        default=DEFAULT_CONFIDENCE,
        help="probability with which the set of a word holds its language (default: %(default)s)",
    )


def _confidence(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not LEAST_CONFIDENCE <= value <= MOST_CONFIDENCE:
        raise ArgumentTypeError(f"Give a number from {LEAST_CONFIDENCE} to {MOST_CONFIDENCE}.")
    return value


def choose_languages(codes: str, known: Sequence[str]) -> list[str]:
    """Return the languages of an option such as en,fr or all; raise CommandError for one that is not `known`."""
    requested = [code.strip() for code in codes.split(",") if code.strip()]
    if wants_all_languages(requested):
        return [ALL_LANGUAGES]
    found = [find_code(code, known) for code in requested]
    if None in found:
        raise CommandError(f"Unknown language. Choose from: {', '.join(known)}, or all.", returncode=FAILURE)
    return list(dict.fromkeys(code for code in found if code))


class Interruptible(ContextDecorator):
    """Ends an interrupted command with a message and exit code 130.

    KeyboardInterrupt alone can be lost: Python drops it in `__del__`, and an error of a clean-up replaces it.
    """

    def __init__(self, message: str) -> None:
        self.message = message

    def __enter__(self) -> Self:
        self._interrupted, self._handler = False, signal.getsignal(signal.SIGINT)
        if callable(self._handler):  # not where Ctrl-C is ignored, as in the background of a shell
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        """Raise CommandError after an interrupt."""
        if callable(self._handler):
            signal.signal(signal.SIGINT, self._handler)
        if self._interrupted:
            raise CommandError(self.message, returncode=INTERRUPTED) from None

    def check(self) -> None:
        """Raise KeyboardInterrupt, in each step of a long loop, if one was lost before."""
        if self._interrupted:
            raise KeyboardInterrupt

    def _interrupt(self, *_: object) -> None:
        self._interrupted = True
        raise KeyboardInterrupt

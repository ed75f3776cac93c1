"""`manage.py identify`: identifies the language of words and texts."""

import io
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from classifier.formats.columns import ANSWERS
from classifier.formats.files import FORMATS, Format
from classifier.management import word_input
from classifier.management.answering import Answering, AnswerTexts, Part
from classifier.management.options import FAILURE, Interruptible, add_question, choose_languages
from classifier.management.processes import ProcessEnded, map_in_order, usable_cores
from classifier.management.streams import discard_output, encode_output, without_greeting
from classifier.management.word_input import WordInput, open_input
from classifier.ml.answers import Answer, Comparison
from classifier.services import registry
from classifier.services.identify import (
    Options,
    UnknownLanguage,
    answer_words,
    candidate_languages,
    compare,
    identify,
    known_languages,
    unavailable_models,
    wants_all,
)

INVALID_WORDS = 1  # exit code


class Command(BaseCommand):
    """Identify words chunk by chunk."""

    help = (
        "Identify the language of words and texts: of each argument, or of each line of a file or of standard input. "
        "Files may be tables, too: CSV, TSV, Excel, JSON lines. "
        "Exit code 0: success; 1: some words are invalid, see standard error; 2: failure; 130: interrupted."
    )
    requires_system_checks = ()
    interruptible = Interruptible("Interrupted.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("words", nargs="*", help="words, or texts in quotes (default: read from --input)")
        parser.add_argument("--input", metavar="FILE", help="file of lines or a table (default: -, stdin)")
        parser.add_argument(
            "--column", default="", help="name or number of the table's column (default: the likeliest)"
        )
        parser.add_argument("--model", default="", help="model, or all (default: the most accurate model)")
        add_question(parser)
        parser.add_argument("--format", choices=FORMATS, default="table", help="format of the output (default: table)")
        parser.add_argument("--store", action="store_true", help="store the answers in the database, as one batch")
        parser.add_argument(
            "--processes",
            metavar="N",
            type=_positive,
            default=usable_cores(),
            help="processes for long input that is not stored (default: one for each core)",
        )

    @interruptible
    def handle(self, *_args: Any, **options: Any) -> None:
        """Identify all words.

        Raises CommandError for invalid words, at the end, and for failures.
        """
        self._check_streams(options["words"], options["input"] or "-")
        if options["words"] and (options["input"] or options["column"]):
            raise CommandError("Give words, or --input with --column, not both.", returncode=FAILURE)
        try:
            with registry.hold():  # one version of each model for all words, and for all processes
                invalid = self._identify(options)
        except BrokenPipeError:
            discard_output()  # the reader, such as `head`, has stopped
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=FAILURE) from error
        except (ProcessEnded, OSError) as error:
            raise CommandError(str(error), returncode=FAILURE) from error
        else:
            if invalid:
                raise CommandError(f"Invalid words: {invalid}.", returncode=INVALID_WORDS)

    def _check_streams(self, words: Sequence[str], path: str) -> None:
        """Replace a closed standard error; refuse other closed streams."""
        if sys.stderr is None:
            self.stderr = OutputWrapper(io.StringIO())
        if sys.stdout is None:
            raise CommandError("Standard output is closed.", returncode=FAILURE)
        if sys.stdin is None and path == "-" and not words:
            raise CommandError("Standard input is closed.", returncode=FAILURE)

    def _identify(self, options: dict[str, Any]) -> int:
        """Write the answers; return the number of invalid words."""
        model, store = options["model"], options["store"]
        requested, candidates = self._choose(model, options["languages"])
        output = FORMATS[options["format"]](ANSWERS, candidates)
        encode_output(options["format"])
        question: Options = {"model": model, "languages": requested, "confidence": options["confidence"]}
        answer_texts, answer_together = _answer_with(question, store=store), None
        if not store and not wants_all(model):
            answer_together = partial(answer_words, **question)
        answering = Answering(answer_texts, answer_together, output, store=store)
        processes = 1 if store else options["processes"]  # the database is written by one
        with (
            open_input(options["words"], options["input"] or "-", options["column"], self.stderr.write) as words,
            closing(_answer(words, answering, processes)) as parts,
        ):
            return self._write(output, parts, words)

    def _choose(self, model: str, codes: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the languages requested, and the candidates."""
        try:
            with without_greeting():
                languages = choose_languages(codes, known_languages(model))
            candidates, unavailable = candidate_languages(model, languages), unavailable_models(model, languages)
        except (registry.UnknownModel, registry.ModelUnavailable, UnknownLanguage) as error:
            raise CommandError(str(error), returncode=FAILURE) from error
        for name in unavailable:
            self.stderr.write(f"{name} cannot answer and is left out.")
        return languages, candidates

    def _write(self, output: Format, parts: Iterator[Part], words: WordInput) -> int:
        """Write the parts as they come; report and count invalid words."""
        invalid = 0
        self._put(output.opening)
        for part in parts:
            self.interruptible.check()
            self._put(part.text)
            if part.errors and words.bar is not None:
                words.bar.clear()
            for number, detail in part.errors:
                self.stderr.write(f"{words.place} {number}: {detail}")
            invalid += len(part.errors)
        self._put(output.closing)
        return invalid

    def _put(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("Give a number from 1.")
    return int(text)


def _answer_with(question: Options, *, store: bool) -> AnswerTexts:
    """Return a function that answers texts and can store them.

    All words stored are one batch.
    """
    batch = uuid4()

    def store_and_answer(words: Sequence[str]) -> Sequence[Answer | Comparison]:
        rows = identify(words=words, source="cli", batch=batch, **question)
        return [row.comparison() or row.answer() for row in rows]

    def answer(words: Sequence[str]) -> Sequence[Answer | Comparison]:
        comparisons = compare(words=words, **question)
        return comparisons if wants_all(question["model"]) else [comparison.answers[0] for comparison in comparisons]

    return store_and_answer if store else answer


def _answer(words: WordInput, answering: Answering, processes: int) -> Generator[Part, None, None]:
    """Yield the output chunk by chunk."""
    chunks = words.chunks()
    for chunk in chunks:
        part = answering(chunk)
        yield part
        # The first answers set the widths of a table, for all processes; short or slow input needs no processes.
        if processes > 1 and len(part.errors) < len(chunk) == word_input.CHUNK:
            yield from map_in_order(answering, chunks, processes, words.pauses)

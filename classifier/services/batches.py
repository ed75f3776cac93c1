"""Create, read, count and delete batches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from classifier.ml.verdict import SEVERAL, UNDETERMINED
from classifier.models import MULTIPLE, Batch, Prediction, PredictionQuerySet
from classifier.services import history
from classifier.services.identify import identify, predict
from classifier.services.store import store
from classifier.words.lists import Row, WordList

PAGE = 100  # rows
NO_WORD = "no word"  # the label of rows that hold none

INVALID = _("This is no word.")
REASONS = {
    "required": _("There is no word in this row."),
    "no_letters": _("This contains no letters."),
    "max_length": _("This is too long."),
    "too_many_marks": _("This has too many combining marks in a row."),
    "control_characters": _("This contains control characters."),
    "invalid_unicode": _("This is not valid Unicode."),
}


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Some rows of a batch, and the first rows of the pages before and after."""

    rows: Sequence[Row[Prediction]]
    before: int | None
    after: int | None

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.rows[-1].number


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a batch with one label: their number, and their segment of a bar of length 1."""

    label: str
    count: int
    share: float
    start: float


def create_batch(words: WordList, *, owner: str, name: str, model: str, languages: Sequence[str]) -> Batch:
    """Answer the words; store answers and errors as a batch of `owner` in one commit.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    batch = Batch(owner=owner, name=name, model=model, answered=len(words.words), errors=words.errors)
    rows = predict(
        words=words.words,
        source=Prediction.Source.BATCH,
        model=model,
        languages=languages,
        owner=owner,
        batch=batch.public_id,
    )
    for row, number in zip(rows, words.rows, strict=True):
        row.batch_row = number
    store([batch, *rows])
    return batch


def answer_privately(words: WordList, *, model: str, languages: Sequence[str]) -> list[Row[Prediction]]:
    """Answer the words; store neither them, nor the owner, nor that they came together.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    source = Prediction.Source.BATCH
    rows = identify(words=words.words, source=source, model=model, languages=languages, private=True)
    return _merged(zip(words.rows, rows, strict=True), words.errors)


def predictions(batch: Batch) -> PredictionQuerySet:
    """Return the answers of a batch that are not deleted, in the order of its rows."""
    return Prediction.objects.filter(batch=batch.public_id, batch_row__isnull=False).order_by("batch_row")


def read_page(batch: Batch, start: int) -> BatchPage:
    """Return the page that begins with row `start`, or the next one there is."""
    rows = _from(batch, start, PAGE + 1)
    before = _before(batch, start)
    return BatchPage(rows[:PAGE], before[0].number if before else None, rows[PAGE].number if len(rows) > PAGE else None)


def read_all(batch: Batch) -> Iterator[Row[Prediction]]:
    """Yield all rows with one chunk in memory."""
    start = 1
    while chunk := _from(batch, start, history.CHUNK):
        yield from chunk
        start = chunk[-1].number + 1


def parts(batch: Batch) -> list[Part]:
    """Count the rows by label: languages first, by frequency, then the other labels."""
    groups = predictions(batch).order_by().values_list("verdict", "language").annotate(count=Count("pk"))
    counts = {language or (MULTIPLE if verdict == SEVERAL else UNDETERMINED): n for verdict, language, n in groups}
    last = [MULTIPLE, UNDETERMINED, NO_WORD]
    counts[NO_WORD] = len(batch.errors)
    labels = sorted(set(counts) - set(last), key=lambda label: -counts[label]) + last
    return list(_parts([(label, counts[label]) for label in labels if counts.get(label)]))


def _parts(counts: Sequence[tuple[str, int]]) -> Iterator[Part]:
    total, taken = sum(count for _label, count in counts), 0
    for label, count in counts:
        yield Part(label, count, count / total, taken / total)
        taken += count


def delete(batch: Batch) -> None:
    """Delete a batch with its answers and their feedback."""
    history.delete_all(Prediction.objects.of(batch.owner).filter(batch=batch.public_id, batch_row__isnull=False))


def _from(batch: Batch, start: int, count: int) -> list[Row[Prediction]]:
    """Return the first `count` rows from number `start` on."""
    rows = _numbered(predictions(batch).filter(batch_row__gte=start)[:count], batch)
    errors = [(row, code) for row, code in batch.errors if row >= start]
    return _merged(rows, errors[:count])[:count]


def _before(batch: Batch, start: int) -> list[Row[Prediction]]:
    """Return the rows of the page before number `start`."""
    rows = predictions(batch).filter(batch_row__lt=start).reverse()[:PAGE]
    errors = [(row, code) for row, code in batch.errors if row < start]
    return _merged(((row.batch_row or 0, row) for row in rows), errors[-PAGE:])[-PAGE:]


def _numbered(rows: Iterable[Prediction], batch: Batch) -> Iterator[tuple[int, Prediction]]:
    for prediction in history.with_feedback(list(rows), batch.owner):
        yield prediction.batch_row or 0, prediction


def _merged(answers: Iterable[tuple[int, Prediction]], errors: Iterable[tuple[int, str]]) -> list[Row[Prediction]]:
    answered = [Row(number, prediction) for number, prediction in answers]
    refused: list[Row[Prediction]] = [Row(number, None, code, REASONS.get(code, INVALID)) for number, code in errors]
    return sorted([*answered, *refused], key=attrgetter("number"))

"""Version folders of the n-gram network."""

import lzma
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.artifacts import (
    CALIBRATION_FILE,
    CARD_FILE,
    LITERT_FILE,
    REVIEWED_FILE,
    TWIN_FILE,
    Card,
    add_version,
    digest,
)
from classifier.ml.conformal import hash_of, units_of
from classifier.ml.encoding import BOUNDARY, LENGTH, PADDING, Encoder
from classifier.ml.identifier import Identifier
from classifier.ml.judging import restrict
from classifier.ml.verdict import UNDETERMINED, Thresholds
from classifier.scores import HELD_OUT
from classifier.training.export import litert_output, version_digest
from classifier.training.networks import ARCHITECTURES
from classifier.training.ngrams import Weights
from classifier.training.reviewed import Reviewed
from classifier.training.samples import draw_words
from classifier.training.sparse_lexicon import HELD_OUT as HELD_OUT_BOUND
from classifier.training.sparse_lexicon import SOURCES, VALIDATION, SparseLexicon
from classifier.training.test_sets import LabelledTexts

NAME = "Ngram"
_LEAST_TOLERANCE = 1e-5
GOLDEN_WORDS = (
    "hello École mañana piano orignal aujourd'hui xqzvk anticonstitutionnellement Ελλάδα 日本語 مرحبا привет".split()  # noqa: SIM905
)
THRESHOLDS = Thresholds(single=0.5, several=0.14, undetermined=0.5)
LIBRARIES = ("tensorflow", "numpy", *SOURCES, "ai-edge-litert")
_CALIBRATION_WORDS = 500  # of a language
_DEFAULT_CALIBRATION_WORDS = 2_000  # of each default candidate
_LEAST_CALIBRATION_WORDS = 50  # with 28 and fewer, a set of 90 % would have to hold all languages
_COMMON_WORDS = 1_500  # of a language, that others use, too
_KEPT = 12  # languages of a calibration word


@dataclass(frozen=True)
class Trained:
    """Rounded weights of the network that serves and of its twin, with figures for the card."""

    network: Weights
    twin: Weights
    training: Mapping[str, Any]


def write_version(trained: Trained, lexicon: SparseLexicon, directory: Path) -> Path:
    """Write `model.tflite`, `twin.tflite.xz`, `card.json` and mostly `calibration.npz`; return the version's folder.

    An identical version on disk stays as it is; raises VersionConflict when it differs or is damaged.
    """
    with _new_folder(trained, directory) as unnamed:
        card = make_card(trained, lexicon, unnamed)
        source = unnamed.rename(unnamed.with_name(card.version))
        card.write(source)
        write_calibration(source / CALIBRATION_FILE, Identifier(source, TWIN_FILE), lexicon)
        (source / CARD_FILE).unlink()  # it lacks the digest of the calibration
        return _finish(source, make_card(trained, lexicon, source), directory)


def write_fine_tuned(trained: Trained, base: Path, reviewed: Reviewed, directory: Path) -> Path:
    """Write a version that was fine-tuned from the one in `base`, with its calibration; return the folder.

    Raises VersionConflict as `write_version`.
    """
    old = Card.read(base)
    with _new_folder(trained, directory) as source:
        (source / REVIEWED_FILE).write_text(reviewed.table, encoding="utf-8")
        if CALIBRATION_FILE in old.sha256:
            shutil.copy(base / CALIBRATION_FILE, source)
        card = replace(
            old,
            **_fields_of_files(trained.network, source),
            data={**old.data, "reviewed": reviewed.summary()},
            training=dict(trained.training),
            scores={},
        )
        return _finish(source, card, directory)


@contextmanager
def _new_folder(trained: Trained, directory: Path) -> Iterator[Path]:
    """Yield a folder with the two networks, which is deleted unless it is moved."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".new-") as name:
        source = Path(name) / NAME / "new"
        source.mkdir(parents=True)
        (source / LITERT_FILE).write_bytes(trained.network.to_litert())
        (source / TWIN_FILE).write_bytes(lzma.compress(trained.twin.to_litert()))
        yield source


def _finish(source: Path, card: Card, directory: Path) -> Path:
    """Write the card and move the version to its place."""
    card.write(source)
    folder = directory / NAME / card.version
    add_version(source, card, folder)
    return folder


def write_calibration(path: Path, twin: Identifier, lexicon: SparseLexicon) -> None:
    """Write the twin's probabilities for validation words, which `ml.conformal` reads.

    They are those of answers: words of parts are answered by these. No file where a language has too few words: then
    the thresholds give the verdicts.
    """
    rows, labels = calibration_words(lexicon)
    if np.bincount(labels, minlength=len(lexicon.languages)).min() < _LEAST_CALIBRATION_WORDS:
        return
    texts = texts_of(lexicon, rows)
    probabilities, undetermined = restrict(twin.card, twin.probabilities(texts), lexicon.languages)
    places = np.argsort(-probabilities, axis=1, kind="stable")[:, :_KEPT]
    kept = np.take_along_axis(probabilities, places, axis=1)
    common = [lexicon.contested_words(place, _COMMON_WORDS) for place in range(len(lexicon.languages))]
    words = [hash_of(text_of(row)) for row in lexicon.ids[np.concatenate(common)].tolist()]
    np.savez_compressed(
        path,
        labels=labels,
        lengths=np.array(list(map(len, texts)), np.uint8),
        places=places.astype(np.uint8),
        probabilities=units_of(kept),
        undetermined=units_of(undetermined),
        common_labels=np.repeat(np.arange(len(common)), list(map(len, common))).astype(np.uint8),
        common_words=np.array(words, np.uint32),
    )


def calibration_words(lexicon: SparseLexicon) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Return validation words, and the place of the language of each."""
    counts = _CALIBRATION_WORDS, _DEFAULT_CALIBRATION_WORDS
    return draw_words(lexicon, counts, (0, VALIDATION), np.random.default_rng(5))


def make_card(trained: Trained, lexicon: SparseLexicon, folder: Path) -> Card:
    """Return the card of the files in `folder`."""
    return Card(
        name=NAME,
        summary=ARCHITECTURES[NAME].summary,
        labels=(*lexicon.languages, UNDETERMINED),
        default_languages=lexicon.default_languages,
        alphabet="",
        length=LENGTH,
        thresholds=THRESHOLDS,
        **_fields_of_files(trained.network, folder),
        data=_data_summary(lexicon),
        training=dict(trained.training),
        libraries={name: installed(name) for name in LIBRARIES},
        licence="CC BY-SA 4.0: made from wordfreq's data and others', see NOTICE",
    )


def _fields_of_files(network: Weights, folder: Path) -> dict[str, Any]:
    """Return the fields of a card that depend on the files in `folder`."""
    sha256 = {path.name: digest(path) for path in sorted(folder.iterdir())}
    ids = Encoder("").encode(GOLDEN_WORDS)
    golden = network.output(ids)
    difference = float(np.abs(golden - litert_output(folder / LITERT_FILE, ids)).max())
    rows = (tuple(round(float(value), 6) for value in row) for row in golden)
    return {
        "version": f"{datetime.now(UTC):%Y%m%d}-{version_digest(sha256)[:8]}",
        "golden": dict(zip(GOLDEN_WORDS, rows, strict=True)),
        "tolerance": max(_LEAST_TOLERANCE, 2 * difference),
        "sha256": sha256,
    }


def _data_summary(lexicon: SparseLexicon) -> dict[str, object]:
    """Return the entry `data` of a card."""
    validation, held_out = lexicon.splits < VALIDATION, lexicon.splits < HELD_OUT_BOUND
    return {
        "source": lexicon.source,
        "licence": "CC BY-SA 4.0 (wordfreq), Apache-2.0 (langidentify-full-model), MIT (simplemma), BSD (Django)",
        "digest": lexicon.digest,
        "words": {
            "train": int((~held_out).sum()),
            "validation": int(validation.sum()),
            "held-out": int((held_out & ~validation).sum()),
        },
        "words_of_other_languages": {"train": len(lexicon.foreign_ids)},
        "words_by_language": dict(
            zip(lexicon.languages, np.bincount(lexicon.places, minlength=len(lexicon.languages)).tolist(), strict=True)
        ),
    }


def held_out_test_set(lexicon: SparseLexicon) -> LabelledTexts:
    """Label the held-out words of a lexicon by their most frequent language; without the longest, which are cut."""
    is_held_out = (lexicon.splits >= VALIDATION) & (lexicon.splits < HELD_OUT_BOUND)
    rows = np.flatnonzero(is_held_out & (lexicon.ids[:, -1] == PADDING))
    shares, _ = lexicon.targets(rows)
    labels = [lexicon.languages[place] for place in shares.argmax(axis=1)]
    return LabelledTexts(HELD_OUT, texts_of(lexicon, rows), labels, lexicon.highest[rows].tolist())


def texts_of(lexicon: SparseLexicon, rows: NDArray[np.intp]) -> list[str]:
    """Return the words of rows; those with more letters than are encoded lack their middle, and are left out."""
    return [text_of(row) for row in lexicon.ids[rows].tolist() if row[-1] == PADDING]


def text_of(ids: Sequence[int]) -> str:
    """Return the word that code points encode."""
    return "".join(chr(code) for code in ids if code not in {PADDING, BOUNDARY})

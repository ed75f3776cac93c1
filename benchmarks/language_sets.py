"""Sets of candidate languages, and labelled texts in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from classifier.ml.encoding import Encoder
from classifier.scores import KINDS, THREE
from classifier.training import everyday, test_sets
from classifier.training.test_sets import LabelledTexts

THIRTEEN, FORTY, FORTY_TWO, ALL, EVERYDAY = "13", "40", "42", "all", "everyday"
_CODES = {
    THREE: "en fr es",
    THIRTEEN: "ca cs de en es fi fr it nb nl pl pt sv",
    FORTY: "ar bg bn ca cs da de el en es fa fi fil fr he hi hu is it ja ko lt lv ms nb nl pl pt ro ru sk sl sr-Latn "
    "sv ta tr uk ur vi zh",  # those of wordfreq that eldc knows
    FORTY_TWO: "ar bg bn ca cs da de el en es fa fi fil fr he hi hu id is it ja ko lt lv mk ms nb nl pl pt ro ru sk sl "
    "sr-Latn sv ta tr uk ur vi zh",  # those of wordfreq
}
SETS: Mapping[str, tuple[str, ...]] = {name: tuple(codes.split()) for name, codes in _CODES.items()}
ONE_LANGUAGE = ("ms", "id")  # doubtful labels, so figures with both as one are given, too
QUICK = 20  # texts of a language in a quick run
_FILES = {"sr-Latn": "hr", "fil": "tl"}  # lingua's names of our languages

Texts = Mapping[str, LabelledTexts]  # by kind


def with_texts(folder: Path, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages that have a file of each kind."""
    kinds = test_sets.list_kinds(folder)
    return tuple(one for one in languages if all(_file(folder, kind, one).is_file() for kind in kinds))


def sets_with_texts(folder: Path, languages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the sets whose languages all have texts, by name.

    ALL are those of `languages` that have some. Raises BadTestSet for a folder without texts.
    """
    sets = {name: codes for name, codes in SETS.items() if with_texts(folder, codes) == codes}
    every = with_texts(folder, sorted(languages))  # in this order whatever that of the model
    if every and set(every) not in map(set, sets.values()):
        sets[ALL] = every
    return sets


def read_texts(folder: Path, languages: Sequence[str], most: int | None = None) -> dict[str, LabelledTexts]:
    """Read all kinds of text in lingua's layout, by kind.

    Single words come first; at most `most` texts a language and kind. Raises BadTestSet for a missing or empty file.
    """
    kinds = dict.fromkeys((KINDS[0], *test_sets.list_kinds(folder)))
    return {kind: _read(folder, languages, kind, most) for kind in kinds}


def read_everyday(languages: Sequence[str], most: int | None = None) -> dict[str, LabelledTexts]:
    """Read common words, and elisions and compounds, by name.

    At most `most` a language. Raises ImportError where wordfreq is not installed.
    """
    return {test.name: _first(test, most) for test in everyday.read_everyday(languages, Encoder())}


def _first(test: LabelledTexts, most: int | None) -> LabelledTexts:
    counts: Counter[str] = Counter()
    mask = []
    for label in test.labels:
        counts[label] += 1
        mask.append(most is None or counts[label] <= most)
    return test.where(mask)


def _read(folder: Path, languages: Sequence[str], kind: str, most: int | None) -> LabelledTexts:
    parts = [test_sets.read_test_set(folder, [_FILES.get(one, one)], kind).texts[:most] for one in languages]
    texts = [text for part in parts for text in part]
    labels = [language for language, part in zip(languages, parts, strict=True) for _ in part]
    return LabelledTexts(kind, texts, labels)


def _file(folder: Path, kind: str, language: str) -> Path:
    return folder / kind / f"{_FILES.get(language, language)}.txt"


def as_one(labels: Sequence[str]) -> list[str]:
    """Return labels with Malay and Indonesian as one language."""
    first, *others = ONE_LANGUAGE
    return [first if label in others else label for label in labels]


def digest(texts: Texts) -> str:
    """Return a digest of texts and labels, in their order."""
    rows = ((kind, *row) for kind, test in texts.items() for row in zip(test.texts, test.labels, strict=True))
    return sha256("".join("\t".join((*row, "\n")) for row in rows).encode()).hexdigest()[:16]

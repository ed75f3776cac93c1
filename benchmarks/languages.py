"""Measures all languages of Ngram on held-out words, into docs/languages.json: `python -m benchmarks.languages`.

The twin answers, which was not trained on these words. They are drawn as calibration draws words, 500 a language and
2,500 of each default candidate. A frequent word is drawn many times, so intervals take the effective number.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import numpy as np

if TYPE_CHECKING:
    from classifier.ml.answers import Answer
    from classifier.ml.identifier import Identifier
    from classifier.training.sparse_lexicon import SparseLexicon

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "languages.json"
WORDS, DEFAULT_WORDS = 500, 2_500  # a language, and a default candidate
CONFIDENCES = (0.9, 0.95, 0.99)
SIZES = {"1": 1, "2 or 3": 3, "4 to 10": 10, "11 to 30": 30, "more": 1_000}  # the largest sets of each class
STRINGS = 5_000
UNSEEN = ("kk", "mr")  # languages of the public test words that are no class


def main() -> None:
    """Measure the shipped version, and write tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")
    django.setup()
    from benchmarks.languages_report import draw, write_page
    from benchmarks.systems import shipped_models
    from classifier.ml.artifacts import TWIN_FILE
    from classifier.ml.identifier import Identifier
    from classifier.training import sparse_lexicon

    folder = shipped_models()["Ngram"]
    lexicon = sparse_lexicon.build_all(lambda line: print(line, file=sys.stderr))
    twin = Identifier(folder, TWIN_FILE)
    results = {"version": folder.name, **measure(twin, lexicon)}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_page(results)
    draw(results)


def measure(twin: "Identifier", lexicon: "SparseLexicon") -> dict[str, Any]:
    """Return the figures of each language, of all together, and of what belongs to none."""
    from classifier.ml.artifacts import ALL_LANGUAGES
    from classifier.training.ngram_export import texts_of

    rows, labels = held_out_words(lexicon)
    words = texts_of(lexicon, rows)
    answers = {level: twin.identify(words, [ALL_LANGUAGES], level) for level in CONFIDENCES}
    default = [place for place, label in enumerate(labels) if label in lexicon.default_languages]
    own = twin.identify([words[place] for place in default])
    return {
        "languages": by_language(lexicon, words, labels, answers),
        "all": together(answers[CONFIDENCES[0]], labels),
        "sizes": {str(level): sizes(given, labels) for level, given in answers.items()},
        "default": together(own, [labels[place] for place in default]),
        "default_coverage": share(labels[place] in answer.set for place, answer in zip(default, own, strict=True)),
        "none": of_none(twin),
    }


def held_out_words(lexicon: "SparseLexicon") -> tuple[Any, list[str]]:
    """Return the rows of held-out words, and the language that each was drawn of."""
    from classifier.training.samples import draw_words
    from classifier.training.sparse_lexicon import HELD_OUT, VALIDATION

    random = np.random.default_rng(9)
    rows, places = draw_words(lexicon, (WORDS, DEFAULT_WORDS), (VALIDATION, HELD_OUT), random)
    return rows, [lexicon.languages[place] for place in places]


def by_language(
    lexicon: "SparseLexicon", words: Sequence[str], labels: Sequence[str], answers: Mapping[float, Sequence["Answer"]]
) -> dict[str, dict[str, Any]]:
    """Return the figures of each language among all."""
    from classifier.ml.metrics import wilson_interval

    listed = np.bincount(lexicon.places, minlength=len(lexicon.languages)).tolist()
    rows = {}
    for place, language in enumerate(lexicon.languages):
        chosen = [row for row, label in enumerate(labels) if label == language]
        first = Counter(answers[CONFIDENCES[0]][row].candidates[0].language for row in chosen)
        accuracy, effective = first.pop(language, 0) / len(chosen), effective_number(words[row] for row in chosen)
        rows[language] = {
            "words": listed[place],
            "measured": effective,
            "accuracy": [round(value, 4) for value in wilson_interval(accuracy, effective)],
            "confused": [[other, round(count / len(chosen), 4)] for other, count in first.most_common(3)],
            "coverage": {
                str(level): share(language in given[row].set for row in chosen) for level, given in answers.items()
            },
            "set_size": round(float(np.mean([len(answers[CONFIDENCES[0]][row].set) for row in chosen])), 2),
        }
    return rows


def together(answers: Sequence["Answer"], labels: Sequence[str]) -> dict[str, Any]:
    """Return accuracy, calibration and verdicts of all words, each language with the same weight."""
    from classifier.ml.metrics import LENGTH_BANDS
    from classifier.ml.verdict import VERDICTS

    right = np.array([answer.candidates[0].language == label for answer, label in zip(answers, labels, strict=True)])
    first = np.array([answer.candidates[0].probability for answer in answers])
    lengths = np.array([len(answer.word) for answer in answers])
    weights = weights_of(labels)
    single = np.array([answer.verdict == "single" for answer in answers])
    words = np.array([f"{answer.word} {label}" for answer, label in zip(answers, labels, strict=True)])
    bands = {
        f"{low}-{high or ''}": mask
        for low, high in LENGTH_BANDS
        if (mask := (lengths >= low) & (lengths <= (high or 99))).sum() > WORDS
    }
    return {
        "words": len(answers),
        "different": len({answer.word for answer in answers}),
        "effective": effective_number(answer.word for answer in answers),
        "accuracy": mean(right, weights),
        "calibration_error": calibration_error(first, right, weights),
        "chance_error": chance_error(words, first, weights),
        "calibration_error_by_length": {
            name: calibration_error(first[mask], right[mask], weights[mask]) for name, mask in bands.items()
        },
        "chance_error_by_length": {
            name: chance_error(words[mask], first[mask], weights[mask]) for name, mask in bands.items()
        },
        "verdicts": {
            verdict: mean(np.array([one.verdict == verdict for one in answers]), weights) for verdict in VERDICTS
        },
        "right_when_single": mean(right[single], weights[single]),
        "set_size": mean(np.array([len(answer.set) for answer in answers]), weights),
    }


def sizes(answers: Sequence["Answer"], labels: Sequence[str]) -> dict[str, float]:
    """Return the share of sets of each class of sizes, each language with the same weight."""
    classes = np.searchsorted(list(SIZES.values()), [len(answer.set) for answer in answers])
    return {name: mean(classes == place, weights_of(labels)) for place, name in enumerate(SIZES)}


def weights_of(labels: Sequence[str]) -> Any:
    """Return weights that give each language the same total."""
    counts = Counter(labels)
    return np.array([1 / counts[label] for label in labels])


def effective_number(words: Iterable[str]) -> int:
    """Return how many words drawn once each would be as reliable (Kish 1965)."""
    counts = np.array(list(Counter(words).values()))
    return round(int(counts.sum()) ** 2 / int((counts**2).sum()))


def of_none(twin: "Identifier") -> dict[str, float]:
    """Return the shares of the verdict `single` among what belongs to no language."""
    from classifier.ml.artifacts import ALL_LANGUAGES
    from classifier.training.ngram_export import text_of
    from classifier.training.samples import Strings

    texts = {"random strings": list(map(text_of, Strings().draw(STRINGS, np.random.default_rng(11)).tolist()))}
    folder = Path(os.environ.get("LINGUA_TESTDATA", "")) / "single-words"
    for language in UNSEEN:
        if (path := folder / f"{language}.txt").is_file():
            texts[language] = path.read_text(encoding="utf-8").split()
    return {
        name: share(answer.verdict == "single" for answer in twin.identify(words, [ALL_LANGUAGES]))
        for name, words in texts.items()
    }


def calibration_error(first: Any, right: Any, weights: Any, bins: int = 15) -> float:
    """Return the mean distance of first probability and accuracy, in bins of equal weight."""
    order = np.argsort(first, kind="stable")
    places = np.minimum(bins * np.cumsum(weights[order]) / weights.sum(), bins - 1e-9).astype(int)
    distances = np.bincount(places, (weights * (first - right))[order])
    return round(float(np.abs(distances).sum() / weights.sum()), 4)


def chance_error(words: Any, first: Any, weights: Any, turns: int = 20) -> float:
    """Return the mean calibration error of answers that are right exactly as often as they say.

    A word that is drawn again is right or wrong as before: with few different words, chance decides.
    """
    random = np.random.default_rng(13)
    _, places = np.unique(words, return_inverse=True)
    draws = (random.random(places.max() + 1)[places] < first for _ in range(turns))
    return round(float(np.mean([calibration_error(first, right, weights) for right in draws])), 4)


def mean(values: Any, weights: Any) -> float:
    """Return a weighted mean."""
    return round(float((values * weights).sum() / weights.sum()), 4)


def share(flags: Any) -> float:
    """Return the share of true values."""
    return round(float(np.mean(list(flags))), 4)


if __name__ == "__main__":
    main()

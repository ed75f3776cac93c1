"""Measures what a model says of languages that it does not know: `python -m benchmarks.left_out`.

It trains a twin without some of the languages, not even with their words as negatives, and asks it for their public
test words (LINGUA_TESTDATA). It lacks all of them at once, so that each has fewer neighbours than if it were left out
alone. Writes docs/left_out.json, which `python -m benchmarks.languages` puts on the page.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from classifier.ml.identifier import Identifier

RESULTS = Path(__file__).parents[1] / "docs" / "left_out.json"
LANGUAGES = ("et", "eu", "sw", "af", "be", "kk", "mr", "nn")


def main() -> None:
    """Train, ask, and write the figures."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", default=LANGUAGES, help="codes of the languages that the model lacks")
    parser.add_argument("--passes", type=float, help="over the words (default: those of the shipped model)")
    options = parser.parse_args()
    django.setup()
    results = measure(options.languages, options.passes)
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(codes: Sequence[str], passes: float | None) -> dict[str, Any]:
    """Return the figures of languages that one model lacks."""
    from classifier.ml.identifier import Identifier
    from classifier.training.networks import ARCHITECTURES
    from classifier.training.ngram_export import NAME, Trained, write_version
    from classifier.training.ngram_training import Training
    from classifier.training.sparse_lexicon import build_all

    passes = passes or ARCHITECTURES[NAME].passes
    lexicon = build_all(lambda line: print(line, file=sys.stderr), without=codes)
    weights = Training(lexicon, passes=passes, seed=0).train_twin()
    with tempfile.TemporaryDirectory() as folder:
        model = Identifier(write_version(Trained(weights, weights, {}), lexicon, Path(folder)))
        return {"passes": passes, "languages": {code: ask(model, code) for code in codes}}


def ask(model: "Identifier", code: str) -> dict[str, Any]:
    """Return what the model says of the public test words of a language that it lacks."""
    from classifier.ml.artifacts import ALL_LANGUAGES

    path = Path(os.environ["LINGUA_TESTDATA"]) / "single-words" / f"{code}.txt"
    answers = model.identify(path.read_text(encoding="utf-8").split(), [ALL_LANGUAGES])
    named = Counter(answer.language for answer in answers if answer.language)
    figures = {
        "words": len(answers),
        "single": round(named.total() / len(answers), 4),
        "unsure": round(sum(answer.verdict == "unsure" for answer in answers) / len(answers), 4),
        "named": {name: round(count / len(answers), 4) for name, count in named.most_common(3)},
    }
    print(code, figures, file=sys.stderr)
    return figures


if __name__ == "__main__":
    main()

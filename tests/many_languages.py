"""A fake of the model with many languages, of which few are the default candidates."""

from dataclasses import dataclass, replace

import numpy as np

from classifier.ml.encoding import normalise
from tests.conftest import FakeIdentifier, fake_card

CODES = (
    "en fr es ca cs da de fi hu id is it lt lv ms nl pl pt ro sk sl sv tr vi af az cy eo et eu ga la lb nn sq sw lg mi "
    "om sn so st tn ts xh yo zu nb fil sr-Latn sr bg be mk mn ru uk ar fa ps ur zh ja am ti he el hi bn ta ko hy ka ml "
    "pa gu or te kn si th lo my km"
)
LANGUAGES = tuple(CODES.split())
WORDS = {
    "orignal": {"fr": 0.65, "en": 0.28, "es": 0.04},
    "piano": {"en": 0.34, "fr": 0.33, "es": 0.31},
    "fenster": {"de": 0.7, "nl": 0.15, "af": 0.1},
    "λόγος": {"el": 0.97},
    "言葉": {"ja": 0.78, "zh": 0.2},
    "xqzt": {"und": 0.9},
    "كتاب": {"ar": 0.6, "fa": 0.2, "ur": 0.15},
}


@dataclass(frozen=True)
class WideIdentifier(FakeIdentifier):
    """Identifier with a table for a model of 84 languages."""

    def _row(self, word):
        shares = next((row for known, row in WORDS.items() if normalise(known) == normalise(word)), {"en": 0.9})
        row = dict.fromkeys(self.card.labels, (1 - sum(shares.values())) / len(self.card.labels)) | shares
        return np.array([row[label] for label in self.card.labels])


def wide_identifier():
    """Return a fake of Ngram with 84 languages."""
    card = replace(fake_card("Ngram", "20261130-00000001"), labels=(*LANGUAGES, "und"), default_languages=LANGUAGES[:3])
    return WideIdentifier(card)

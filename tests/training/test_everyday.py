import pytest

from classifier.ml.encoding import Encoder
from classifier.training.everyday import common_words, elisions, read_everyday

OWN = {
    "en": {"the": 5e-2, "art": 1e-4, "don't": 1e-3, "l": 1e-5},
    "fr": {"l": 2e-2, "de": 4e-2, "art": 1e-4, "eau": 1e-4, "enfant": 2e-4, "the": 1e-5},
}


def test_common_words_are_common_in_one_language_only():
    test = common_words(OWN)
    assert dict(zip(test.texts, test.labels, strict=True)) == {
        "the": "en",
        "don't": "en",
        "l": "fr",
        "de": "fr",
        "eau": "fr",
        "enfant": "fr",
    }


def test_elisions_are_made_from_the_parts_in_the_list():
    test = elisions(OWN)
    pairs = set(zip(test.texts, test.labels, strict=True))
    assert {("l'eau", "fr"), ("l'enfant", "fr"), ("l'art", "fr"), ("don't", "en"), ("peut-être", "fr")} <= pairs
    assert not {"l'the", "d'eau"} & set(test.texts)


@pytest.mark.slow
def test_wordfreq_has_words_for_both_sets():
    common, elided = read_everyday(("en", "fr", "es"), Encoder())
    assert len(common.texts) > 5000
    assert {"l'homme", "qu'il", "c'est", "it's"} <= set(elided.texts)

import pytest

from classifier.services.batches import LabelCount
from classifier.templatetags import batch_text


def parts(**counts):
    """Return the parts of a batch with these counts."""
    total = sum(counts.values())
    return [LabelCount(label, count, count / total, 0) for label, count in counts.items()]


@pytest.mark.parametrize(
    ("counts", "summary"),
    [
        ({"fr": 1}, "One word, and it is French"),
        ({"fr": 2}, "All 2 words are French"),
        ({"fr": 2000, "en": 1}, "Mostly French: 2,000 of 2,001 words"),
        ({"fr": 1, "en": 1, "und": 1}, "Mixed: no language leads"),
        ({"und": 2, "fr": 2, "en": 1}, "Mixed: most often French, 2 of 5 words"),
        ({"mul": 1, "und": 1}, "None of these words is clearly of one language"),
    ],
)
def test_summary_names_the_leading_language(counts, summary):
    assert batch_text.language_summary(parts(**counts)) == summary


@pytest.mark.parametrize(("label", "name"), [("fr", "French"), ("mul", "Several languages")])
def test_parts_have_the_names_of_their_labels(label, name):
    assert batch_text.part_name(LabelCount(label, 1, 1, 0)) == name


@pytest.mark.parametrize(
    ("label", "place", "tone"),
    [("fr", 1, "tone-2"), ("en", 5, "tone-1"), ("de", 6, "tone-1"), ("mul", 1, "tone-mul"), ("und", 2, "tone-und")],
)
def test_languages_of_models_have_the_same_tone_everywhere(label, place, tone):
    assert batch_text.tone(label, place) == tone


def test_shares_add_up_as_shown():
    shares = [share for _part, share in batch_text.with_shares(parts(fr=4, en=2, es=2, mul=1))]
    assert shares == [0.445, 0.222, 0.222, 0.111]

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
        ({"mul": 3, "fr": 1, "und": 1}, "Most of these words fit several languages"),
        ({"mul": 1}, "None of these words is clearly of one language"),
        ({"mul": 1, "und": 1}, "None of these words is clearly of one language"),
    ],
)
def test_summary_names_the_leading_language(counts, summary):
    assert batch_text.language_summary(parts(**counts)) == summary


@pytest.mark.parametrize(("label", "name"), [("fr", "French"), ("mul", "Several languages")])
def test_parts_have_the_names_of_their_labels(label, name):
    assert batch_text.part_name(LabelCount(label, 1, 1, 0)) == name


def tones(most=8, **counts):
    return [(shown.name, shown.part.count, shown.tone) for shown in batch_text.shown_parts(parts(**counts), most)]


def test_first_languages_of_the_models_have_the_same_tone_everywhere():
    assert tones(fr=2, en=1) == [("French", 2, "tone-2"), ("English", 1, "tone-1")]
    assert tones(fr=1, mul=1, und=1) == [
        ("French", 1, "tone-2"),
        ("Several languages", 1, "tone-mul"),
        ("Not sure", 1, "tone-und"),
    ]


def test_all_languages_shown_differ_in_tone():
    named = tones(de=8, fr=7, nl=6, es=5, el=4, ja=3, en=2, ar=1)
    assert [tone for _name, _count, tone in named][1:4:2] == ["tone-2", "tone-3"]
    assert len({tone for _name, _count, tone in named}) == 8


def test_rare_languages_are_shown_together_before_other_labels():
    counts = {"de": 8, "fr": 7, "nl": 6, "es": 5, "el": 4, "mul": 9}
    assert tones(4, **counts)[3:] == [("2 other languages", 9, "tone-others"), ("Several languages", 9, "tone-mul")]
    assert [part.label for part in batch_text.other_parts(parts(**counts), 4)] == ["es", "el"]
    assert list(batch_text.other_parts(parts(**counts), 5)) == []


def test_shares_add_up_as_shown():
    shown = batch_text.shown_parts(parts(fr=4, en=2, es=2, mul=1), 8)
    assert [share for _part, share in batch_text.with_shares(shown)] == [0.445, 0.222, 0.222, 0.111]

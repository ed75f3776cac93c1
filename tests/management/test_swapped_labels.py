"""Labels of thousands of words swapped in bulk: the gate, the shipped model and wordfreq's lists."""

import itertools
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from classifier.ml.artifacts import GATE_FILE, read_active
from classifier.services import promotion

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.any_database]
WORDS = 3000
SWAPPED = {"en": "fr", "fr": "en"}
MOST_WORDS = 20_000  # of each list, which saves time


@pytest.fixture
def poisoned(settings, tmp_path):
    """Swap the labels of frequent words, and train on them; return the version."""
    from classifier.ml.encoding import Encoder
    from classifier.models import ReviewedWord
    from classifier.training import gate, lexicon

    settings.MODEL_DIRS = [settings.BASE_DIR / "ml_models", tmp_path / "trained"]
    accept = lexicon.alphabet_filter(Encoder())
    own = {code: lexicon.frequencies(code, accept, MOST_WORDS) for code in ("en", "fr", "es")}
    for code, label in SWAPPED.items():
        words = itertools.islice(gate.clear_words(code, own, gate.CLEAR), WORDS // len(SWAPPED))
        ReviewedWord.objects.bulk_create([ReviewedWord(word_key=word, label=label, votes=3) for word in words])
    export, version = tmp_path / "reviewed.tsv", StringIO()
    call_command("export_feedback", str(export), stderr=StringIO())
    call_command("train", "Ngram", feedback=export, stdout=version, stderr=StringIO())
    return version.getvalue().split()[-1]


def test_labels_swapped_in_bulk_are_refused(poisoned, tmp_path):
    with pytest.raises(CommandError, match="The gate refuses Ngram") as refused:
        call_command("promote", "Ngram", poisoned, stdout=StringIO())
    assert refused.value.returncode == 1
    assert promotion.active_version("Ngram") == read_active(promotion.settings.MODEL_DIRS[0])["Ngram"]
    comparison = json.loads((tmp_path / "trained" / "Ngram" / poisoned / GATE_FILE).read_text())
    reasons = {check["name"]: check["reason"] for check in comparison["checks"]}
    assert "contradict the lists" in reasons["reviewed words and word lists"]
    for name in ("common-words", "elisions", "listed words"):
        assert reasons[name], name

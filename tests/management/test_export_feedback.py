"""`manage.py export_feedback`."""

import pytest
from django.core.management import CommandError, call_command

from classifier.models.keys import measures
from classifier.services import review as reviews

pytestmark = pytest.mark.django_db
WORDS = ["orignal", "piano", "xqz", "chien", "zebra", "amor", "word", "mot", "été", "uno", "dos", "tres"]


@pytest.fixture
def export(capsys):
    """Return a function that exports: the table and the report."""

    def export(*arguments):
        call_command("export_feedback", *arguments)
        return capsys.readouterr()

    return export


def test_words_are_sorted_and_stable(review, export):
    review("fr", *WORDS)
    first = export().out
    lines = first.splitlines()
    assert lines[0] == "word\tlabel\tlanguages\tvotes\tuse"
    assert lines[1:] == sorted(lines[1:])
    review("fr", *WORDS[::-1])
    assert export("-").out == first


def test_one_in_ten_only_measures(review, export):
    words = [f"word{number}" for number in range(200)]
    review("en", *words)
    uses = dict(line.split("\t")[0::4] for line in export().out.splitlines()[1:])
    assert uses == {word: "measure" if measures(word) else "train" for word in words}
    assert 5 < list(uses.values()).count("measure") < 40


def test_shared_word_names_its_languages(review, export):
    review("mul", "piano", languages=["en", "fr"])
    assert export().out.splitlines()[1].startswith("piano\tmul\ten fr\t1\t")


def test_people_and_comments_are_never_exported(make_prediction, django_user_model, export):
    from classifier.services.feedback import submit_feedback

    prediction = make_prediction("orignal", owner="visitor:secret")
    submit_feedback(prediction=prediction, owner="visitor:secret", label="fr", comment="a moose")
    reviewer = django_user_model.objects.create(username="boss")
    reviews.decide(word_key="orignal", label="fr", reviewer=reviewer, reason="a moose")
    table = export().out
    assert "orignal\tfr\t\t1\t" in table
    assert not any(secret in table for secret in ("visitor", "moose", "boss"))


def test_file_holds_the_same_table(review, export, tmp_path):
    review("fr", *WORDS)
    table = export().out
    assert export(str(tmp_path / "words.tsv")).out == ""
    assert (tmp_path / "words.tsv").read_text() == table


def test_report_counts_words_by_use(review, export):
    review("fr", *WORDS)
    review("und", "unknown")
    measuring = sum(map(measures, WORDS))
    assert export().err == f"13 reviewed words: {12 - measuring} train, {measuring} measure\n"


def test_unwritable_file_is_refused(export, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        export(str(tmp_path / "none" / "words.tsv"))

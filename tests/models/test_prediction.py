import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from classifier.ml.answers import Comparison
from classifier.models import Feedback, Prediction, ReviewedWord, key_of, new_public_id

VISITOR = "visitor:" + "a" * 64
PRIVATE = {"private": True, "word": "", "word_key": "", "probabilities": {}}


def prediction(**changes):
    fields = {
        "word": "orignal",
        "word_key": "orignal",
        "model": "Ngram",
        "model_version": "20261122-00000001",
        "probabilities": {"en": 0.5, "fr": 0.4, "und": 0.1},
        "verdict": "unsure",
        "source": "web",
    }
    return Prediction(**{**fields, **changes})


@pytest.fixture
def compare(fake_models):
    """Return a function that compares the answers of models."""

    def compare(text="un gâteau", *names):
        return Comparison(tuple(fake_models[name].identify([text])[0] for name in names or ["Ngram"]), ("CNN",))

    return compare


def test_new_row_has_the_columns_of_the_best_answer(compare):
    comparison = compare("Un gâteau", "FF", "Ngram")
    row = Prediction.from_comparison(comparison, source="api", all_models=True, languages=("en", "fr"), owner=VISITOR)
    best, other = comparison.answers
    assert (row.pk, row.source, row.owner, row.languages) == (None, "api", VISITOR, ["en", "fr"])
    assert (row.model, row.model_version, row.verdict) == ("FF", best.model_version, best.verdict)
    assert (row.language, row.probabilities) == (best.language or "", best.probabilities)
    assert [columns["model"] for columns in row.others] == [other.model]
    assert row.unavailable == ["CNN"]
    assert (row.word, row.word_key) == ("Un gâteau", "un gâteau")
    assert [word["word"] for word in row.words] == ["Un", "gâteau"]


def test_new_row_shows_the_answers_it_was_made_from(compare):
    comparison = compare("un gâteau", "FF", "Ngram")
    row = Prediction.from_comparison(comparison, source="web", all_models=True)
    assert row.answer() is comparison.answers[0]
    assert row.comparison() is comparison


def test_new_row_of_one_model_has_no_comparison(compare):
    row = Prediction.from_comparison(compare(), source="web")
    assert (row.others, row.comparison()) == (None, None)


def test_new_row_of_all_models_has_a_comparison_also_of_one(compare):
    row = Prediction.from_comparison(compare(), source="web", all_models=True)
    assert (row.others, len(row.comparison().answers)) == ([], 1)


def test_new_private_row_has_its_words_in_memory_alone(compare):
    row = Prediction.from_comparison(compare(), source="web", owner=VISITOR, private=True)
    assert (row.owner, row.word, row.word_key, row.words) == ("", "", "", [])
    assert [word.word for word in row.answer().words] == ["un", "gâteau"]
    assert (row.shown_word, row.review_key) == ("un gâteau", "un gâteau")


def test_new_private_row_has_its_languages_and_comparison_in_memory_alone(compare):
    comparison = compare("un gâteau", "FF", "Ngram")
    row = Prediction.from_comparison(comparison, source="api", all_models=True, languages=["fr", "es"], private=True)
    assert (row.languages, row.asked_languages, row.comparison()) == ([], ["fr", "es"], comparison)


def test_private_row_keeps_only_model_version_and_verdict(db, compare):
    row = Prediction.from_comparison(compare("orignal"), source="api", private=True, batch=new_public_id())
    row.save()
    stored = Prediction.objects.values().get()
    filled = {name: value for name, value in stored.items() if value}
    assert filled.keys() == {"id", "public_id", "created", "private", "source", "model", "model_version", "verdict"}


def test_new_row_has_no_feedback_without_a_query(compare):
    assert Prediction.from_comparison(compare(), source="web").correction_fields(VISITOR) is None


def test_stored_answers_are_the_ones_that_were_given(db, compare):
    comparison = compare("un gâteau", "FF", "Ngram")
    Prediction.from_comparison(comparison, source="web", all_models=True).save()
    assert Prediction.objects.get().comparison() == comparison


def test_text_of_a_thousand_letters_of_four_bytes_is_stored(db):
    word = "".join(chr(0x10400 + number % 40) for number in range(1000))
    prediction(word=word, word_key=key_of(word)).save()
    assert Prediction.objects.get(word_key=key_of(word)).word == word


def test_history_of_nobody_is_empty(db):
    prediction(owner="").save()
    assert not Prediction.objects.of("").exists()


def test_history_is_the_owners_newest_first(db):
    for owner in (VISITOR, "user:1", VISITOR):
        prediction(owner=owner).save()
    rows = list(Prediction.objects.of(VISITOR))
    assert [row.owner for row in rows] == [VISITOR, VISITOR]
    assert rows[0].id > rows[1].id


def test_history_does_not_depend_on_the_clock(db):
    prediction(owner=VISITOR, word="first").save()
    prediction(owner=VISITOR, word="second", created=timezone.now() - timedelta(hours=1)).save()
    assert [row.word for row in Prediction.objects.of(VISITOR)] == ["second", "first"]


def test_history_is_read_in_the_order_of_its_index(db):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # PostgreSQL prefers to scan and sort a small table
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
    plan = Prediction.objects.of(VISITOR)[:20].explain()
    assert "prediction_history" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_prediction_is_never_edited(make_prediction):
    row = make_prediction()
    row.word = "other"
    with pytest.raises(TypeError):
        row.save()


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "certain"},
        {"verdict": "single", "language": ""},
        {"verdict": "several", "language": "fr"},
        {"source": "mail"},
        {"word": ""},
        {"private": True},
        {**PRIVATE, "word_key": "orignal"},
        {**PRIVATE, "owner": VISITOR},
        {**PRIVATE, "words": [{"word": "orignal", "said": []}]},
        {**PRIVATE, "probabilities": {"en": 0.5, "fr": 0.4, "und": 0.1}},
        {**PRIVATE, "verdict": "single", "language": "fr"},
        {**PRIVATE, "others": [{"model": "FF", "verdict": "unsure"}]},
        {**PRIVATE, "batch": new_public_id()},
        {**PRIVATE, "set": ["fr"]},
    ],
)
def test_contradictory_prediction_is_refused(db, changes, refuses):
    assert refuses(prediction(**changes))


def test_private_prediction_may_name_its_verdict(db):
    prediction(**PRIVATE | {"verdict": "single"}).save()
    assert Prediction.objects.get().private


def test_public_id_is_refused_twice(make_prediction, refuses):
    assert refuses(prediction(public_id=make_prediction().public_id))


def test_stored_answer_is_the_one_that_was_given(make_prediction, fake_models):
    row = Prediction.objects.get(pk=make_prediction().pk)
    assert [row.answer()] == fake_models["Ngram"].identify(["orignal"])


def test_stored_answer_keeps_the_requested_languages(make_prediction):
    row = Prediction.objects.get(pk=make_prediction(languages=["es", "en"]).pk)
    assert [candidate.language for candidate in row.answer().candidates] == ["en", "es"]


WIDE = [("orignal", ()), ("λόγος", ("all",)), ("日本", ("ja", "zh", "en")), ("مرحبا", ()), ("orignal λόγος", ("all",))]


@pytest.mark.parametrize(("text", "languages"), WIDE)
def test_stored_answer_of_a_wide_model_is_the_one_that_was_given(make_prediction, wide, text, languages):
    row = Prediction.objects.get(pk=make_prediction(text, languages=languages, confidence=0.95, model="all").pk)
    [given] = wide.identify([text], languages, 0.95)
    assert row.answer() == row.comparison().answers[0] == given
    assert row.asked_confidence == 0.95


def test_answer_among_many_languages_is_stored_small(make_prediction, wide):
    row = make_prediction("orignal", languages=["all"])
    assert len(json.dumps(row.probabilities)) < 300
    assert len(row.probabilities) <= 13


def test_row_with_the_whole_output_of_a_model_is_read_as_before(db):
    prediction(languages=["es", "en"], probabilities={"en": 0.2, "fr": 0.5, "es": 0.1, "und": 0.2}).save()
    answer = Prediction.objects.get().answer()
    assert [(each.language, each.probability) for each in answer.candidates] == [("en", 0.6667), ("es", 0.3333)]
    assert (answer.set, answer.confidence, answer.remainder, answer.undetermined) == ((), None, 0, 0.2)


def test_correction_is_shown_to_its_owner_only(make_prediction):
    Feedback(prediction=make_prediction(), label="en", kind="correction", owner=VISITOR).save()
    row = Prediction.objects.get()
    assert row.correction_fields(VISITOR) == {"label": "en", "languages": [], "comment": "", "status": "pending"}
    assert row.correction_fields("user:1") is None


def test_outcome_is_shown_with_every_spelling(make_prediction):
    ReviewedWord(word_key="école", label="fr", votes=3).save()
    assert make_prediction("ÉCOLE").review_outcome.votes == 3
    assert make_prediction("“école.”").review_outcome.label == "fr"
    assert make_prediction("ecole").review_outcome is None


def test_outcomes_are_shown_for_the_words_of_a_text(make_prediction, django_assert_num_queries):
    ReviewedWord.objects.create(word_key="école", label="fr", votes=3)
    ReviewedWord.objects.create(word_key="of", label="mul", languages=["en", "nl"], votes=1)
    row = Prediction.objects.get(pk=make_prediction("OF mon École, mon “école”!").pk)
    with django_assert_num_queries(2):  # keys, outcomes
        fields = row.review_fields()
    assert fields["reviewed"] is None
    assert [(each["word"], each["label"], each["languages"]) for each in fields["reviewed_words"]] == [
        ("OF", "mul", ["en", "nl"]),
        ("école", "fr", []),
    ]


def test_outcomes_are_shown_for_the_words_of_a_private_text(make_prediction):
    ReviewedWord.objects.create(word_key="école", label="fr", votes=3)
    row = make_prediction("mon école", private=True)
    assert [word for word, _outcome in row.reviewed_words] == ["école"]
    assert not Prediction.objects.get(pk=row.pk).reviewed_words


def test_single_word_has_no_reviewed_words(make_prediction):
    assert make_prediction("école").review_fields() == {"reviewed": None}

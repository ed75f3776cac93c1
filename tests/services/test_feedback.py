import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from classifier.languages import canonical_label, canonical_language
from classifier.models import Feedback, Prediction, ReviewedWord
from classifier.services.feedback import FeedbackClosed, review_feedback, submit_feedback

ANA, BEN = "user:1", "visitor:" + "b" * 64


@pytest.mark.parametrize(
    ("word", "label", "languages", "kind"),
    [
        ("orignal", "fr", [], "confirmation"),
        ("orignal", "en", [], "correction"),
        ("orignal", "mul", ["en", "fr"], "correction"),
        ("orignal", "FR-ca", [], "confirmation"),
        ("piano", "mul", ["en", "es", "fr"], "confirmation"),
        ("piano", "MUL", ["spa", "en-GB", "FR"], "confirmation"),
        ("piano", "mul", ["en", "fr"], "correction"),
        ("piano", "mul", ["de", "en", "es", "fr"], "correction"),
        ("piano", "en", [], "correction"),
        ("xqzt", "und", [], "confirmation"),
        ("xqzt", "zxx", [], "correction"),
    ],
)
def test_feedback_confirms_or_corrects(submit, word, label, languages, kind):
    feedback = submit(word=word, label=label, languages=languages)
    feedback.refresh_from_db()
    canonical = canonical_label(label), sorted(map(canonical_language, languages))
    assert (feedback.kind, feedback.label, feedback.languages) == (kind, *canonical)


def test_feedback_is_pending_at_first(submit):
    assert submit(comment="a moose").status == "pending"
    assert Feedback.objects.get().comment == "a moose"


def test_feedback_never_changes_the_prediction(submit):
    prediction = submit(label="en").prediction
    prediction.refresh_from_db()
    assert prediction.language == "fr"


def test_second_feedback_replaces_pending_feedback(make_prediction):
    row = make_prediction()
    submit_feedback(prediction=row, owner=ANA, label="en", comment="surely")
    submit_feedback(prediction=row, owner=ANA, label="mul", languages=["fr", "en", "fr"])
    feedback = Feedback.objects.get()
    assert (feedback.label, feedback.languages, feedback.comment) == ("mul", ["en", "fr"], "")


def test_owners_do_not_replace_each_other(make_prediction):
    row = make_prediction()
    for owner in (ANA, BEN, ""):
        submit_feedback(prediction=row, owner=owner, label="en")
    assert Feedback.objects.count() == 3


@pytest.mark.parametrize("label", ["", "french", "fr ", "f", "<b>", "fr\x00", "xx" * 20, "qqq", "xx", "mul-Latn"])
def test_label_must_be_a_code(submit, label):
    with pytest.raises(ValidationError) as error:
        submit(label=label)
    assert error.value.code == "invalid_label"
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("label", ["fr", "zh-Hant", "sr-Latn", "mis", "zxx", "und", "haw"])
def test_label_can_be_the_code_of_any_language(submit, label):
    assert submit(label=label).label == label


@pytest.mark.parametrize(
    ("label", "canonical"), [("FR", "fr"), ("fra", "fr"), ("pt-BR", "pt"), ("iw", "he"), ("UND", "und")]
)
def test_label_is_stored_in_canonical_form(submit, label, canonical):
    assert submit(label=label).label == canonical


@pytest.mark.parametrize(
    ("label", "languages"),
    [
        ("mul", []),
        ("mul", ["fr"]),
        ("mul", ["fr", "fr"]),
        ("mul", ["fr", "fra"]),
        ("mul", ["fr", "FR-ca"]),
        ("fr", ["en"]),
        ("fr", ["en", "fr"]),
    ],
)
def test_languages_come_with_a_shared_word_only(submit, label, languages):
    with pytest.raises(ValidationError) as error:
        submit(label=label, languages=languages)
    assert error.value.code == "invalid_languages"


@pytest.mark.parametrize("codes", [["mul", "zxx"], ["en", "und"], ["en", "qqq"], ["en", ""]])
def test_languages_of_a_shared_word_are_languages(submit, codes):
    with pytest.raises(ValidationError) as error:
        submit(label="mul", languages=codes)
    assert error.value.code == "invalid_language"
    assert not Feedback.objects.exists()


def test_decided_feedback_is_closed(submit, user):
    feedback = submit()
    review_feedback(feedback=feedback, reviewer=user, status="rejected")
    with pytest.raises(FeedbackClosed):
        submit_feedback(prediction=feedback.prediction, owner=ANA, label="es")
    assert Feedback.objects.get().label == "en"


@pytest.mark.django_db(transaction=True)
def test_fifty_simultaneous_corrections_are_one_row(make_prediction, at_once):
    row = make_prediction(owner=ANA)
    correct = lambda label: submit_feedback(prediction=row, owner=ANA, label=label)  # noqa: E731
    outcomes = at_once(correct, [("en",), ("es",)] * 25)
    assert {type(outcome) for outcome in outcomes} == {Feedback}
    assert Feedback.objects.count() == 1


def test_accepted_feedback_has_an_outcome(submit, user):
    feedback = submit()
    row = review_feedback(feedback=feedback, reviewer=user, status="accepted", reason="in the dictionary")
    row.refresh_from_db()
    assert (row.status, row.decided_label, row.reviewer) == ("accepted", "en", user)
    assert row.reason == "in the dictionary"
    assert ReviewedWord.objects.values("word_key", "label", "votes").get() == {
        "word_key": "orignal",
        "label": "en",
        "votes": 1,
    }


def test_rejected_feedback_has_no_outcome(submit, user):
    row = review_feedback(feedback=submit(), reviewer=user, status="rejected")
    assert (row.status, row.decided_label) == ("rejected", "")
    assert not ReviewedWord.objects.exists()


def test_reviewer_can_give_another_label(submit, user):
    review_feedback(feedback=submit(), reviewer=user, status="accepted", label="mul", languages=["fr", "en"])
    outcome = ReviewedWord.objects.get()
    assert (outcome.label, outcome.languages) == ("mul", ["en", "fr"])


def test_label_of_the_reviewer_is_stored_in_canonical_form(submit, user):
    review_feedback(feedback=submit(), reviewer=user, status="accepted", label="MUL", languages=["fr-CA", "eng"])
    assert ReviewedWord.objects.values("label", "languages").get() == {"label": "mul", "languages": ["en", "fr"]}


def test_languages_of_accepted_feedback_are_kept(submit, user):
    feedback = submit(label="mul", languages=["es", "fr"])
    review_feedback(feedback=feedback, reviewer=user, status="accepted")
    assert ReviewedWord.objects.get().languages == ["es", "fr"]


def test_invalid_label_of_the_reviewer_decides_nothing(submit, user):
    feedback = submit()
    with pytest.raises(ValidationError):
        review_feedback(feedback=feedback, reviewer=user, status="accepted", label="mul")
    assert Feedback.objects.get().status == "pending"


def test_pending_is_not_a_decision(submit, user):
    with pytest.raises(IntegrityError):
        review_feedback(feedback=submit(), reviewer=user, status="pending")


def test_decision_is_final(submit, user):
    feedback = submit()
    review_feedback(feedback=feedback, reviewer=user, status="accepted")
    with pytest.raises(FeedbackClosed):
        review_feedback(feedback=feedback, reviewer=user, status="rejected")
    assert Feedback.objects.get().status == "accepted"


def test_equal_feedback_becomes_a_duplicate(submit, user):
    first, equal, other = submit(), submit(owner=BEN, word="ORIGNAL"), submit(owner=BEN, label="es")
    review_feedback(feedback=first, reviewer=user, status="accepted")
    equal.refresh_from_db()
    other.refresh_from_db()
    assert (equal.status, other.status) == ("duplicate", "pending")
    assert ReviewedWord.objects.get().votes == 2


def test_votes_for_a_shared_word_count_by_its_languages(submit, user):
    first = submit(label="mul", languages=["en", "fr"])
    equal = submit(owner=BEN, label="mul", languages=["fr-CA", "EN"])
    other = submit(owner="user:2", label="mul", languages=["en", "es"])
    review_feedback(feedback=first, reviewer=user, status="accepted")
    equal.refresh_from_db()
    other.refresh_from_db()
    assert (equal.status, other.status) == ("duplicate", "pending")
    assert ReviewedWord.objects.get().votes == 2


def test_later_decision_replaces_the_outcome(submit, user):
    for label in ("en", "es"):
        review_feedback(feedback=submit(label=label), reviewer=user, status="accepted")
        ReviewedWord.objects.update(trained_in="20261122-00000001")
    review_feedback(feedback=submit(label="fr"), reviewer=user, status="accepted")
    outcome = ReviewedWord.objects.get()
    assert (outcome.label, outcome.trained_in) == ("fr", "")


def test_outcome_outlives_the_history(submit, user):
    review_feedback(feedback=submit(), reviewer=user, status="accepted")
    Prediction.objects.all().delete()
    assert not Feedback.objects.exists()
    assert ReviewedWord.objects.get().label == "en"


def test_decision_outlives_its_reviewer(submit, user):
    review_feedback(feedback=submit(), reviewer=user, status="accepted")
    user.delete()
    assert Feedback.objects.get().status == "accepted"


@pytest.mark.django_db(transaction=True)
def test_fifty_simultaneous_reviewers_make_one_decision(submit, user, at_once):
    feedback = submit()
    review = lambda status: review_feedback(feedback=feedback, reviewer=user, status=status)  # noqa: E731
    outcomes = [type(outcome) for outcome in at_once(review, [("accepted",), ("rejected",)] * 25)]
    assert outcomes.count(Feedback) == 1
    assert outcomes.count(FeedbackClosed) == 49


@pytest.mark.django_db(transaction=True)
def test_simultaneous_decisions_on_equal_feedback_neither_block_nor_fail(submit, user, at_once):
    rows = [submit(owner=f"user:{number}") for number in range(20)]
    review = lambda row: review_feedback(feedback=row, reviewer=user, status="accepted")  # noqa: E731
    outcomes = [type(outcome) for outcome in at_once(review, [(row,) for row in rows])]
    assert set(outcomes) <= {Feedback, FeedbackClosed}
    assert outcomes.count(Feedback) == 1
    assert ReviewedWord.objects.get().votes == 20

import pytest
from django.core.exceptions import ValidationError

from classifier.languages import canonical_label, canonical_language
from classifier.models import Feedback, ReviewedWord
from classifier.services.feedback import FeedbackClosed, submit_feedback
from classifier.services.review import decide
from tests.reviews import review_feedback

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
        ("gâteau papa", "mul", ["es", "fr"], "confirmation"),
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


def test_feedback_that_equals_the_outcome_is_accepted_at_once(submit, user):
    submit(owner=BEN)
    decision = decide(word_key="orignal", reviewer=user, label="mul", languages=["en", "fr"])
    equal = submit(label="mul", languages=["fr", "eng"])
    assert (equal.status, equal.decided_label, equal.decided_languages) == ("accepted", "mul", ["en", "fr"])
    assert (equal.decision, equal.reviewer) == (decision, None)


def test_feedback_that_contradicts_the_outcome_waits(submit, user):
    submit(owner=BEN)
    decide(word_key="orignal", reviewer=user, label="mul", languages=["en", "fr"])
    assert submit(label="mul", languages=["en", "es"]).status == "pending"
    assert ReviewedWord.objects.get().label == "mul"

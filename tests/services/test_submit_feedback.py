import pytest
from django.core.exceptions import ValidationError

from classifier.languages import canonical_label, canonical_language
from classifier.models import Feedback
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
def test_feedback_confirms_or_corrects(submitted, word, label, languages, kind):
    feedback = submitted(word=word, label=label, languages=languages)
    feedback.refresh_from_db()
    canonical = canonical_label(label), sorted(map(canonical_language, languages))
    assert (feedback.kind, feedback.label, feedback.languages) == (kind, *canonical)


def test_feedback_waits_for_review(submitted):
    assert submitted(comment="a moose").status == "pending"
    assert Feedback.objects.get().comment == "a moose"


def test_feedback_never_changes_the_prediction(submitted):
    prediction = submitted(label="en").prediction
    prediction.refresh_from_db()
    assert prediction.language == "fr"


def test_a_repeat_replaces_feedback_that_waits(identified):
    row = identified()
    submit_feedback(prediction=row, owner=ANA, label="en", comment="surely")
    submit_feedback(prediction=row, owner=ANA, label="mul", languages=["fr", "en", "fr"])
    feedback = Feedback.objects.get()
    assert (feedback.label, feedback.languages, feedback.comment) == ("mul", ["en", "fr"], "")


def test_owners_do_not_replace_each_other(identified):
    row = identified()
    for owner in (ANA, BEN, ""):
        submit_feedback(prediction=row, owner=owner, label="en")
    assert Feedback.objects.count() == 3


@pytest.mark.parametrize("label", ["", "french", "fr ", "f", "<b>", "fr\x00", "xx" * 20, "qqq", "xx", "mul-Latn"])
def test_a_label_must_be_a_code(submitted, label):
    with pytest.raises(ValidationError) as refusal:
        submitted(label=label)
    assert refusal.value.code == "invalid_label"
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("label", ["fr", "zh-Hant", "sr-Latn", "mis", "zxx", "und", "haw"])
def test_a_label_is_any_code(submitted, label):
    assert submitted(label=label).label == label


@pytest.mark.parametrize(
    ("label", "stored"), [("FR", "fr"), ("fra", "fr"), ("pt-BR", "pt"), ("iw", "he"), ("UND", "und")]
)
def test_label_is_stored_in_canonical_form(submitted, label, stored):
    assert submitted(label=label).label == stored


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
def test_languages_come_with_a_shared_word_only(submitted, label, languages):
    with pytest.raises(ValidationError) as refusal:
        submitted(label=label, languages=languages)
    assert refusal.value.code == "invalid_languages"


@pytest.mark.parametrize("codes", [["mul", "zxx"], ["en", "und"], ["en", "qqq"], ["en", ""]])
def test_languages_of_a_shared_word_are_languages(submitted, codes):
    with pytest.raises(ValidationError) as refusal:
        submitted(label="mul", languages=codes)
    assert refusal.value.code == "invalid_language"
    assert not Feedback.objects.exists()


def test_decided_feedback_is_closed(submitted, user):
    feedback = submitted()
    review_feedback(feedback=feedback, reviewer=user, status="rejected")
    with pytest.raises(FeedbackClosed):
        submit_feedback(prediction=feedback.prediction, owner=ANA, label="es")
    assert Feedback.objects.get().label == "en"


@pytest.mark.django_db(transaction=True)
def test_fifty_corrections_at_once_are_one_row(identified, at_once):
    row = identified(owner=ANA)
    submit = lambda label: submit_feedback(prediction=row, owner=ANA, label=label)  # noqa: E731
    outcomes = at_once(submit, [("en",), ("es",)] * 25)
    assert {type(outcome) for outcome in outcomes} == {Feedback}
    assert Feedback.objects.count() == 1

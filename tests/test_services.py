from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from classifier import registry, services
from classifier.models import Feedback, Prediction, ReviewedWord
from classifier.services import FeedbackClosed, find_prediction, identify, review_feedback, submit_feedback

ANA, BEN = "user:1", "visitor:" + "b" * 64


@pytest.fixture
def submitted(identified):
    """Return a function that submits feedback on a prediction of the word."""

    def submit(owner=ANA, label="en", word="orignal", **options):
        return submit_feedback(prediction=identified(word), owner=owner, label=label, **options)

    return submit


# identify


def test_a_word_is_identified_and_stored(db):
    [row] = identify(words=["Orignal"], source="web", owner=ANA)
    stored = Prediction.objects.get()
    assert stored.public_id == row.public_id
    assert (stored.word, stored.word_key, stored.owner, stored.source) == ("Orignal", "orignal", ANA, "web")
    assert (stored.model, stored.language, stored.verdict) == ("Ngram", "fr", "single")


def test_words_are_answered_in_their_order(db):
    rows = identify(words=["piano", "orignal", "piano"], source="batch")
    assert [row.verdict for row in rows] == ["several", "single", "several"]


def test_no_words_are_no_rows(db):
    assert identify(words=[], source="batch") == []


def test_many_words_are_one_inference_and_one_insert(db, fake_models, monkeypatch, django_assert_num_queries):
    calls = []
    whole = type(fake_models["Ngram"]).identify
    monkeypatch.setattr(type(fake_models["Ngram"]), "identify", lambda *call: calls.append(call) or whole(*call))
    with django_assert_num_queries(1):
        identify(words=["piano", "orignal", "school"], source="batch")
    assert len(calls) == 1


def test_the_batch_is_kept(db):
    batch = uuid4()
    identify(words=["piano", "orignal"], source="batch", batch=batch)
    assert Prediction.objects.filter(batch=batch).count() == 2


def test_a_model_is_named_in_any_case(db):
    [row] = identify(words=["orignal"], source="api", model="ff")
    assert (row.model, row.model_version) == ("FF", "20261122-00000002")


def test_an_unknown_model_stores_nothing(db):
    with pytest.raises(registry.UnknownModel):
        identify(words=["orignal"], source="api", model="GPT")
    assert not Prediction.objects.exists()


def test_an_unknown_language_stores_nothing(db):
    with pytest.raises(services.UnknownLanguage, match="en, fr, es"):
        identify(words=["orignal"], source="api", languages=["en", "tlh"])
    assert not Prediction.objects.exists()


def test_languages_restrict_the_candidates(db):
    [row] = identify(words=["orignal"], source="api", languages=["en", "es"])
    assert {candidate.language for candidate in row.answer().candidates} == {"en", "es"}
    assert Prediction.objects.get().languages == ["en", "es"]


def test_all_models_are_one_row(db):
    identify(words=["orignal", "piano"], source="web", model="ALL")
    row = Prediction.objects.get(word="orignal")
    assert [answer.model for answer in row.comparison().answers] == ["Ngram", "FF"]
    assert row.comparison().answers[1].word == "orignal"


def test_one_model_is_compared_with_none(identified):
    row = Prediction.objects.get(pk=identified().pk)
    assert (row.others, row.comparison()) == (None, None)


def test_all_models_are_all_even_when_there_is_one(identified, monkeypatch):
    monkeypatch.setattr(registry, "active_versions", lambda: {"FF": "20261122-00000002"})
    row = Prediction.objects.get(pk=identified(model="all").pk)
    assert [answer.model for answer in row.comparison().answers] == ["FF"]


@pytest.mark.parametrize(("broken", "answering"), [("FF", "Ngram"), ("Ngram", "FF")])
def test_a_broken_model_is_left_out_and_named(identified, without_model, broken, answering):
    without_model(broken)
    row = Prediction.objects.get(pk=identified(model="all").pk)
    assert row.model == answering
    assert [answer.model for answer in row.comparison().answers] == [answering]
    assert row.comparison().unavailable == (broken,)


def test_without_any_sound_model_all_are_unavailable(db, without_model):
    without_model("Ngram", "FF")
    with pytest.raises(registry.ModelUnavailable):
        identify(words=["orignal"], source="web", model="all")
    assert not Prediction.objects.exists()


def test_all_models_are_asked_for_languages_that_each_of_them_knows(db, fake_models):
    fake_models["FF"].card.__dict__["languages"] = ("fr", "en")
    assert services.known_languages("all") == ("en", "fr")
    assert services.known_languages() == ("en", "fr", "es")
    with pytest.raises(services.UnknownLanguage, match="en, fr"):
        identify(words=["orignal"], source="api", model="all", languages=["es"])
    assert not Prediction.objects.exists()


def test_asking_stores_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        [comparison] = services.ask(words=["orignal"], model="all")
    assert [answer.language for answer in comparison.answers] == ["fr", "fr"]


def test_a_text_is_one_row_with_the_answers_of_its_words(identified, fake_models):
    row = Prediction.objects.get(pk=identified("Un gâteau, Papa !").pk)
    assert (row.word, row.word_key) == ("Un gâteau, Papa !", "un gâteau, papa !")
    assert [(word.word, word.language) for word in row.answer().words] == [
        ("Un", "en"),
        ("gâteau", "fr"),
        ("Papa", "es"),
    ]
    assert [row.answer()] == fake_models["Ngram"].identify(["Un gâteau, Papa !"])


def test_a_word_has_no_words(identified):
    row = Prediction.objects.get(pk=identified("« orignal »").pk)
    assert (row.words, row.answer().words) == ([], ())


def test_each_model_answers_for_each_word(identified, fake_models):
    row = Prediction.objects.get(pk=identified("un gâteau", model="all", languages=["es", "fr"]).pk)
    expected = [fakes.identify(["un gâteau"], ["es", "fr"])[0] for fakes in fake_models.values()]
    assert list(row.comparison().answers) == expected


@pytest.mark.parametrize("model", ["", "all"])
def test_a_private_text_is_answered_and_no_word_of_it_kept(db, model):
    [row] = identify(words=["un gâteau"], source="web", owner=ANA, private=True, model=model)
    assert [word.word for word in row.answer().words] == ["un", "gâteau"]
    assert "gâteau" not in str(Prediction.objects.values().get())


def test_texts_and_words_are_answered_in_their_order(db):
    rows = identify(words=["orignal", "un gâteau", "piano"], source="batch")
    assert [len(row.answer().words) for row in rows] == [0, 2, 0]


def test_the_longest_text_is_stored(identified):
    text = "a " * 499 + "bb"
    row = Prediction.objects.get(pk=identified(text, model="all").pk)
    assert (row.word, len(row.words)) == (text, 500)


def test_a_private_row_has_neither_word_nor_owner(db):
    [row] = identify(words=["orignal"], source="web", owner=ANA, private=True, model="all")
    stored = Prediction.objects.values().get()
    assert row.word == row.answer().word == "orignal"
    assert "orignal" not in str(stored)
    assert (stored["owner"], stored["language"]) == ("", "fr")


def test_a_private_row_cannot_be_saved_with_its_word(db):
    [row] = identify(words=["orignal"], source="web", private=True)
    with pytest.raises(TypeError):
        row.save()


def test_a_row_without_model_is_not_stored(db, monkeypatch):
    monkeypatch.setattr(registry, "_load", lambda *_: None)
    monkeypatch.setattr(registry, "_serving", {})
    with pytest.raises(registry.ModelUnavailable):
        identify(words=["orignal"], source="web")
    assert not Prediction.objects.exists()


# find_prediction


def test_the_owner_finds_a_prediction(identified):
    row = identified(owner=ANA)
    assert find_prediction(public_id=row.public_id, owner=ANA) == row


def test_the_owner_finds_an_old_prediction(identified):
    row = identified(owner=ANA)
    Prediction.objects.update(created=timezone.now() - timedelta(days=900))
    assert find_prediction(public_id=row.public_id, owner=ANA) == row


@pytest.mark.parametrize("owner", [BEN, ""])
def test_another_finds_nothing(identified, owner):
    row = identified(owner=ANA)
    with pytest.raises(Prediction.DoesNotExist):
        find_prediction(public_id=row.public_id, owner=owner)


@pytest.mark.parametrize("owner", [BEN, ""])
def test_who_knows_its_id_finds_a_row_without_owner(identified, owner):
    row = identified()
    assert find_prediction(public_id=row.public_id, owner=owner) == row


@pytest.mark.parametrize("owner", [BEN, ""])
def test_a_row_without_owner_is_found_for_a_day(identified, owner):
    row = identified()
    Prediction.objects.update(created=timezone.now() - timedelta(hours=24, seconds=1))
    with pytest.raises(Prediction.DoesNotExist):
        find_prediction(public_id=row.public_id, owner=owner)


@pytest.mark.parametrize("owner", [ANA, ""])
def test_a_private_row_has_no_address(identified, owner):
    row = identified(owner=ANA, private=True)
    with pytest.raises(Prediction.DoesNotExist):
        find_prediction(public_id=row.public_id, owner=owner)


# submit_feedback


@pytest.mark.parametrize(
    ("word", "label", "languages", "kind"),
    [
        ("orignal", "fr", [], "confirmation"),
        ("orignal", "en", [], "correction"),
        ("orignal", "mul", ["en", "fr"], "correction"),
        ("piano", "mul", ["en", "fr"], "confirmation"),
        ("piano", "en", [], "correction"),
        ("xqzt", "und", [], "confirmation"),
        ("xqzt", "zxx", [], "correction"),
    ],
)
def test_feedback_confirms_or_corrects(submitted, word, label, languages, kind):
    feedback = submitted(word=word, label=label, languages=languages)
    feedback.refresh_from_db()
    assert (feedback.kind, feedback.label, feedback.languages) == (kind, label, languages)


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


@pytest.mark.parametrize("label", ["", "french", "FR", "fr ", "f", "<b>", "fr\x00", "xx" * 20])
def test_a_label_must_be_a_code(submitted, label):
    with pytest.raises(ValidationError) as refusal:
        submitted(label=label)
    assert refusal.value.code == "invalid_label"
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("label", ["fr", "pt-BR", "zh-Hans", "mis", "zxx", "und", "haw"])
def test_a_label_is_any_code(submitted, label):
    assert submitted(label=label).label == label


@pytest.mark.parametrize(
    ("label", "languages"), [("mul", []), ("mul", ["fr"]), ("mul", ["fr", "fr"]), ("fr", ["en"]), ("fr", ["en", "fr"])]
)
def test_languages_come_with_a_shared_word_only(submitted, label, languages):
    with pytest.raises(ValidationError) as refusal:
        submitted(label=label, languages=languages)
    assert refusal.value.code == "invalid_languages"


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


# review_feedback


def test_accepting_decides_and_leaves_an_outcome(submitted, user):
    feedback = submitted()
    decided = review_feedback(feedback=feedback, reviewer=user, status="accepted", reason="in the dictionary")
    decided.refresh_from_db()
    assert (decided.status, decided.decided_label, decided.reviewer) == ("accepted", "en", user)
    assert decided.reason == "in the dictionary"
    assert ReviewedWord.objects.values("word_key", "label", "votes").get() == {
        "word_key": "orignal",
        "label": "en",
        "votes": 1,
    }


def test_rejecting_leaves_no_outcome(submitted, user):
    decided = review_feedback(feedback=submitted(), reviewer=user, status="rejected")
    assert (decided.status, decided.decided_label) == ("rejected", "")
    assert not ReviewedWord.objects.exists()


def test_the_reviewer_may_know_better(submitted, user):
    review_feedback(feedback=submitted(), reviewer=user, status="accepted", label="mul", languages=["fr", "en"])
    outcome = ReviewedWord.objects.get()
    assert (outcome.label, outcome.languages) == ("mul", ["en", "fr"])


def test_languages_of_accepted_feedback_are_kept(submitted, user):
    feedback = submitted(label="mul", languages=["es", "fr"])
    review_feedback(feedback=feedback, reviewer=user, status="accepted")
    assert ReviewedWord.objects.get().languages == ["es", "fr"]


def test_a_wrong_label_of_the_reviewer_decides_nothing(submitted, user):
    feedback = submitted()
    with pytest.raises(ValidationError):
        review_feedback(feedback=feedback, reviewer=user, status="accepted", label="mul")
    assert Feedback.objects.get().status == "pending"


def test_pending_is_no_decision(submitted, user):
    with pytest.raises(IntegrityError):
        review_feedback(feedback=submitted(), reviewer=user, status="pending")


def test_a_decision_is_final(submitted, user):
    feedback = submitted()
    review_feedback(feedback=feedback, reviewer=user, status="accepted")
    with pytest.raises(FeedbackClosed):
        review_feedback(feedback=feedback, reviewer=user, status="rejected")
    assert Feedback.objects.get().status == "accepted"


def test_equal_feedback_becomes_a_duplicate(submitted, user):
    first, equal, other = submitted(), submitted(owner=BEN, word="ORIGNAL"), submitted(owner=BEN, label="es")
    review_feedback(feedback=first, reviewer=user, status="accepted")
    equal.refresh_from_db()
    other.refresh_from_db()
    assert (equal.status, other.status) == ("duplicate", "pending")
    assert ReviewedWord.objects.get().votes == 2


def test_a_later_decision_renews_the_outcome(submitted, user):
    for label in ("en", "es"):
        review_feedback(feedback=submitted(label=label), reviewer=user, status="accepted")
        ReviewedWord.objects.update(trained_in="20261122-00000001")
    review_feedback(feedback=submitted(label="fr"), reviewer=user, status="accepted")
    outcome = ReviewedWord.objects.get()
    assert (outcome.label, outcome.trained_in) == ("fr", "")


def test_the_outcome_outlives_the_history(submitted, user):
    review_feedback(feedback=submitted(), reviewer=user, status="accepted")
    Prediction.objects.all().delete()
    assert not Feedback.objects.exists()
    assert ReviewedWord.objects.get().label == "en"


def test_a_decision_outlives_its_reviewer(submitted, user):
    review_feedback(feedback=submitted(), reviewer=user, status="accepted")
    user.delete()
    assert Feedback.objects.get().status == "accepted"


@pytest.mark.django_db(transaction=True)
def test_fifty_reviewers_at_once_make_one_decision(submitted, user, at_once):
    feedback = submitted()
    review = lambda status: review_feedback(feedback=feedback, reviewer=user, status=status)  # noqa: E731
    outcomes = [type(outcome) for outcome in at_once(review, [("accepted",), ("rejected",)] * 25)]
    assert outcomes.count(Feedback) == 1
    assert outcomes.count(FeedbackClosed) == 49


@pytest.mark.django_db(transaction=True)
def test_equal_feedback_decided_at_once_neither_blocks_nor_fails(submitted, user, at_once):
    rows = [submitted(owner=f"user:{number}") for number in range(20)]
    review = lambda row: review_feedback(feedback=row, reviewer=user, status="accepted")  # noqa: E731
    outcomes = [type(outcome) for outcome in at_once(review, [(row,) for row in rows])]
    assert set(outcomes) <= {Feedback, FeedbackClosed}
    assert outcomes.count(Feedback) == 1
    assert ReviewedWord.objects.get().votes == 20

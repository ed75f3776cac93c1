import pytest
from django.utils import timezone

from classifier.models import Feedback, ReviewedWord

VISITOR = "visitor:" + "a" * 64


def feedback(**changes):
    fields = {"label": "fr", "kind": "correction", "owner": VISITOR}
    return Feedback(**{**fields, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"label": ""},
        {"label": "fr en"},
        {"label": "mul"},
        {"label": "mul", "languages": ["fr"]},
        {"label": "mul", "languages": ["fr", "fr"]},
        {"label": "mul", "languages": ["mul", "zxx"]},
        {"label": "mul", "languages": ["en", "fr", "und"]},
        {"label": "fr", "languages": ["fr", "en"]},
        {"kind": "praise"},
        {"status": "lost"},
        {"status": "accepted", "reviewed_at": timezone.now()},
        {"status": "accepted", "decided_label": "fr"},
        {"status": "accepted", "decided_label": "mul", "reviewed_at": timezone.now()},
        {"status": "rejected", "decided_label": "fr", "reviewed_at": timezone.now()},
        {"status": "rejected"},
        {"status": "otherwise", "reviewed_at": timezone.now()},
        {"decided_label": "fr"},
        {"reviewed_at": timezone.now()},
    ],
)
def test_contradictory_feedback_is_refused(make_prediction, changes, refuses):
    assert refuses(feedback(prediction=make_prediction(), **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"label": "mul", "languages": ["en", "fr"]},
        {"label": "mul", "languages": ["en", "es", "fr", "sr-Latn"]},
        {"label": "zxx"},
        {
            "status": "accepted",
            "decided_label": "mul",
            "decided_languages": ["en", "fr"],
            "reviewed_at": timezone.now(),
        },
        {"status": "rejected", "reviewed_at": timezone.now()},
        {"status": "otherwise", "decided_label": "en", "reviewed_at": timezone.now()},
    ],
)
def test_coherent_feedback_is_stored(make_prediction, changes):
    feedback(prediction=make_prediction(), **changes).save()
    assert Feedback.objects.get().label == changes.get("label", "fr")


def test_second_feedback_of_an_owner_is_refused(make_prediction, refuses):
    row = make_prediction()
    feedback(prediction=row).save()
    assert refuses(feedback(prediction=row))


@pytest.mark.parametrize(
    "changes",
    [
        {"label": ""},
        {"label": "mul"},
        {"label": "mul", "languages": ["en", "mis"]},
        {"languages": ["en", "fr"]},
        {"votes": -1},
    ],
)
def test_contradictory_outcome_is_refused(db, changes, refuses):
    assert refuses(ReviewedWord(**{"word_key": "orignal", "label": "fr", "votes": 1, **changes}))


def test_word_has_one_outcome(db, refuses):
    ReviewedWord(word_key="orignal", label="fr", votes=1).save()
    assert refuses(ReviewedWord(word_key="orignal", label="en", votes=1))


def test_votes_count_distinct_owners(make_prediction):
    for owner in (VISITOR, VISITOR, "user:1", ""):
        feedback(prediction=make_prediction(), owner=owner).save()
    assert Feedback.objects.votes("orignal", "fr") == 2


@pytest.mark.parametrize(("languages", "votes"), [(["en", "fr"], 2), (["en", "es"], 1), (["en", "es", "fr"], 0)])
def test_votes_for_a_shared_word_count_by_its_languages(make_prediction, languages, votes):
    for owner, codes in ((VISITOR, ["en", "fr"]), ("user:1", ["en", "fr"]), ("user:2", ["en", "es"])):
        feedback(prediction=make_prediction(), owner=owner, label="mul", languages=codes).save()
    assert Feedback.objects.votes("orignal", "mul", languages) == votes
    assert {row.votes for row in Feedback.objects.with_votes() if row.languages == languages} <= {votes}


def test_rejected_feedback_does_not_vote(make_prediction):
    feedback(prediction=make_prediction(), status="rejected", reviewed_at=timezone.now()).save()
    assert Feedback.objects.votes("orignal", "fr") == 0


def test_rows_are_named_for_reviewers(make_prediction):
    row = make_prediction()
    assert str(row) == "orignal: French (Ngram)"
    assert str(feedback(prediction=row)) == "orignal: French (pending)"
    assert str(ReviewedWord(word_key="orignal", label="fr")) == "orignal: French"

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from classifier.models import KEY_LENGTH, Feedback, Prediction, ReviewedWord, key_of, new_public_id

VISITOR = "visitor:" + "a" * 64


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


def feedback(**changes):
    fields = {"label": "fr", "kind": "correction", "owner": VISITOR}
    return Feedback(**{**fields, **changes})


def refused(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    return True


def test_public_ids_have_the_layout_of_version_7():
    identifier = new_public_id()
    assert (identifier.version, identifier.variant) == (7, "specified in RFC 4122")


def test_public_ids_begin_with_the_time():
    milliseconds = new_public_id().int >> 80
    assert abs(milliseconds / 1000 - timezone.now().timestamp()) < 5


def test_public_ids_have_74_random_bits():
    ids = [new_public_id().int for _ in range(500)]
    varied = 0
    for identifier in ids:
        varied |= identifier ^ ids[0]
    assert (varied & ((1 << 80) - 1)).bit_count() == 74


@pytest.mark.parametrize("spelling", ["ÉCOLE", "école", "e\u0301cole", "é\u200bcole"])
def test_all_spellings_of_a_word_share_a_key(spelling):
    assert key_of(spelling) == "école"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=1000))
def test_a_key_fits_its_column(text):
    assert len(key_of(text)) <= KEY_LENGTH


def test_long_texts_with_the_same_beginning_have_different_keys():
    assert key_of("a" * 900 + "b") != key_of("a" * 900 + "c")


def test_a_text_of_a_thousand_letters_of_four_bytes_is_stored(db):
    word = "".join(chr(0x10400 + number % 40) for number in range(1000))
    prediction(word=word, word_key=key_of(word)).save()
    assert Prediction.objects.get(word_key=key_of(word)).word == word


def test_an_emptied_history_is_nobodys(db):
    prediction(owner="").save()
    assert not Prediction.objects.of("").exists()


def test_a_history_is_the_owners_newest_first(db):
    for owner in (VISITOR, "user:1", VISITOR):
        prediction(owner=owner).save()
    mine = list(Prediction.objects.of(VISITOR))
    assert [row.owner for row in mine] == [VISITOR, VISITOR]
    assert mine[0].id > mine[1].id


def test_order_does_not_depend_on_the_clock(db):
    prediction(owner=VISITOR, word="first").save()
    prediction(owner=VISITOR, word="second", created=timezone.now() - timedelta(hours=1)).save()
    assert [row.word for row in Prediction.objects.of(VISITOR)] == ["second", "first"]


def test_the_history_is_read_in_the_order_of_its_index(db):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # it would rather scan a table that small
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = Prediction.objects.of(VISITOR)[:20].explain()
    assert "prediction_history" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_prediction_is_never_edited(identified):
    row = identified()
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
        {"private": True, "word": "", "word_key": "orignal"},
        {"private": True, "word": "", "word_key": "", "owner": VISITOR},
        {"private": True, "word": "", "word_key": "", "words": [{"word": "orignal", "said": []}]},
    ],
)
def test_the_database_refuses_a_contradictory_prediction(db, changes):
    assert refused(prediction(**changes))


def test_the_database_takes_a_private_prediction_without_word_and_owner(db):
    prediction(private=True, word="", word_key="").save()
    assert Prediction.objects.get().private


def test_the_database_refuses_a_public_id_twice(identified):
    assert refused(prediction(public_id=identified().public_id))


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
        {"status": "duplicate"},
        {"decided_label": "fr"},
        {"reviewed_at": timezone.now()},
    ],
)
def test_the_database_refuses_contradictory_feedback(identified, changes):
    assert refused(feedback(prediction=identified(), **changes))


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
        {"status": "duplicate", "reviewed_at": timezone.now()},
    ],
)
def test_the_database_takes_coherent_feedback(identified, changes):
    feedback(prediction=identified(), **changes).save()
    assert Feedback.objects.get().label == changes.get("label", "fr")


def test_the_database_refuses_a_second_feedback_of_an_owner(identified):
    row = identified()
    feedback(prediction=row).save()
    assert refused(feedback(prediction=row))


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
def test_the_database_refuses_a_contradictory_outcome(db, changes):
    assert refused(ReviewedWord(**{"word_key": "orignal", "label": "fr", "votes": 1, **changes}))


def test_a_word_has_one_outcome(db):
    ReviewedWord(word_key="orignal", label="fr", votes=1).save()
    assert refused(ReviewedWord(word_key="orignal", label="en", votes=1))


def test_votes_count_distinct_owners(identified):
    for owner in (VISITOR, VISITOR, "user:1", ""):
        feedback(prediction=identified(), owner=owner).save()
    assert Feedback.objects.votes("orignal", "fr") == 2


@pytest.mark.parametrize(("languages", "votes"), [(["en", "fr"], 2), (["en", "es"], 1), (["en", "es", "fr"], 0)])
def test_votes_for_a_shared_word_count_by_its_languages(identified, languages, votes):
    for owner, codes in ((VISITOR, ["en", "fr"]), ("user:1", ["en", "fr"]), ("user:2", ["en", "es"])):
        feedback(prediction=identified(), owner=owner, label="mul", languages=codes).save()
    assert Feedback.objects.votes("orignal", "mul", languages) == votes
    assert {row.votes for row in Feedback.objects.with_votes() if row.languages == languages} <= {votes}


def test_rejected_feedback_does_not_vote(identified):
    feedback(prediction=identified(), status="rejected", reviewed_at=timezone.now()).save()
    assert Feedback.objects.votes("orignal", "fr") == 0


def test_the_answer_is_rebuilt_as_it_was_given(identified, fake_models):
    row = Prediction.objects.get(pk=identified().pk)
    assert [row.answer()] == fake_models["Ngram"].identify(["orignal"])


def test_the_answer_keeps_the_languages_asked_for(identified):
    row = Prediction.objects.get(pk=identified(languages=["es", "en"]).pk)
    assert [candidate.language for candidate in row.answer().candidates] == ["en", "es"]


@pytest.mark.parametrize(("word", "label"), [("orignal", "fr"), ("piano", "mul"), ("xqzt", "und")])
def test_a_verdict_has_a_label(identified, word, label):
    assert identified(word).label == label


def test_a_correction_is_shown_to_its_owner_only(identified):
    feedback(prediction=identified(), label="en").save()
    row = Prediction.objects.get()
    assert row.correction(VISITOR) == {"label": "en", "languages": [], "comment": "", "status": "pending"}
    assert row.correction("user:1") is None


def test_an_outcome_is_shown_with_every_spelling(identified):
    ReviewedWord(word_key="école", label="fr", votes=3).save()
    assert identified("ÉCOLE").reviewed() == {"label": "fr", "languages": [], "votes": 3}
    assert identified("ecole").reviewed() is None


def test_rows_are_named_for_reviewers(identified):
    row = identified()
    assert str(row) == "orignal: fr (Ngram)"
    assert str(feedback(prediction=row)) == "orignal: fr (pending)"
    assert str(ReviewedWord(word_key="orignal", label="fr")) == "orignal: fr"

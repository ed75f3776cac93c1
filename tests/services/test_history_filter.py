from datetime import UTC, datetime

import pytest
from django.db import connection
from django.http import QueryDict

from classifier.models import Prediction
from classifier.services.feedback import submit_feedback
from classifier.services.history_filter import HistoryFilter
from classifier.services.review import decide, reject, undo

OWNER = "user:1"


@pytest.fixture
def rows(make_prediction):
    """Store four words of the owner; return rows by word."""
    return {word: make_prediction(word, owner=OWNER) for word in ("orignal", "piano", "xqzt", "house")}


@pytest.fixture
def removed_model(rows):
    """Make "piano" German, unknown to all models, by a removed model."""
    Prediction.objects.filter(word="piano").update(model="GRU-2", language="de", verdict="single")


def history_filter(query, owner=OWNER):
    return HistoryFilter(QueryDict(query), owner=owner)


def words(query):
    return [row.word for row in history_filter(query).qs]


def codes(query):
    return {
        name: [error["code"] for error in errors]
        for name, errors in history_filter(query).errors.get_json_data().items()
    }


def test_history_without_filters_has_the_owners_rows_newest_first(rows, make_prediction):
    make_prediction("knowledge", owner="user:2")
    assert words("") == ["house", "xqzt", "piano", "orignal"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("word=ORIGNAL", ["orignal"]),
        ("language=fr", ["orignal"]),
        ("model=ff", []),
        ("model=NGRAM&verdict=unsure", ["xqzt"]),
        ("verdict=several", ["piano"]),
        ("since=2000-01-01", ["house", "xqzt", "piano", "orignal"]),
        ("until=2000-01-01T00:00:00Z", []),
    ],
)
def test_filters_select_rows(rows, query, expected):
    assert words(query) == expected


def test_feedback_filter_looks_at_the_owners_feedback(rows):
    submit_feedback(prediction=rows["piano"], owner="user:2", label="en")
    submit_feedback(prediction=rows["house"], owner=OWNER, label="fr")
    assert (words("feedback=pending"), words("feedback=none")) == (["house"], ["xqzt", "piano", "orignal"])


def test_feedback_filter_selects_what_reviewers_decided(rows, user):
    for word in ("piano", "house", "xqzt"):
        submit_feedback(prediction=rows[word], owner=OWNER, label="es")
    decide(word_key="piano", reviewer=user, label="en")
    undo(decision=reject(word_key="house", reviewer=user), reviewer=user)
    assert words("feedback=decided") == ["house", "piano"]


def test_removed_model_selects_its_rows(removed_model):
    assert words("model=GRU-2") == ["piano"]


def test_removed_model_is_matched_exactly(removed_model):
    assert words("model=gru-2") == []


def test_removed_model_selects_its_rows_when_no_model_serves(removed_model, serve):
    serve({})
    assert words("model=GRU-2") == ["piano"]
    assert codes("model=") == {"model": ["unknown_model"]}


def test_language_that_no_model_knows_selects_its_rows(removed_model):
    assert words("language=de") == ["piano"]


def test_empty_model_is_the_default_model(rows, make_prediction):
    make_prediction("chat", owner=OWNER, model="FF")
    assert words("model=") == ["house", "xqzt", "piano", "orignal"]


@pytest.mark.parametrize("moment", ["2026-11-22T12:00:00%2B01:00", "2026-11-22T11:00:00", "2026-11-22T11:00Z"])
def test_since_is_inclusive_and_until_exclusive(rows, moment):
    Prediction.objects.filter(word="piano").update(created=datetime(2026, 11, 22, 11, tzinfo=UTC))
    assert words(f"since={moment}&until=2026-11-22T11:00:01Z") == ["piano"]
    assert words(f"until={moment}") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("word=12", {"word": ["no_letters"]}),
        ("word=%20", {"word": ["required"]}),
        ("language=", {"language": ["required"]}),
        ("language=e%20n", {"language": ["invalid"]}),
        ("language=fr%0A", {"language": ["invalid"]}),
        ("model=%20", {"model": ["unknown_model"]}),
        ("model=G%20T", {"model": ["unknown_model"]}),
        (f"model={'x' * 51}", {"model": ["unknown_model"]}),
        ("verdict=", {"verdict": ["required"]}),
        ("verdict=maybe", {"verdict": ["invalid_choice"]}),
        ("verdict=null", {"verdict": ["invalid_choice"]}),
        ("feedback=null", {"feedback": ["invalid_choice"]}),
        ("since=", {"since": ["required"]}),
        ("since=%20", {"since": ["invalid"]}),
        ("since=22/11/2026", {"since": ["invalid"]}),
        ("until=2026-02-30", {"until": ["invalid"]}),
        ("since=0001-01-01T00:00:00%2B23:59", {"since": ["overflow"]}),
        ("owner=user:1", {"__all__": ["unknown_field"]}),
        ("owner=", {"__all__": ["unknown_field"]}),
        ("word=a&word=", {"word": ["required"], "__all__": ["repeated"]}),
        ("word=a&word=b", {"__all__": ["repeated"]}),
    ],
)
def test_wrong_parameter_is_refused(db, query, expected):
    assert codes(query) == expected


@pytest.mark.parametrize("name", ["word", "language", "model", "verdict", "feedback", "since", "until", "else"])
def test_refusal_never_repeats_the_input(db, name):
    assert "4711" not in str(history_filter(f"{name}=%204711").errors.get_json_data())


@pytest.mark.parametrize("query", ["verdict=maybe&word=orignal", "wrod=orignal"])
def test_wrong_filters_select_nothing(rows, query):
    with pytest.raises(ValueError, match="not valid"):
        _ = history_filter(query).qs


def test_scope_is_equal_for_equal_filters(db):
    queries = ("model=ff&since=2026-11-22", "since=2026-11-22T01:00%2B01:00&model=FF")
    scopes = {filters.scope for filters in map(history_filter, queries) if filters.is_valid()}
    assert len(scopes) == 1


def test_scope_differs_by_owner_and_filter(db):
    queries = [("",), ("", "user:2"), ("model=FF",), ("language=fr",), ("word=FF",)]
    scopes = {filters.scope for filters in (history_filter(*query) for query in queries) if filters.is_valid()}
    assert len(scopes) == len(queries)


def test_word_is_read_from_its_index(rows):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # PostgreSQL prefers to scan a small table
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "word_key" in history_filter("word=orignal").qs.explain()

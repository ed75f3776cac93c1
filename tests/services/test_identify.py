import time
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.models import Prediction, ReviewedWord
from classifier.services import identify as services
from classifier.services import registry
from classifier.services.identify import identify

ANA = "user:1"


def test_word_is_identified_and_stored(db):
    [row] = identify(words=["Orignal"], source="web", owner=ANA)
    stored = Prediction.objects.get()
    assert stored.public_id == row.public_id
    assert (stored.word, stored.word_key, stored.owner, stored.source) == ("Orignal", "orignal", ANA, "web")
    assert (stored.model, stored.language, stored.verdict) == ("Ngram", "fr", "single")


def test_words_are_answered_in_their_order(db):
    rows = identify(words=["piano", "orignal", "piano"], source="batch")
    assert [row.verdict for row in rows] == ["several", "single", "several"]


def test_empty_list_gives_no_rows(db):
    assert identify(words=[], source="batch") == []


def test_many_words_are_one_inference_and_one_insert(db, fake_models, monkeypatch):
    calls = []
    whole = type(fake_models["Ngram"]).identify
    monkeypatch.setattr(type(fake_models["Ngram"]), "identify", lambda *call: calls.append(call) or whole(*call))
    with CaptureQueriesContext(connection) as queries:
        identify(words=["piano", "orignal", "school"], source="batch")
    inserts = [query for query in queries if "INSERT" in query["sql"] or "COPY" in query["sql"]]
    assert (len(calls), len(inserts)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_words_of_several_threads_are_answered_together(fake_models, monkeypatch, at_once):
    calls, words = [], ["piano", "orignal", "school", "madre"]
    whole = type(fake_models["Ngram"]).identify

    def identify_slowly(identifier, texts, *options):
        calls.append(texts)
        [queue] = services._identify_one._queues.values()
        while len(calls) == 1 and len(texts) + len(queue.calls) < len(words):  # the first group may have several
            time.sleep(0.001)
        return whole(identifier, texts, *options)

    monkeypatch.setattr(type(fake_models["Ngram"]), "identify", identify_slowly)
    rows = at_once(lambda word: identify(words=[word], source="api")[0], [[word] for word in words])
    assert [row.word for row in rows] == words
    assert len(calls) <= 2
    assert sum(map(len, calls)) == len(words)
    assert sorted(Prediction.objects.values_list("word", flat=True)) == sorted(words)


def test_group_of_words_costs_an_inference_an_insert_and_a_look_for_reviews(db, fake_models, monkeypatch):
    calls = []
    whole = type(fake_models["Ngram"]).identify
    monkeypatch.setattr(type(fake_models["Ngram"]), "identify", lambda *call: calls.append(call) or whole(*call))
    with CaptureQueriesContext(connection) as queries:
        services.identify_together([{"words": [word], "source": "api"} for word in ("piano", "orignal", "school")])
    inserts = [query for query in queries if "INSERT" in query["sql"] or "COPY" in query["sql"]]
    looks = [query for query in queries if query["sql"].startswith("SELECT")]
    assert (len(calls), len(inserts), len(looks)) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_questions_of_several_threads_keep_their_own_options(fake_models, at_once):
    questions = [
        {"owner": owner, "private": private, "source": source, "model": model, "languages": languages}
        for owner in ("", ANA)
        for private in (False, True)
        for source, model, languages in (("api", "", []), ("web", "FF", ["fr", "en"]))
    ]
    rows = at_once(lambda question: identify(words=["piano"], **question)[0], [[question] for question in questions])
    assert [(row.owner, row.private, row.source, row.model, [*row.asked_languages]) for row in rows] == [
        (
            "" if question["private"] else question["owner"],
            question["private"],
            question["source"],
            question["model"] or "Ngram",
            question["languages"],
        )
        for question in questions
    ]


@pytest.mark.django_db(transaction=True)
def test_unknown_language_of_one_thread_fails_no_other(fake_models, at_once):
    def ask(languages):
        return identify(words=["piano"], source="api", languages=languages)

    outcomes = at_once(ask, [[["fr"]], [["xx"]], [[]]] * 3)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False] * 3


def test_single_word_comes_with_the_outcome_of_its_review(db):
    ReviewedWord.objects.create(word_key="piano", label="mul", languages=["en", "fr"], votes=1)
    [row] = identify(words=["piano"], source="api")
    with CaptureQueriesContext(connection) as queries:
        assert row.review_outcome.label == "mul"
    assert len(queries) == 0


def test_rows_keep_their_batch(db):
    batch = uuid4()
    identify(words=["piano", "orignal"], source="batch", batch=batch)
    assert Prediction.objects.filter(batch=batch).count() == 2


def test_model_is_named_in_any_case(db):
    [row] = identify(words=["orignal"], source="api", model="ff")
    assert (row.model, row.model_version) == ("FF", "20261122-00000002")


def test_unknown_model_stores_nothing(db):
    with pytest.raises(registry.UnknownModel):
        identify(words=["orignal"], source="api", model="GPT")
    assert not Prediction.objects.exists()


def test_unknown_language_stores_nothing(db):
    with pytest.raises(services.UnknownLanguage, match="en, fr, es"):
        identify(words=["orignal"], source="api", languages=["en", "tlh"])
    assert not Prediction.objects.exists()


def test_languages_restrict_the_candidates(db):
    [row] = identify(words=["orignal"], source="api", languages=["en", "es"])
    assert {candidate.language for candidate in row.answer().candidates} == {"en", "es"}
    assert Prediction.objects.get().languages == ["en", "es"]


def test_comparison_is_one_row(db):
    identify(words=["orignal", "piano"], source="web", model="ALL")
    row = Prediction.objects.get(word="orignal")
    assert [answer.model for answer in row.comparison().answers] == ["Ngram", "FF"]
    assert row.comparison().answers[1].word == "orignal"


def test_answer_of_one_model_has_no_comparison(make_prediction):
    row = Prediction.objects.get(pk=make_prediction().pk)
    assert (row.others, row.comparison()) == (None, None)


def test_comparison_can_be_of_one_model(make_prediction, serve, fake_models):
    serve({"FF": fake_models["FF"]})
    row = Prediction.objects.get(pk=make_prediction(model="all").pk)
    assert [answer.model for answer in row.comparison().answers] == ["FF"]


@pytest.mark.parametrize(("broken", "answering"), [("FF", "Ngram"), ("Ngram", "FF")])
def test_broken_model_is_left_out_and_named(make_prediction, without_model, broken, answering):
    without_model(broken)
    row = Prediction.objects.get(pk=make_prediction(model="all").pk)
    assert row.model == answering
    assert [answer.model for answer in row.comparison().answers] == [answering]
    assert row.comparison().unavailable == (broken,)


def test_comparison_without_sound_models_is_unavailable(db, without_model):
    without_model("Ngram", "FF")
    with pytest.raises(registry.ModelUnavailable):
        identify(words=["orignal"], source="web", model="all")
    assert not Prediction.objects.exists()


def test_models_that_do_not_know_all_languages_are_left_out_and_named(db, fake_models):
    fake_models["FF"].card.__dict__["languages"] = ("fr", "en")
    assert services.known_languages("all") == ("en", "fr", "es")
    [row] = identify(words=["orignal"], source="api", model="all", languages=["es", "fr"])
    assert ([answer.model for answer in row.comparison().answers], row.unavailable) == (["Ngram"], ["FF"])


def test_languages_that_no_model_knows_together_are_unknown(db, fake_models):
    fake_models["FF"].card.__dict__["languages"] = ("de", "it")
    with pytest.raises(services.UnknownLanguage, match="en, fr, es, de, it"):
        identify(words=["orignal"], source="api", model="all", languages=["es", "it"])
    assert not Prediction.objects.exists()


def test_all_languages_are_those_of_the_best_model(db, fake_models):
    fake_models["FF"].card.__dict__["languages"] = ("fr", "en")
    [row] = identify(words=["orignal"], source="api", model="all", languages=["ALL"])
    assert {candidate.language for candidate in row.answer().candidates} == {"en", "fr", "es"}
    assert row.unavailable == ["FF"]


def test_without_languages_a_models_default_ones_are_the_candidates(db, serve, fake_models):
    card = replace(fake_models["Ngram"].card, default_languages=("es", "en"))
    serve({"Ngram": replace(fake_models["Ngram"], card=card)})
    [row], [whole] = (identify(words=["orignal"], source="api", languages=asked) for asked in ([], ["all"]))
    assert {candidate.language for candidate in row.answer().candidates} == {"en", "es"}
    assert {candidate.language for candidate in whole.answer().candidates} == {"en", "fr", "es"}
    assert services.candidate_languages() == ("es", "en")


def test_compare_and_predict_need_no_database():
    [comparison] = services.compare(words=["orignal"], model="all")
    assert [answer.language for answer in comparison.answers] == ["fr", "fr"]
    [row] = services.predict(words=["orignal"], source="web", model="all", owner=ANA)
    assert (row.pk, row.owner, row.comparison()) == (None, ANA, comparison)


def test_text_is_one_row_with_the_answers_of_its_words(make_prediction, fake_models):
    row = Prediction.objects.get(pk=make_prediction("Un gâteau, Papa !").pk)
    assert (row.word, row.word_key) == ("Un gâteau, Papa !", "un gâteau papa")
    assert [(word.word, word.language) for word in row.answer().words] == [
        ("Un", "en"),
        ("gâteau", "fr"),
        ("Papa", "es"),
    ]
    assert [row.answer()] == fake_models["Ngram"].identify(["Un gâteau, Papa !"])


def test_single_word_has_no_words(make_prediction):
    row = Prediction.objects.get(pk=make_prediction("« orignal »").pk)
    assert (row.words, row.answer().words) == ([], ())


def test_comparison_of_a_text_has_each_models_words(make_prediction, fake_models):
    row = Prediction.objects.get(pk=make_prediction("un gâteau", model="all", languages=["es", "fr"]).pk)
    expected = [fakes.identify(["un gâteau"], ["es", "fr"])[0] for fakes in fake_models.values()]
    assert list(row.comparison().answers) == expected


@pytest.mark.parametrize("model", ["", "all"])
def test_private_text_is_answered_but_not_stored(db, model):
    [row] = identify(words=["un gâteau"], source="web", owner=ANA, private=True, model=model)
    assert [word.word for word in row.answer().words] == ["un", "gâteau"]
    assert "gâteau" not in str(Prediction.objects.values().get())


def test_texts_and_words_are_answered_in_their_order(db):
    rows = identify(words=["orignal", "un gâteau", "piano"], source="batch")
    assert [len(row.answer().words) for row in rows] == [0, 2, 0]


def test_longest_text_is_stored(make_prediction):
    text = "a " * 499 + "bb"
    row = Prediction.objects.get(pk=make_prediction(text, model="all").pk)
    assert (row.word, len(row.words)) == (text, 500)


def test_private_row_has_neither_word_nor_owner(db):
    [row] = identify(words=["orignal"], source="web", owner=ANA, private=True, model="all")
    stored = Prediction.objects.values().get()
    assert (row.word, row.shown_word, row.answer().word) == ("", "orignal", "orignal")
    assert "orignal" not in str(stored)
    assert (stored["owner"], stored["verdict"], stored["language"]) == ("", "single", "")


def test_unavailable_model_stores_nothing(db, without_model):
    without_model("Ngram")
    with pytest.raises(registry.ModelUnavailable):
        identify(words=["orignal"], source="web")
    assert not Prediction.objects.exists()
